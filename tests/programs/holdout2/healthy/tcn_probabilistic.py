import keras
import numpy as np
from keras import layers, ops

QUANTILES = (0.1, 0.5, 0.9)


def pinball(y, q_hat):
    q = ops.convert_to_tensor(QUANTILES, dtype=q_hat.dtype)
    e = ops.cast(y, q_hat.dtype) - q_hat
    return ops.mean(ops.maximum(q * e, (q - 1.0) * e), axis=-1)


def tcn(length, channels, filters=32, levels=5):
    x = inp = keras.Input((length, channels))
    for i in range(levels):
        h = layers.Conv1D(filters, 3, padding="causal", dilation_rate=2 ** i, activation="relu")(x)
        h = layers.SpatialDropout1D(0.1)(h)
        r = x if i else layers.Conv1D(filters, 1)(x)
        x = layers.Add()([h, r])
    x = layers.Lambda(lambda t: t[:, -1], output_shape=(filters,))(x)
    return keras.Model(inp, layers.Dense(len(QUANTILES))(x))


series = np.load("demand.npy").astype("float32")[:, None]
n = int(0.8 * len(series))
mu, sd = series[:n].mean(), series[:n].std()
series = (series - mu) / sd
L = 96
mk = lambda s, shuffle: keras.utils.timeseries_dataset_from_array(
    s[:-L], s[L:], sequence_length=L, batch_size=128, shuffle=shuffle)
model = tcn(L, 1)
model.compile(keras.optimizers.Adam(1e-3), loss=pinball)
model.fit(mk(series[:n], True), validation_data=mk(series[n:], False), epochs=30,
          callbacks=[keras.callbacks.ReduceLROnPlateau(factor=0.3, patience=3)])
