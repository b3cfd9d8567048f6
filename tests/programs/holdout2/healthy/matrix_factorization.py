import numpy as np
import pandas as pd
import keras
from keras import layers, ops, regularizers


class MF(keras.Model):
    """Biased matrix factorization."""

    def __init__(self, n_users, n_items, k=50, **kwargs):
        super().__init__(**kwargs)
        reg = regularizers.L2(1e-6)
        self.u = layers.Embedding(n_users, k, embeddings_initializer="he_normal", embeddings_regularizer=reg)
        self.v = layers.Embedding(n_items, k, embeddings_initializer="he_normal", embeddings_regularizer=reg)
        self.bu = layers.Embedding(n_users, 1)
        self.bv = layers.Embedding(n_items, 1)

    def call(self, inputs):
        u, i = inputs[:, 0], inputs[:, 1]
        dot = ops.sum(self.u(u) * self.v(i), axis=1, keepdims=True)
        return ops.sigmoid(dot + self.bu(u) + self.bv(i))


ratings = pd.read_csv("ratings.csv")
u, ui = np.unique(ratings.userId, return_inverse=True)
m, mi = np.unique(ratings.movieId, return_inverse=True)
x = np.stack([ui, mi], axis=1)
y = ((ratings.rating - 0.5) / 4.5).values.astype("float32")
perm = np.random.default_rng(42).permutation(len(x))
x, y = x[perm], y[perm]
n = int(0.9 * len(x))
model = MF(len(u), len(m))
model.compile(loss="binary_crossentropy", optimizer=keras.optimizers.Adam(1e-3), metrics=["mae"])
model.fit(x[:n], y[:n], batch_size=256, epochs=6, validation_data=(x[n:], y[n:]))
