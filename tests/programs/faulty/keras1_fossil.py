"""A fossil of 2016, with the import lines already repaired by hand."""
import numpy as np
from keras.layers import Activation, Convolution2D, Dense, Dropout, Flatten, Input, MaxPooling2D
from keras.models import Sequential
from keras.utils import np_utils  # fault: removed-import

rng = np.random.RandomState(1337)
X_train = rng.rand(512, 28, 28, 1).astype("float32")
X_test = rng.rand(128, 28, 28, 1).astype("float32")
Y_train = np_utils.to_categorical(rng.randint(0, 10, 512), 10)
Y_test = np_utils.to_categorical(rng.randint(0, 10, 128), 10)

model = Sequential()
model.add(Input(shape=(28, 28, 1)))
model.add(Convolution2D(32, (3, 3), border_mode="valid"))  # fault: keras1-argument
model.add(Activation("relu"))
model.add(MaxPooling2D(pool_size=(2, 2)))
model.add(Dropout(0.25))
model.add(Flatten())
model.add(Dense(128, kernel_initializer="he_normal"))
model.add(Activation("relu"))
model.add(Dense(10))
model.add(Activation("softmax"))
model.compile(loss="categorical_crossentropy", optimizer="adadelta", metrics=["accuracy"])
model.fit(
    X_train,
    Y_train,
    batch_size=128,
    nb_epoch=12,  # fault: keras1-argument
    verbose=1,
    validation_data=(X_test, Y_test),
)
