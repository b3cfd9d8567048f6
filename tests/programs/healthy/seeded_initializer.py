"""Reproducible toy: an initializer with its own seed on one layer, fresh objects on the others."""
import numpy as np
from keras import Input, Sequential, initializers, utils
from keras.layers import Dense

SEED = 2024
utils.set_random_seed(SEED)


def init(offset):
    return initializers.GlorotUniform(seed=SEED + offset)


def two_moons(n, rng):
    angle = rng.uniform(0, np.pi, n)
    upper = rng.integers(0, 2, n)
    x = np.c_[np.cos(angle) + (1 - upper), np.sin(angle) * (2 * upper - 1) + 0.3]
    return (x + rng.normal(0, 0.1, x.shape)).astype("float32"), upper.astype("float32")


rng = np.random.default_rng(SEED)
train, valid = two_moons(800, rng), two_moons(200, rng)

first = initializers.RandomNormal(stddev=0.05, seed=SEED)
model = Sequential(
    [
        Input((2,)),
        Dense(16, activation="tanh", kernel_initializer=first),
        Dense(16, activation="tanh", kernel_initializer=init(1)),
        Dense(1, activation="sigmoid", kernel_initializer=init(2)),
    ]
)
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
model.fit(*train, epochs=60, batch_size=32, validation_data=valid, verbose=0)
print(model.evaluate(*valid, verbose=0))
