import keras
from keras.layers import Activation, Conv2D, Dense, Flatten, Input, MaxPooling2D, Softmax
from keras.models import Sequential

(x_train, y_train), (x_test, y_test) = keras.datasets.cifar10.load_data()
x_train = x_train.astype("float32") / 255
x_test = x_test.astype("float32") / 255

model = Sequential()
model.add(Input((32, 32, 3)))
model.add(Conv2D(32, (3, 3), activation="relu", padding="same"))  # or: double-activation
model.add(Activation("relu"))  # fault: double-activation
model.add(MaxPooling2D((2, 2)))
model.add(Conv2D(64, (3, 3), activation="relu", padding="same"))
model.add(MaxPooling2D((2, 2)))
model.add(Flatten())
model.add(Dense(128, activation="relu"))
model.add(Dense(10, activation="softmax"))  # or: double-softmax
model.add(Softmax())  # fault: double-softmax

model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=10, batch_size=64, validation_split=0.2)
print(model.evaluate(x_test, y_test))
