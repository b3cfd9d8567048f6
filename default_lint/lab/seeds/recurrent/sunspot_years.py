"""Yearly sunspot numbers: next year from the last nine."""
import numpy as np
import statsmodels.api as sm
from keras import Sequential
from keras.callbacks import EarlyStopping
from keras.layers import GRU, Dense, Input
from keras.optimizers import Adam

WINDOW = 9

activity = sm.datasets.sunspots.load_pandas().data["SUNACTIVITY"].to_numpy()
activity = np.sqrt(activity)  # tames the peaks

windows = np.lib.stride_tricks.sliding_window_view(activity, WINDOW + 1)
n_test, n_val = 64, 30
n_train = len(windows) - n_test - n_val

known = activity[: n_train + WINDOW]
windows = (windows - known.mean()) / known.std()

x, y = windows[:, :-1, None], windows[:, -1:]
x_train, y_train = x[:n_train], y[:n_train]
x_val, y_val = x[n_train:-n_test], y[n_train:-n_test]
x_test, y_test = x[-n_test:], y[-n_test:]

model = Sequential([
    Input((WINDOW, 1)),
    GRU(20),
    Dense(12, activation="tanh", kernel_regularizer="l2"),
    Dense(1),
])
model.compile(optimizer=Adam(0.012, clipnorm=1.0), loss="mse")
model.fit(
    x_train,
    y_train,
    epochs=15,
    batch_size=24,
    validation_data=(x_val, y_val),
    callbacks=[EarlyStopping(patience=6, restore_best_weights=True)],
    verbose=0,
)

error = model.predict(x_test, verbose=0) - y_test
print("share of variance explained:", 1 - np.mean(error**2) / np.var(y_test))
