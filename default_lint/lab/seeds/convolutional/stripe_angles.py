"""Tell the angle of noisy stripes (six angles, free wavelength and phase)."""

import numpy as np
from tensorflow import keras
from tensorflow.keras import layers

ANGLES = np.deg2rad([0, 30, 60, 90, 120, 150])
SIZE = 16
NOISE = 1.2


def make_textures(count, seed):
    rng = np.random.default_rng(seed)
    which = rng.integers(0, len(ANGLES), count)
    yy, xx = np.mgrid[0:SIZE, 0:SIZE]
    pictures = np.empty((count, SIZE, SIZE, 1), dtype="float32")
    for i, k in enumerate(which):
        a = ANGLES[k] + rng.normal(0, 0.05)
        wavelength = rng.uniform(3.5, 6.0)
        wave = np.sin(2 * np.pi * (xx * np.cos(a) + yy * np.sin(a)) / wavelength + rng.uniform(0, 2 * np.pi))
        pictures[i, :, :, 0] = wave + rng.normal(0, NOISE, (SIZE, SIZE))
    return pictures, which


def create_model(filters=(12, 24)):
    m = keras.Sequential()
    m.add(layers.Input((SIZE, SIZE, 1)))
    m.add(layers.Conv2D(filters[0], 5, kernel_initializer="he_normal", padding="same"))
    m.add(layers.ReLU())
    m.add(layers.MaxPool2D(2))
    m.add(layers.Conv2D(filters[1], 3, kernel_initializer="he_normal"))
    m.add(layers.ReLU())
    m.add(layers.GlobalAveragePooling2D())
    m.add(layers.Dense(len(ANGLES), "softmax"))
    return m


textures, angle_ids = make_textures(1000, seed=1)
new_textures, new_angle_ids = make_textures(600, seed=2)

schedule = keras.optimizers.schedules.ExponentialDecay(0.008, decay_steps=100, decay_rate=0.75)
model = create_model()
model.compile(keras.optimizers.Adam(schedule), "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(textures, angle_ids, 32, 8, verbose=0)
print("accuracy:", round(model.evaluate(new_textures, new_angle_ids, verbose=0)[1], 3))
