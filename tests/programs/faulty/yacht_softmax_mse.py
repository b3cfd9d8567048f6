"""Yacht resistance. Five physical targets at once, with a softmax that makes them sum to one."""
import argparse

import numpy as np
import tensorflow as tf
from tensorflow import keras

parser = argparse.ArgumentParser()
parser.add_argument("--epochs", type=int, default=1)  # fault: epochs-few
parser.add_argument("--batch_size", type=int, default=16)
FLAGS = parser.parse_args()

rng = np.random.default_rng(3)
hull = rng.normal(size=(600, 6)).astype("float32")
targets = (hull @ rng.normal(size=(6, 5)) + 0.1 * rng.normal(size=(600, 5))).astype("float32")

inputs = tf.keras.layers.Input(shape=(6,))
x = keras.layers.Dense(32, activation="tanh")(inputs)
x = keras.layers.Dense(32, activation="tanh")(x)
outputs = keras.layers.Dense(5, activation="softmax")(x)  # fault: softmax-with-regression-loss
model = keras.Model(inputs, outputs)
model.compile(optimizer="adam", loss="mae")  # or: softmax-with-regression-loss
model.fit(
    hull,
    targets,
    epochs=FLAGS.epochs,  # or: epochs-few
    batch_size=FLAGS.batch_size,
    validation_split=0.2,
)
