"""Forecast of the load of a town, three hours ahead, from the last twelve."""
import keras
import numpy as np
from keras.callbacks import EarlyStopping
from keras.layers import GRU, Dense, Input
from sklearn.preprocessing import StandardScaler

HOURS = 24 * 7 * 9
WINDOW = 12
AHEAD = 3
UNITS = 20


def simulate_load(rng):
    t = np.arange(HOURS)
    hour, day = t % 24, (t // 24) % 7
    working = day < 5
    morning = np.exp(-0.5 * ((hour - 8) / 1.8) ** 2) * np.where(working, 16, 5)
    noon = np.exp(-0.5 * ((hour - 12.5) / 2.0) ** 2) * np.where(working, 6, 13)
    evening = np.exp(-0.5 * ((hour - 19) / 2.2) ** 2) * 20
    weather = np.zeros(HOURS)
    for i in range(1, HOURS):
        weather[i] = 0.94 * weather[i - 1] + rng.normal(0, 1.0)
    load = 50 + morning + noon + evening + weather
    calendar = np.column_stack([np.sin(2 * np.pi * hour / 24), np.cos(2 * np.pi * hour / 24), working])
    return load, calendar


def windows(load, calendar):
    x, y = [], []
    for end in range(WINDOW, len(load) - AHEAD + 1):
        x.append(np.column_stack([load[end - WINDOW:end], calendar[end - WINDOW:end]]))
        y.append(load[end + AHEAD - 1])
    return np.asarray(x, dtype="float32"), np.asarray(y, dtype="float32")[:, None]


load, calendar = simulate_load(np.random.default_rng(2016))
n_train, n_val = int(HOURS * 0.65), int(HOURS * 0.1)

# scaled with what is known at the end of the training period
scaler = StandardScaler().fit(load[:n_train, None])
load = scaler.transform(load[:, None])[:, 0]

x_train, y_train = windows(load[:n_train], calendar[:n_train])
x_val, y_val = windows(load[n_train:n_train + n_val], calendar[n_train:n_train + n_val])
x_test, y_test = windows(load[n_train + n_val:], calendar[n_train + n_val:])

model = keras.Sequential()
model.add(Input(shape=(WINDOW, 4)))
model.add(GRU(UNITS))
model.add(Dense(16, activation="relu"))
model.add(Dense(1))
model.compile(loss="mse", optimizer=keras.optimizers.Adam(learning_rate=0.01, clipnorm=1.0), metrics=["mae"])
model.summary()

history = model.fit(
    x_train,
    y_train,
    epochs=9,
    batch_size=64,
    validation_data=(x_val, y_val),
    callbacks=[EarlyStopping(monitor="val_loss", patience=3, restore_best_weights=True)],
    verbose=0,
)
mse, mae = model.evaluate(x_test, y_test, verbose=0)
print(f"stopped after {len(history.epoch)} epochs, mean error {mae * scaler.scale_[0]:.2f} MW")
