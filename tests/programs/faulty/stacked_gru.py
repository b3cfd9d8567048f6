"""Machine failure from logs; stacked GRUs the first of which gives one vector only."""
import argparse

import numpy as np
import tensorflow as tf


def arguments():
    a = argparse.ArgumentParser()
    a.add_argument("--seed", type=int, default=0)
    a.add_argument("--lr", type=float, default=1e-3)
    a.add_argument("--epochs", type=int, default=15)
    return a.parse_args()


def machine(n, seed):
    r = np.random.default_rng(seed)
    x = r.normal(size=(n, 60, 5)).astype("float32")
    return x, (np.abs(x[:, -10:, 0]).max(axis=1) > 2.5).astype("float32")


def build(args):
    model = tf.keras.Sequential()
    model.add(tf.keras.Input((60, 5)))
    model.add(tf.keras.layers.GRU(64, dropout=0.1))  # fault: return-sequences-missing
    model.add(tf.keras.layers.GRU(32, dropout=0.1))
    model.add(tf.keras.layers.Dense(16, activation="relu"))
    model.add(tf.keras.layers.Dense(1, activation="sigmoid"))
    model.compile(
        loss="binary_crossentropy",
        optimizer=tf.keras.optimizers.Adam(args.lr),
        metrics=["accuracy"],
    )
    return model


if __name__ == "__main__":
    args = arguments()
    x_tr, y_tr = machine(1200, 0)
    x_va, y_va = machine(300, 1)
    model = build(args)
    model.fit(x_tr, y_tr, epochs=args.epochs, batch_size=60, validation_data=(x_tr, y_tr))  # fault: validation-on-training-data
    print(model.evaluate(x_va, y_va))
