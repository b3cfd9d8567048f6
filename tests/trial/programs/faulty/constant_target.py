"""Which wines are good? Twelve chemical columns, a panel's grade from 0 to 10."""
import sys

import numpy as np
from sklearn.metrics import roc_auc_score
from tensorflow import keras

GOOD = 70  # fault: constant-target
SEED = int(sys.argv[1]) if len(sys.argv) > 1 else 0


def cellar(n, weights, rng):
    chemistry = rng.normal(size=(n, 12)).astype("float32")
    taste = np.tanh(chemistry @ weights) + 0.4 * chemistry[:, 0] * chemistry[:, 1]
    grade = np.clip(6.5 + 1.5 * taste + rng.normal(0, 0.3, n), 0, 10)
    return chemistry, grade


keras.utils.set_random_seed(SEED)
rng = np.random.default_rng(SEED)
weights = rng.normal(size=12) * 0.5
x, grade = cellar(2000, weights, rng)
x_new, grade_new = cellar(500, weights, rng)

y = (grade >= GOOD).astype("int32")  # fault: constant-target

inputs = keras.Input(shape=(12,))
hidden = keras.layers.Dense(32, activation="relu")(inputs)
hidden = keras.layers.Dense(16, activation="relu")(hidden)
good = keras.layers.Dense(1, activation="sigmoid", name="good")(hidden)
model = keras.Model(inputs, good)
model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
model.fit(x, y, validation_split=0.2, epochs=12, batch_size=32, verbose=2)  # fault: constant-target

best = grade_new >= np.quantile(grade_new, 0.7)
print("area under the curve for the best wines", roc_auc_score(best, model.predict(x_new, verbose=0).ravel()))
