"""Next-frame prediction with ConvLSTM2D: 5-D tensors, sigmoid per pixel, binary crossentropy on frames in [0, 1]."""
from keras.callbacks import EarlyStopping, ReduceLROnPlateau
from keras.layers import BatchNormalization, Conv3D, ConvLSTM2D, Input
from keras.models import Model
import numpy as np

FRAMES, SIZE = 8, 24


def moving_dots(n, seed=0):
    r = np.random.RandomState(seed)
    movies = np.zeros((n, FRAMES + 1, SIZE, SIZE, 1), dtype="float32")
    for m in movies:
        x, y = r.randint(4, SIZE - 4, 2)
        vx, vy = r.randint(-1, 2, 2)
        for t in range(FRAMES + 1):
            cx, cy = np.clip([x + vx * t, y + vy * t], 1, SIZE - 2)
            m[t, cx - 1 : cx + 2, cy - 1 : cy + 2] = 1
    return movies[:, :-1], movies[:, 1:]


X, Y = moving_dots(60)
Xv, Yv = moving_dots(12, seed=1)

clip = Input((None, SIZE, SIZE, 1))
h = ConvLSTM2D(12, 5, padding="same", return_sequences=True, activation="relu")(clip)
h = BatchNormalization()(h)
h = ConvLSTM2D(12, 3, padding="same", return_sequences=True, activation="relu")(h)
frame = Conv3D(1, 3, activation="sigmoid", padding="same")(h)

m = Model(clip, frame)
m.compile(loss="binary_crossentropy", optimizer="adam")
m.fit(X, Y, batch_size=5, epochs=20, validation_data=(Xv, Yv),
      callbacks=[EarlyStopping(monitor="val_loss", patience=10, restore_best_weights=True),
                 ReduceLROnPlateau(monitor="val_loss", patience=5)])
