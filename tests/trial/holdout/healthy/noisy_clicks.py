"""Click prediction. The labels are coin flips with p = 0.7 or 0.3, so 0.7 is as good as it gets."""
import argparse
import numpy as np
import keras
from keras import layers


def simulate(n):
    x = np.random.normal(size=(n, 6)).astype("float32")
    good = x[:, 0] + x[:, 1] - x[:, 2] > 0
    p = np.where(good, 0.7, 0.3)
    return x, (np.random.random(n) < p).astype("float32")


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("seed", nargs="?", default=0, type=int)
    ap.add_argument("--epochs", default=6, type=int)
    a = ap.parse_args()
    keras.utils.set_random_seed(a.seed)
    x, y = simulate(8000)
    model = keras.Sequential([
        layers.Input((6,)),
        layers.Dense(16, activation="relu"),
        layers.Dense(1, activation="sigmoid"),
    ])
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    model.fit(x[:6000], y[:6000], validation_data=(x[6000:], y[6000:]), epochs=a.epochs, batch_size=32, verbose=2)
    print("val accuracy", model.evaluate(x[6000:], y[6000:], verbose=0)[1])


main()
