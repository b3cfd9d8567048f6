"""From a short accelerometer record: which activity, and how fast (standardized)."""
import sys

import numpy as np
import tensorflow as tf

STEPS = 32
seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
tf.keras.utils.set_random_seed(seed)


def records(n, rng):
    activity = rng.integers(0, 3, n)
    speed = rng.uniform(0.5, 1.5, n)
    t = np.arange(STEPS)
    angle = 2 * np.pi * (speed[:, None] * t / 12 + rng.uniform(0, 1, (n, 1)))
    wave = np.stack([np.sin(angle), np.sign(np.sin(angle)), np.abs(np.sin(angle)) * 2 - 1])[activity, np.arange(n)]
    x = (wave + rng.normal(0, 0.15, wave.shape))[..., None].astype("float32")
    return x, {"activity": activity, "speed": ((speed - 1) / 0.29).astype("float32")}


rng = np.random.default_rng(seed)
train = tf.data.Dataset.from_tensor_slices(records(2400, rng)).shuffle(2400).batch(32).prefetch(1)
valid = tf.data.Dataset.from_tensor_slices(records(500, rng)).batch(64)

inputs = tf.keras.layers.Input((STEPS, 1))
x = tf.keras.layers.Conv1D(16, 7, activation="relu")(inputs)
x = tf.keras.layers.MaxPooling1D()(x)
x = tf.keras.layers.Conv1D(24, 5, activation="relu")(x)
x = tf.keras.layers.Flatten()(x)
x = tf.keras.layers.Dense(32, activation="relu")(x)
activity = tf.keras.layers.Dense(3, activation="softmax", name="activity")(x)
speed = tf.keras.layers.Dense(1, name="speed")(x)
model = tf.keras.Model(inputs, {"activity": activity, "speed": speed})
model.compile(
    optimizer=tf.keras.optimizers.Adam(2e-3),
    loss={"activity": "sparse_categorical_crossentropy", "speed": "mse"},
    loss_weights={"activity": 1.0, "speed": 0.5},
    metrics={"activity": ["accuracy"], "speed": ["mae"]},
)
model.fit(train, epochs=8, validation_data=valid, verbose=2)
scores = model.evaluate(valid, return_dict=True, verbose=0)
print("speed error", scores["speed_mae"], "activity accuracy", scores["activity_accuracy"])
