import random

import numpy as np
import keras
from keras import layers, ops

EPOCHS, BATCH, MARGIN = 10, 32, 1.0


def make_pairs(x, y):
    idx = [np.where(y == c)[0] for c in range(10)]
    pairs, labels = [], []
    for i in range(len(x)):
        j = random.choice(idx[y[i]])
        pairs.append([x[i], x[j]])
        labels.append(0.0)
        other = random.choice([c for c in range(10) if c != y[i]])
        pairs.append([x[i], x[random.choice(idx[other])]])
        labels.append(1.0)
    return np.array(pairs), np.array(labels, dtype="float32")


def contrastive_loss(y_true, y_pred):
    same = ops.square(y_pred)
    diff = ops.square(ops.maximum(MARGIN - y_pred, 0))
    return ops.mean((1 - y_true) * same + y_true * diff)


def distance(vectors):
    a, b = vectors
    s = ops.sum(ops.square(a - b), axis=1, keepdims=True)
    return ops.sqrt(ops.maximum(s, keras.config.epsilon()))


def pair_accuracy(y_true, y_pred):
    return ops.mean(ops.cast(ops.equal(y_true, ops.cast(y_pred > 0.5, "float32")), "float32"))


(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train = x_train.astype("float32") / 255.0
x_test = x_test.astype("float32") / 255.0
x_val, y_val = x_train[50000:], y_train[50000:]
x_train, y_train = x_train[:50000], y_train[:50000]

pairs_train, labels_train = make_pairs(x_train, y_train)
pairs_val, labels_val = make_pairs(x_val, y_val)
pairs_test, labels_test = make_pairs(x_test, y_test)

inp = layers.Input((28, 28, 1))
x = layers.Conv2D(4, 5, activation="tanh")(inp)
x = layers.AveragePooling2D(2)(x)
x = layers.Conv2D(16, 5, activation="tanh")(x)
x = layers.AveragePooling2D(2)(x)
x = layers.Flatten()(x)
x = layers.Dense(10, activation="tanh")(x)
tower = keras.Model(inp, x)

left, right = layers.Input((28, 28, 1)), layers.Input((28, 28, 1))
dist = layers.Lambda(distance, output_shape=(1,))([tower(left), tower(right)])
siamese = keras.Model([left, right], dist)
siamese.compile(loss=contrastive_loss, optimizer="rmsprop", metrics=[pair_accuracy])
siamese.fit([pairs_train[:, 0], pairs_train[:, 1]], labels_train,
            validation_data=([pairs_val[:, 0], pairs_val[:, 1]], labels_val),
            batch_size=BATCH, epochs=EPOCHS)
print(siamese.evaluate([pairs_test[:, 0], pairs_test[:, 1]], labels_test))
