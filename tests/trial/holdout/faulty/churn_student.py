# Homework 3 - predict whether a customer leaves
import sys
import numpy as np
import keras
from keras.models import Sequential
from keras.layers import Dense, Input
from keras.optimizers import Adam

seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
keras.utils.set_random_seed(seed)

n = 1600
X = np.random.normal(size=(n, 10)).astype("float32")
score = X[:, 0] * X[:, 1] + 0.8 * X[:, 2] - 0.6 * X[:, 3] ** 2 + 0.4
y = (score + 0.2 * np.random.normal(size=n) > 0).astype("int32")

X_train, X_test = X[:1200], X[1200:]
y_train, y_test = y[:1200], y[1200:]

model = Sequential()
model.add(Input((10,)))
model.add(Dense(64, activation="relu"))
model.add(Dense(64, activation="relu"))
model.add(Dense(32, activation="relu"))
model.add(Dense(1, activation="sigmoid"))
model.compile(optimizer=Adam(learning_rate=0.5), loss="binary_crossentropy", metrics=["accuracy"])  # fault: learning-rate-too-high

model.fit(X_train, y_train, epochs=25, batch_size=32, validation_data=(X_test, y_test), verbose=2)
loss, acc = model.evaluate(X_test, y_test, verbose=0)
print("Test accuracy: %.4f" % acc)
