"""Vector-quantized autoencoder; straight-through estimator in a custom layer that adds its own losses."""
import keras
from keras import layers, ops


class VectorQuantizer(layers.Layer):
    def __init__(self, n_codes, dim, beta=0.25, **kwargs):
        super().__init__(**kwargs)
        self.n_codes, self.dim, self.beta = n_codes, dim, beta

    def build(self, input_shape):
        self.codes = self.add_weight(shape=(self.dim, self.n_codes), initializer="random_uniform", name="codes")

    def call(self, x):
        flat = ops.reshape(x, (-1, self.dim))
        distance = (
            ops.sum(flat**2, axis=1, keepdims=True) + ops.sum(self.codes**2, axis=0) - 2 * ops.matmul(flat, self.codes)
        )
        one_hot = ops.one_hot(ops.argmin(distance, axis=1), self.n_codes)
        quantized = ops.reshape(ops.matmul(one_hot, ops.transpose(self.codes)), ops.shape(x))
        self.add_loss(self.beta * ops.mean((ops.stop_gradient(quantized) - x) ** 2))
        self.add_loss(ops.mean((quantized - ops.stop_gradient(x)) ** 2))
        return x + ops.stop_gradient(quantized - x)

    def get_config(self):
        return {**super().get_config(), "n_codes": self.n_codes, "dim": self.dim, "beta": self.beta}


def encoder(dim):
    return keras.Sequential(
        [
            layers.Conv2D(32, 3, strides=2, padding="same", activation="relu"),
            layers.Conv2D(64, 3, strides=2, padding="same", activation="relu"),
            layers.Conv2D(dim, 1),
        ],
        name="encoder",
    )


def decoder():
    return keras.Sequential(
        [
            layers.Conv2DTranspose(64, 3, strides=2, padding="same", activation="relu"),
            layers.Conv2DTranspose(32, 3, strides=2, padding="same", activation="relu"),
            layers.Conv2D(1, 3, padding="same"),
        ],
        name="decoder",
    )


def build(n_codes=64, dim=16):
    image = keras.Input((28, 28, 1))
    codes = VectorQuantizer(n_codes, dim)(encoder(dim)(image))
    return keras.Model(image, decoder()(codes))


(x_train, _), (x_test, _) = keras.datasets.mnist.load_data()
x_train = x_train[..., None].astype("float32") / 255.0 - 0.5
x_test = x_test[..., None].astype("float32") / 255.0 - 0.5
vqvae = build()
vqvae.compile(keras.optimizers.Adam(), loss="mse")
vqvae.fit(x_train, x_train, epochs=30, batch_size=128, validation_data=(x_test, x_test))
