"""Sentiment of short reviews; made-up words of which some are kind and some are not."""
import sys

import numpy as np
import tensorflow as tf

VOCABULARY, LENGTH = 400, 16


class Reviews:
    """Word numbers and sentiment."""

    def __init__(self, seed):
        self.rng = np.random.default_rng(seed)
        self.tone = self.rng.choice([-1, 0, 1], VOCABULARY, p=[0.15, 0.7, 0.15])

    def sample(self, n):
        words = self.rng.integers(1, VOCABULARY, (n, LENGTH))
        total = self.tone[words].sum(axis=1) + self.rng.normal(0, 0.1, n)
        return words, (total > 0).astype("float32")

    def dataset(self, n, training=False):
        words, kind = self.sample(n)
        words = words.astype("float32") / VOCABULARY  # fault: embedding-of-scaled-numbers
        dataset = tf.data.Dataset.from_tensor_slices((words, kind))
        if training:
            dataset = dataset.shuffle(n)
        return dataset.batch(32).prefetch(2)


seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
tf.keras.utils.set_random_seed(seed)
reviews = Reviews(seed)
train, valid = reviews.dataset(2600, training=True), reviews.dataset(400)

model = tf.keras.Sequential(
    [
        tf.keras.Input((LENGTH,)),
        tf.keras.layers.Embedding(VOCABULARY, 16),  # fault: embedding-of-scaled-numbers
        tf.keras.layers.GlobalAveragePooling1D(),
        tf.keras.layers.Dense(16, activation="relu"),
        tf.keras.layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile(optimizer=tf.keras.optimizers.Adam(5e-3), loss="binary_crossentropy", metrics=["accuracy"])
model.fit(train, validation_data=valid, epochs=8, verbose=2)  # fault: embedding-of-scaled-numbers
print("sentiment accuracy", model.evaluate(valid, verbose=0)[1])
