"""Matrix factorization with biases; ratings squeezed to [0.5, 5] by a scaled sigmoid."""
import numpy as np
import pandas as pd
import tensorflow as tf
from tensorflow.keras import layers, regularizers

EMBEDDING_SIZE = 32


class Recommender(tf.keras.Model):
    def __init__(self, n_users, n_items, low, high, **kwargs):
        super(Recommender, self).__init__(**kwargs)
        reg = regularizers.l2(1e-6)
        self.user = layers.Embedding(n_users, EMBEDDING_SIZE, embeddings_initializer="he_normal", embeddings_regularizer=reg)
        self.user_bias = layers.Embedding(n_users, 1)
        self.item = layers.Embedding(n_items, EMBEDDING_SIZE, embeddings_initializer="he_normal", embeddings_regularizer=reg)
        self.item_bias = layers.Embedding(n_items, 1)
        self.low, self.high = low, high

    def call(self, pairs):
        u, i = pairs[:, 0], pairs[:, 1]
        dot = tf.reduce_sum(self.user(u) * self.item(i), axis=1, keepdims=True)
        return self.low + (self.high - self.low) * tf.sigmoid(dot + self.user_bias(u) + self.item_bias(i))


ratings = pd.read_csv("ratings.csv")
users = {u: n for n, u in enumerate(ratings.userId.unique())}
items = {i: n for n, i in enumerate(ratings.movieId.unique())}
ratings["u"] = ratings.userId.map(users)
ratings["i"] = ratings.movieId.map(items)
ratings = ratings.sample(frac=1, random_state=42)
pairs = ratings[["u", "i"]].to_numpy(dtype="int32")
stars = ratings["rating"].to_numpy(dtype="float32").reshape(-1, 1)
cut = int(0.9 * len(ratings))

model = Recommender(len(users), len(items), stars.min(), stars.max())
model.compile(
    loss=tf.keras.losses.MeanSquaredError(),
    optimizer=tf.keras.optimizers.Adam(learning_rate=0.001),
    metrics=[tf.keras.metrics.RootMeanSquaredError()],
)
model.fit(pairs[:cut], stars[:cut], batch_size=64, epochs=8, validation_data=(pairs[cut:], stars[cut:]))
me = np.column_stack([np.zeros(len(items), int), np.arange(len(items))])
top = np.argsort(-model.predict(me, verbose=0).ravel())[:10]
print(top)
