"""In which order did the three sensors fire?

Every recording has three noisy channels with one pulse each, plus a fourth channel in which
something unimportant happens. Six orders are possible.
"""
from itertools import permutations

import numpy as np
from tensorflow import keras

ORDERS = list(permutations(range(3)))
STEPS = 14


def record(order, rng):
    signal = rng.normal(0.0, 0.25, (STEPS, 4))
    starts = np.sort(rng.choice(np.arange(1, STEPS - 3, 2), size=3, replace=False))
    for sensor, start in zip(order, starts):
        signal[start:start + 3, sensor] += rng.uniform(0.8, 1.4)
    bang = rng.integers(0, STEPS - 2)
    signal[bang:bang + 2, 3] += 2.0
    return signal


def dataset(n, seed):
    rng = np.random.default_rng(seed)
    y = rng.integers(0, len(ORDERS), n)
    X = np.stack([record(ORDERS[k], rng) for k in y]).astype("float32")
    return X, keras.utils.to_categorical(y, len(ORDERS))


def build_model(units=12, dropout=0.2):
    model = keras.models.Sequential()
    model.add(keras.layers.Input(shape=(STEPS, 4)))
    model.add(keras.layers.Bidirectional(keras.layers.GRU(units)))
    model.add(keras.layers.Dropout(dropout))
    model.add(keras.layers.Dense(20, activation="relu"))
    model.add(keras.layers.Dense(len(ORDERS), activation="softmax"))
    model.compile(
        loss="categorical_crossentropy",
        optimizer=keras.optimizers.Adam(learning_rate=0.01),
        metrics=["categorical_accuracy"],
    )
    return model


X_fit, y_fit = dataset(1400, seed=61)
X_eval, y_eval = dataset(600, seed=62)

order_model = build_model()
order_model.fit(
    X_fit,
    y_fit,
    epochs=7,
    batch_size=64,
    validation_split=0.1,
    callbacks=[keras.callbacks.ReduceLROnPlateau(factor=0.5, patience=2)],
    verbose=0,
)
print("right orders:", order_model.evaluate(X_eval, y_eval, verbose=0)[1])
