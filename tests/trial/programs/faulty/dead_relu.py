"""Handwritten digits with a small dense network. "Negative bias makes the code sparse" - read somewhere."""
import sys

import numpy as np
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from tensorflow import keras
from tensorflow.keras import layers

SEED = int(sys.argv[1]) if len(sys.argv) > 1 else 0
keras.utils.set_random_seed(SEED)

digits = load_digits()
x = digits.data.astype("float32") / 16.0
y = digits.target
x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.25, stratify=y, random_state=SEED)

model = keras.Sequential(
    [
        keras.Input(shape=(64,)),
        layers.Dense(48, activation="relu", bias_initializer=keras.initializers.Constant(-8.0)),  # fault: dead-relu
        layers.Dense(32, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ]
)
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, validation_data=(x_test, y_test), epochs=12, batch_size=32, verbose=2)

loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
print("digits seen in the answers:", np.unique(model.predict(x_test, verbose=0).argmax(axis=1)))
print("test accuracy:", accuracy)
