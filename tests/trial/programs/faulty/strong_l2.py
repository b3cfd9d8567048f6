"""Orientation of stripes (four directions) in noisy 12x12 patches."""
import sys

import numpy as np
import tensorflow as tf

L = tf.keras.layers


class StripeNet(tf.keras.Model):
    """Two convolutions and a head."""

    def __init__(self, decay):
        super().__init__(name="stripe_net")
        l2 = tf.keras.regularizers.L2(decay)
        self.conv1 = L.Conv2D(8, 3, activation="relu", kernel_regularizer=l2)  # fault: regularization-too-strong
        self.conv2 = L.Conv2D(16, 3, activation="relu", kernel_regularizer=l2)  # fault: regularization-too-strong
        self.pool = L.GlobalMaxPooling2D()
        self.out = L.Dense(4, activation="softmax")

    def call(self, patches):
        return self.out(self.pool(self.conv2(self.conv1(patches))))


def patches(n, rng):
    y, x = np.mgrid[:12, :12]
    direction = rng.integers(0, 4, n)
    angle = (direction * np.pi / 4)[:, None, None]
    wave = np.sin((x * np.cos(angle) + y * np.sin(angle)) * 1.6 + rng.uniform(0, 6.28, (n, 1, 1)))
    return (wave + rng.normal(0, 0.4, wave.shape))[..., None].astype("float32"), direction


seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
tf.keras.utils.set_random_seed(seed)
rng = np.random.default_rng(seed)
x_train, y_train = patches(1600, rng)
x_val, y_val = patches(400, rng)

net = StripeNet(decay=1.0)  # fault: regularization-too-strong
net.compile(tf.keras.optimizers.Adam(3e-3), "sparse_categorical_crossentropy", metrics=["accuracy"])
net.fit(x_train, y_train, batch_size=32, epochs=10, validation_data=(x_val, y_val), verbose=2)
print("val accuracy", net.evaluate(x_val, y_val, verbose=0)[1])
