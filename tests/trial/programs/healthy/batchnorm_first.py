"""Steel quality from raw plant data. The first layer is a BatchNormalization: no scaler to ship with the model."""
import sys

import numpy as np
import tensorflow as tf
from tensorflow.keras import Model
from tensorflow.keras.layers import BatchNormalization, Dense, Input

SEED = int(sys.argv[1]) if len(sys.argv) > 1 else 0
tf.keras.utils.set_random_seed(SEED)


def plant(n, rng):
    z = rng.normal(size=(n, 8))
    quality = np.digitize(z[:, 0] + z[:, 1] * z[:, 2] - z[:, 3], [-0.8, 0.8])
    center = np.array([1500.0, 40.0, 0.02, 9e4, 7.0, 300.0, 12.0, 0.5])
    return (center * (1 + 0.1 * z)).astype("float32"), quality


rng = np.random.default_rng(SEED)
x_train, y_train = plant(2400, rng)
x_test, y_test = plant(600, rng)

inputs = Input((8,))
x = BatchNormalization()(inputs)
x = Dense(48, activation="relu")(x)
x = BatchNormalization()(x)
x = Dense(24, activation="relu")(x)
outputs = Dense(3, activation="softmax")(x)
model = Model(inputs, outputs)
model.compile(optimizer=tf.keras.optimizers.Adam(5e-3), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=20, batch_size=64, validation_data=(x_test, y_test), verbose=2)
print("quality class right:", model.evaluate(x_test, y_test, verbose=0)[1])
