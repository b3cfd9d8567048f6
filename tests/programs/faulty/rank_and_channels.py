"""Two attempts at MNIST; neither shape is what Conv2D takes."""
import tensorflow as tf

(x_train, y_train), (x_test, y_test) = tf.keras.datasets.mnist.load_data()
x_train, x_test = x_train / 255.0, x_test / 255.0


def attempt_one():
    inputs = tf.keras.Input(shape=(28, 28))  # or: input-rank
    x = tf.keras.layers.Conv2D(32, 3, activation="relu")(inputs)  # fault: input-rank
    x = tf.keras.layers.MaxPooling2D()(x)
    x = tf.keras.layers.Flatten()(x)
    return tf.keras.Model(inputs, tf.keras.layers.Dense(10, activation="softmax")(x))


def attempt_two():
    return tf.keras.Sequential(
        [
            tf.keras.Input(shape=(1, 28, 28)),  # fault: channels-order
            tf.keras.layers.Conv2D(32, 3, padding="same", activation="relu"),
            tf.keras.layers.Flatten(),
            tf.keras.layers.Dense(10, activation="softmax"),
        ]
    )


for build, data, test in (
    (attempt_one, x_train, x_test),
    (attempt_two, x_train[:, None], x_test[:, None]),
):
    model = build()
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(data, y_train, epochs=5, batch_size=128, validation_data=(test, y_test))
