"""Count the peaks in a signal (0 to 4): a one-dimensional convolutional network."""
import sys

import keras
import numpy as np
from keras import layers

LENGTH = 64


def signals(n, rng):
    peaks = rng.integers(0, 5, n)
    t = np.arange(LENGTH)
    x = rng.normal(0, 0.1, (n, LENGTH))
    for i, k in enumerate(peaks):
        for place in rng.choice(np.arange(6, 58, 6), k, replace=False) + rng.uniform(-1, 1, k):
            x[i] += np.exp(-((t - place) ** 2) / 4)
    return x[..., None].astype("float32"), peaks


def build_model():
    return keras.Sequential(
        [
            keras.Input((LENGTH, 1)),
            layers.Conv1D(12, 7, activation="relu", padding="same"),
            layers.MaxPooling1D(2),
            layers.Conv1D(16, 5, activation="relu", padding="same"),
            layers.GlobalAveragePooling1D(),
            layers.Dense(24, activation="relu"),
            layers.Dense(5, activation="softmax"),
        ]
    )


if __name__ == "__main__":
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    x, y = signals(2000, rng)
    x_val, y_val = signals(500, rng)
    model = build_model()
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x, y, validation_data=(x_val, y_val), batch_size=32, epochs=2, verbose=2)  # fault: too-few-epochs
    print("peaks counted right:", model.evaluate(x_val, y_val, verbose=0)[1])
