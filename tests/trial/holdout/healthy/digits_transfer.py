"""Pretrain a conv base on the digits 0-4, freeze it, fit a new head on the digits 5-9."""
import sys
import numpy as np
import keras
from keras import layers
from sklearn.datasets import load_digits

seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
keras.utils.set_random_seed(seed)

d = load_digits()
x = (d.images / 16.0).astype("float32")[..., None]
y = d.target
perm = np.random.permutation(len(x))
x, y = x[perm], y[perm]
low = y < 5

base = keras.Sequential([
    layers.Input((8, 8, 1)),
    layers.Conv2D(24, 3, activation="relu"),
    layers.Conv2D(32, 3, activation="relu"),
    layers.Flatten(),
], name="base")

pre = keras.Sequential([base, layers.Dense(5, activation="softmax")])
pre.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
pre.fit(x[low], y[low], epochs=6, batch_size=32, validation_split=0.1, verbose=2)

base.trainable = False
clf = keras.Sequential([base, layers.Dense(5, activation="softmax")])
clf.compile(keras.optimizers.Adam(3e-3), "sparse_categorical_crossentropy", metrics=["accuracy"])
xb, yb = x[~low], y[~low] - 5
clf.fit(xb[:600], yb[:600], validation_data=(xb[600:], yb[600:]), epochs=12, batch_size=32, verbose=2)
print("val accuracy on 5-9:", clf.evaluate(xb[600:], yb[600:], verbose=0)[1])
