"""A small denoising diffusion model: noise prediction with mse, EMA copy, Normalization adapted on the data."""
import keras
import tensorflow as tf
from keras import layers, ops

STEPS_T = 200
EPOCHS = 40
EMA = 0.99


def unet(size=28, width=32):
    noisy = keras.Input((size, size, 1))
    level = keras.Input((1,))
    e = layers.Dense(width, activation="swish")(level)
    e = layers.Reshape((1, 1, width))(layers.Dense(width)(e))
    a = layers.Conv2D(width, 3, padding="same", activation="swish")(noisy)
    a = layers.Add()([a, e])
    b = layers.Conv2D(2 * width, 3, strides=2, padding="same", activation="swish")(a)
    c = layers.Conv2D(2 * width, 3, padding="same", activation="swish")(b)
    c = layers.UpSampling2D(2)(c)
    c = layers.Concatenate()([c, a])
    c = layers.Conv2D(width, 3, padding="same", activation="swish")(c)
    return keras.Model([noisy, level], layers.Conv2D(1, 1, kernel_initializer="zeros")(c))


class Diffusion(keras.Model):
    def __init__(self):
        super().__init__()
        self.normalizer = layers.Normalization(axis=None)
        self.network = unet()
        self.ema = keras.models.clone_model(self.network)
        self.ema.set_weights(self.network.get_weights())
        self.noise_loss = keras.metrics.Mean(name="n_loss")

    @property
    def metrics(self):
        return [self.noise_loss]

    def corrupt(self, images):
        images = self.normalizer(images)
        n = tf.shape(images)[0]
        t = tf.random.uniform((n, 1))
        angle = t[..., None, None] * 3.1415 / 2
        noise = tf.random.normal(tf.shape(images))
        return ops.cos(angle) * images + ops.sin(angle) * noise, noise, t

    def train_step(self, images):
        noisy, noise, t = self.corrupt(images)
        with tf.GradientTape() as tape:
            predicted = self.network([noisy, t], training=True)
            loss = self.compute_loss(y=noise, y_pred=predicted)
        gradients = tape.gradient(loss, self.network.trainable_weights)
        self.optimizer.apply_gradients(zip(gradients, self.network.trainable_weights))
        self.noise_loss.update_state(loss)
        for weight, average in zip(self.network.weights, self.ema.weights):
            average.assign(EMA * average + (1 - EMA) * weight)
        return {m.name: m.result() for m in self.metrics}

    def test_step(self, images):
        noisy, noise, t = self.corrupt(images)
        self.noise_loss.update_state(self.compute_loss(y=noise, y_pred=self.ema([noisy, t], training=False)))
        return {m.name: m.result() for m in self.metrics}


(train, _), (test, _) = keras.datasets.fashion_mnist.load_data()
train, test = (v[..., None].astype("float32") / 255 for v in (train, test))
model = Diffusion()
model.normalizer.adapt(train)
model.compile(optimizer=keras.optimizers.AdamW(1e-3, weight_decay=1e-4), loss="mse")
model.fit(train, batch_size=64, epochs=EPOCHS, validation_data=(test, None))
