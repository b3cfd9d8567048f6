import keras
from keras import layers, ops


class FeedForward(layers.Layer):
    def __init__(self, dim, hidden, rate=0.1, **kwargs):  # or: super-init-missing
        self.up = layers.Dense(hidden, activation="gelu")  # fault: super-init-missing
        self.down = layers.Dense(dim)
        self.drop = layers.Dropout(rate)

    def call(self, x, training=None):
        return self.drop(self.down(self.up(x)), training=training)


class Pool(layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.score = layers.Dense(1)

    def call(self, x):
        w = ops.softmax(self.score(x), axis=1)
        return ops.sum(w * x, axis=1)


def build(maxlen=128, vocab=8000, dim=64, classes=4):
    ids = keras.Input((maxlen,), dtype="int32")
    x = layers.Embedding(vocab, dim)(ids)
    a = layers.MultiHeadAttention(4, dim // 4)(x, x)
    x = layers.LayerNormalization()(x + a)
    x = layers.LayerNormalization()(x + FeedForward(dim, 4 * dim)(x))
    out = layers.Dense(classes, activation="softmax")(Pool()(x))
    model = keras.Model(ids, out)
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model
