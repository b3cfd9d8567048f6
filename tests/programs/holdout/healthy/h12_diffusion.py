import math

import keras
import tensorflow as tf
from keras import layers

IMG, BATCH, STEPS, WIDTHS, DEPTH = 32, 64, 20, [32, 64, 96], 2


def sinusoid(x, dims=32):
    freqs = keras.ops.exp(keras.ops.linspace(math.log(1.0), math.log(1000.0), dims // 2))
    ang = 2.0 * math.pi * freqs
    return keras.ops.concatenate([keras.ops.sin(ang * x), keras.ops.cos(ang * x)], axis=3)


def res_block(x, width):
    skip = x if x.shape[3] == width else layers.Conv2D(width, 1)(x)
    x = layers.BatchNormalization(center=False, scale=False)(x)
    x = layers.Conv2D(width, 3, padding="same", activation="swish")(x)
    x = layers.Conv2D(width, 3, padding="same")(x)
    return layers.Add()([x, skip])


def unet():
    noisy = keras.Input((IMG, IMG, 3))
    noise_var = keras.Input((1, 1, 1))
    e = layers.Lambda(sinusoid, output_shape=(1, 1, 32))(noise_var)
    e = layers.UpSampling2D(IMG, interpolation="nearest")(e)
    x = layers.Conv2D(WIDTHS[0], 1)(noisy)
    x = layers.Concatenate()([x, e])
    skips = []
    for w in WIDTHS[:-1]:
        for _ in range(DEPTH):
            x = res_block(x, w)
            skips.append(x)
        x = layers.AveragePooling2D(2)(x)
    for _ in range(DEPTH):
        x = res_block(x, WIDTHS[-1])
    for w in reversed(WIDTHS[:-1]):
        x = layers.UpSampling2D(2, interpolation="bilinear")(x)
        for _ in range(DEPTH):
            x = layers.Concatenate()([x, skips.pop()])
            x = res_block(x, w)
    x = layers.Conv2D(3, 1, kernel_initializer="zeros")(x)
    return keras.Model([noisy, noise_var], x, name="unet")


class Diffusion(keras.Model):
    def __init__(self):
        super().__init__()
        self.normalizer = layers.Normalization()
        self.net = unet()
        self.ema = unet()
        self.ema.set_weights(self.net.get_weights())

    def compile(self, **kw):
        super().compile(**kw)
        self.noise_loss = keras.metrics.Mean(name="n_loss")

    @property
    def metrics(self):
        return [self.noise_loss]

    def schedule(self, t):
        start, end = math.acos(0.95), math.acos(0.02)
        ang = start + t * (end - start)
        return tf.sin(ang), tf.cos(ang)

    def denoise(self, noisy, n_rate, s_rate, training):
        net = self.net if training else self.ema
        pred_noise = net([noisy, n_rate ** 2], training=training)
        return pred_noise, (noisy - n_rate * pred_noise) / s_rate

    def train_step(self, images):
        images = self.normalizer(images, training=True)
        n = tf.shape(images)[0]
        noise = tf.random.normal([n, IMG, IMG, 3])
        t = tf.random.uniform([n, 1, 1, 1])
        n_rate, s_rate = self.schedule(t)
        noisy = s_rate * images + n_rate * noise
        with tf.GradientTape() as tape:
            pred, _ = self.denoise(noisy, n_rate, s_rate, training=True)
            loss = self.loss(noise, pred)
        grads = tape.gradient(loss, self.net.trainable_weights)
        self.optimizer.apply_gradients(zip(grads, self.net.trainable_weights))
        self.noise_loss.update_state(loss)
        for w, ema in zip(self.net.weights, self.ema.weights):
            ema.assign(0.999 * ema + 0.001 * w)
        return {m.name: m.result() for m in self.metrics}

    def sample(self, n):
        x = tf.random.normal([n, IMG, IMG, 3])
        step = 1.0 / STEPS
        for i in range(STEPS):
            t = tf.ones([n, 1, 1, 1]) - i * step
            n_rate, s_rate = self.schedule(t)
            noise, img = self.denoise(x, n_rate, s_rate, training=False)
            n_next, s_next = self.schedule(t - step)
            x = s_next * img + n_next * noise
        return img


(x_train, _), _ = keras.datasets.cifar10.load_data()
ds = tf.data.Dataset.from_tensor_slices(x_train.astype("float32") / 255.0).shuffle(10000).batch(BATCH, drop_remainder=True)
model = Diffusion()
model.normalizer.adapt(ds)
model.compile(optimizer=keras.optimizers.AdamW(1e-3, weight_decay=1e-4), loss=keras.losses.MeanAbsoluteError())
model.fit(ds, epochs=50)
