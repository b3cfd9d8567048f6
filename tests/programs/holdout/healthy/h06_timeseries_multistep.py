"""Forecast the next 24 hours of load from the last week (hourly)."""
import numpy as np
import pandas as pd
import tensorflow as tf
from tensorflow.keras import layers, models

HISTORY = 168
HORIZON = 24
FEATURES = ["load", "temp", "wind", "hour_sin", "hour_cos", "is_holiday"]


def read(path):
    df = pd.read_csv(path, parse_dates=["ts"]).set_index("ts").sort_index()
    h = df.index.hour
    df["hour_sin"] = np.sin(2 * np.pi * h / 24)
    df["hour_cos"] = np.cos(2 * np.pi * h / 24)
    return df[FEATURES].astype("float32")


def make_windows(values, history, horizon):
    xs, ys = [], []
    for start in range(len(values) - history - horizon + 1):
        xs.append(values[start:start + history])
        ys.append(values[start + history:start + history + horizon, 0])
    return np.stack(xs), np.stack(ys)


df = read("load.csv")
n = len(df)
train_df, val_df, test_df = df[: int(n * 0.7)], df[int(n * 0.7): int(n * 0.85)], df[int(n * 0.85):]
mean, std = train_df.mean(), train_df.std()
train_df, val_df, test_df = (train_df - mean) / std, (val_df - mean) / std, (test_df - mean) / std

x_train, y_train = make_windows(train_df.values, HISTORY, HORIZON)
x_val, y_val = make_windows(val_df.values, HISTORY, HORIZON)
x_test, y_test = make_windows(test_df.values, HISTORY, HORIZON)

model = models.Sequential([
    layers.Input((HISTORY, len(FEATURES))),
    layers.Conv1D(32, 5, padding="causal", activation="relu"),
    layers.LSTM(64, return_sequences=True),
    layers.LSTM(64),
    layers.Dense(64, activation="relu"),
    layers.Dense(HORIZON),
])
model.compile(optimizer=tf.keras.optimizers.Adam(5e-4), loss="huber", metrics=["mae"])
early = tf.keras.callbacks.EarlyStopping(monitor="val_mae", patience=5, mode="min", restore_best_weights=True)
model.fit(x_train, y_train, validation_data=(x_val, y_val), epochs=50, batch_size=64, callbacks=[early])

mae = model.evaluate(x_test, y_test, return_dict=True)["mae"]
print("test MAE in MW:", mae * std["load"])
naive = np.abs(x_test[:, -HORIZON:, 0] - y_test).mean()
print("naive 24h persistence:", naive * std["load"])
