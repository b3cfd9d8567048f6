import numpy as np
import tensorflow as tf
from tensorflow import keras

L = keras.layers


def tcn_block(x, filters, kernel, dilation, rate):
    skip = x
    for _ in range(2):
        x = L.Conv1D(filters, kernel, dilation_rate=dilation, padding="causal", kernel_initializer="he_normal")(x)
        x = L.LayerNormalization()(x)
        x = L.Activation("relu")(x)
        x = L.SpatialDropout1D(rate)(x)
    if skip.shape[-1] != filters:
        skip = L.Conv1D(filters, 1)(skip)
    return L.Activation("relu")(L.Add()([x, skip]))


def build(n_channels, n_out, filters=32, kernel=3, levels=6):
    inp = L.Input((None, n_channels))
    x = inp
    for i in range(levels):
        x = tcn_block(x, filters, kernel, 2 ** i, 0.1)
    last = L.Lambda(lambda t: t[:, -1, :], output_shape=(filters,))(x)
    return keras.Model(inp, L.Dense(n_out)(last))


series = np.load("sensors.npy").astype("float32")
cut1, cut2 = int(0.7 * len(series)), int(0.85 * len(series))
mu, sigma = series[:cut1].mean(0), series[:cut1].std(0) + 1e-6
series = (series - mu) / sigma


def windows(a, b, shuffle):
    part = series[a:b]
    return keras.utils.timeseries_dataset_from_array(
        part[:-1], part[256:], sequence_length=256, batch_size=64, shuffle=shuffle, seed=1)


train, val, test = windows(0, cut1, True), windows(cut1, cut2, False), windows(cut2, None, False)
model = build(series.shape[1], series.shape[1])
model.compile(keras.optimizers.Adam(1e-3, clipnorm=1.0), loss="mse", metrics=["mae"])
model.fit(train, validation_data=val, epochs=30,
          callbacks=[keras.callbacks.EarlyStopping("val_loss", patience=4, restore_best_weights=True)])
print(model.evaluate(test))
