"""Price of a house from ten standardized columns, read in chunks by a generator."""
import sys

import keras
import numpy as np

BATCH = 32


def listings(n, rng, weights):
    x = rng.normal(size=(n, 10)).astype("float32")
    price = 320_000 + 60_000 * (x @ weights) + 40_000 * np.maximum(x[:, 0], 0) * x[:, 1] + rng.normal(0, 10_000, n)
    return x, price.astype("float32")  # fault: target-not-scaled


def chunks(x, y, rng):
    while True:
        rows = rng.integers(0, len(x), BATCH)
        yield x[rows], y[rows]  # fault: target-not-scaled


def r2(y, prediction):
    return 1 - np.mean((y - prediction.ravel()) ** 2) / np.var(y)


seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
keras.utils.set_random_seed(seed)
rng = np.random.default_rng(seed)
weights = rng.normal(size=10) / 3
x_train, y_train = listings(2200, rng, weights)
x_val, y_val = listings(500, rng, weights)

model = keras.Sequential(
    [
        keras.Input((10,)),
        keras.layers.Dense(32, activation="relu"),
        keras.layers.Dense(32, activation="relu"),
        keras.layers.Dense(1),
    ]
)
model.compile(optimizer=keras.optimizers.Adam(0.003), loss="mse", metrics=["mae"])
model.fit(  # fault: target-not-scaled
    chunks(x_train, y_train, rng),
    steps_per_epoch=len(x_train) // BATCH,
    epochs=12,
    validation_data=(x_val, y_val),
    verbose=2,
)
print("R2 on unseen houses:", r2(y_val, model.predict(x_val, verbose=0)))
