"""MLP-Mixer. The head starts at zero on purpose, which is harmless in the last layer."""
import tensorflow as tf
from tensorflow import keras

L = keras.layers


class MlpBlock(L.Layer):
    def __init__(self, hidden, **kwargs):
        super().__init__(**kwargs)
        self.hidden = hidden

    def build(self, shape):
        self.up = L.Dense(self.hidden, activation="gelu")
        self.down = L.Dense(shape[-1])
        super().build(shape)

    def call(self, x):
        return self.down(self.up(x))


class Mixer(L.Layer):
    def __init__(self, tokens_hidden, channels_hidden):
        super().__init__()
        self.ln1, self.ln2 = L.LayerNormalization(epsilon=1e-6), L.LayerNormalization(epsilon=1e-6)
        self.tokens, self.channels = MlpBlock(tokens_hidden), MlpBlock(channels_hidden)
        self.swap = L.Permute((2, 1))

    def call(self, x):
        x = x + self.swap(self.tokens(self.swap(self.ln1(x))))
        return x + self.channels(self.ln2(x))


def mixer(image=28, patch=7, dim=64, depth=4, classes=10):
    inp = L.Input((image, image, 1))
    x = L.Conv2D(dim, patch, strides=patch, name="stem")(inp)
    x = L.Reshape(((image // patch) ** 2, dim))(x)
    for _ in range(depth):
        x = Mixer(32, 128)(x)
    x = L.LayerNormalization(epsilon=1e-6)(x)
    x = L.GlobalAveragePooling1D()(x)
    return keras.Model(inp, L.Dense(classes, kernel_initializer="zeros", name="head")(x))


(a, b), (c, d) = keras.datasets.fashion_mnist.load_data()
a, c = (tf.cast(v[..., None], tf.float32) / 127.5 - 1 for v in (a, c))
net = mixer()
net.compile(
    optimizer=keras.optimizers.AdamW(learning_rate=1e-3, weight_decay=1e-2),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
net.fit(a, b, batch_size=256, epochs=20, validation_data=(c, d))
