"""Strength of concrete from its mixture: stop when the validation error no longer falls, keep the best weights."""
import sys

import keras
import numpy as np

SEED = int(sys.argv[1]) if len(sys.argv) > 1 else 0
keras.utils.set_random_seed(SEED)


def mixtures(n):
    m = np.random.uniform(0, 1, size=(n, 6))
    strength = 20 + 40 * m[:, 0] * (1 - m[:, 1]) + 10 * np.sqrt(m[:, 2]) + 5 * np.sin(4 * m[:, 3])
    return m, strength + np.random.normal(0, 1.0, n)


x, y = mixtures(1800)
mean, std = y[:1400].mean(), y[:1400].std()
y = (y - mean) / std

model = keras.Sequential(
    [
        keras.layers.Input((6,)),
        keras.layers.Rescaling(2.0, offset=-1.0),
        keras.layers.Dense(32, activation="elu"),
        keras.layers.Dense(32, activation="elu"),
        keras.layers.Dense(1),
    ]
)
model.compile(optimizer=keras.optimizers.Adam(1e-2), loss="mse", metrics=["mae"])
callbacks = [
    keras.callbacks.EarlyStopping(monitor="val_loss", patience=4, restore_best_weights=True),
    keras.callbacks.ReduceLROnPlateau(monitor="val_loss", factor=0.5, patience=2),
]
model.fit(
    x[:1400], y[:1400], epochs=30, batch_size=64, validation_data=(x[1400:], y[1400:]), callbacks=callbacks, verbose=2
)
error = y[1400:] - model.predict(x[1400:], verbose=0).ravel()
print("R2:", 1 - np.mean(error**2) / np.var(y[1400:]))
