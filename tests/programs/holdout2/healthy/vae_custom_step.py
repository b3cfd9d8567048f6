import keras
import tensorflow as tf
from keras import layers, ops


class Sampling(layers.Layer):
    def __init__(self, **kw):
        super().__init__(**kw)
        self.seed = keras.random.SeedGenerator(7)

    def call(self, inputs):
        mu, logvar = inputs
        eps = keras.random.normal(ops.shape(mu), seed=self.seed)
        return mu + ops.exp(0.5 * logvar) * eps


class VAE(keras.Model):
    def __init__(self, latent=2, **kw):
        super().__init__(**kw)
        i = keras.Input((28, 28, 1))
        h = layers.Conv2D(32, 3, 2, "same", activation="relu")(i)
        h = layers.Conv2D(64, 3, 2, "same", activation="relu")(h)
        h = layers.Flatten()(h)
        mu, lv = layers.Dense(latent)(h), layers.Dense(latent)(h)
        self.encoder = keras.Model(i, [mu, lv, Sampling()([mu, lv])])
        z = keras.Input((latent,))
        h = layers.Dense(7 * 7 * 64, activation="relu")(z)
        h = layers.Reshape((7, 7, 64))(h)
        h = layers.Conv2DTranspose(32, 3, 2, "same", activation="relu")(h)
        o = layers.Conv2DTranspose(1, 3, 2, "same", activation="sigmoid")(h)
        self.decoder = keras.Model(z, o)
        self.tracker = keras.metrics.Mean(name="loss")

    @property
    def metrics(self):
        return [self.tracker]

    def train_step(self, x):
        with tf.GradientTape() as tape:
            mu, lv, z = self.encoder(x, training=True)
            r = self.decoder(z, training=True)
            rec = ops.mean(ops.sum(keras.losses.binary_crossentropy(x, r), axis=(1, 2)))
            kl = -0.5 * ops.mean(ops.sum(1 + lv - ops.square(mu) - ops.exp(lv), axis=1))
            total = rec + kl
        g = tape.gradient(total, self.trainable_weights)
        self.optimizer.apply_gradients(zip(g, self.trainable_weights))
        self.tracker.update_state(total)
        return {"loss": self.tracker.result()}


(x, _), _ = keras.datasets.mnist.load_data()
x = x[..., None].astype("float32") / 255
vae = VAE()
vae.compile(optimizer=keras.optimizers.Adam(1e-3))
vae.fit(x, epochs=30, batch_size=128)
vae.decoder.save("decoder.keras")
