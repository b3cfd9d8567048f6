"""Day-ahead energy demand: a GRU on sliding windows, one number out."""
import keras
import numpy as np
from keras import layers

WINDOW = 48
HORIZON = 1
FEATURES = 3


def synthetic_demand(hours=6000, seed=5):
    rng = np.random.default_rng(seed)
    t = np.arange(hours)
    day, week = np.sin(2 * np.pi * t / 24), np.sin(2 * np.pi * t / 168)
    demand = 3.0 * day + 1.5 * week + rng.normal(0, 0.3, hours)
    return np.stack([demand, day, week], axis=1).astype("float32")


def windows(series):
    x = np.stack([series[i : i + WINDOW] for i in range(len(series) - WINDOW - HORIZON)])
    y = series[WINDOW + HORIZON - 1 : -1, :1]
    return x, y


series = synthetic_demand()
cut = int(len(series) * 0.8)
mean, std = series[:cut].mean(axis=0), series[:cut].std(axis=0)
x_train, y_train = windows((series[:cut] - mean) / std)
x_valid, y_valid = windows((series[cut:] - mean) / std)

model = keras.Sequential(
    [
        keras.Input(shape=(WINDOW, FEATURES)),
        layers.GRU(64, return_sequences=True),
        layers.GRU(32),
        layers.Dense(16, activation="relu"),
        layers.Dense(1, activation="softmax"),  # fault: softmax-on-one-unit
    ]
)
model.compile(
    optimizer=keras.optimizers.Adam(1e-3),
    loss="mse",
    metrics=["accuracy"],  # fault: accuracy-for-regression
)
model.fit(x_train, y_train, epochs=20, batch_size=64, shuffle=True, validation_data=(x_valid, y_valid))
print(model.predict(x_valid[:5], verbose=0))
