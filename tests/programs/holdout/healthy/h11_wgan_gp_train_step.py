import keras
import tensorflow as tf
from keras import layers


def critic(size):
    i = keras.Input((size, size, 3))
    x = i
    for f in (64, 128, 256, 512):
        x = layers.Conv2D(f, 5, strides=2, padding="same")(x)
        x = layers.LeakyReLU(0.2)(x)
    x = layers.Flatten()(x)
    return keras.Model(i, layers.Dense(1)(x), name="critic")


def generator(size, noise_dim):
    start = size // 16
    i = keras.Input((noise_dim,))
    x = layers.Dense(start * start * 512, use_bias=False)(i)
    x = layers.BatchNormalization()(x)
    x = layers.ReLU()(x)
    x = layers.Reshape((start, start, 512))(x)
    for f in (256, 128, 64):
        x = layers.UpSampling2D()(x)
        x = layers.Conv2D(f, 3, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization()(x)
        x = layers.ReLU()(x)
    x = layers.UpSampling2D()(x)
    return keras.Model(i, layers.Conv2D(3, 3, padding="same", activation="tanh")(x), name="generator")


class WGAN(keras.Model):
    def __init__(self, size=64, noise_dim=128, n_critic=5, gp_weight=10.0):
        super().__init__()
        self.critic = critic(size)
        self.generator = generator(size, noise_dim)
        self.noise_dim = noise_dim
        self.n_critic = n_critic
        self.gp_weight = gp_weight
        self.c_metric = keras.metrics.Mean(name="c_loss")
        self.g_metric = keras.metrics.Mean(name="g_loss")

    def compile(self, c_optimizer, g_optimizer):
        super().compile()
        self.c_optimizer = c_optimizer
        self.g_optimizer = g_optimizer

    @property
    def metrics(self):
        return [self.c_metric, self.g_metric]

    def gradient_penalty(self, real, fake):
        n = tf.shape(real)[0]
        alpha = tf.random.uniform([n, 1, 1, 1])
        mix = real + alpha * (fake - real)
        with tf.GradientTape() as tape:
            tape.watch(mix)
            score = self.critic(mix, training=True)
        grad = tape.gradient(score, mix)
        norm = tf.sqrt(tf.reduce_sum(tf.square(grad), axis=[1, 2, 3]) + 1e-12)
        return tf.reduce_mean(tf.square(norm - 1.0))

    def train_step(self, real):
        n = tf.shape(real)[0]
        for _ in range(self.n_critic):
            z = tf.random.normal([n, self.noise_dim])
            with tf.GradientTape() as tape:
                fake = self.generator(z, training=True)
                c_loss = tf.reduce_mean(self.critic(fake, training=True)) - tf.reduce_mean(
                    self.critic(real, training=True))
                c_loss += self.gp_weight * self.gradient_penalty(real, fake)
            grads = tape.gradient(c_loss, self.critic.trainable_variables)
            self.c_optimizer.apply_gradients(zip(grads, self.critic.trainable_variables))
        z = tf.random.normal([n, self.noise_dim])
        with tf.GradientTape() as tape:
            g_loss = -tf.reduce_mean(self.critic(self.generator(z, training=True), training=True))
        grads = tape.gradient(g_loss, self.generator.trainable_variables)
        self.g_optimizer.apply_gradients(zip(grads, self.generator.trainable_variables))
        self.c_metric.update_state(c_loss)
        self.g_metric.update_state(g_loss)
        return {m.name: m.result() for m in self.metrics}


if __name__ == "__main__":
    faces = keras.utils.image_dataset_from_directory(
        "faces", label_mode=None, image_size=(64, 64), batch_size=64)
    faces = faces.map(lambda x: x / 127.5 - 1.0).prefetch(tf.data.AUTOTUNE)
    gan = WGAN()
    gan.compile(keras.optimizers.Adam(1e-4, beta_1=0.0, beta_2=0.9), keras.optimizers.Adam(1e-4, beta_1=0.0, beta_2=0.9))
    gan.fit(faces, epochs=100)
