"""CIFAR-10, first try of a student: three faults that all stay silent while the loss goes down a little."""
import keras
from keras import layers
from keras.utils import to_categorical

(x_train, y_train), (x_test, y_test) = keras.datasets.cifar10.load_data()  # fault: images-not-scaled

y_train = to_categorical(y_train, 10)
y_test = to_categorical(y_test, 10)

model = keras.Sequential()
model.add(keras.Input(shape=(32, 32, 3)))
for filters in (32, 64):
    model.add(layers.Conv2D(filters, 3, padding="same", activation="relu"))
    model.add(layers.Conv2D(filters, 3, padding="same", activation="relu"))
    model.add(layers.MaxPooling2D())
    model.add(layers.Dropout(0.25))
model.add(layers.Flatten())
model.add(layers.Dense(256, activation="relu"))
model.add(layers.Dropout(0.5))
model.add(layers.Dense(10, activation="sigmoid"))  # fault: sigmoid-with-categorical-loss

model.compile(
    optimizer=keras.optimizers.Adam(learning_rate=1.0),  # fault: learning-rate-out-of-range
    loss="categorical_crossentropy",  # or: sigmoid-with-categorical-loss
    metrics=["accuracy"],
)
model.fit(x_train, y_train, batch_size=64, epochs=20, validation_split=0.1)  # or: images-not-scaled

loss, accuracy = model.evaluate(x_test, y_test)
print("accuracy", accuracy)
