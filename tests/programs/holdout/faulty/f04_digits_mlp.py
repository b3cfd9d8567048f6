from tensorflow.keras.datasets import mnist
from tensorflow.keras.layers import Dense, Dropout, Input
from tensorflow.keras.models import Sequential
from tensorflow.keras.utils import to_categorical

NUM_CLASSES = 10

(X_train, Y_train), (X_test, Y_test) = mnist.load_data()  # fault: images-not-scaled
X_train = X_train.reshape(60000, 784).astype("float32")  # or: images-not-scaled
X_test = X_test.reshape(10000, 784).astype("float32")
Y_train = to_categorical(Y_train, NUM_CLASSES)  # or: label-form-against-loss
Y_test = to_categorical(Y_test, NUM_CLASSES)

model = Sequential()
model.add(Input((784,)))
model.add(Dense(512, activation="relu"))
model.add(Dropout(0.2))
model.add(Dense(512, activation="relu"))
model.add(Dropout(0.2))
model.add(Dense(NUM_CLASSES, activation="softmax"))

model.compile(
    loss="sparse_categorical_crossentropy",  # fault: label-form-against-loss
    optimizer="rmsprop",
    metrics=["accuracy"])
model.fit(X_train, Y_train, batch_size=128, epochs=20, validation_data=(X_test, Y_test))
score = model.evaluate(X_test, Y_test, verbose=0)
print("Test loss:", score[0], "accuracy:", score[1])
