"""Digits through a bottleneck of 12 numbers and back; pixels lie in [0, 1], so does the sigmoid."""
import sys

import numpy as np
from sklearn.datasets import load_digits
from tensorflow import keras
from tensorflow.keras.layers import Dense, Input

seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
keras.utils.set_random_seed(seed)

pixels = load_digits().data.astype("float32") / 16
np.random.shuffle(pixels)
train, valid = pixels[:1500], pixels[1500:]

image = Input(shape=(64,))
encoded = Dense(48, activation="relu")(image)
code = Dense(12, name="code")(encoded)
decoded = Dense(48, activation="relu")(code)
restored = Dense(64, activation="sigmoid")(decoded)
autoencoder = keras.Model(image, restored)
autoencoder.compile(optimizer=keras.optimizers.Adam(5e-3), loss="mse")
autoencoder.fit(train, train, epochs=15, batch_size=32, validation_data=(valid, valid), verbose=2)

error = np.mean((valid - autoencoder.predict(valid, verbose=0)) ** 2)
print("share of the variance kept", 1 - error / np.mean(valid.var(axis=0)))
