"""Anomaly detection: an autoencoder sees normal spectra only, the score is the reconstruction error."""
import sys
import numpy as np
import keras
from keras import layers
from sklearn.metrics import roc_auc_score

seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
keras.utils.set_random_seed(seed)
rng = np.random.default_rng(seed)
grid = np.linspace(0, 1, 32)


def normal(n):
    a, b = rng.uniform(0.3, 1, (2, n, 1))
    s = a * np.exp(-((grid - 0.3) / 0.08) ** 2) + b * np.exp(-((grid - 0.7) / 0.08) ** 2)
    return (s + 0.03 * rng.normal(size=s.shape)).astype("float32")


def broken(n):
    pos = rng.choice([0.1, 0.5, 0.9], (n, 1))
    return (normal(n) + 0.35 * np.exp(-((grid - pos) / 0.05) ** 2)).astype("float32")


class AutoEncoder(keras.Model):
    def __init__(self, code):
        super().__init__()
        self.encoder = keras.Sequential([layers.Dense(24, activation="relu"), layers.Dense(code)])
        self.decoder = keras.Sequential([layers.Dense(24, activation="relu"), layers.Dense(32)])

    def call(self, x):
        return self.decoder(self.encoder(x))


x = normal(1200)
ae = AutoEncoder(code=2)
ae.compile(keras.optimizers.Adam(3e-3), "mse")
ae.fit(x[:1000], x[:1000], validation_data=(x[1000:], x[1000:]), epochs=25, batch_size=32, verbose=2)

test = np.concatenate([normal(200), broken(200)])
score = np.mean((ae.predict(test, verbose=0) - test) ** 2, axis=1)
print("ROC AUC", roc_auc_score(np.repeat([0, 1], 200), score))
