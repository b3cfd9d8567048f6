"""Land cover of a pixel from its six spectral bands; the map numbers its seven classes from 1."""
import sys

import keras
import numpy as np
from keras.layers import Dense, Input

N_CLASSES = 7


def pixels(n, rng, signature):
    cover = rng.integers(1, N_CLASSES + 1, n)  # fault: labels-from-one
    bands = signature[cover - 1] + rng.normal(0, 0.35, (n, 6))
    return bands.astype("float32"), cover


seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
keras.utils.set_random_seed(seed)
rng = np.random.default_rng(seed)
signature = rng.normal(size=(N_CLASSES, 6))
x_train, y_train = pixels(2000, rng, signature)
x_val, y_val = pixels(500, rng, signature)

model = keras.Sequential(
    [Input((6,)), Dense(32, "relu"), Dense(32, "relu"), Dense(N_CLASSES, "softmax")]  # fault: labels-from-one
)
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, batch_size=32, epochs=12, validation_data=(x_val, y_val), verbose=2)  # fault: labels-from-one
print("pixels right", np.mean(model.predict(x_val, verbose=0).argmax(1) == y_val))
