import numpy as np
from tensorflow.keras import layers, models, optimizers
from tensorflow.keras.datasets import mnist

LATENT = 64


def make_gen():
    g = models.Sequential([layers.Input((LATENT,)), layers.Dense(256), layers.LeakyReLU(),
                           layers.Dense(28 * 28, activation="tanh"),
                           layers.Reshape((28, 32, 1))])  # fault: reshape-size
    return g


def make_disc():
    d = models.Sequential([layers.Input((28, 28, 1)), layers.Flatten(), layers.Dense(256), layers.LeakyReLU(),
                           layers.Dropout(0.3),
                           layers.Dense(1, activation="tanh")])  # fault: unbounded-output-with-probability-loss
    d.compile(loss="binary_crossentropy", optimizer=optimizers.Adam(2e-4, beta_1=0.5))
    return d


(x, _), _ = mnist.load_data()
x = (x[..., None].astype("float32") - 127.5) / 127.5
gen, disc = make_gen(), make_disc()
for it in range(10000):
    real = x[np.random.randint(0, len(x), 64)]
    fake = gen.predict(np.random.normal(size=(64, LATENT)), verbose=0)
    disc.train_on_batch(real, np.ones((64, 1)))
    disc.train_on_batch(fake, np.zeros((64, 1)))
