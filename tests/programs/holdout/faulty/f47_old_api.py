import numpy as np
from keras.datasets import cifar10
from keras.layers import Activation, Convolution2D, Dense, Flatten, Input, MaxPooling2D
from keras.models import Sequential
from keras.utils import to_categorical

batch_size = 32
nb_epoch = 40

(X_train, y_train), (X_test, y_test) = cifar10.load_data()
X_train, X_test = X_train.astype("float32") / 255, X_test.astype("float32") / 255
Y_train, Y_test = to_categorical(y_train, 10), to_categorical(y_test, 10)

model = Sequential()
model.add(Input((32, 32, 3)))
model.add(Convolution2D(32, (3, 3),
                        border_mode="same"))  # fault: keras1-argument
model.add(Activation("relu"))
model.add(MaxPooling2D(pool_size=(2, 2)))
model.add(Flatten())
model.add(Dense(256))
model.add(Activation("relu"))
model.add(Dense(10))
model.add(Activation("softmax"))
model.compile(loss="categorical_crossentropy", optimizer="adadelta", metrics=["accuracy"])
model.fit(X_train, Y_train, batch_size=batch_size,
          nb_epoch=nb_epoch,  # fault: keras1-argument
          validation_data=(X_test, Y_test))
labels = model.predict_classes(X_test)  # fault: removed-method
print(np.mean(labels == y_test.ravel()))
