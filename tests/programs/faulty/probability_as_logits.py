"""Fraud score: sigmoid output declared as logits."""
from dataclasses import dataclass

import numpy as np
import tensorflow as tf


@dataclass
class Hyper:
    hidden: tuple = (64, 32)
    lr: float = 1e-3
    epochs: int = 12
    batch: int = 256


HP = Hyper()
rng = np.random.default_rng(17)
X = rng.normal(size=(6000, 28)).astype("float32")
y = (X[:, 0] - X[:, 4] + rng.normal(0, 0.5, 6000) > 2).astype("float32")

layers = [tf.keras.layers.Dense(h, activation="relu") for h in HP.hidden]
score = tf.keras.layers.Dense(1, activation="sigmoid")  # or: probabilities-with-from-logits
model = tf.keras.Sequential([tf.keras.Input((28,)), *layers, score])
model.compile(
    optimizer=tf.keras.optimizers.Adam(HP.lr),
    loss=tf.keras.losses.BinaryCrossentropy(from_logits=True),  # fault: probabilities-with-from-logits
    metrics=[tf.keras.metrics.AUC(curve="PR", name="pr")],
)
model.fit(
    X[:5000],
    y[:5000],
    epochs=HP.epochs,
    batch_size=HP.batch,
    validation_data=(X[5000:], y[5000:]),
    callbacks=[
        tf.keras.callbacks.ModelCheckpoint("fraud.keras", monitor="val_pr", mode="min", save_best_only=True)  # fault: callback-mode-against-monitor
    ],
)
