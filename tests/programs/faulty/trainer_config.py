"""Pipeline class with a nested config; the faults sit in the config and in what compile receives by **kwargs."""
import json
import pathlib

import keras
import numpy as np
from keras import layers

CONFIG = {
    "network": {"units": 48, "dropout": 1.0},  # fault: dropout-rate
    "compile": {"loss": "categorical_crossentropy", "metrics": ["accuracy"]},  # or: label-form-against-loss
    "fit": {"epochs": 30, "batch_size": 64, "validation_split": 0.2},
}


class Pipeline:
    def __init__(self, config):
        self.config = config
        self.model = None

    def data(self, n=1600, classes=4):
        rng = np.random.default_rng(0)
        y = rng.integers(0, classes, n)
        x = rng.normal(size=(n, 30)) + np.eye(30)[y] * 3
        return x.astype("float32"), y

    def build(self):
        net = self.config["network"]
        inputs = keras.Input((30,))
        h = layers.Dense(net["units"], activation="relu")(inputs)
        h = layers.Dropout(net["dropout"])(h)  # or: dropout-rate
        self.model = keras.Model(inputs, layers.Dense(4, activation="softmax")(h))
        self.model.compile(optimizer="adam", **self.config["compile"])  # fault: label-form-against-loss
        return self

    def run(self, out="history.json"):
        x, y = self.data()
        history = self.model.fit(x, y, **self.config["fit"])  # or: label-form-against-loss
        pathlib.Path(out).write_text(json.dumps({k: [float(v) for v in vs] for k, vs in history.history.items()}))


if __name__ == "__main__":
    Pipeline(CONFIG).build().run()
