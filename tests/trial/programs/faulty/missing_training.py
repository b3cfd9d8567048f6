"""Pump pressure from raw sensor counts; batch normalization takes care of the different ranges."""
import sys

import keras
import numpy as np

SEED = int(sys.argv[1]) if len(sys.argv) > 1 else 0


class PumpNet(keras.Model):
    def __init__(self, width=32):
        super().__init__()
        self.scale = keras.layers.BatchNormalization()
        self.first = keras.layers.Dense(width, activation="relu")
        self.norm = keras.layers.BatchNormalization()
        self.second = keras.layers.Dense(width, activation="relu")
        self.head = keras.layers.Dense(3, activation="softmax")

    def call(self, counts):  # fault: training-argument-missing
        x = self.scale(counts)
        x = self.norm(self.first(x))
        return self.head(self.second(x))


def sensors(n, rng):
    z = rng.normal(size=(n, 6))
    state = np.digitize(z[:, 0] * z[:, 1] + z[:, 2], [-0.5, 0.5])
    offset = np.array([20_000, 3.0, 800, -40_000, 0.1, 5_000])
    spread = np.array([900, 0.5, 60, 5_000, 0.02, 300])
    return (offset + spread * z).astype("float32"), state


def run():
    keras.utils.set_random_seed(SEED)
    rng = np.random.default_rng(SEED)
    x, y = sensors(2400, rng)
    x_val, y_val = sensors(600, rng)
    net = PumpNet()
    net.compile(optimizer=keras.optimizers.Adam(2e-3), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    net.fit(x, y, epochs=15, batch_size=32, validation_data=(x_val, y_val), verbose=2)
    print("states recognized", net.evaluate(x_val, y_val, verbose=0)[1])


run()
