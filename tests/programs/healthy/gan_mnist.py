# DCGAN on MNIST, the classic recipe: compile D, freeze it, compile the stacked model.
import numpy as np
from tensorflow.keras.datasets import mnist
from tensorflow.keras.layers import (
    BatchNormalization,
    Conv2D,
    Conv2DTranspose,
    Dense,
    Dropout,
    Flatten,
    Input,
    LeakyReLU,
    Reshape,
)
from tensorflow.keras.models import Model, Sequential
from tensorflow.keras.optimizers import Adam

LATENT = 100
BATCH = 64
STEPS = 20000
SAMPLE_EVERY = 500


def build_generator():
    g = Sequential(name="generator")
    g.add(Input(shape=(LATENT,)))
    g.add(Dense(7 * 7 * 128))
    g.add(LeakyReLU(0.2))
    g.add(Reshape((7, 7, 128)))
    g.add(Conv2DTranspose(128, 4, strides=2, padding="same", use_bias=False))
    g.add(BatchNormalization(momentum=0.8))
    g.add(LeakyReLU(0.2))
    g.add(Conv2DTranspose(64, 4, strides=2, padding="same", use_bias=False))
    g.add(BatchNormalization(momentum=0.8))
    g.add(LeakyReLU(0.2))
    g.add(Conv2D(1, 7, padding="same", activation="tanh"))
    return g


def build_discriminator():
    d = Sequential(name="discriminator")
    d.add(Input(shape=(28, 28, 1)))
    for filters in [64, 128]:
        d.add(Conv2D(filters, 3, strides=2, padding="same"))
        d.add(LeakyReLU(0.2))
        d.add(Dropout(0.4))
    d.add(Flatten())
    d.add(Dense(1, activation="sigmoid"))
    return d


(x_train, _), _ = mnist.load_data()
x_train = (x_train.astype(np.float32) - 127.5) / 127.5
x_train = x_train[..., np.newaxis]

discriminator = build_discriminator()
discriminator.compile(loss="binary_crossentropy", optimizer=Adam(0.0002, beta_1=0.5), metrics=["accuracy"])

real = np.ones((BATCH, 1))
fake = np.zeros((BATCH, 1))

# A head start against pure noise. It also fixes the set of weights that the discriminator's own step trains
# before the freeze below: Keras 3 reads `trainable` at the first step, not in compile().
discriminator.train_on_batch(np.random.uniform(-1, 1, (BATCH, 28, 28, 1)).astype(np.float32), fake)

generator = build_generator()
z = Input(shape=(LATENT,))
# for the combined model only the generator learns
discriminator.trainable = False
combined = Model(z, discriminator(generator(z)))
combined.compile(loss="binary_crossentropy", optimizer=Adam(0.0002, beta_1=0.5))

for step in range(STEPS):
    idx = np.random.randint(0, x_train.shape[0], BATCH)
    noise = np.random.normal(0, 1, (BATCH, LATENT))
    made = generator.predict(noise, verbose=0)
    d_real = discriminator.train_on_batch(x_train[idx], real)
    d_fake = discriminator.train_on_batch(made, fake)
    noise = np.random.normal(0, 1, (BATCH, LATENT))
    g_loss = combined.train_on_batch(noise, real)
    if step % SAMPLE_EVERY == 0:
        print(step, d_real, d_fake, g_loss)
generator.save("generator.keras")
