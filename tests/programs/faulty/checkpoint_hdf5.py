"""Keras 3 and the file names of yesterday."""
import os

import keras
from keras import layers
from keras.utils import to_categorical

OUT_DIR = os.environ.get("OUT_DIR", ".")

(x_train, y_train), (x_test, y_test) = keras.datasets.fashion_mnist.load_data()
x_train = x_train.reshape((-1, 28, 28, 1)) / 255.0
x_test = x_test.reshape((-1, 28, 28, 1)) / 255.0
y_train, y_test = to_categorical(y_train), to_categorical(y_test)

model = keras.Sequential()
model.add(layers.Input((28, 28, 1)))
model.add(layers.Conv2D(32, 3, padding="same", kernel_initializer="he_uniform"))  # fault: bias-before-batchnorm
model.add(layers.BatchNormalization())
model.add(layers.Activation("relu"))
model.add(layers.MaxPooling2D(2))
model.add(layers.Conv2D(64, 3, activation="relu"))
model.add(layers.GlobalAveragePooling2D())
model.add(layers.Dense(10, activation="softmax"))
model.compile(loss="categorical_crossentropy", optimizer="adamax", metrics=["accuracy"])

checkpoint = keras.callbacks.ModelCheckpoint(
    "weights.{epoch:02d}-{val_loss:.2f}.hdf5",  # fault: checkpoint-suffix
    monitor="val_loss",
    save_best_only=True,
)
weights_only = keras.callbacks.ModelCheckpoint(
    filepath="last.h5",  # fault: checkpoint-suffix
    save_weights_only=True,
)
model.fit(x_train, y_train, 64, 15, validation_data=(x_test, y_test), callbacks=[checkpoint, weights_only])
