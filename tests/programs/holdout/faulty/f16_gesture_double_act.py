import glob

import keras
import numpy as np
from keras import layers

files = sorted(glob.glob("gestures/*.npz"))
X = np.concatenate([np.load(f)["x"] for f in files]).astype("float32")
y = np.concatenate([np.load(f)["y"] for f in files]).astype("int32")
order = np.random.default_rng(0).permutation(len(X))
X, y = X[order], y[order]
cut = int(0.8 * len(X))
norm = layers.Normalization()
norm.adapt(X[:cut])


def block(x, filters):
    x = layers.Conv1D(filters, 5, padding="same", activation="relu")(x)
    x = layers.Activation("relu")(x)  # fault: double-activation
    return layers.MaxPooling1D()(x)


inp = keras.Input((128, 6))
x = norm(inp)
for f in (32, 64):
    x = block(x, f)
x = layers.GRU(64, return_sequences=True)(x)  # fault: return-sequences-extra
out = layers.Dense(12, activation="softmax")(x)
model = keras.Model(inp, out)
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(X[:cut], y[:cut], validation_data=(X[cut:], y[cut:]), epochs=30, batch_size=64)
