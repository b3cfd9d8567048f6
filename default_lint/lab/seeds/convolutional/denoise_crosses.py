"""Clean noisy pictures of soft crosses with a small convolutional autoencoder."""

import numpy as np
import tensorflow as tf
from tensorflow.keras import layers, models, optimizers

SIDE = 12


def crosses(n, rng):
    # one upright and one lying bar, soft edges, the picture wraps round
    grid = np.arange(SIDE)
    centre = rng.uniform(0, SIDE, size=(n, 2))
    width = rng.uniform(0.8, 1.4, size=(n, 2))
    away = np.abs(grid[None, None, :] - centre[:, :, None])
    away = np.minimum(away, SIDE - away)
    bar = np.exp(-0.5 * (away / width[:, :, None]) ** 2)
    picture = np.maximum(bar[:, 0, :, None], bar[:, 1, None, :])
    return picture[..., None].astype("float32")


class Denoiser(models.Model):
    def __init__(self, code=24, **kwargs):
        super().__init__(**kwargs)
        self.down = layers.Conv2D(16, 3, strides=2, padding="same", activation="relu")
        self.flat = layers.Flatten()
        self.squeeze = layers.Dense(code, activation="relu")
        self.widen = layers.Dense(6 * 6 * 8, activation="relu")
        self.shape_back = layers.Reshape((6, 6, 8))
        self.up = layers.Conv2DTranspose(16, 4, strides=2, padding="same", activation="relu")
        self.paint = layers.Conv2D(1, 3, padding="same", activation="sigmoid")

    def call(self, x):
        x = self.squeeze(self.flat(self.down(x)))
        x = self.shape_back(self.widen(x))
        return self.paint(self.up(x))


rng = np.random.default_rng(31)
clean_train, clean_test = crosses(2000, rng), crosses(500, rng)
noisy_train = clean_train + rng.normal(0, 0.25, clean_train.shape).astype("float32")
noisy_test = clean_test + rng.normal(0, 0.25, clean_test.shape).astype("float32")

denoiser = Denoiser()
denoiser.compile(optimizer=optimizers.Adam(learning_rate=0.004), loss="mean_squared_error")
pairs = tf.data.Dataset.from_tensor_slices((noisy_train, clean_train)).shuffle(2000).batch(40)
denoiser.fit(pairs, epochs=9, verbose=0)

before = float(np.mean((noisy_test - clean_test) ** 2))
after = denoiser.evaluate(noisy_test, clean_test, verbose=0)
print(f"mean squared error {before:.4f} -> {after:.4f}")
