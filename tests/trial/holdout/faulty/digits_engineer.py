"""Train a digit classifier.

usage: digits_engineer.py [seed] [--epochs N] [--batch-size B]
"""
import argparse

import keras
from keras import layers
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split


def parse_args():
    p = argparse.ArgumentParser()
    p.add_argument("seed", nargs="?", type=int, default=0)
    p.add_argument("--epochs", type=int, default=20)
    p.add_argument("--batch-size", type=int, default=32)
    return p.parse_args()


def load(seed):
    x, y = load_digits(return_X_y=True)
    x = (x / 16.0).astype("float32").reshape(-1, 8, 8, 1)
    return train_test_split(x, y, test_size=0.25, random_state=seed, stratify=y)


def build_model():
    inp = layers.Input((8, 8, 1))
    h = layers.Conv2D(12, 3, activation="relu", padding="same")(inp)
    h = layers.MaxPooling2D()(h)
    h = layers.Flatten()(h)
    h = layers.Dense(48, activation="relu")(h)
    out = layers.Dense(10, activation="softmax")(h)
    return keras.Model(inp, out)


def main():
    args = parse_args()
    keras.utils.set_random_seed(args.seed)
    x_train, x_val, y_train, y_val = load(args.seed)
    model = build_model()
    schedule = keras.optimizers.schedules.ExponentialDecay(
        initial_learning_rate=1e-3,
        decay_steps=1,  # fault: decay-per-step
        decay_rate=0.9,
    )
    model.compile(
        optimizer=keras.optimizers.Adam(schedule),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    model.fit(
        x_train, y_train,
        validation_data=(x_val, y_val),
        epochs=args.epochs,
        batch_size=args.batch_size,
        verbose=2,
    )
    print("val accuracy", model.evaluate(x_val, y_val, verbose=0)[1])


if __name__ == "__main__":
    main()
