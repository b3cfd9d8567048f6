# %% Machine failure within the week?  Columns: hours, temperature (K), torque, pressure (Pa), error rate
import sys
import numpy as np
import tensorflow as tf

seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
tf.keras.utils.set_random_seed(seed)
rng = np.random.default_rng(seed)

# %% the log of the machines
n = 2500
hours = rng.gamma(2.0, 4000.0, n)
temperature = rng.normal(310, 4, n)
torque = rng.normal(0.4, 0.1, n)
pressure = rng.normal(101_000, 6_000, n)
errors = rng.exponential(0.002, n)
score = (temperature - 310) / 4 + 1.5 * (torque - 0.4) / 0.1 + (errors - 0.002) / 0.002
failed = (score + 0.3 * rng.normal(size=n) > 0.2).astype("float32")

# %% train / test
table = np.column_stack([hours, temperature, torque, pressure, errors]).astype("float32")  # fault: unscaled-columns
x_train, x_test = table[:2000], table[2000:]  # fault: unscaled-columns
t_train, t_test = failed[:2000], failed[2000:]

# %% network
net = tf.keras.Sequential([
    tf.keras.layers.Input((5,)),
    tf.keras.layers.Dense(16, activation="relu"),
    tf.keras.layers.Dense(16, activation="relu"),
    tf.keras.layers.Dense(1, activation="sigmoid"),
])
net.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
net.fit(x_train, t_train, epochs=12, batch_size=32, validation_data=(x_test, t_test), verbose=2)  # fault: unscaled-columns
print(net.evaluate(x_test, t_test, verbose=0)[1])
