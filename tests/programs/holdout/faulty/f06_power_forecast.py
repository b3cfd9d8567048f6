import keras
import numpy as np
import pandas as pd
from keras import layers
from keras.callbacks import EarlyStopping, ModelCheckpoint

LOOKBACK, AHEAD = 96, 8

series = pd.read_csv("power.csv", index_col=0)["kw"].to_numpy("float32")
split = int(0.8 * len(series))
mu, sd = series[:split].mean(), series[:split].std()
series = (series - mu) / sd


def window(a):
    n = len(a) - LOOKBACK - AHEAD
    x = np.stack([a[i:i + LOOKBACK] for i in range(n)])[..., None]
    y = np.stack([a[i + LOOKBACK:i + LOOKBACK + AHEAD] for i in range(n)])
    return x, y


X_train, y_train = window(series[:split])
X_val, y_val = window(series[split:])


def make_model(kind="lstm", n_layers=2, units=48):
    cell = {"lstm": layers.LSTM, "gru": layers.GRU}[kind]
    inp = keras.Input((LOOKBACK, 1))
    x = inp
    x = cell(units)(x)  # fault: return-sequences-missing
    x = layers.Dropout(0.1)(x)
    x = cell(units)(x)
    return keras.Model(inp, layers.Dense(AHEAD)(x))


model = make_model()
model.compile(optimizer=keras.optimizers.Adam(1e-3), loss="mse", metrics=["mae"])
model.fit(
    X_train, y_train, epochs=50, batch_size=64, validation_data=(X_val, y_val),
    callbacks=[
        EarlyStopping(monitor="val_mse", patience=5, restore_best_weights=True),  # fault: monitor-not-logged
        ModelCheckpoint("power.keras", monitor="val_loss", save_best_only=True),
    ],
)
