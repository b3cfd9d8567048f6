"""One script for binary and multiclass tables: units, activation, loss and labels follow the same condition."""
import sys

import numpy as np
import tensorflow as tf
from sklearn.datasets import load_breast_cancer, load_wine
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

LOADERS = {"cancer": load_breast_cancer, "wine": load_wine}
name = sys.argv[1] if len(sys.argv) > 1 and sys.argv[1] in LOADERS else "wine"

X, y = LOADERS[name](return_X_y=True)
n_classes = len(np.unique(y))

units = 1 if n_classes == 2 else n_classes
activation = "sigmoid" if n_classes == 2 else "softmax"
loss = "binary_crossentropy" if not n_classes > 2 else "sparse_categorical_crossentropy"

X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=0, stratify=y)
scaler = StandardScaler()
X_train, X_test = scaler.fit_transform(X_train), scaler.transform(X_test)

model = tf.keras.models.Sequential()
model.add(tf.keras.layers.Input(shape=(X.shape[1],)))
model.add(tf.keras.layers.Dense(32, activation="relu"))
model.add(tf.keras.layers.Dense(units, activation=activation))
model.compile(optimizer="adam", loss=loss, metrics=["accuracy"])
model.fit(X_train, y_train, epochs=40, batch_size=16, validation_data=(X_test, y_test), verbose=0)

raw = model.predict(X_test, verbose=0)
predicted = (raw > 0.5).astype(int).ravel() if units == 1 else np.argmax(raw, axis=1)
print(name, (predicted == y_test).mean())
