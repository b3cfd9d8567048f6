"""Residual MLP as custom layers. One class forgets super().__init__(), the model ends in logits for a string loss."""
import keras
import numpy as np
from keras import layers


class Residual(layers.Layer):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.inner = keras.Sequential(
            [
                layers.Dense(units, activation="gelu"),
                layers.Dropout(0.2),  # fault: dropout-before-batchnorm
                layers.BatchNormalization(),
                layers.Dense(units),
            ]
        )

    def call(self, x, training=None):
        return x + self.inner(x, training=training)


class Gate(layers.Layer):  # or: super-init-missing
    def __init__(self, units):  # fault: super-init-missing
        self.units = units  # or: super-init-missing
        self.gate = layers.Dense(units, activation="sigmoid")  # or: super-init-missing

    def call(self, x):
        return x * self.gate(x)


def build(width=32, depth=3, classes=5):
    inputs = keras.Input((20,))
    x = layers.Dense(width)(inputs)
    for _ in range(depth):
        x = Residual(width)(x)
    x = Gate(width)(x)
    logits = layers.Dense(classes, name="logits")(x)  # or: logits-without-from-logits
    return keras.Model(inputs, logits)


rng = np.random.default_rng(0)
x = rng.normal(size=(2000, 20)).astype("float32")
y = np.clip((x[:, 0] * 2 + 2.5).astype("int64"), 0, 4)
model = build()
model.compile(keras.optimizers.AdamW(1e-3), loss="sparse_categorical_crossentropy", metrics=["accuracy"])  # fault: logits-without-from-logits
model.fit(x[:1600], y[:1600], epochs=15, batch_size=64, validation_data=(x[1600:], y[1600:]))
