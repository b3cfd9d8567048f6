import tensorflow as tf
from tensorflow.keras import layers

BATCH, NOISE, EPOCHS = 256, 100, 50
(imgs, _), _ = tf.keras.datasets.fashion_mnist.load_data()
imgs = (imgs.reshape(-1, 28, 28, 1).astype("float32") - 127.5) / 127.5
data = tf.data.Dataset.from_tensor_slices(imgs).shuffle(60000).batch(BATCH, drop_remainder=True)


def generator():
    return tf.keras.Sequential([
        layers.Input((NOISE,)),
        layers.Dense(7 * 7 * 128, use_bias=False),
        layers.BatchNormalization(),
        layers.LeakyReLU(),
        layers.Reshape((7, 7, 128)),
        layers.Conv2DTranspose(64, 5, strides=2, padding="same", use_bias=False),
        layers.BatchNormalization(),
        layers.LeakyReLU(),
        layers.Conv2DTranspose(1, 5, strides=2, padding="same", activation="tanh"),
    ])


def discriminator():
    return tf.keras.Sequential([
        layers.Input((28, 28, 1)),
        layers.Conv2D(64, 5, strides=2, padding="same"),
        layers.LeakyReLU(),
        layers.Dropout(0.3),
        layers.Conv2D(128, 5, strides=2, padding="same"),
        layers.LeakyReLU(),
        layers.Dropout(0.3),
        layers.Flatten(),
        layers.Dense(1),
    ])


G, D = generator(), discriminator()
bce = tf.keras.losses.BinaryCrossentropy(from_logits=True)
og = tf.keras.optimizers.Adam(2e-4, beta_1=0.5)
od = tf.keras.optimizers.Adam(2e-4, beta_1=0.5)
ckpt = tf.train.Checkpoint(G=G, D=D)


@tf.function
def train_step(real):
    z = tf.random.normal([BATCH, NOISE])
    with tf.GradientTape() as tg, tf.GradientTape() as td:
        fake = G(z, training=True)
        r, f = D(real, training=True), D(fake, training=True)
        lg = bce(tf.ones_like(f), f)
        ld = bce(tf.ones_like(r), r) + bce(tf.zeros_like(f), f)
    og.apply_gradients(zip(tg.gradient(lg, G.trainable_variables), G.trainable_variables))
    od.apply_gradients(zip(td.gradient(ld, D.trainable_variables), D.trainable_variables))
    return lg, ld


for e in range(EPOCHS):
    for b in data:
        lg, ld = train_step(b)
    tf.print("epoch", e, lg, ld)
    if (e + 1) % 10 == 0:
        ckpt.save("ck/gan")
