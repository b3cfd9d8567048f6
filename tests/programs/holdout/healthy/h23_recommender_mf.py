import keras
import numpy as np
import pandas as pd
from keras import layers, ops, regularizers

EMB = 50

df = pd.read_csv("ratings.csv")
user_ids = df["userId"].unique().tolist()
movie_ids = df["movieId"].unique().tolist()
user2idx = {u: i for i, u in enumerate(user_ids)}
movie2idx = {m: i for i, m in enumerate(movie_ids)}
df["user"] = df["userId"].map(user2idx)
df["movie"] = df["movieId"].map(movie2idx)
lo, hi = df["rating"].min(), df["rating"].max()
df = df.sample(frac=1, random_state=42)
x = df[["user", "movie"]].values
y = ((df["rating"] - lo) / (hi - lo)).values
cut = int(0.9 * len(df))
x_train, x_val, y_train, y_val = x[:cut], x[cut:], y[:cut], y[cut:]


class MF(keras.Model):
    def __init__(self, n_users, n_movies, dim, **kwargs):
        super().__init__(**kwargs)
        reg = regularizers.l2(1e-6)
        self.user = layers.Embedding(n_users, dim, embeddings_initializer="he_normal", embeddings_regularizer=reg)
        self.movie = layers.Embedding(n_movies, dim, embeddings_initializer="he_normal", embeddings_regularizer=reg)
        self.user_bias = layers.Embedding(n_users, 1)
        self.movie_bias = layers.Embedding(n_movies, 1)

    def call(self, inputs):
        u, m = inputs[:, 0], inputs[:, 1]
        dot = ops.sum(self.user(u) * self.movie(m), axis=1, keepdims=True)
        return ops.sigmoid(dot + self.user_bias(u) + self.movie_bias(m))


model = MF(len(user_ids), len(movie_ids), EMB)
model.compile(loss=keras.losses.MeanSquaredError(), optimizer=keras.optimizers.Adam(1e-3))
model.fit(x_train, y_train, batch_size=256, epochs=6, validation_data=(x_val, y_val))

user = df["userId"].sample(1, random_state=0).iloc[0]
seen = set(df[df.userId == user]["movieId"])
todo = [movie2idx[m] for m in movie_ids if m not in seen]
pairs = np.column_stack([np.full(len(todo), user2idx[user]), todo])
scores = model.predict(pairs).ravel()
print([movie_ids[todo[i]] for i in scores.argsort()[-10:][::-1]])
