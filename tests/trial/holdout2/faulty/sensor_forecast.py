"""Forecast a sensor from its last 24 readings."""
import argparse

import keras
import numpy as np


def series(n, rng):
    t = np.arange(n)
    s = np.sin(2 * np.pi * t / 17) + 0.6 * np.sin(2 * np.pi * t / 41 + 1.0)
    return (s + 0.2 * rng.normal(size=n)).astype("float32")


def windows(s, width):
    v = np.lib.stride_tricks.sliding_window_view(s, width + 1)
    return v[:, :width, None].copy(), v[:, width:].copy()


def build(width, units, lr):
    model = keras.Sequential([
        keras.layers.Input((width, 1)),
        keras.layers.GRU(units),
        keras.layers.Dense(64, activation="relu"),
        keras.layers.Dense(32, activation="relu"),
        keras.layers.Dense(1),
    ])
    model.compile(optimizer=keras.optimizers.Adam(learning_rate=lr), loss="mse", metrics=["mae"])
    return model


def main():
    p = argparse.ArgumentParser()
    p.add_argument("seed", nargs="?", type=int, default=0)
    p.add_argument("--width", type=int, default=24)
    p.add_argument("--units", type=int, default=24)
    p.add_argument("--epochs", type=int, default=8)
    p.add_argument("--lr", type=float, default=0.5)  # fault: lr-too-high
    args = p.parse_args()
    keras.utils.set_random_seed(args.seed)
    s = series(1700, np.random.default_rng(args.seed))
    x, y = windows(s[:1200], args.width)
    xv, yv = windows(s[1200:], args.width)
    model = build(args.width, args.units, args.lr)
    model.fit(x, y, validation_data=(xv, yv), epochs=args.epochs, batch_size=32, verbose=2)
    pred = model.predict(xv, verbose=0)
    print("R2", 1 - np.mean((pred - yv) ** 2) / np.var(yv))


if __name__ == "__main__":
    main()
