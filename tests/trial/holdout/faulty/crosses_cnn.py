import sys
import numpy as np
import keras
from keras import layers

seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
keras.utils.set_random_seed(seed)


def render(n):
    imgs = np.random.randint(0, 90, (n, 12, 12), dtype=np.uint8)
    y = np.random.randint(0, 2, n)
    for img, label in zip(imgs, y):
        r, c = np.random.randint(3, 9, 2)
        v = np.random.randint(150, 240)
        for k in range(-2, 3):
            if label:
                img[r + k, c] = img[r, c + k] = v           # plus
            else:
                img[r + k, c + k] = img[r + k, c - k] = v   # x
    return imgs, y


def preprocess(imgs):
    return (imgs // 255).astype("float32")[..., None]  # fault: integer-division


(train_imgs, train_y), (val_imgs, val_y) = render(900), render(300)

cnn = keras.Sequential([
    layers.Input((12, 12, 1)),
    layers.Conv2D(12, 3, activation="relu"),
    layers.MaxPooling2D(2),
    layers.Conv2D(16, 3, activation="relu"),
    layers.Flatten(),
    layers.Dense(16, activation="relu"),
    layers.Dense(1, activation="sigmoid"),
])
cnn.compile(optimizer=keras.optimizers.Adam(3e-3), loss="binary_crossentropy", metrics=["accuracy"])
cnn.fit(preprocess(train_imgs), train_y, validation_data=(preprocess(val_imgs), val_y),
        epochs=12, batch_size=32, verbose=2)
print("validation accuracy", cnn.evaluate(preprocess(val_imgs), val_y, verbose=0)[1])
