import tensorflow as tf

(x, y), (xt, yt) = tf.keras.datasets.cifar10.load_data()
x, xt = x.astype("float32") / 255.0, xt.astype("float32") / 255.0
y, yt = y.flatten(), yt.flatten()

model = tf.keras.Sequential([
    tf.keras.layers.Input(shape=(3, 32, 32)),  # fault: channels-order
    tf.keras.layers.Conv2D(32, 3, padding="same", activation="relu"),
    tf.keras.layers.Conv2D(64, 3, padding="same", strides=2, activation="relu"),
    tf.keras.layers.Flatten(),
    tf.keras.layers.Dense(10, activation="softmax"),
])
model.compile(optimizer=tf.keras.optimizers.SGD(0.01, nesterov=True),  # fault: nesterov-without-momentum
              loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=30, batch_size=128, validation_data=(xt, yt))
