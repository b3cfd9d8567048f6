import keras
from keras import layers


def stage(x, f, n=2):
    for _ in range(n):
        x = layers.Conv2D(f, 3, activation="relu")(x)
    return layers.MaxPooling2D(2)(x)  # or: feature-map-vanishes


def build(shape=(32, 32, 3), n_classes=10):
    i = keras.Input(shape)
    x = layers.Rescaling(1 / 255)(i)
    x = stage(x, 32)
    x = stage(x, 64)
    x = stage(x, 128)  # fault: feature-map-vanishes
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(i, layers.Dense(n_classes, activation="softmax")(x))


(x_train, y_train), (x_test, y_test) = keras.datasets.cifar10.load_data()
model = build()
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, validation_split=0.1, batch_size=128, epochs=25)
model.evaluate(x_test, y_test)
