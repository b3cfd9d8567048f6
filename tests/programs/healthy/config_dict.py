"""Everything in one dictionary, as in the lab's other repositories."""
import json
import os
import sys

import numpy as np
import tensorflow as tf

CONFIG = {
    "model": {"filters": [16, 32], "kernel": 5, "dropout": 0.3, "classes": 6},
    "train": {"epochs": 25, "batch_size": 64, "lr": 3e-4},
    "callbacks": {"patience": 4},
}
if len(sys.argv) > 1 and os.path.exists(sys.argv[1]) and sys.argv[1].endswith(".json"):
    with open(sys.argv[1]) as f:
        CONFIG.update(json.load(f))


def har_windows(n, classes, seed):
    """Accelerometer windows (128 x 9) of human activities, made up."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, classes, n)
    t = np.linspace(0, 1, 128)[None, :, None]
    x = np.sin(2 * np.pi * (y[:, None, None] + 1) * t) + rng.normal(0, 0.5, (n, 128, 9))
    return x.astype("float32"), y


def build(cfg):
    inputs = tf.keras.Input(shape=(128, 9))
    x = inputs
    for i, f in enumerate(cfg["filters"]):
        x = tf.keras.layers.Conv1D(f, cfg["kernel"], activation="relu", name=f"conv{i}")(x)
        x = tf.keras.layers.MaxPooling1D(2)(x)
    x = tf.keras.layers.GlobalAveragePooling1D()(x)
    x = tf.keras.layers.Dropout(cfg["dropout"])(x)
    return tf.keras.Model(inputs, tf.keras.layers.Dense(cfg["classes"], activation="softmax")(x))


if __name__ == "__main__":
    mc, tc = CONFIG["model"], CONFIG["train"]
    x_train, y_train = har_windows(1200, mc["classes"], 0)
    x_val, y_val = har_windows(300, mc["classes"], 1)
    net = build(mc)
    net.compile(
        loss="sparse_categorical_crossentropy",
        optimizer=tf.keras.optimizers.Adam(learning_rate=tc["lr"]),
        metrics=["acc"],
    )
    net.fit(
        x_train,
        y_train,
        validation_data=(x_val, y_val),
        epochs=tc["epochs"],
        batch_size=tc["batch_size"],
        callbacks=[
            tf.keras.callbacks.EarlyStopping(
                monitor="val_acc", patience=CONFIG["callbacks"]["patience"], restore_best_weights=True
            )
        ],
    )
