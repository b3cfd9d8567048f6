"""Disk, square or cross? Gray images of 16 x 16 as the camera delivers them."""
import sys

import keras
import numpy as np
from keras import layers

N_TRAIN, N_TEST, SIDE = 1500, 400, 16
seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
keras.utils.set_random_seed(seed)


def draw(n):
    rows, columns = np.mgrid[:SIDE, :SIDE]
    images = np.empty((n, SIDE, SIDE, 1), "uint8")
    shapes = np.random.randint(0, 3, n)
    for i, shape in enumerate(shapes):
        cy, cx, r = np.random.uniform(5, 10), np.random.uniform(5, 10), np.random.uniform(3, 5)
        dy, dx = abs(rows - cy), abs(columns - cx)
        mask = [dy**2 + dx**2 < r**2, np.maximum(dy, dx) < r, (np.minimum(dy, dx) < 1) & (np.maximum(dy, dx) < r)][shape]
        images[i, ..., 0] = np.clip(70 + 110 * mask + np.random.normal(0, 12, (SIDE, SIDE)), 0, 255)
    return images, shapes


x_train, y_train = draw(N_TRAIN)
x_test, y_test = draw(N_TEST)
x_train = x_train.astype("float32")  # fault: unscaled-pixels
x_test = x_test.astype("float32")

inputs = keras.Input((SIDE, SIDE, 1))  # fault: unscaled-pixels
x = layers.Conv2D(8, 3, activation="relu")(inputs)
x = layers.MaxPooling2D()(x)
x = layers.Conv2D(16, 3, activation="relu")(x)
x = layers.Flatten()(x)
x = layers.Dense(24, activation="relu")(x)
outputs = layers.Dense(3, activation="softmax")(x)
model = keras.Model(inputs, outputs)

model.compile(keras.optimizers.SGD(0.02, momentum=0.9), "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, batch_size=32, epochs=10, validation_data=(x_test, y_test), verbose=2)  # fault: unscaled-pixels
print("shapes told apart:", model.evaluate(x_test, y_test, verbose=0)[1])
