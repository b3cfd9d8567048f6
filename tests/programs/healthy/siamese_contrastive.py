"""Siamese network, contrastive loss on a distance; shared tower, Lambda distance."""
import random

import keras
import numpy as np
from keras import layers, ops

MARGIN = 1.0
EPOCHS = 10


def make_pairs(x, y):
    by_class = [np.where(y == c)[0] for c in range(10)]
    pairs, labels = [], []
    for i in range(len(x)):
        same = random.choice(by_class[y[i]])
        other = random.choice(by_class[(y[i] + random.randint(1, 9)) % 10])
        pairs += [[x[i], x[same]], [x[i], x[other]]]
        labels += [0, 1]
    return np.array(pairs), np.array(labels, dtype="float32")


def euclidean(vectors):
    a, b = vectors
    return ops.sqrt(ops.maximum(ops.sum(ops.square(a - b), axis=1, keepdims=True), keras.config.epsilon()))


def contrastive(y_true, y_pred):
    y_true = ops.cast(y_true, y_pred.dtype)
    return ops.mean((1 - y_true) * ops.square(y_pred) + y_true * ops.square(ops.maximum(MARGIN - y_pred, 0)))


def tower():
    inp = keras.Input((28, 28, 1))
    x = layers.Conv2D(16, 5, activation="tanh")(inp)
    x = layers.AveragePooling2D(2)(x)
    x = layers.Conv2D(32, 5, activation="tanh")(x)
    x = layers.AveragePooling2D(2)(x)
    x = layers.Flatten()(x)
    x = layers.Dense(10, activation="tanh")(x)
    return keras.Model(inp, x)


(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train, x_test = [v[..., None].astype("float32") / 255 for v in (x_train, x_test)]
pairs_train, labels_train = make_pairs(x_train[:10000], y_train[:10000])
pairs_test, labels_test = make_pairs(x_test, y_test)

embedding = tower()
left, right = keras.Input((28, 28, 1)), keras.Input((28, 28, 1))
distance = layers.Lambda(euclidean, output_shape=(1,))([embedding(left), embedding(right)])
siamese = keras.Model([left, right], distance)
siamese.compile(loss=contrastive, optimizer="rmsprop")
siamese.fit(
    [pairs_train[:, 0], pairs_train[:, 1]],
    labels_train,
    validation_data=([pairs_test[:, 0], pairs_test[:, 1]], labels_test),
    batch_size=64,
    epochs=EPOCHS,
)
