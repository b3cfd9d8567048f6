"""Product categories from a picture, a title and a price; three inputs, a keras.utils.Sequence as loader."""
import math

import numpy as np
import tensorflow as tf
from tensorflow.keras import layers

CATEGORIES, WORDS, TITLE = 8, 4000, 12


class Products(tf.keras.utils.Sequence):
    def __init__(self, n, batch, seed, **kwargs):
        super().__init__(**kwargs)
        self.n, self.batch, self.seed = n, batch, seed

    def __len__(self):
        return math.ceil(self.n / self.batch)

    def __getitem__(self, index):
        rng = np.random.default_rng(self.seed * 10_000 + index)
        y = rng.integers(0, CATEGORIES, self.batch)
        image = rng.random((self.batch, 64, 64, 3)).astype("float32")
        title = rng.integers(0, WORDS // 8, (self.batch, TITLE)) + y[:, None] * (WORDS // 8)
        price = np.log1p(rng.gamma(2.0, 10.0, (self.batch, 1))).astype("float32")
        return {"image": image, "title": title, "price": price}, y


image = layers.Input((64, 64, 3), name="image")
v = layers.Conv2D(24, 5, strides=2, activation="relu")(image)
v = layers.Conv2D(48, 3, strides=2, activation="relu")(v)
v = layers.GlobalAveragePooling2D()(v)

title = layers.Input((TITLE,), dtype="int64", name="title")
t = layers.Embedding(WORDS, 32, mask_zero=True)(title)
t = layers.GRU(32)(t)

price = layers.Input((1,), name="price")

z = layers.concatenate([v, t, price])
z = layers.Dense(64, activation="relu")(z)
z = layers.Dropout(0.3)(z)
category = layers.Dense(CATEGORIES, name="category")(z)

model = tf.keras.Model([image, title, price], category)
model.compile(
    tf.keras.optimizers.Adam(3e-4),
    tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=[tf.keras.metrics.SparseCategoricalAccuracy(name="acc")],
)
model.fit(Products(640, 32, seed=1), validation_data=Products(128, 32, seed=2), epochs=10)
