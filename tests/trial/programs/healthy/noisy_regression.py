"""Daily return from yesterday's signals: almost all of it is noise. An R2 near 0.2 is all there is."""
import sys

import numpy as np
import tensorflow as tf

SEED = int(sys.argv[1]) if len(sys.argv) > 1 else 0
tf.keras.utils.set_random_seed(SEED)
rng = np.random.default_rng(SEED)

signals = rng.normal(size=(3000, 5)).astype("float32")
expected = 0.35 * np.tanh(signals[:, 0]) + 0.25 * signals[:, 1] + 0.3 * np.abs(signals[:, 2]) - 0.24
returns = (expected + rng.normal(0, 0.9, len(signals))).astype("float32")
best = 1 - np.var(returns[2200:] - expected[2200:]) / np.var(returns[2200:])

train = tf.data.Dataset.from_tensor_slices((signals[:2200], returns[:2200])).shuffle(2200, seed=SEED).batch(32)
test = tf.data.Dataset.from_tensor_slices((signals[2200:], returns[2200:])).batch(100)

inputs = tf.keras.Input(shape=(5,))
h = tf.keras.layers.Dense(16, activation="relu", kernel_regularizer="l2")(inputs)
model = tf.keras.Model(inputs, tf.keras.layers.Dense(1)(h))
model.compile(optimizer=tf.keras.optimizers.Adam(3e-3), loss="mse", metrics=["mae"])
model.fit(train, epochs=10, validation_data=test, verbose=2)
r2 = 1 - np.mean((returns[2200:] - model.predict(signals[2200:], verbose=0)[:, 0]) ** 2) / np.var(returns[2200:])
print(f"R2 of the true expectation {best:.3f}, of the model {r2:.3f}")
