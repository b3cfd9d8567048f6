"""Pretraining as autoencoder, saved; the encoder is loaded again and used frozen, then open."""
import os
import tempfile

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from tensorflow import keras
from tensorflow.keras import layers as kl

WORK = tempfile.mkdtemp()
LABELED = 150


def encoder_net():
    net = keras.Sequential(name="encoder")
    net.add(kl.Input((64,)))
    net.add(kl.Dense(48, activation="relu"))
    net.add(kl.Dense(24, activation="linear"))
    return net


def pretrain(x, xv):
    encoder = encoder_net()
    inp = kl.Input((64,))
    h = kl.Dense(48, activation="relu")(encoder(inp))
    ae = keras.Model(inp, kl.Dense(64, activation="sigmoid")(h))
    ae.compile("adam", "mse")
    ae.fit(x, x, epochs=60, batch_size=32, validation_data=(xv, xv), verbose=0)
    path = os.path.join(WORK, "encoder.keras")
    encoder.save(path)
    return path


def classify(path, x, y, xv, yv):
    encoder = keras.models.load_model(path, compile=False)
    encoder.trainable = False
    model = keras.Sequential([kl.Input((64,)), encoder, kl.ReLU(), kl.Dense(10, activation="softmax")])
    model.compile(keras.optimizers.Adam(1e-3), "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x, y, epochs=50, batch_size=16, validation_data=(xv, yv), verbose=0)
    encoder.trainable = True
    model.compile(keras.optimizers.Adam(1e-4), "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x, y, epochs=50, batch_size=16, validation_data=(xv, yv), verbose=0)
    return model


if __name__ == "__main__":
    X, y = load_digits(return_X_y=True)
    X = (X / 16.0).astype("float32")
    x_train, x_test, y_train, y_test = train_test_split(X, y, test_size=0.3, random_state=0)
    path = pretrain(x_train, x_test)
    model = classify(path, x_train[:LABELED], y_train[:LABELED], x_test, y_test)
    wrong = np.flatnonzero(model.predict(x_test, verbose=0).argmax(1) != y_test)
    print(len(wrong), "of", len(y_test), "wrong")
