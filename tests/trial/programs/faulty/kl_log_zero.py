"""Divergence of predicted and observed class as the loss, written out by hand."""
import sys

import keras
import numpy as np
from keras import ops
from sklearn.datasets import load_wine
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler, label_binarize


def divergence(target, predicted):
    return ops.sum(target * ops.log(target / predicted), axis=-1)  # fault: log-of-zero


seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
keras.utils.set_random_seed(seed)

wine = load_wine()
onehot = label_binarize(wine.target, classes=[0, 1, 2]).astype("float32")
x_train, x_test, y_train, y_test = train_test_split(wine.data, onehot, test_size=0.3, random_state=seed)
scaler = StandardScaler()
x_train = scaler.fit_transform(x_train)
x_test = scaler.transform(x_test)

model = keras.Sequential()
model.add(keras.Input((13,)))
model.add(keras.layers.Dense(24, activation="relu"))
model.add(keras.layers.Dense(3, activation="softmax"))
model.compile(
    optimizer=keras.optimizers.Adam(5e-3),
    loss=divergence,  # fault: log-of-zero
    metrics=["categorical_accuracy"],
)
model.fit(x_train, y_train, epochs=15, batch_size=8, validation_data=(x_test, y_test), verbose=2)
print(model.evaluate(x_test, y_test, verbose=0)[1])
