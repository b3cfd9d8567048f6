"""WGAN-GP with a custom train_step. The critic ends in a linear unit: it is a score, not a probability."""
import keras
import tensorflow as tf
from keras import layers

NOISE_DIM = 128
EPOCHS = 50


def conv(x, filters, stride=1):
    x = layers.Conv2D(filters, 5, strides=stride, padding="same")(x)
    x = layers.LeakyReLU(negative_slope=0.2)(x)
    return x


def get_critic():
    img = keras.Input(shape=(32, 32, 3))
    x = conv(img, 64, 2)
    x = conv(x, 128, 2)
    x = conv(x, 256, 2)
    x = layers.Flatten()(x)
    x = layers.Dropout(0.2)(x)
    return keras.Model(img, layers.Dense(1)(x), name="critic")


def up(x, filters, activation=None):
    x = layers.UpSampling2D(2)(x)
    x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization()(x)
    return layers.Activation(activation or "leaky_relu")(x)


def get_generator():
    noise = keras.Input(shape=(NOISE_DIM,))
    x = layers.Dense(4 * 4 * 256, use_bias=False)(noise)
    x = layers.BatchNormalization()(x)
    x = layers.LeakyReLU()(x)
    x = layers.Reshape((4, 4, 256))(x)
    x = up(x, 128)
    x = up(x, 64)
    x = up(x, 3, "tanh")
    return keras.Model(noise, x, name="generator")


class WGAN(keras.Model):
    def __init__(self, critic, generator, critic_steps=3, gp_weight=10.0):
        super().__init__()
        self.critic = critic
        self.generator = generator
        self.critic_steps = critic_steps
        self.gp_weight = gp_weight

    def compile(self, d_optimizer, g_optimizer):
        super().compile()
        self.d_optimizer = d_optimizer
        self.g_optimizer = g_optimizer

    def gradient_penalty(self, real, fake):
        alpha = tf.random.uniform((tf.shape(real)[0], 1, 1, 1))
        mixed = real + alpha * (fake - real)
        with tf.GradientTape() as tape:
            tape.watch(mixed)
            score = self.critic(mixed, training=True)
        grads = tape.gradient(score, mixed)
        norm = tf.sqrt(tf.reduce_sum(tf.square(grads), axis=[1, 2, 3]) + 1e-12)
        return tf.reduce_mean((norm - 1.0) ** 2)

    def train_step(self, real):
        n = tf.shape(real)[0]
        for _ in range(self.critic_steps):
            noise = tf.random.normal((n, NOISE_DIM))
            with tf.GradientTape() as tape:
                fake = self.generator(noise, training=True)
                cost = tf.reduce_mean(self.critic(fake, training=True)) - tf.reduce_mean(
                    self.critic(real, training=True)
                )
                d_loss = cost + self.gp_weight * self.gradient_penalty(real, fake)
            grads = tape.gradient(d_loss, self.critic.trainable_variables)
            self.d_optimizer.apply_gradients(zip(grads, self.critic.trainable_variables))
        with tf.GradientTape() as tape:
            fake = self.generator(tf.random.normal((n, NOISE_DIM)), training=True)
            g_loss = -tf.reduce_mean(self.critic(fake, training=True))
        grads = tape.gradient(g_loss, self.generator.trainable_variables)
        self.g_optimizer.apply_gradients(zip(grads, self.generator.trainable_variables))
        return {"d_loss": d_loss, "g_loss": g_loss}


(images, _), _ = keras.datasets.cifar10.load_data()
images = images.astype("float32") / 127.5 - 1.0

wgan = WGAN(get_critic(), get_generator())
wgan.compile(
    d_optimizer=keras.optimizers.Adam(2e-4, beta_1=0.5, beta_2=0.9),
    g_optimizer=keras.optimizers.Adam(2e-4, beta_1=0.5, beta_2=0.9),
)
wgan.fit(tf.data.Dataset.from_tensor_slices(images).shuffle(1024).batch(64, drop_remainder=True), epochs=EPOCHS)
