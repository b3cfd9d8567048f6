"""Domain-adversarial training with a gradient reversal layer and two heads."""
import numpy as np
import tensorflow as tf
from tensorflow.keras import Model, layers


@tf.custom_gradient
def reverse(x):
    return tf.identity(x), lambda dy: -dy


class GradientReversal(layers.Layer):
    def call(self, x):
        return reverse(x)


class DANN(Model):
    def __init__(self, classes):
        super().__init__()
        self.extract = tf.keras.Sequential([layers.Dense(64, "relu"), layers.Dense(32, "relu")])
        self.classify = layers.Dense(classes)
        self.flip = GradientReversal()
        self.domain = tf.keras.Sequential([layers.Dense(32, "relu"), layers.Dense(1)])
        self.ce = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        self.bce = tf.keras.losses.BinaryCrossentropy(from_logits=True)
        self.acc = tf.keras.metrics.SparseCategoricalAccuracy(name="accuracy")

    def call(self, x):
        return self.classify(self.extract(x))

    def train_step(self, data):
        (xs, ys), xt = data
        n = tf.shape(xs)[0]
        where = tf.concat([tf.zeros((n, 1)), tf.ones((tf.shape(xt)[0], 1))], 0)
        with tf.GradientTape() as tape:
            f = self.extract(tf.concat([xs, xt], 0), training=True)
            logits = self.classify(f[:n])
            loss = self.ce(ys, logits) + 0.1 * self.bce(where, self.domain(self.flip(f)))
        self.optimizer.apply_gradients(zip(tape.gradient(loss, self.trainable_weights), self.trainable_weights))
        self.acc.update_state(ys, logits)
        return {"loss": loss, "accuracy": self.acc.result()}

    def test_step(self, data):
        x, y = data
        self.acc.update_state(y, self(x, training=False))
        return {"accuracy": self.acc.result()}

    @property
    def metrics(self):
        return [self.acc]


def domain(n, shift, seed):
    r = np.random.default_rng(seed)
    y = r.integers(0, 3, n)
    x = r.normal(size=(n, 10)) + shift
    x[np.arange(n), y] += 2.5
    return x.astype("float32"), y


xs, ys = domain(1024, 0.0, 0)
xt, yt = domain(1024, 0.7, 1)
source = tf.data.Dataset.from_tensor_slices((xs, ys)).shuffle(1024).batch(64)
target = tf.data.Dataset.from_tensor_slices(xt).shuffle(1024).batch(64)
check = tf.data.Dataset.from_tensor_slices((xt, yt)).batch(256)

model = DANN(3)
model.compile(optimizer=tf.keras.optimizers.Adam(1e-3))
model.fit(tf.data.Dataset.zip((source, target)), validation_data=check, epochs=25)
