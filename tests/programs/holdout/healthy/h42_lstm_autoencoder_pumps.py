import json
import pathlib

import joblib
import numpy as np
import pandas as pd
from sklearn.preprocessing import RobustScaler
from tensorflow import keras
from tensorflow.keras.layers import LSTM, Dense, Dropout, Input, RepeatVector, TimeDistributed

SENSORS = ["vibration", "pressure", "flow", "motor_temp"]
WINDOW, STRIDE = 60, 10
OUT = pathlib.Path("artifacts")
OUT.mkdir(exist_ok=True)


def read(name):
    df = pd.read_csv(f"pumps/{name}.csv", parse_dates=["time"], index_col="time")
    return df[SENSORS].resample("1min").mean().interpolate(limit=5).dropna()


def cut(a):
    starts = range(0, len(a) - WINDOW + 1, STRIDE)
    return np.stack([a[s:s + WINDOW] for s in starts]).astype("float32")


healthy = read("healthy_2022")
n_fit = int(0.8 * len(healthy))
scaler = RobustScaler().fit(healthy[:n_fit])
fit_w, val_w = cut(scaler.transform(healthy[:n_fit])), cut(scaler.transform(healthy[n_fit:]))
incident_w = cut(scaler.transform(read("incident_march")))


def autoencoder(units=(64, 16)):
    big, small = units
    return keras.Sequential([
        Input((WINDOW, len(SENSORS))),
        LSTM(big, return_sequences=True),
        Dropout(0.1),
        LSTM(small),
        RepeatVector(WINDOW),
        LSTM(small, return_sequences=True),
        LSTM(big, return_sequences=True),
        TimeDistributed(Dense(len(SENSORS))),
    ])


ae = autoencoder()
ae.compile(optimizer=keras.optimizers.Adam(learning_rate=1e-3, clipnorm=1.0), loss="mae")
ae.fit(fit_w, fit_w, validation_data=(val_w, val_w), epochs=80, batch_size=64, callbacks=[
    keras.callbacks.EarlyStopping(patience=6, restore_best_weights=True),
    keras.callbacks.ReduceLROnPlateau(patience=3, factor=0.5),
])


def score(w):
    return np.abs(ae.predict(w, verbose=0) - w).mean(axis=(1, 2))


limit = float(np.quantile(score(val_w), 0.99))
alarms = score(incident_w) > limit
print("share of alarms in the incident:", alarms.mean())
ae.save(OUT / "pump_ae.keras")
joblib.dump(scaler, OUT / "scaler.joblib")
(OUT / "limit.json").write_text(json.dumps({"limit": limit, "sensors": SENSORS}))
