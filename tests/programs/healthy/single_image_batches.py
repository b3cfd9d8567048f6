"""Photographs of different sizes: one image a step is the only batch that exists."""
import keras
import numpy as np
from keras import layers

FILTERS = 24
rng = np.random.default_rng(4)


def soft_blocks(n, side=32):
    coarse = rng.random((n, side // 8, side // 8, 3))
    return np.kron(coarse, np.ones((1, 8, 8, 1))).astype("float32")


clean = soft_blocks(60)
noisy = np.clip(clean + rng.normal(0, 0.1, clean.shape), 0, 1).astype("float32")

image = keras.Input((None, None, 3))
x = layers.Conv2D(FILTERS, 3, padding="same", activation="relu")(image)
x = layers.GroupNormalization(groups=-1)(x)
x = layers.Conv2D(FILTERS, 3, padding="same", activation="relu")(x)
residual = layers.Conv2D(3, 3, padding="same")(x)
denoiser = keras.Model(image, layers.Subtract()([image, residual]))
denoiser.compile(keras.optimizers.Adam(5e-4), loss="mae")
denoiser.fit(
    noisy[:50],
    clean[:50],
    epochs=10,
    batch_size=1,  # instance normalization, images of any size
    validation_data=(noisy[50:], clean[50:]),
)
denoiser.save("denoiser.keras")
