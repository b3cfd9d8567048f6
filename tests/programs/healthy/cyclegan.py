"""Unpaired translation between two digit styles; own compile() with four optimizers."""
import keras
import tensorflow as tf
from keras import layers

LAMBDA = 10.0
EPOCHS = 20


def block(x, filters, strides=1):
    x = layers.Conv2D(filters, 3, strides=strides, padding="same", use_bias=False)(x)
    x = layers.GroupNormalization(groups=4)(x)
    return layers.ReLU()(x)


def generator(name):
    inp = keras.Input((28, 28, 1))
    x = block(inp, 16)
    x = block(x, 32, 2)
    for _ in range(2):
        y = block(x, 32)
        y = layers.Conv2D(32, 3, padding="same")(y)
        x = layers.Add()([x, y])
    x = layers.Conv2DTranspose(16, 3, strides=2, padding="same", activation="relu")(x)
    return keras.Model(inp, layers.Conv2D(1, 3, padding="same", activation="tanh")(x), name=name)


def discriminator(name):
    inp = keras.Input((28, 28, 1))
    x = layers.Conv2D(16, 4, strides=2, padding="same", activation="leaky_relu")(inp)
    x = layers.Conv2D(32, 4, strides=2, padding="same", activation="leaky_relu")(x)
    return keras.Model(inp, layers.Conv2D(1, 3, padding="same")(x), name=name)


class CycleGan(keras.Model):
    def __init__(self):
        super().__init__()
        self.g, self.f = generator("G"), generator("F")
        self.dx, self.dy = discriminator("DX"), discriminator("DY")
        self.mse, self.mae = keras.losses.MeanSquaredError(), keras.losses.MeanAbsoluteError()

    def compile(self, make_optimizer):
        super().compile()
        self.opts = {n: make_optimizer() for n in ("g", "f", "dx", "dy")}

    def call(self, x):
        return self.g(x)

    def train_step(self, data):
        x, y = data
        with tf.GradientTape(persistent=True) as tape:
            fake_y, fake_x = self.g(x, training=True), self.f(y, training=True)
            cycle = self.mae(x, self.f(fake_y, training=True)) + self.mae(y, self.g(fake_x, training=True))
            dfx, dfy = self.dx(fake_x), self.dy(fake_y)
            drx, dry = self.dx(x), self.dy(y)
            losses = {
                "g": self.mse(tf.ones_like(dfy), dfy) + LAMBDA * cycle,
                "f": self.mse(tf.ones_like(dfx), dfx) + LAMBDA * cycle,
                "dx": 0.5 * (self.mse(tf.ones_like(drx), drx) + self.mse(tf.zeros_like(dfx), dfx)),
                "dy": 0.5 * (self.mse(tf.ones_like(dry), dry) + self.mse(tf.zeros_like(dfy), dfy)),
            }
        for name, loss in losses.items():
            variables = getattr(self, name).trainable_variables
            self.opts[name].apply_gradients(zip(tape.gradient(loss, variables), variables))
        del tape
        return {f"{name}_loss": loss for name, loss in losses.items()}


(images, _), _ = keras.datasets.mnist.load_data()
thin = images[..., None].astype("float32") / 127.5 - 1.0
inverted = -thin
half = len(thin) // 2
data = tf.data.Dataset.zip(
    (
        tf.data.Dataset.from_tensor_slices(thin[:half]).shuffle(2048).batch(32, drop_remainder=True),
        tf.data.Dataset.from_tensor_slices(inverted[half:]).shuffle(2048).batch(32, drop_remainder=True),
    )
)
gan = CycleGan()
gan.compile(lambda: keras.optimizers.Adam(2e-4, beta_1=0.5))
gan.fit(data, epochs=EPOCHS)
gan.g.save("thin_to_inverted.keras")
