# Four manners of moving in the plane, seen as 20 noisy positions:
#   0 straight walk   1 turning left   2 turning right   3 to and fro
import numpy as np
import tensorflow as tf
from tensorflow import keras

STEPS = 20
CLASSES = 4


class PathMaker:
    def __init__(self, seed, jitter=0.45):
        self.rng = np.random.default_rng(seed)
        self.jitter = jitter

    def one(self, manner):
        rng = self.rng
        heading = np.full(STEPS, rng.uniform(0, 2 * np.pi))
        if manner in (1, 2):
            sign = 1 if manner == 1 else -1
            heading = heading + sign * rng.uniform(0.08, 0.25) * np.arange(STEPS)
        elif manner == 3:
            period = rng.integers(4, 9)
            heading = heading + np.pi * ((np.arange(STEPS) + rng.integers(period)) // period % 2)
        heading = heading + rng.normal(0, 0.15, STEPS)
        speed = rng.uniform(0.5, 1.2)
        path = np.cumsum(speed * np.stack([np.cos(heading), np.sin(heading)], axis=1), axis=0)
        return path - path[0] + rng.normal(0, self.jitter, (STEPS, 2))

    def many(self, n):
        manner = self.rng.choice(CLASSES, size=n, p=[0.3, 0.2, 0.2, 0.3])
        return np.array([self.one(m) for m in manner], dtype=np.float32), manner


maker = PathMaker(seed=55)
paths, manners = maker.many(1800)
new_paths, new_manners = maker.many(700)

spread = paths.std()
paths /= spread
new_paths /= spread

counts = np.bincount(manners, minlength=CLASSES)
weights = {c: len(manners) / (CLASSES * counts[c]) for c in range(CLASSES)}

classifier = keras.models.Sequential(
    [
        keras.layers.Input(shape=(STEPS, 2)),
        keras.layers.GRU(32, recurrent_regularizer=keras.regularizers.L2(1e-5)),
        keras.layers.Dense(16, activation="relu"),
        keras.layers.Dense(CLASSES, name="logits"),
    ]
)
classifier.compile(
    optimizer=keras.optimizers.Adam(learning_rate=0.008),
    loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
classifier.fit(paths, manners, epochs=8, batch_size=40, class_weight=weights, verbose=0)
print("accuracy on new paths:", classifier.evaluate(new_paths, new_manners, verbose=0)[1])
