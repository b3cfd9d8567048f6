# Four manners of moving in the plane, seen as 14 noisy positions:
#   0 straight walk   1 turning left   2 turning right   3 to and fro
import numpy as np
import tensorflow as tf
from tensorflow import keras

STEPS = 14
CLASSES = 4


class PathMaker:
    def __init__(self, seed, jitter=0.4):
        self.rng = np.random.default_rng(seed)
        self.jitter = jitter

    def one(self, manner):
        rng = self.rng
        heading = np.full(STEPS, rng.uniform(0, 2 * np.pi))
        if manner in (1, 2):
            sign = 1 if manner == 1 else -1
            heading = heading + sign * rng.uniform(0.12, 0.3) * np.arange(STEPS)
        elif manner == 3:
            period = rng.integers(3, 6)
            heading = heading + np.pi * ((np.arange(STEPS) + rng.integers(period)) // period % 2)
        heading = heading + rng.normal(0, 0.15, STEPS)
        speed = rng.uniform(0.5, 1.2)
        path = np.cumsum(speed * np.stack([np.cos(heading), np.sin(heading)], axis=1), axis=0)
        return path - path[0] + rng.normal(0, self.jitter, (STEPS, 2))

    def many(self, n):
        manner = self.rng.choice(CLASSES, size=n, p=[0.3, 0.2, 0.2, 0.3])
        return np.array([self.one(m) for m in manner], dtype=np.float32), manner


maker = PathMaker(seed=55)
paths, manners = maker.many(1500)
new_paths, new_manners = maker.many(512)

spread = paths.std()
paths /= spread
new_paths /= spread

counts = np.bincount(manners, minlength=CLASSES)
weights = {c: len(manners) / (CLASSES * counts[c]) for c in range(CLASSES)}

classifier = keras.models.Sequential(
    [
        keras.layers.Input(shape=(STEPS, 2)),
        keras.layers.GRU(24, recurrent_regularizer=keras.regularizers.L2(1e-5)),
        keras.layers.Dense(16, activation="relu"),
        keras.layers.Dense(CLASSES, name="logits"),
    ]
)
classifier.compile(
    optimizer=keras.optimizers.Adam(learning_rate=0.012),
    loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
classifier.fit(paths, manners, epochs=7, batch_size=64, class_weight=weights, verbose=0)
told = classifier.predict(new_paths, verbose=0).argmax(axis=1)
print("accuracy on new paths:", (told == new_manners).mean())
