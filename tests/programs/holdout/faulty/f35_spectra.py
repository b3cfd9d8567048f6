import numpy as np
import tensorflow as tf
from tensorflow.keras import layers

spectra = np.load("raman.npy").astype("float32")      # (n, 400)
conc = np.load("concentration.npy").astype("float32")  # (n, 2)
n = int(0.8 * len(spectra))
mu, sd = spectra[:n].mean(0), spectra[:n].std(0)
spectra = (spectra - mu) / sd

model = tf.keras.Sequential([
    layers.Input((400,)),
    layers.Reshape((200, 1)),  # fault: reshape-size
    layers.Conv1D(16, 9, strides=2, activation="relu"),
    layers.Conv1D(32, 9, strides=2, activation="relu"),
    layers.Flatten(),
    layers.Dense(32, activation="relu"),
    layers.Dense(2),
])
model.compile("adam", "mse", metrics=["acc"])  # fault: accuracy-for-regression
model.fit(spectra[:n], conc[:n], validation_data=(spectra[n:], conc[n:]), epochs=200, batch_size=16)
