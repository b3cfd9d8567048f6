"""Calibrate a cheap piezo pressure sensor.

The raw ADC count depends on pressure, die temperature and supply voltage; a small network learns the inverse
surface from readings taken next to a reference gauge.
"""

import numpy as np
import tensorflow as tf

N_READINGS = 1400
BATCH = 32
EPOCHS = 18
LEARNING_RATE = 5e-3


def reference_surface(adc, temp, supply):
    """Pressure in kPa as the reference gauge sees it (fitted in the climate chamber)."""
    a = (adc - 2048.0) / 1200.0
    t = (temp - 25.0) / 30.0
    v = (supply - 3.3) / 0.25
    return 310.0 + 120.0 * a + 46.0 * a * t - 38.0 * t**2 + 30.0 * a**3 - 27.0 * a**2 * t + 18.0 * v * a - 14.0 * v


gen = np.random.default_rng(20)
adc = gen.uniform(600, 3500, N_READINGS)
temp = gen.uniform(-15, 65, N_READINGS)
supply = gen.uniform(3.0, 3.6, N_READINGS)
clean = reference_surface(adc, temp, supply)
gauge = clean + gen.normal(0, 12.0, N_READINGS)  # the gauge jitters

X = np.stack([adc, temp, supply], axis=1).astype("float32")
y = gauge[:, None].astype("float32")

n_train, n_valid = 900, 200
X_train, X_valid, X_test = np.split(X, [n_train, n_train + n_valid])
y_train, y_valid, y_test = np.split(y, [n_train, n_train + n_valid])

# scale with what the training readings say, targets as well
mu, sigma = X_train.mean(axis=0), X_train.std(axis=0)
y_mu, y_sigma = y_train.mean(), y_train.std()
X_train, X_valid, X_test = [(part - mu) / sigma for part in (X_train, X_valid, X_test)]
y_train, y_valid, y_test = [(part - y_mu) / y_sigma for part in (y_train, y_valid, y_test)]

model = tf.keras.Sequential(
    [
        tf.keras.Input(shape=(3,)),
        tf.keras.layers.Dense(32, activation="tanh"),
        tf.keras.layers.Dense(24, activation="relu", kernel_initializer="he_normal"),
        tf.keras.layers.Dense(1),
    ]
)
model.compile(
    optimizer=tf.keras.optimizers.Adam(learning_rate=LEARNING_RATE),
    loss=tf.keras.losses.Huber(delta=1.5),
    metrics=["mae"],
)

stopper = tf.keras.callbacks.EarlyStopping(monitor="val_loss", patience=5, restore_best_weights=True)
model.fit(
    X_train,
    y_train,
    batch_size=BATCH,
    epochs=EPOCHS,
    validation_data=(X_valid, y_valid),
    callbacks=[stopper],
    verbose=0,
)

loss, mae = model.evaluate(X_test, y_test, verbose=0)
print(f"mean absolute error: {mae * y_sigma:.1f} kPa")
