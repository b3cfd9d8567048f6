"""House-style Dense by functools.partial; the style itself is the fault."""
from functools import partial

import numpy as np
import tensorflow as tf

HouseDense = partial(
    tf.keras.layers.Dense,
    activation="relu",
    kernel_initializer="zeros",  # fault: constant-kernel-initializer
)
HEADS = {
    "binary": dict(units=1, activation="sigmoid"),
    "many": dict(units=5, activation="softmax"),
}
LOSSES = {"binary": "binary_crossentropy", "many": "sparse_categorical_crossentropy"}


def build(task, n_features):
    inputs = tf.keras.Input((n_features,))
    x = HouseDense(64)(inputs)  # or: constant-kernel-initializer
    x = HouseDense(32)(x)  # or: constant-kernel-initializer
    outputs = tf.keras.layers.Dense(**HEADS[task])(x)
    model = tf.keras.Model(inputs, outputs)
    model.compile("adam", LOSSES[task], metrics=["accuracy"])
    return model


rng = np.random.default_rng(2)
x = rng.normal(size=(1500, 12)).astype("float32")
y = (x[:, 0] > x[:, 1]).astype("float32")
model = build("binary", 12)
model.fit(x, y, epochs=2, batch_size=64, validation_split=0.2)  # fault: epochs-few
