"""Optimizer factory with the old name of the learning rate, and two kinds of clipping at once."""
import keras
import numpy as np
from keras import layers, optimizers

LEARNING_RATE = 2e-4


def make_optimizer(kind):
    if kind == "adam":
        return optimizers.Adam(lr=LEARNING_RATE)  # fault: legacy-lr-argument
    if kind == "rmsprop":
        return optimizers.RMSprop(
            learning_rate=LEARNING_RATE,
            clipnorm=1.0,  # or: several-clip-arguments
            clipvalue=0.5,  # fault: several-clip-arguments
        )
    raise ValueError(kind)


def accelerometer(n, seed):
    r = np.random.default_rng(seed)
    fall = r.integers(0, 2, n)
    x = r.normal(0, 0.3, (n, 100, 3))
    x[fall == 1, 50:55] += 3
    return x.astype("float32"), fall.astype("float32")


signal = layers.Input((100, 3))
h = layers.Conv1D(16, 7, activation="relu", padding="same")(signal)
h = layers.MaxPooling1D(5)(h)
h = layers.Bidirectional(layers.GRU(16))(h)
fall = layers.Dense(1, activation="sigmoid")(h)
detector = keras.Model(signal, fall)
detector.compile(make_optimizer("adam"), "binary_crossentropy", metrics=["accuracy"])
detector.fit(*accelerometer(1000, 0), epochs=12, batch_size=32, validation_data=accelerometer(300, 1))
