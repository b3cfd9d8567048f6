"""Pretrain on plain shapes, then move to noisy shapes: head only, whole net slowly, one last epoch on all data."""
import sys
import numpy as np
import keras
from keras import layers

seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
keras.utils.set_random_seed(seed)
rng = np.random.default_rng(seed)


def draw(kind):
    img = np.zeros((16, 16), "float32")
    r, c = rng.integers(2, 8, 2)
    s = rng.integers(5, 8)
    if kind == 0:
        img[r:r + s, c:c + s] = 1
    elif kind == 1:
        img[r:r + s, c:c + s] = 1
        img[r + 1:r + s - 1, c + 1:c + s - 1] = 0
    elif kind == 2:
        img[r + s // 2, c:c + s] = 1
        img[r:r + s, c + s // 2] = 1
    else:
        for k in range(s):
            img[r + k, c + k] = 1
            img[r + k, c + s - 1 - k] = 1
    return img


def dataset(n, kinds, noise):
    y = rng.integers(0, len(kinds), n)
    x = np.stack([draw(kinds[k]) for k in y])
    x += rng.normal(0, noise, x.shape)
    return x[..., None].astype("float32"), y


base = keras.Sequential([
    layers.Input((16, 16, 1)),
    layers.Conv2D(12, 3, activation="relu", padding="same"),
    layers.MaxPooling2D(),
    layers.Conv2D(24, 3, activation="relu", padding="same"),
    layers.MaxPooling2D(),
    layers.Flatten(),
    layers.Dense(32, activation="relu"),
], name="base")

source = keras.Sequential([base, layers.Dense(3, activation="softmax")])
source.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
xs, ys = dataset(1000, [0, 1, 2], 0.1)
source.fit(xs, ys, epochs=5, batch_size=32, validation_split=0.2, verbose=2)

xt, yt = dataset(700, [0, 1, 2, 3], 0.2)
xv, yv = dataset(300, [0, 1, 2, 3], 0.2)
base.trainable = False
target = keras.Sequential([base, layers.Dense(4, activation="softmax")])
target.compile(keras.optimizers.Adam(5e-3), "sparse_categorical_crossentropy", metrics=["accuracy"])
target.fit(xt[:600], yt[:600], epochs=5, batch_size=32, validation_data=(xv, yv), verbose=2)

base.trainable = True
target.compile(keras.optimizers.Adam(2e-3), "sparse_categorical_crossentropy", metrics=["accuracy"])
target.fit(xt[:600], yt[:600], epochs=8, batch_size=32, validation_data=(xv, yv), verbose=2)
target.compile(keras.optimizers.Adam(3e-4), "sparse_categorical_crossentropy", metrics=["accuracy"])
target.fit(xt, yt, epochs=1, batch_size=32, verbose=2)
print("val accuracy", target.evaluate(xv, yv, verbose=0)[1])
