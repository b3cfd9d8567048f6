import numpy as np
from tensorflow.keras import Sequential, layers
from tensorflow.keras.datasets import mnist

(X, Y), (Xt, Yt) = mnist.load_data()
X = X.reshape(60000, 784)  # fault: images-not-scaled
Xt = Xt.reshape(10000, 784)  # or: images-not-scaled

ann = Sequential()
ann.add(layers.Input((784,)))
ann.add(layers.Dense(300, activation="relu"))
ann.add(layers.Dense(100, activation="relu"))
ann.add(layers.Dense(10, activation="softmax"))
ann.compile(optimizer="sgd", loss="mean_squared_error", metrics=["accuracy"])  # fault: softmax-with-regression-loss
ann.fit(X, Y, epochs=20, batch_size=32, validation_split=0.1)
print(np.argmax(ann.predict(Xt), axis=1)[:10], Yt[:10])
