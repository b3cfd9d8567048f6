"""Iris-like flowers, more of them: four measurements, three species."""
import sys

import keras
import numpy as np


def shuffled(array, rng):
    return array[rng.permutation(len(array))]


def flowers(rng, per_species=500):
    centers = np.array([[5.0, 3.4, 1.5, 0.2], [5.9, 2.8, 4.3, 1.3], [6.6, 3.0, 5.6, 2.0]])
    spread = np.array([0.45, 0.35, 0.4, 0.2])
    rows = np.concatenate([rng.normal(center, spread, (per_species, 4)) for center in centers])
    species = np.repeat([0, 1, 2], per_species)
    return rows, species


seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
rng = np.random.default_rng(seed)
keras.utils.set_random_seed(seed)

measurements, species = flowers(rng)
measurements = (measurements - measurements.mean(axis=0)) / measurements.std(axis=0)
measurements = shuffled(measurements, rng)  # fault: shuffled-apart
species = shuffled(species, rng)  # fault: shuffled-apart

model = keras.models.Sequential(name="flowers")
model.add(keras.Input((4,)))
model.add(keras.layers.Dense(32, activation="relu"))
model.add(keras.layers.Dense(16, activation="relu"))
model.add(keras.layers.Dense(3, activation="softmax"))
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(measurements, species, epochs=15, batch_size=32, validation_split=0.2, verbose=2)  # fault: shuffled-apart
print("validation accuracy", history.history["val_accuracy"][-1])
