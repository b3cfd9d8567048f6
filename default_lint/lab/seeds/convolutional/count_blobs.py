"""How many bright blobs are in the picture? Counting as regression."""

import numpy as np
import keras
from keras.layers import Conv2D, Dense, GlobalAveragePooling2D, Input, MaxPooling2D
from keras.models import Sequential

keras.utils.set_random_seed(1)

SIDE = 16
N_PICTURES = 1400
MAX_BLOBS = 6
LEARNING_RATE = 5e-3

rng = np.random.default_rng(808)
rows, cols = np.mgrid[0:SIDE, 0:SIDE]


def picture(n_blobs):
    """Blobs of differing size and brightness that keep some distance, on a noisy ground."""
    canvas = np.zeros((SIDE, SIDE))
    centres = []
    while len(centres) < n_blobs:
        r, c = rng.uniform(1.5, SIDE - 2.5, size=2)
        if all((r - r0) ** 2 + (c - c0) ** 2 > 16 for r0, c0 in centres):
            centres.append((r, c))
            width = rng.uniform(0.8, 1.2)
            canvas += rng.uniform(0.6, 1.4) * np.exp(-((rows - r) ** 2 + (cols - c) ** 2) / (2 * width**2))
    return canvas + rng.normal(scale=0.05, size=canvas.shape)


counts = rng.integers(0, MAX_BLOBS + 1, size=N_PICTURES).astype("float32")
pictures = np.stack([picture(int(n)) for n in counts])[..., np.newaxis].astype("float32")

n_train = 1000
model = Sequential()
model.add(Input(shape=(SIDE, SIDE, 1)))
model.add(Conv2D(filters=10, kernel_size=3, padding="same", activation="relu", kernel_initializer="he_normal"))
model.add(MaxPooling2D(pool_size=2))
model.add(Conv2D(filters=16, kernel_size=3, padding="same", activation="relu", kernel_initializer="he_normal"))
model.add(GlobalAveragePooling2D())
model.add(Dense(units=24, activation="relu"))
model.add(Dense(units=1))

model.compile(optimizer=keras.optimizers.Adam(learning_rate=LEARNING_RATE), loss=keras.losses.Huber())
model.fit(pictures[:n_train], counts[:n_train], batch_size=32, epochs=12, validation_split=0.1, verbose=0)

guess = model.predict(pictures[n_train:], verbose=0)[:, 0]
print("mean error of the count: %.2f" % np.abs(guess - counts[n_train:]).mean())
