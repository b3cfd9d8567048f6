import tensorflow as tf
from tensorflow.keras import layers

(x_train, y_train), (x_test, y_test) = tf.keras.datasets.mnist.load_data()
x_train = x_train[..., None].astype("float32")  # fault: images-not-scaled
x_test = x_test[..., None].astype("float32")  # or: images-not-scaled


class DigitNet(tf.keras.Model):
    def __init__(self, n_classes):
        super().__init__()
        self.c1 = layers.Conv2D(32, 3, activation="relu")
        self.p1 = layers.MaxPooling2D()
        self.c2 = layers.Conv2D(64, 3, activation="relu")
        self.gap = layers.GlobalAveragePooling2D()
        self.out = layers.Dense(n_classes, activation="softmax")

    def call(self, x):
        x = self.p1(self.c1(x))
        return self.out(self.gap(self.c2(x)))


net = DigitNet(9)  # fault: units-against-classes
net.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
net.fit(x_train, y_train, epochs=10, batch_size=128, validation_data=(x_test, y_test))
