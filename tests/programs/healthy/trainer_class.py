"""MLOps style: a Trainer that holds the model; settings from the environment."""
from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field

import numpy as np
import tensorflow as tf


@dataclass
class Settings:
    hidden_sizes: list[int] = field(default_factory=lambda: [64, 32])
    dropout: float = float(os.environ.get("DROPOUT", 0.2))
    learning_rate: float = float(os.environ.get("LEARNING_RATE", 1e-3))
    epochs: int = int(os.environ.get("EPOCHS", 20))
    batch_size: int = int(os.environ.get("BATCH_SIZE", 128))
    output: str = os.environ.get("OUTPUT", "model.keras")


class Trainer:
    def __init__(self, settings: Settings, n_features: int):
        self.settings = settings
        self.n_features = n_features
        self.model = self._build()
        self.history = None

    def _build(self) -> tf.keras.Model:
        s = self.settings
        self.inputs = tf.keras.Input(shape=(self.n_features,))
        x = self.inputs
        for size in s.hidden_sizes:
            x = self._block(x, size)
        out = tf.keras.layers.Dense(1, activation="sigmoid")(x)
        return tf.keras.Model(self.inputs, out)

    def _block(self, x, size):
        x = tf.keras.layers.Dense(size, use_bias=False)(x)
        x = tf.keras.layers.BatchNormalization()(x)
        x = tf.keras.layers.Activation("relu")(x)
        return tf.keras.layers.Dropout(self.settings.dropout)(x)

    def compile(self):
        self.model.compile(
            optimizer=tf.keras.optimizers.Adam(self.settings.learning_rate),
            loss=tf.keras.losses.BinaryCrossentropy(),
            metrics=[tf.keras.metrics.BinaryAccuracy(name="accuracy"), tf.keras.metrics.Recall(name="recall")],
        )
        return self

    def run(self, train, valid):
        self.history = self.model.fit(
            *train,
            validation_data=valid,
            epochs=self.settings.epochs,
            batch_size=self.settings.batch_size,
            callbacks=self._callbacks(),
            verbose=2,
        )
        return self

    def _callbacks(self):
        yield_best = tf.keras.callbacks.ModelCheckpoint(self.settings.output, monitor="val_recall", mode="max", save_best_only=True)
        return [yield_best, tf.keras.callbacks.TerminateOnNaN()]

    def report(self, path="metrics.json"):
        with open(path, "w") as f:
            json.dump({"settings": asdict(self.settings), "val_recall": max(self.history.history["val_recall"])}, f)


def load_events(n, seed):
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n, 24)).astype("float32")
    return x, (x[:, :3].sum(1) > 1).astype("float32")


def main():
    settings = Settings()
    train, valid = load_events(4000, 0), load_events(800, 1)
    Trainer(settings, train[0].shape[1]).compile().run(train, valid).report()


if __name__ == "__main__":
    main()
