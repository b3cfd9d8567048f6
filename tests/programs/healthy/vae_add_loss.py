"""Variational autoencoder for sensor vectors; the KL term is added inside a layer."""
import numpy as np
import tensorflow as tf
from sklearn.datasets import load_digits
from tensorflow import keras
from tensorflow.keras import layers

BETA = 0.5


class LatentSample(layers.Layer):
    def __init__(self, size, beta, **kw):
        super().__init__(**kw)
        self.mean_layer = layers.Dense(size)
        self.logvar_layer = layers.Dense(size, kernel_initializer="zeros")
        self.beta = beta

    def call(self, h, training=None):
        mean, logvar = self.mean_layer(h), self.logvar_layer(h)
        kl = -0.5 * tf.reduce_mean(tf.reduce_sum(1 + logvar - mean**2 - tf.exp(logvar), -1))
        self.add_loss(self.beta * kl)
        if training:
            return mean + tf.exp(0.5 * logvar) * tf.random.normal(tf.shape(mean))
        return mean


pixels = load_digits().data.astype("float32") / 16.0
rng = np.random.RandomState(3)
rng.shuffle(pixels)
train, valid = pixels[:1500], pixels[1500:]

i = keras.Input((64,))
h = layers.Dense(48, activation="gelu")(i)
h = layers.Dense(32, activation="gelu")(h)
z = LatentSample(4, BETA)(h)
d = layers.Dense(32, activation="gelu")(z)
d = layers.Dense(48, activation="gelu")(d)
o = layers.Dense(64, activation="sigmoid")(d)
vae = keras.Model(i, o)
vae.compile("adam", loss="binary_crossentropy")
vae.fit(
    train,
    train,
    validation_data=(valid, valid),
    epochs=100,
    batch_size=64,
    callbacks=[keras.callbacks.EarlyStopping(patience=10, restore_best_weights=True)],
    verbose=2,
)
