"""Multi-step forecasting with a windowed dataset. Time order is kept on purpose (shuffle=False)."""
import keras
import numpy as np
from keras import layers
from keras.utils import timeseries_dataset_from_array

PAST, FUTURE, STEP = 72, 12, 1
rng = np.random.default_rng(2)
n = 3000
temperature = 10 + 8 * np.sin(np.arange(n) * 2 * np.pi / 24) + rng.normal(0, 1, n)
pressure = 1000 + rng.normal(0, 5, n).cumsum() * 0.05
features = np.stack([temperature, pressure], 1)

split = int(0.7 * n)
mean, std = features[:split].mean(0), features[:split].std(0)
features = (features - mean) / std
y = np.stack([features[i + PAST : i + PAST + FUTURE, 0] for i in range(n - PAST - FUTURE)])

common = dict(sequence_length=PAST, sampling_rate=STEP, batch_size=128)
train = timeseries_dataset_from_array(features[:split], y[:split], shuffle=False, **common)
valid = timeseries_dataset_from_array(features[split : n - FUTURE], y[split:], shuffle=False, **common)

inputs = keras.Input((PAST, 2))
x = layers.LSTM(32)(inputs)
outputs = layers.Dense(FUTURE)(x)
model = keras.Model(inputs, outputs)
model.compile(optimizer=keras.optimizers.Adam(0.001), loss="mse", metrics=["mae"])
model.fit(
    train,
    epochs=10,
    shuffle=False,
    validation_data=valid,
    callbacks=[
        keras.callbacks.EarlyStopping(monitor="val_mae", min_delta=0, patience=5, restore_best_weights=True),
        keras.callbacks.ModelCheckpoint("weather.weights.h5", monitor="val_loss", save_weights_only=True),
    ],
)

# the linear model, for comparison, on arrays
flat = keras.Sequential([keras.Input((PAST, 2)), layers.Flatten(), layers.Dense(FUTURE)])
flat.compile("adam", "mae")
windows = np.stack([features[i : i + PAST] for i in range(len(y))])
flat.fit(windows[:split], y[:split], epochs=5, batch_size=64, validation_data=(windows[split:], y[split:]))
