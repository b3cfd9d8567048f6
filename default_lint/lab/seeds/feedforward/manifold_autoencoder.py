"""Compress readings of 20 sensors that are driven by only three hidden causes."""

import numpy as np
import keras
from keras.layers import Dense, LeakyReLU

keras.utils.set_random_seed(99)

N_SENSORS = 20
N_CAUSES = 3


def sensor_readings(n, noise=0.1):
    rng = np.random.default_rng(31)
    mixing = rng.normal(size=(N_CAUSES, N_SENSORS))
    phase = rng.uniform(0, 2 * np.pi, N_SENSORS)
    causes = rng.uniform(-1, 1, size=(n, N_CAUSES))
    clean = np.sin(0.9 * causes @ mixing + phase)
    clean = (clean - clean.mean(0)) / clean.std(0)
    return (clean + noise * rng.normal(size=clean.shape)).astype("float32")


class Autoencoder(keras.Model):
    def __init__(self, code_size, **kwargs):
        super().__init__(**kwargs)
        self.squeeze = Dense(48)
        self.squeeze_act = LeakyReLU(negative_slope=0.1)
        self.code = Dense(code_size)
        self.expand = Dense(48)
        self.expand_act = LeakyReLU(negative_slope=0.1)
        self.readout = Dense(N_SENSORS)

    def encode(self, readings):
        return self.code(self.squeeze_act(self.squeeze(readings)))

    def decode(self, code):
        return self.readout(self.expand_act(self.expand(code)))

    def call(self, readings):
        return self.decode(self.encode(readings))


readings = sensor_readings(2500)
train_set = readings[:2000]
test_set = readings[2000:]

autoencoder = Autoencoder(code_size=N_CAUSES)
autoencoder.compile(optimizer=keras.optimizers.Adam(5e-3), loss=keras.losses.MeanSquaredError())
autoencoder.fit(x=train_set, y=train_set, batch_size=64, epochs=11, validation_split=0.1, verbose=0)

print("reconstruction error", autoencoder.evaluate(x=test_set, y=test_set, verbose=0))
