"""Encoder-only transformer for sentiment, with a cosine schedule and warm-up."""
import keras
from keras import layers, ops

VOCAB, MAXLEN, DIM, HEADS, FF = 20000, 128, 64, 4, 128


class TokenAndPosition(layers.Layer):
    def __init__(self, maxlen, vocab, dim, **kwargs):
        super().__init__(**kwargs)
        self.token = layers.Embedding(vocab, dim)
        self.position = layers.Embedding(maxlen, dim)

    def call(self, x):
        return self.token(x) + self.position(ops.arange(ops.shape(x)[-1]))


class EncoderBlock(layers.Layer):
    def __init__(self, dim, heads, ff, rate=0.1, **kwargs):
        super().__init__(**kwargs)
        self.attention = layers.MultiHeadAttention(num_heads=heads, key_dim=dim // heads)
        self.ffn = keras.Sequential([layers.Dense(ff, activation="gelu"), layers.Dense(dim)])
        self.norm1 = layers.LayerNormalization(epsilon=1e-6)
        self.norm2 = layers.LayerNormalization(epsilon=1e-6)
        self.drop1, self.drop2 = layers.Dropout(rate), layers.Dropout(rate)

    def call(self, x, training=None):
        y = self.drop1(self.attention(x, x), training=training)
        x = self.norm1(x + y)
        y = self.drop2(self.ffn(x), training=training)
        return self.norm2(x + y)


def classifier(depth=2):
    tokens = layers.Input((MAXLEN,), dtype="int32")
    x = TokenAndPosition(MAXLEN, VOCAB, DIM)(tokens)
    for _ in range(depth):
        x = EncoderBlock(DIM, HEADS, FF)(x)
    x = layers.GlobalAveragePooling1D()(x)
    x = layers.Dropout(0.1)(x)
    return keras.Model(tokens, layers.Dense(2, activation="softmax")(x))


def main(epochs=4, batch=64):
    (x_train, y_train), (x_val, y_val) = keras.datasets.imdb.load_data(num_words=VOCAB)
    x_train = keras.utils.pad_sequences(x_train, maxlen=MAXLEN)
    x_val = keras.utils.pad_sequences(x_val, maxlen=MAXLEN)
    steps = epochs * (len(x_train) // batch)
    schedule = keras.optimizers.schedules.CosineDecay(
        0.0, decay_steps=max(steps, 1), warmup_target=5e-4, warmup_steps=max(steps // 10, 1)
    )
    model = classifier()
    model.compile(keras.optimizers.AdamW(schedule), "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x_train, y_train, batch_size=batch, epochs=epochs, validation_data=(x_val, y_val))


if __name__ == "__main__":
    main()
