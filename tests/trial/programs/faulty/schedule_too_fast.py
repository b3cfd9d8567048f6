"""Twenty letters from 24 noisy strokes, residual blocks, exponential decay."""
import sys

import keras
import numpy as np
from keras import layers

BATCH, EPOCHS = 32, 12


def block(x, units):
    h = layers.Dense(units, activation="relu")(x)
    h = layers.Dense(units)(h)
    return layers.Activation("relu")(layers.Add()([x, h]))


def letters(n, rng, prototypes):
    y = rng.integers(0, len(prototypes), n)
    return prototypes[y] + rng.normal(0, 0.6, (n, prototypes.shape[1])), keras.utils.to_categorical(y, len(prototypes))


def train(seed):
    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    prototypes = rng.normal(size=(20, 24))
    x, y = letters(2400, rng, prototypes)
    val = letters(600, rng, prototypes)

    inputs = keras.Input((24,))
    h = layers.Dense(32, activation="relu")(inputs)
    for _ in range(2):
        h = block(h, 32)
    outputs = layers.Dense(20, activation="softmax")(h)
    model = keras.Model(inputs, outputs, name="letters")

    rate = keras.optimizers.schedules.ExponentialDecay(2e-3, decay_steps=1, decay_rate=0.8)  # fault: schedule-decays-at-once
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate=rate),  # fault: schedule-decays-at-once
        loss="categorical_crossentropy",
        metrics=["accuracy"],
    )
    model.fit(x, y, batch_size=BATCH, epochs=EPOCHS, validation_data=val, verbose=2)
    return model.evaluate(*val, verbose=0)[1]


print("letters read:", train(int(sys.argv[1]) if len(sys.argv) > 1 else 0))
