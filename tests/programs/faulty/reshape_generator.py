"""Conditional decoder: the reshape does not hold what the dense layer gives."""
import keras
import numpy as np
from keras import layers

LATENT = 32

codes = np.load("codes.npy")
pictures = np.load("pictures.npy").astype("float32")[..., None] / 255.0

z = keras.Input((LATENT,), name="z")
digit = keras.Input((10,), name="digit")
x = layers.Concatenate()([z, digit])
x = layers.Dense(7 * 7 * 64, activation="relu")(x)
x = layers.Reshape((8, 8, 64))(x)  # fault: reshape-size
x = layers.Conv2DTranspose(64, 4, strides=2, padding="same", activation="relu")(x)
x = layers.Conv2DTranspose(32, 4, strides=2, padding="same", activation="relu")(x)
picture = layers.Conv2D(1, 3, padding="same", activation="sigmoid")(x)
decoder = keras.Model([z, digit], picture)
decoder.compile(keras.optimizers.Adam(1e-3), loss="binary_crossentropy")
n = int(len(codes) * 0.9)
decoder.fit(
    {"z": codes[:n, :LATENT], "digit": codes[:n, LATENT:]},
    pictures[:n],
    validation_data=({"z": codes[n:, :LATENT], "digit": codes[n:, LATENT:]}, pictures[n:]),
    epochs=25,
    batch_size=128,
    callbacks=[keras.callbacks.EarlyStopping(monitor="val_loss", patience=5)],  # fault: early-stopping-without-restore
)
