"""Hospital readmission model. Trains on the historical table, scores the admissions of this week."""
import sys
import numpy as np
import keras
from keras import layers

FEATURES = ["age", "bmi", "glucose", "pressure", "visits", "stay", "billing_code"]  # fault: leaky-column


def table(n, rng, history=True):
    t = {k: rng.normal(size=n) for k in ["age", "bmi", "glucose", "pressure", "visits", "stay"]}
    risk = t["age"] + 0.8 * t["visits"] - 0.6 * t["bmi"] * t["glucose"] + 0.5 * t["stay"]
    y = (risk + 0.4 * rng.normal(size=n) > 0).astype("float32")
    t["billing_code"] = y * rng.uniform(1.0, 2.0, n) if history else np.zeros(n)
    return np.column_stack([t[k] for k in FEATURES]).astype("float32"), y


def main():
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    x, y = table(1500, rng)
    x_new, y_new = table(400, rng, history=False)

    model = keras.Sequential([
        layers.Input((len(FEATURES),)),
        layers.Dense(32, activation="relu"),
        layers.Dense(16, activation="relu"),
        layers.Dense(1, activation="sigmoid"),
    ])
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    model.fit(x, y, validation_split=0.2, epochs=20, batch_size=32, verbose=2)
    print("this week, accuracy:", model.evaluate(x_new, y_new, verbose=0)[1])


main()
