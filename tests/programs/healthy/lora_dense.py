"""Low-rank adapters on a frozen classifier. The B matrix must start at zero, so that nothing changes at first."""
import keras
import numpy as np
from keras import layers, ops


@keras.saving.register_keras_serializable("lora")
class LoraDense(layers.Layer):
    def __init__(self, dense, rank=4, alpha=8.0, **kwargs):
        super().__init__(**kwargs)
        self.dense, self.rank, self.alpha = dense, rank, alpha
        self.dense.trainable = False

    def build(self, input_shape):
        self.a = self.add_weight(shape=(input_shape[-1], self.rank), initializer="he_uniform", name="a")
        self.b = self.add_weight(shape=(self.rank, self.dense.units), initializer="zeros", name="b")
        self.built = True

    def call(self, x):
        y = ops.matmul(x, self.dense.kernel) + self.dense.bias
        y = y + (self.alpha / self.rank) * ops.matmul(ops.matmul(x, self.a), self.b)
        return self.dense.activation(y)


def base_network():
    return keras.Sequential(
        [
            keras.Input((784,)),
            layers.Dense(256, activation="relu", name="d1"),
            layers.Dense(128, activation="relu", name="d2"),
            layers.Dense(10, name="logits"),
        ]
    )


def flat(images):
    return images.reshape(len(images), -1).astype("float32") / 255.0


loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
(xm, ym), (xm_test, ym_test) = keras.datasets.mnist.load_data()
base = base_network()
base.compile("adam", loss, metrics=["accuracy"])
base.fit(flat(xm), ym, batch_size=256, epochs=5, validation_data=(flat(xm_test), ym_test))

(xf, yf), (xf_test, yf_test) = keras.datasets.fashion_mnist.load_data()
inputs = keras.Input((784,))
x = inputs
for layer in base.layers:
    x = LoraDense(layer, name=f"lora_{layer.name}")(x)
adapted = keras.Model(inputs, x)
adapted.compile(keras.optimizers.Adam(2e-3), loss, metrics=["accuracy"])
adapted.fit(flat(xf), yf, batch_size=256, epochs=8, validation_data=(flat(xf_test), yf_test))
print(sum(int(np.prod(w.shape)) for w in adapted.trainable_weights), "trainable numbers")
