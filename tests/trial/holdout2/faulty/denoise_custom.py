"""Denoising autoencoder on 8x8 digits built from a small custom layer."""
import sys
import numpy as np
import keras
from keras import ops
from sklearn.datasets import load_digits


class Affine(keras.layers.Layer):
    def __init__(self, units, act):
        super().__init__()
        self.units, self.act = units, keras.activations.get(act)

    def build(self, shape):
        init = keras.initializers.RandomNormal(stddev=1.0)  # fault: init-too-wide
        self.w = self.add_weight(shape=(shape[-1], self.units), initializer=init, name="w")
        self.b = self.add_weight(shape=(self.units,), initializer="zeros", name="b")

    def call(self, x):
        return self.act(ops.matmul(x, self.w) + self.b)


keras.utils.set_random_seed(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
rng = np.random.default_rng(3)
clean = load_digits().data.astype("float32") / 16.0
noisy = (clean + 0.25 * rng.normal(size=clean.shape)).astype("float32")
tr, va = slice(0, 1400), slice(1400, None)

ae = keras.Sequential([
    keras.layers.Input((64,)),
    Affine(128, "tanh"),
    Affine(128, "tanh"),
    Affine(24, "tanh"),
    Affine(128, "tanh"),
    Affine(64, "sigmoid"),
])
ae.compile(optimizer=keras.optimizers.Adam(2e-3), loss="mse")
ae.fit(noisy[tr], clean[tr], validation_data=(noisy[va], clean[va]), epochs=20, batch_size=32, verbose=2)
out = ae.predict(noisy[va], verbose=0)
print("explained variance", 1 - np.mean((out - clean[va]) ** 2) / np.mean((clean[va] - clean[tr].mean(0)) ** 2))
