"""Building blocks shared by our NLP experiments. Import only."""
from __future__ import annotations

import keras
from keras import layers, ops

__all__ = ["TokenAndPosition", "TransformerBlock", "build_classifier", "build_tagger", "build_lm"]


@keras.saving.register_keras_serializable(package="nlp")
class TokenAndPosition(layers.Layer):
    def __init__(self, maxlen: int, vocab_size: int, dim: int, **kwargs):
        super().__init__(**kwargs)
        self.maxlen, self.vocab_size, self.dim = maxlen, vocab_size, dim
        self.token = layers.Embedding(vocab_size, dim)
        self.position = layers.Embedding(maxlen, dim)

    def call(self, x):
        positions = ops.arange(0, ops.shape(x)[-1])
        return self.token(x) + self.position(positions)

    def get_config(self):
        return {**super().get_config(), "maxlen": self.maxlen, "vocab_size": self.vocab_size, "dim": self.dim}


@keras.saving.register_keras_serializable(package="nlp")
class TransformerBlock(layers.Layer):
    def __init__(self, dim: int, heads: int, ff: int, rate: float = 0.1, causal: bool = False, **kwargs):
        super().__init__(**kwargs)
        self.cfg = dict(dim=dim, heads=heads, ff=ff, rate=rate, causal=causal)
        self.causal = causal
        self.att = layers.MultiHeadAttention(num_heads=heads, key_dim=dim // heads)
        self.ffn = keras.Sequential([layers.Dense(ff, activation="gelu"), layers.Dense(dim)])
        self.norm1 = layers.LayerNormalization(epsilon=1e-6)
        self.norm2 = layers.LayerNormalization(epsilon=1e-6)
        self.drop1 = layers.Dropout(rate)
        self.drop2 = layers.Dropout(rate)

    def call(self, x, training=None):
        a = self.att(x, x, use_causal_mask=self.causal)
        x = self.norm1(x + self.drop1(a, training=training))
        f = self.ffn(x)
        return self.norm2(x + self.drop2(f, training=training))

    def get_config(self):
        return {**super().get_config(), **self.cfg}


def _trunk(maxlen, vocab, dim, depth, heads, causal=False):
    tokens = keras.Input((maxlen,), dtype="int32", name="tokens")
    x = TokenAndPosition(maxlen, vocab, dim)(tokens)
    for _ in range(depth):
        x = TransformerBlock(dim, heads, 4 * dim, causal=causal)(x)
    return tokens, x


def build_classifier(maxlen: int, vocab: int, n_classes: int, dim=128, depth=2, heads=4) -> keras.Model:
    tokens, x = _trunk(maxlen, vocab, dim, depth, heads)
    x = layers.GlobalAveragePooling1D()(x)
    x = layers.Dropout(0.1)(x)
    if n_classes == 2:
        out = layers.Dense(1, activation="sigmoid")(x)
        loss = "binary_crossentropy"
    else:
        out = layers.Dense(n_classes, activation="softmax")(x)
        loss = "sparse_categorical_crossentropy"
    model = keras.Model(tokens, out)
    model.compile(optimizer=keras.optimizers.AdamW(3e-4), loss=loss, metrics=["accuracy"])
    return model


def build_tagger(maxlen: int, vocab: int, n_tags: int, dim=128, depth=2, heads=4) -> keras.Model:
    tokens, x = _trunk(maxlen, vocab, dim, depth, heads)
    model = keras.Model(tokens, layers.Dense(n_tags, activation="softmax")(x))
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    return model


def build_lm(maxlen: int, vocab: int, dim=256, depth=4, heads=8) -> keras.Model:
    tokens, x = _trunk(maxlen, vocab, dim, depth, heads, causal=True)
    model = keras.Model(tokens, layers.Dense(vocab)(x))
    model.compile(keras.optimizers.AdamW(3e-4, clipnorm=1.0),
                  keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model
