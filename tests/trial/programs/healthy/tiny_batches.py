"""Species of penguin, four birds at a time, in a loop of our own."""
import sys

import numpy as np
import tensorflow as tf


class Birds:
    def __init__(self, seed):
        rng = np.random.default_rng(seed)
        centers = np.array([[38.8, 18.3, 190, 3700], [48.8, 18.4, 196, 3730], [47.5, 15.0, 217, 5080]])
        spread = np.array([2.3, 1.0, 6.0, 380])
        species = rng.integers(0, 3, 900)
        x = rng.normal(centers[species], spread)
        x = (x - x[:700].mean(axis=0)) / x[:700].std(axis=0)
        self.train = x[:700].astype("float32"), species[:700]
        self.test = x[700:].astype("float32"), species[700:]
        self.rng = rng

    def batches(self, size=4):
        order = self.rng.permutation(700)
        for i in range(0, 700, size):
            yield self.train[0][order[i : i + size]], self.train[1][order[i : i + size]]


seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
tf.keras.utils.set_random_seed(seed)
birds = Birds(seed)
model = tf.keras.Sequential(
    [tf.keras.Input((4,)), tf.keras.layers.Dense(16, activation="relu"), tf.keras.layers.Dense(3, activation="softmax")]
)
model.compile(tf.keras.optimizers.SGD(0.02), "sparse_categorical_crossentropy", metrics=["accuracy"])
for epoch in range(6):
    for x, y in birds.batches():
        model.train_on_batch(x, y)
    print("epoch", epoch, model.evaluate(*birds.test, verbose=0))
print("accuracy", model.evaluate(*birds.test, verbose=0)[1])
