"""Digits in batches of 256: the rate climbs for two epochs, then falls along a cosine."""
import sys

import keras
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split

HPARAMS = {"batch": 256, "epochs": 15, "peak": 1e-2, "width": 96}


def data(seed):
    x, y = load_digits(return_X_y=True)
    return train_test_split(x / 16, keras.utils.to_categorical(y), test_size=0.2, stratify=y, random_state=seed)


def schedule(steps):
    warmup = 2 * steps
    return keras.optimizers.schedules.CosineDecay(
        initial_learning_rate=1e-4,
        decay_steps=HPARAMS["epochs"] * steps - warmup,
        warmup_target=HPARAMS["peak"],
        warmup_steps=warmup,
    )


def main():
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    keras.utils.set_random_seed(seed)
    x_train, x_test, y_train, y_test = data(seed)
    steps = -(-len(x_train) // HPARAMS["batch"])
    model = keras.Sequential(
        [
            keras.Input((64,)),
            keras.layers.Dense(HPARAMS["width"], activation="gelu"),
            keras.layers.Dense(HPARAMS["width"], activation="gelu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(keras.optimizers.AdamW(schedule(steps)), "categorical_crossentropy", metrics=["accuracy"])
    model.fit(
        x_train,
        y_train,
        batch_size=HPARAMS["batch"],
        epochs=HPARAMS["epochs"],
        validation_data=(x_test, y_test),
        verbose=2,
    )
    print("accuracy", model.evaluate(x_test, y_test, verbose=0)[1])


main()
