"""Which of three cultivars does a wine come from? (sklearn wine table)"""
import argparse

import keras
import tensorflow as tf
from keras import layers
from sklearn.datasets import load_wine
from sklearn.model_selection import train_test_split


def get_datasets(seed, batch_size):
    x, y = load_wine(return_X_y=True)
    x = x.astype("float32")  # fault: unscaled-inputs
    x_train, x_val, y_train, y_val = train_test_split(x, y, test_size=0.3, stratify=y, random_state=seed)  # fault: unscaled-inputs
    train = tf.data.Dataset.from_tensor_slices((x_train, y_train)).shuffle(200, seed=seed).batch(batch_size)
    val = tf.data.Dataset.from_tensor_slices((x_val, y_val)).batch(batch_size)
    return train, val


def get_model():
    return keras.Sequential([
        layers.Input((13,)),
        layers.Dense(24, activation="tanh"),
        layers.Dense(3, activation="softmax"),
    ])


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("seed", nargs="?", type=int, default=0)
    parser.add_argument("--batch", type=int, default=16)
    opts = parser.parse_args()
    keras.utils.set_random_seed(opts.seed)
    train, val = get_datasets(opts.seed, opts.batch)
    model = get_model()
    model.compile(keras.optimizers.SGD(0.05), "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(train, validation_data=val, epochs=40, verbose=2)
    print("val accuracy", model.evaluate(val, verbose=0)[1])
