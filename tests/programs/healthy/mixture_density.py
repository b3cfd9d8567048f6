"""Mixture density network and a Poisson count model: losses that most tools do not know."""
import math

import keras
import numpy as np
from keras import layers, ops

K = 3


def nll(y, params):
    logits, mu, log_sigma = ops.split(params, 3, axis=-1)
    z = (y - mu) / ops.exp(log_sigma)
    log_prob = ops.log_softmax(logits) - 0.5 * ops.square(z) - log_sigma - 0.5 * math.log(2 * math.pi)
    return -ops.logsumexp(log_prob, axis=-1)


def build_mdn():
    x = layers.Input((1,))
    h = layers.Dense(64, activation="tanh")(x)
    h = layers.Dense(64, activation="tanh")(h)
    params = layers.Concatenate()([layers.Dense(K, name=n)(h) for n in ("logits", "mu", "log_sigma")])
    model = keras.Model(x, params, name="mdn")
    model.compile("adam", loss=nll)
    return model


def build_poisson(n):
    model = keras.Sequential(
        [layers.Input((n,)), layers.Dense(16, activation="relu"), layers.Dense(1, activation="exponential")]
    )
    model.compile(keras.optimizers.Adam(5e-4), loss="poisson")
    return model


rng = np.random.default_rng(0)
t = rng.uniform(-1, 1, (1500, 1)).astype("float32")
x = (t + 0.3 * np.sin(6 * t) + rng.normal(0, 0.05, t.shape)).astype("float32")
mdn = build_mdn()
mdn.fit(x[:1200], t[:1200], validation_data=(x[1200:], t[1200:]), epochs=60, batch_size=64, verbose=0)

z = rng.normal(size=(1000, 4)).astype("float32")
counts = rng.poisson(np.exp(0.4 * z[:, 0] - 0.2 * z[:, 1])).astype("float32")
glm = build_poisson(4)
glm.fit(z, counts, validation_split=0.2, epochs=40, verbose=0)
print(mdn.evaluate(x, t, verbose=0) if len(x) < 100 else mdn.count_params(), glm.count_params())
