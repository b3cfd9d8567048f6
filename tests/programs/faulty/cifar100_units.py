"""CIFAR-100 with a head copied from the CIFAR-10 script."""
import keras
from keras import layers

N_CLASSES = 10  # fault: units-against-classes
EPOCHS = 30

(x_train, y_train), (x_test, y_test) = keras.datasets.cifar100.load_data()  # or: units-against-classes
x_train, x_test = x_train / 255.0, x_test / 255.0


def separable(x, filters):
    x = layers.SeparableConv2D(filters, 3, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization()(x)
    x = layers.ReLU()(x)
    return layers.MaxPooling2D()(x)


def build(n=N_CLASSES):
    inp = keras.Input((32, 32, 3))
    x = layers.Conv2D(32, 3, padding="same", activation="relu")(inp)
    for f in (64, 128, 256):
        x = separable(x, f)
    x = layers.GlobalAveragePooling2D()(x)
    x = layers.Dropout(0.4)(x)
    return keras.Model(inp, layers.Dense(n, activation="softmax")(x))  # or: units-against-classes


model = build()
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=EPOCHS, batch_size=128, validation_split=0.1)
model.evaluate(x_test, y_test)
