import numpy as np
import keras
from keras import layers, ops


def embed():
    return keras.Sequential([
        keras.Input((28, 28, 1)),
        layers.Conv2D(32, 3, activation="relu"),
        layers.MaxPooling2D(),
        layers.Conv2D(64, 3, activation="relu"),
        layers.MaxPooling2D(),
        layers.Flatten(),
        layers.Dense(48),
    ], name="embed")


def pairs(x, y, rng):
    idx = [np.where(y == c)[0] for c in range(10)]
    a, b, t = [], [], []
    for i in range(len(x)):
        same = rng.random() < 0.5
        c = y[i] if same else (y[i] + rng.integers(1, 10)) % 10
        a.append(x[i])
        b.append(x[rng.choice(idx[c])])
        t.append(0.0 if same else 1.0)
    return np.stack(a), np.stack(b), np.array(t, dtype="float32")


def contrastive(y_true, d, margin=1.0):
    y_true = ops.cast(y_true, d.dtype)
    return ops.mean((1 - y_true) * ops.square(d) + y_true * ops.square(ops.maximum(margin - d, 0)))


class Distance(layers.Layer):
    def call(self, ab):
        a, b = ab
        return ops.sqrt(ops.maximum(ops.sum(ops.square(a - b), axis=1, keepdims=True), 1e-7))


(x, y), (xt, yt) = keras.datasets.mnist.load_data()
x = x[..., None].astype("float32") / 255.0
xt = xt[..., None].astype("float32") / 255.0
rng = np.random.default_rng(0)
a, b, t = pairs(x, y, rng)
av, bv, tv = pairs(xt, yt, rng)
net = embed()
i1, i2 = keras.Input((28, 28, 1)), keras.Input((28, 28, 1))
model = keras.Model([i1, i2], Distance()([net(i1), net(i2)]))
model.compile(optimizer="rmsprop", loss=contrastive)
model.fit([a, b], t, batch_size=128, epochs=12, validation_data=([av, bv], tv))
