import keras
from keras import layers, ops


class TokenPos(layers.Layer):
    def __init__(self, maxlen, vocab, dim, **kwargs):
        super().__init__(**kwargs)
        self.tok = layers.Embedding(vocab, dim)
        self.pos = layers.Embedding(maxlen, dim)

    def call(self, x):
        p = ops.arange(0, ops.shape(x)[-1])
        return self.tok(x) + self.pos(p)


class Block(layers.Layer):
    def __init__(self, dim, heads, ff, rate=0.1, **kwargs):
        super().__init__(**kwargs)
        self.att = layers.MultiHeadAttention(heads, dim // heads)
        self.ffn = keras.Sequential([layers.Dense(ff, activation="gelu"), layers.Dense(dim)])
        self.n1, self.n2 = layers.LayerNormalization(), layers.LayerNormalization()
        self.drop1, self.drop2 = layers.Dropout(rate), layers.Dropout(rate)

    def call(self, x, training=None):
        a = self.drop1(self.att(x, x), training=training)
        x = self.n1(x + a)
        return self.n2(x + self.drop2(self.ffn(x), training=training))


MAXLEN, VOCAB, DIM = 120, 15000, 64
(a, ya), (b, yb) = keras.datasets.imdb.load_data(num_words=VOCAB)
a, b = keras.utils.pad_sequences(a, MAXLEN), keras.utils.pad_sequences(b, MAXLEN)
i = keras.Input((MAXLEN,), dtype="int32")
x = TokenPos(MAXLEN, VOCAB, DIM)(i)
for _ in range(2):
    x = Block(DIM, 4, 128)(x)
x = layers.GlobalAveragePooling1D()(x)
x = layers.Dropout(0.2)(x)
o = layers.Dense(2, activation="softmax")(x)
model = keras.Model(i, o)
model.compile(keras.optimizers.AdamW(3e-4, weight_decay=0.01), "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(a, ya, batch_size=64, epochs=5, validation_split=0.1)
print(model.evaluate(b, yb))
