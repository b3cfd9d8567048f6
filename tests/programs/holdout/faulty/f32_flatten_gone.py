import keras
from keras import layers

WIDTHS = [32, 64, 128]

(x_train, y_train), (x_test, y_test) = keras.datasets.cifar10.load_data()
x_train = x_train.astype("float32") / 255.0
x_test = x_test.astype("float32") / 255.0
y_train = keras.utils.to_categorical(y_train, 10)
y_test = keras.utils.to_categorical(y_test, 10)


def make_cnn(widths):
    model = keras.Sequential()
    model.add(keras.Input(shape=(32, 32, 3)))
    for w in widths:
        model.add(layers.Conv2D(w, (3, 3), activation="relu", padding="same"))
        model.add(layers.MaxPooling2D((2, 2)))  # or: flatten-missing
    model.add(layers.Dense(128, activation="relu"))  # or: flatten-missing
    model.add(layers.Dropout(0.5))
    model.add(layers.Dense(10, activation="softmax"))  # fault: flatten-missing
    return model


model = make_cnn(WIDTHS)
opt = keras.optimizers.RMSprop(learning_rate=0.5)  # fault: learning-rate-out-of-range
model.compile(loss="categorical_crossentropy", optimizer=opt, metrics=["accuracy"])
model.fit(x_train, y_train, batch_size=64, epochs=30, validation_data=(x_test, y_test))
