"""A VGG-like stack on small pictures: the maps vanish in the third block."""
import keras
from keras import layers

WIDTHS = (32, 64, 128, 256)

(x_train, y_train), (x_test, y_test) = keras.datasets.cifar10.load_data()
x_train, x_test = x_train.astype("float32") / 255, x_test.astype("float32") / 255


def vgg(widths):
    inp = x = keras.Input((32, 32, 3))
    for w in widths:
        x = layers.Conv2D(w, 3, activation="relu")(x)  # or: feature-map-vanishes
        x = layers.Conv2D(w, 3, activation="relu")(x)  # or: feature-map-vanishes
        x = layers.MaxPooling2D(2)(x)  # fault: feature-map-vanishes
    x = layers.Flatten()(x)
    x = layers.Dense(256, activation="relu")(x)
    x = layers.Dropout(0.5)(x)
    return keras.Model(inp, layers.Dense(10, activation="softmax")(x))


model = vgg(WIDTHS)
model.compile(keras.optimizers.Adam(1e-3), "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=20, batch_size=64, validation_split=0.1, callbacks=[keras.callbacks.CSVLogger("log.csv")])
