"""Two models: an autoencoder on all digits, then a small classifier on its code."""
import sys
import numpy as np
import keras
from keras import layers
from sklearn.datasets import load_digits

keras.utils.set_random_seed(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
x, y = load_digits(return_X_y=True)
x = x.astype("float32") / 16.0


def make_encoder():
    return keras.Sequential([
        layers.Input((64,)),
        layers.Dense(48, activation="relu"),
        layers.Dense(24, activation="relu"),
        layers.Dense(8, activation="tanh"),
    ])


def make_decoder():
    return keras.Sequential([
        layers.Input((8,)),
        layers.Dense(48, activation="relu"),
        layers.Dense(64, activation="sigmoid"),
    ])


encoder = make_encoder()
autoencoder = keras.Sequential([encoder, make_decoder()])
autoencoder.compile(optimizer=keras.optimizers.Adam(3e-3), loss="mse")
autoencoder.fit(x, x, epochs=20, batch_size=32, verbose=0)
print("reconstruction error", autoencoder.evaluate(x, x, verbose=0))

features = make_encoder()  # fault: frozen-untrained-encoder
features.trainable = False  # fault: frozen-untrained-encoder
classifier = keras.Sequential([features, layers.Dense(10, activation="softmax")])
classifier.compile(optimizer=keras.optimizers.Adam(1e-2), loss="sparse_categorical_crossentropy",
                   metrics=["accuracy"])
classifier.fit(x[:1300], y[:1300], validation_data=(x[1300:], y[1300:]), epochs=15, batch_size=32, verbose=2)
print("val accuracy", classifier.evaluate(x[1300:], y[1300:], verbose=0)[1])
