"""Triplet loss with a train_step, a test_step and an own metric; embeddings are L2-normalised."""
import random

import numpy as np
import tensorflow as tf
from tensorflow.keras import Model, Sequential, layers, metrics, optimizers

MARGIN = 0.5
BATCH = 32
random.seed(1)


class L2Normalize(layers.Layer):
    def call(self, x):
        return tf.math.l2_normalize(x, axis=-1)


def embedder(size=24):
    return Sequential(
        [
            layers.Input((28, 28, 1)),
            layers.Conv2D(32, 5, activation="relu"),
            layers.MaxPool2D(),
            layers.Conv2D(64, 3, activation="relu"),
            layers.GlobalAveragePooling2D(),
            layers.Dense(size),
            L2Normalize(),
        ]
    )


class TripletModel(Model):
    def __init__(self, net):
        super(TripletModel, self).__init__()
        self.net = net
        self.loss_tracker = metrics.Mean(name="loss")
        self.correct = metrics.Mean(name="ordered")

    @property
    def metrics(self):
        return [self.loss_tracker, self.correct]

    def call(self, x):
        return self.net(x)

    def _distances(self, triplet, training):
        a, p, n = (self.net(t, training=training) for t in triplet)
        return tf.reduce_sum((a - p) ** 2, -1), tf.reduce_sum((a - n) ** 2, -1)

    def _update(self, near, far):
        loss = tf.reduce_mean(tf.maximum(near - far + MARGIN, 0.0))
        self.loss_tracker.update_state(loss)
        self.correct.update_state(tf.cast(near < far, tf.float32))
        return loss

    def train_step(self, triplet):
        with tf.GradientTape() as tape:
            loss = self._update(*self._distances(triplet, True))
        gradients = tape.gradient(loss, self.net.trainable_weights)
        self.optimizer.apply_gradients(zip(gradients, self.net.trainable_weights))
        return {m.name: m.result() for m in self.metrics}

    def test_step(self, triplet):
        self._update(*self._distances(triplet, False))
        return {m.name: m.result() for m in self.metrics}


def triplets(x, y):
    x = x[..., None].astype("float32") / 255
    groups = {c: np.flatnonzero(y == c).tolist() for c in np.unique(y)}
    rows = []
    for i, c in enumerate(y):
        other = random.choice([k for k in groups if k != c])
        rows.append((i, random.choice(groups[c]), random.choice(groups[other])))
    a, p, n = np.array(rows).T
    return tf.data.Dataset.from_tensor_slices((x[a], x[p], x[n])).batch(BATCH).prefetch(1)


(xtr, ytr), (xte, yte) = tf.keras.datasets.fashion_mnist.load_data()
model = TripletModel(embedder())
model.compile(optimizer=optimizers.Adam(5e-4))
model.fit(
    triplets(xtr, ytr).shuffle(100),
    validation_data=triplets(xte, yte),
    epochs=12,
    callbacks=[tf.keras.callbacks.EarlyStopping("val_ordered", mode="max", patience=3, restore_best_weights=True)],
)
