import sys
import numpy as np
import keras
from keras import ops, layers
from sklearn.datasets import load_digits


class Sampling(layers.Layer):
    def __init__(self, **kw):
        super().__init__(**kw)
        self.gen = keras.random.SeedGenerator(1)

    def call(self, mean, logvar):
        return mean + ops.exp(0.5 * logvar) * keras.random.normal(ops.shape(mean), seed=self.gen)


class KL(layers.Layer):
    def call(self, mean, logvar):
        kl = -0.5 * ops.sum(1 + logvar - ops.square(mean) - ops.exp(logvar), axis=-1)
        self.add_loss(ops.mean(kl))
        return mean


class VAE(keras.Model):
    def __init__(self, latent=6):
        super().__init__()
        self.h = layers.Dense(64, activation="relu")
        self.mean = layers.Dense(latent)
        self.logvar = layers.Dense(latent)
        self.sample, self.kl = Sampling(), KL()
        self.dec = keras.Sequential([layers.Dense(64, activation="relu"),
                                     layers.Dense(64, activation="sigmoid")])

    def call(self, x, training=False):
        h = self.h(x)
        m, lv = self.mean(h), self.logvar(h)
        self.kl(m, lv)
        z = self.sample(m, lv) if training else m
        return self.dec(z)


def pixel_bce(y, p):
    return 64.0 * keras.losses.binary_crossentropy(y, p)


keras.utils.set_random_seed(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
x = load_digits().data.astype("float32") / 16.0
x_train, x_val = x[:1400], x[1400:]
vae = VAE()
vae.compile(optimizer=keras.optimizers.Adam(3e-3), loss=pixel_bce)
vae.fit(x_train, x_train, validation_data=(x_val, x_val), epochs=30, batch_size=64, verbose=2)
rec = vae.predict(x_val, verbose=0)
print("explained pixel variance", 1 - np.mean((rec - x_val) ** 2) / np.mean((x_val - x_train.mean(0)) ** 2))
