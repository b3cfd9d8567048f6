"""Ozone of tomorrow from the weather station; a sensor drops out now and then."""
import sys

import numpy as np
import tensorflow as tf

SEED = int(sys.argv[1]) if len(sys.argv) > 1 else 0
tf.keras.utils.set_random_seed(SEED)
rng = np.random.default_rng(SEED)

DAYS = 2400
weather = rng.normal(size=(DAYS, 7)).astype("float32")
ozone = np.tanh(weather[:, 0] + weather[:, 1] * weather[:, 2]) + 0.5 * weather[:, 3] + rng.normal(0, 0.1, DAYS)
ozone = ((ozone - ozone.mean()) / ozone.std()).astype("float32")
weather[rng.random(weather.shape) < 0.01] = np.nan  # fault: nan-input

train = tf.data.Dataset.from_tensor_slices((weather[:1900], ozone[:1900]))  # fault: nan-input
train = train.shuffle(1900, seed=SEED).batch(32)
test = tf.data.Dataset.from_tensor_slices((np.nan_to_num(weather[1900:]), ozone[1900:])).batch(64)

model = tf.keras.Sequential(
    [
        tf.keras.Input((7,)),
        tf.keras.layers.Dense(32, activation="relu"),
        tf.keras.layers.Dense(32, activation="relu"),
        tf.keras.layers.Dense(1),
    ]
)
model.compile(optimizer=tf.keras.optimizers.Adam(2e-3), loss="mse", metrics=["mae"])
model.fit(train, epochs=12, validation_data=test, verbose=2)  # fault: nan-input
print("mean absolute error", model.evaluate(test, verbose=0)[1])
