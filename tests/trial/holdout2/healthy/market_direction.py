"""Direction of the next day and size of the move from lagged signals; very little signal, two heads."""
import argparse
import numpy as np
import keras
from keras import layers
from sklearn.linear_model import LogisticRegression


def simulate(n, rng):
    x = rng.normal(size=(n, 10)).astype("float32")
    vol = np.exp(0.35 * x[:, 5] - 0.2)
    ret = 0.14 * x[:, 0] - 0.12 * x[:, 1] + 0.08 * x[:, 2] + vol * rng.normal(size=n)
    return x, (ret > 0).astype("float32"), np.log(np.abs(ret) + 0.05).astype("float32")


def build():
    inp = keras.Input((10,))
    h = layers.Dense(16, activation="tanh", kernel_regularizer=keras.regularizers.L2(3e-3))(inp)
    h = layers.Dropout(0.2)(h)
    up = layers.Dense(1, activation="sigmoid", name="up")(h)
    size = layers.Dense(1, name="size")(h)
    m = keras.Model(inp, {"up": up, "size": size})
    m.compile(optimizer=keras.optimizers.Adam(2e-3),
              loss={"up": "binary_crossentropy", "size": "mse"},
              loss_weights={"up": 1.0, "size": 0.3},
              metrics={"up": ["accuracy"], "size": ["mae"]})
    return m


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("seed", nargs="?", type=int, default=0)
    ap.add_argument("--epochs", type=int, default=12)
    a = ap.parse_args()
    keras.utils.set_random_seed(a.seed)
    x, up, size = simulate(6000, np.random.default_rng(a.seed + 1))
    k = 4000
    model = build()
    model.fit(x[:k], {"up": up[:k], "size": size[:k]},
              validation_data=(x[k:], {"up": up[k:], "size": size[k:]}),
              epochs=a.epochs, batch_size=64, verbose=2)
    p = model.predict(x[k:], verbose=0)
    lin = LogisticRegression().fit(x[:k], up[:k])
    print("logistic regression reference", lin.score(x[k:], up[k:]))
    print("R2 of size", 1 - np.mean((p["size"][:, 0] - size[k:]) ** 2) / size[k:].var())
    print("direction accuracy", np.mean((p["up"][:, 0] > 0.5) == (up[k:] > 0.5)))


if __name__ == "__main__":
    main()
