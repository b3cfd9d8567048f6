import numpy as np
import tensorflow as tf


def load():
    out = []
    for part in ("train", "test"):
        imgs = np.load(f"kmnist-{part}-imgs.npz")["arr_0"].astype("float32") / 255
        labels = np.load(f"kmnist-{part}-labels.npz")["arr_0"].astype("int32")
        out.append((imgs[..., None], labels))
    return out


class ConvNet(tf.keras.Model):
    def __init__(self, n=10):  # or: super-init-missing
        self.c1 = tf.keras.layers.Conv2D(32, 3, activation="relu")  # fault: super-init-missing
        self.c2 = tf.keras.layers.Conv2D(64, 3, activation="relu")
        self.pool = tf.keras.layers.MaxPooling2D()
        self.flat = tf.keras.layers.Flatten()
        self.fc = tf.keras.layers.Dense(128, activation="relu")
        self.out = tf.keras.layers.Dense(n, activation="softmax")

    def call(self, x):
        x = self.pool(self.c1(x))
        x = self.pool(self.c2(x))
        return tf.nn.softmax(self.out(self.fc(self.flat(x))))  # fault: double-softmax


(x_train, y_train), (x_test, y_test) = load()
net = ConvNet()
net.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
net.fit(x_train, y_train, epochs=10, batch_size=128, validation_split=0.1)
net.evaluate(x_test, y_test)
