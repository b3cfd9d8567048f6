"""Bearing health from vibration spectra, fed by a PyDataset."""
import math
import sys

import keras
import numpy as np
from keras import layers

MOMENTUM = 0.9999  # fault: batchnorm-momentum


class Spectra(keras.utils.PyDataset):
    def __init__(self, x, y, batch_size=32, **kwargs):
        super().__init__(**kwargs)
        self.x, self.y, self.batch_size = x, y, batch_size

    def __len__(self):
        return math.ceil(len(self.x) / self.batch_size)

    def __getitem__(self, index):
        rows = slice(index * self.batch_size, (index + 1) * self.batch_size)
        return self.x[rows], self.y[rows]


def record(n, rng):
    health = rng.integers(0, 4, n)
    f = np.arange(32)
    level = np.exp(-((f - 6 - 6 * health[:, None]) ** 2) / 8) * rng.uniform(0.3, 1.0, (n, 1))
    return (12 + 1.5 * level + rng.normal(0, 0.4, (n, 32)))[..., None].astype("float32"), health


def conv(x, filters):
    x = layers.Conv1D(filters, 5, use_bias=False)(x)
    x = layers.BatchNormalization(momentum=MOMENTUM)(x)  # fault: batchnorm-momentum
    return layers.ReLU()(x)


seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
keras.utils.set_random_seed(seed)
rng = np.random.default_rng(seed)
train, valid = Spectra(*record(1800, rng)), Spectra(*record(400, rng))

inputs = keras.Input((32, 1))
x = conv(inputs, 12)
x = layers.MaxPooling1D()(x)
x = conv(x, 16)
x = layers.Flatten()(x)
outputs = layers.Dense(4, activation="softmax")(x)
model = keras.Model(inputs, outputs)
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(train, epochs=8, validation_data=valid, verbose=2)
print("bearings judged right", model.evaluate(valid, verbose=0)[1])
