"""Sum of the flagged numbers of a sequence: a GRU, its training step written by hand."""
import sys

import keras
import numpy as np
import tensorflow as tf
from keras import layers


class Adder(keras.Model):
    def __init__(self, units):
        super().__init__()
        self.rnn = layers.GRU(units)
        self.out = layers.Dense(1)

    def call(self, x):
        return self.out(self.rnn(x))

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = self.compute_loss(y=y, y_pred=y_pred)
        gradients, _ = tf.clip_by_global_norm(tape.gradient(loss, self.trainable_variables), 1.0)
        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))
        return self.compute_metrics(x, y, y_pred) | {"loss": loss}


def adding(n, rng, length=15):
    numbers = rng.uniform(-1, 1, (n, length))
    flags = np.zeros((n, length))
    for row in flags:
        row[rng.choice(length, 2, replace=False)] = 1
    total = (numbers * flags).sum(axis=1, keepdims=True)
    return np.stack([numbers, flags], axis=2).astype("float32"), total.astype("float32")


def main(seed):
    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    x, y = adding(2600, rng)
    x_val, y_val = adding(400, rng)
    model = Adder(24)
    model.compile(optimizer=keras.optimizers.Adam(1e-2), loss="mse", metrics=["mae"])
    model.fit(x, y, epochs=12, batch_size=32, validation_data=(x_val, y_val), verbose=2)
    error = model.predict(x_val, verbose=0) - y_val
    print("R2", 1 - np.mean(error**2) / np.var(y_val))


main(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
