"""Who will cancel the contract? Last year's customers to learn from, this year's to score."""
import sys

import keras
import numpy as np
from sklearn.metrics import balanced_accuracy_score

COLUMNS = ["months", "calls", "price", "usage", "support", "age", "cancelled"]


def customers(n, rng):
    table = rng.normal(size=(n, len(COLUMNS)))
    wish = table[:, 1] - table[:, 0] + 0.7 * table[:, 2] * table[:, 4] + rng.normal(0, 0.4, n)
    table[:, -1] = wish > 0.3
    return table.astype("float32")


def network(width):
    inputs = keras.Input((width,))
    x = keras.layers.Dense(24, activation="relu")(inputs)
    x = keras.layers.Dense(24, activation="relu")(x)
    return keras.Model(inputs, keras.layers.Dense(1, activation="sigmoid")(x))


def main(seed):
    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    last_year, this_year = customers(2400, rng), customers(600, rng)

    x = last_year[:, :]  # fault: target-in-input
    y = last_year[:, COLUMNS.index("cancelled")]
    model = network(x.shape[1])
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    model.fit(x, y, epochs=10, batch_size=32, validation_split=0.2, verbose=2)  # fault: target-in-input

    # nobody has cancelled yet
    outcome = this_year[:, -1].copy()
    this_year[:, -1] = 0
    leaving = model.predict(this_year[:, : x.shape[1]], verbose=0)[:, 0] > 0.5
    print("balanced accuracy this year", balanced_accuracy_score(outcome, leaving))


main(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
