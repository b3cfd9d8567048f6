"""Hyperparameters by environment; the ternaries do not agree with each other."""
import os

import keras
import numpy as np
from keras import layers
from sklearn.datasets import load_breast_cancer
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

HIDDEN = [int(h) for h in os.environ.get("HIDDEN", "32,16").split(",")]

X, y = load_breast_cancer(return_X_y=True)
n_classes = len(np.unique(y))
X_train, X_test, y_train, y_test = train_test_split(X, y, stratify=y, random_state=9)
scaler = StandardScaler().fit(X_train)
X_train, X_test = scaler.transform(X_train), scaler.transform(X_test)

units = 1 if n_classes == 2 else n_classes
loss = "binary_crossentropy" if n_classes == 2 else "sparse_categorical_crossentropy"

inputs = keras.Input((X.shape[1],))
x = inputs
for h in HIDDEN:
    x = layers.Dense(h, activation="relu")(x)
if n_classes == 2:
    outputs = layers.Dense(1, activation="softmax")(x)  # fault: softmax-on-one-unit
else:
    outputs = layers.Dense(units, activation="softmax")(x)
model = keras.Model(inputs, outputs)
model.compile(optimizer="adam", loss=loss, metrics=["accuracy"])
stop = keras.callbacks.EarlyStopping(monitor="val_accuracy", patience=10, mode="min", restore_best_weights=True)  # fault: callback-mode-against-monitor
model.fit(X_train, y_train, epochs=60, batch_size=32, validation_split=0.2, callbacks=[stop], verbose=0)
print(model.evaluate(X_test, y_test, verbose=0))
