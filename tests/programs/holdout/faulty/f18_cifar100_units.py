import keras
from keras import layers

(x_train, y_train), (x_test, y_test) = keras.datasets.cifar100.load_data()
x_train, x_test = x_train.astype("float32") / 255, x_test.astype("float32") / 255
num_classes = 10  # fault: units-against-classes


def vgg(stages=((2, 64), (2, 128), (3, 256))):
    m = keras.Sequential([keras.Input((32, 32, 3))])
    for n, f in stages:
        for _ in range(n):
            m.add(layers.Conv2D(f, 3, padding="same", activation="relu"))
        m.add(layers.MaxPooling2D())
        m.add(layers.Dropout(0.25))
    m.add(layers.Flatten())
    m.add(layers.Dense(512, activation="relu"))
    m.add(layers.Dense(num_classes, activation="softmax"))  # or: units-against-classes
    return m


model = vgg()
model.compile(
    loss="sparse_categorical_crossentropy",
    optimizer=keras.optimizers.SGD(0.01, nesterov=True),  # fault: nesterov-without-momentum
    metrics=["accuracy"],
)
model.fit(x_train, y_train, batch_size=128, epochs=80, validation_split=0.1)
model.evaluate(x_test, y_test)
