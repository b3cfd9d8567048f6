import keras
import numpy as np
from keras import layers, ops

QUANTILES = (0.1, 0.5, 0.9)


def pinball(quantiles):
    q = np.asarray(quantiles, dtype="float32")

    def loss(y_true, y_pred):
        e = y_true - y_pred
        return ops.mean(ops.maximum(q * e, (q - 1.0) * e), axis=-1)

    return loss


rng = np.random.default_rng(0)
x = rng.uniform(-3, 3, size=(4000, 1)).astype("float32")
y = (np.sin(x) + rng.normal(scale=0.1 + 0.2 * np.abs(x))).astype("float32")
x_train, y_train, x_val, y_val = x[:3200], y[:3200], x[3200:], y[3200:]

inputs = keras.Input((1,))
h = layers.Dense(64, activation="gelu")(inputs)
h = layers.Dense(64, activation="gelu")(h)
base = layers.Dense(1)(h)
steps = layers.Dense(len(QUANTILES) - 1, activation="softplus")(h)
upper = layers.Lambda(lambda t: t[0] + ops.cumsum(t[1], axis=-1), output_shape=(len(QUANTILES) - 1,))([base, steps])
outputs = layers.Concatenate()([base, upper])

model = keras.Model(inputs, outputs)
model.compile(optimizer="adam", loss=pinball(QUANTILES))
model.fit(x_train, np.repeat(y_train, len(QUANTILES), axis=1),
          validation_data=(x_val, np.repeat(y_val, len(QUANTILES), axis=1)), epochs=40, batch_size=64, verbose=2)
lo, med, hi = model.predict(x_val).T
print("80% interval covers", np.mean((y_val[:, 0] >= lo) & (y_val[:, 0] <= hi)))
