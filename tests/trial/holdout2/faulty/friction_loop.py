"""Regression of a friction coefficient with a hand written loop."""
import sys
import numpy as np
import tensorflow as tf
import keras
from keras import ops


def physics(n, rng):
    v = rng.uniform(-1, 1, (n, 4)).astype("float32")
    f = np.sin(2.5 * v[:, 0]) + v[:, 1] * v[:, 2] + 0.5 * v[:, 3] ** 2
    return v, (f + 0.05 * rng.normal(size=n)).astype("float32")


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.a = keras.layers.Dense(48, activation="swish")
        self.b = keras.layers.Dense(48, activation="swish")
        self.c = keras.layers.Dense(1)

    def call(self, x):
        return self.c(self.b(self.a(x)))


def run(seed):
    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    x, y = physics(1500, rng)
    xv, yv = physics(500, rng)
    net, opt = Net(), keras.optimizers.Adam(4e-3)
    data = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(1500).batch(32)

    @tf.function
    def step(xb, yb):
        with tf.GradientTape() as tape:
            pred = net(xb, training=True)
            loss = ops.mean(ops.square(pred - yb))  # fault: loss-broadcasts-to-matrix
        opt.apply_gradients(zip(tape.gradient(loss, net.trainable_variables), net.trainable_variables))
        return loss

    for epoch in range(15):
        total = [float(step(xb, yb)) for xb, yb in data]
        p = net(xv, training=False).numpy()[:, 0]
        r2 = 1 - np.mean((p - yv) ** 2) / yv.var()
        print(f"epoch {epoch:2d} loss {np.mean(total):.4f} val R2 {r2:.4f}")
    print("R2", r2)


if __name__ == "__main__":
    run(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
