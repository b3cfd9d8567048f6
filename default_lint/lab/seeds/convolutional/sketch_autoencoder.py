import numpy as np
import keras
from keras.layers import Conv2D, Conv2DTranspose, Dense, Flatten, Input, Reshape, UpSampling2D

keras.utils.set_random_seed(1234)

side = 16
code_size = 12


def sketches(n, rng):
    """A soft ellipse and a bar on an empty sheet, five to eight numbers each."""
    r, c = np.mgrid[0:side, 0:side]
    sheet = np.empty((n, side, side, 1), "float32")
    for k in range(n):
        y0, x0 = rng.uniform(4, 11, 2)
        h, w = rng.uniform(1.8, 4.5, 2)
        ellipse = 1 / (1 + np.exp(6 * (((r - y0) / h) ** 2 + ((c - x0) / w) ** 2 - 1)))
        p = rng.uniform(2, 13)
        line = r if rng.random() < 0.5 else c
        bar = 0.8 * np.exp(-((line - p) / 1.3) ** 2)
        sheet[k, :, :, 0] = np.maximum(ellipse, bar)
    return sheet


class Autoencoder(keras.Model):

    def __init__(self):
        super().__init__()
        self.encoder = keras.Sequential([
            Input((side, side, 1)),
            Conv2D(8, 3, strides=2, padding="same", activation="relu"),
            Conv2D(16, 3, strides=2, padding="same", activation="relu"),
            Flatten(),
            Dense(code_size),
        ])
        self.decoder = keras.Sequential([
            Input((code_size,)),
            Dense(4 * 4 * 16, activation="relu"),
            Reshape((4, 4, 16)),
            Conv2DTranspose(12, 3, strides=2, padding="same", activation="relu"),
            UpSampling2D(2),
            Conv2D(1, 3, padding="same", activation="sigmoid"),
        ])

    def call(self, picture):
        return self.decoder(self.encoder(picture))


rng = np.random.default_rng(64)
train_sheets = sketches(1600, rng)
test_sheets = sketches(400, rng)

ae = Autoencoder()
ae.compile(optimizer=keras.optimizers.Adam(0.005), loss="binary_crossentropy")
ae.fit(train_sheets, train_sheets, epochs=8, batch_size=32, verbose=0)

restored = ae.predict(test_sheets, verbose=0)
print("mean squared error", float(np.mean((restored - test_sheets) ** 2)))
