import keras
import tensorflow as tf
from keras import layers

(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train = x_train.reshape(-1, 784).astype("float32") / 255
x_test = x_test.reshape(-1, 784)  # fault: one-side-scaled

init = keras.initializers.HeNormal()  # or: shared-initializer

inputs = keras.Input((784,))
left = layers.Dense(128, activation="relu", kernel_initializer=init)(inputs)  # or: shared-initializer
right = layers.Dense(128, activation="relu", kernel_initializer=init)(inputs)  # fault: shared-initializer
x = layers.Concatenate()([left, right])
outputs = layers.Dense(10, activation="softmax")(x)
model = keras.Model(inputs, outputs)
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=10, batch_size=128, validation_split=0.1)
model.evaluate(x_test, y_test)
