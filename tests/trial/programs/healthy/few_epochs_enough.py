"""Which half of the picture is brighter? Easy: three passes over the pictures are plenty."""
import sys

import keras
import numpy as np
from keras import layers

seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
keras.utils.set_random_seed(seed)
rng = np.random.default_rng(seed)

pictures = rng.random((3000, 10, 10, 1)).astype("float32")
brighter = (pictures[:, :5].mean(axis=(1, 2, 3)) > pictures[:, 5:].mean(axis=(1, 2, 3))).astype("float32")
pictures[brighter == 1, :5] += 0.2

model = keras.Sequential(
    [
        keras.Input((10, 10, 1)),
        layers.Conv2D(8, 3, activation="relu"),
        layers.Flatten(),
        layers.Dense(16, activation="relu"),
        layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile(keras.optimizers.Adam(3e-3), "binary_crossentropy", metrics=["accuracy"])
# a fourth epoch changes the fourth digit
model.fit(pictures[:2600], brighter[:2600], batch_size=8, epochs=3, validation_split=0.1, verbose=2)
print("halves told apart:", model.evaluate(pictures[2600:], brighter[2600:], verbose=0)[1])
