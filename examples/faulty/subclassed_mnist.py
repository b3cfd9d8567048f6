"""A subclassed model that never drops anything out and forgets to flatten."""
import tensorflow as tf
from tensorflow import keras


class Net(keras.Model):
    def __init__(self, num_classes=10, rate=0.4):
        super().__init__()
        self.conv1 = keras.layers.Conv2D(32, 3, activation="relu")
        self.conv2 = keras.layers.Conv2D(64, 3, activation="relu")
        self.pool = keras.layers.MaxPooling2D(2)
        self.dropout = keras.layers.Dropout(rate)
        self.dense = keras.layers.Dense(128, activation="relu")  # or: flatten-missing
        self.head = keras.layers.Dense(num_classes)  # or: flatten-missing

    def call(self, x):  # fault: training-argument-missing
        x = self.pool(self.conv1(x))
        x = self.pool(self.conv2(x))
        x = self.dropout(x)
        x = self.dense(x)  # fault: flatten-missing
        return self.head(x)  # or: flatten-missing


def datasets(batch_size=64):
    (x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
    x_train = x_train[..., None].astype("float32") / 255
    x_test = x_test[..., None].astype("float32") / 255
    train = tf.data.Dataset.from_tensor_slices((x_train, y_train)).shuffle(5000).batch(batch_size)
    test = tf.data.Dataset.from_tensor_slices((x_test, y_test)).batch(batch_size)
    return train, test


def main():
    train, test = datasets()
    model = Net()
    model.compile(
        optimizer="adam",
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    model.fit(train, epochs=8, validation_data=test)
    model.summary()


if __name__ == "__main__":
    main()
