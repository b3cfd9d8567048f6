"""Separate two interleaved spiral arms in the plane."""

import numpy as np
import tensorflow as tf

tf.keras.utils.set_random_seed(3)

N_PER_ARM = 700
TURNS = 1.7
JITTER = 0.022
BATCH = 32
EPOCHS = 17


def arm(rng, n, offset):
    t = np.sqrt(rng.uniform(0.02, 1.0, n))
    phi = 2 * np.pi * TURNS * t + offset
    xy = np.stack([t * np.cos(phi), t * np.sin(phi)], axis=1)
    return xy + rng.normal(0, JITTER, xy.shape)


rng = np.random.default_rng(11)
points = np.concatenate([arm(rng, N_PER_ARM, 0.0), arm(rng, N_PER_ARM, np.pi)]).astype("float32")
points *= 2.0  # about unit variance
side = np.repeat([0.0, 1.0], N_PER_ARM).astype("float32")
order = rng.permutation(len(points))
points, side = points[order], side[order]

n_train = 1000
train_ds = (
    tf.data.Dataset.from_tensor_slices((points[:n_train], side[:n_train, None]))
    .shuffle(n_train)
    .batch(BATCH)
    .prefetch(1)
)
p_test, s_test = points[n_train:], side[n_train:, None]

lr = tf.keras.optimizers.schedules.CosineDecay(0.01, decay_steps=EPOCHS * (n_train // BATCH + 1), alpha=0.02)

net = tf.keras.Sequential()
net.add(tf.keras.Input((2,)))
net.add(tf.keras.layers.Dense(32, "relu", kernel_initializer="he_normal"))
net.add(tf.keras.layers.Dense(32, "relu", kernel_initializer="he_normal"))
net.add(tf.keras.layers.Dense(16, "relu", kernel_initializer="he_normal"))
net.add(tf.keras.layers.Dense(1))  # logit

net.compile(
    tf.keras.optimizers.Adam(lr),
    tf.keras.losses.BinaryCrossentropy(from_logits=True),
    metrics=[tf.keras.metrics.BinaryAccuracy(threshold=0.0)],
)
net.fit(train_ds, epochs=EPOCHS, verbose=0)
print(net.evaluate(p_test, s_test, verbose=0))
