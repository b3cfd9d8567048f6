import tensorflow as tf

BATCH = 64
(x, y), (xt, yt) = tf.keras.datasets.mnist.load_data()


def to_float(img, label):
    return tf.cast(img[..., tf.newaxis], tf.float32) / 255.0, label


ds = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(60000).map(to_float).batch(BATCH).prefetch(2)
test = tf.data.Dataset.from_tensor_slices((xt, yt)).map(to_float).batch(BATCH)


def net():
    i = tf.keras.Input((28, 28, 1))
    t = tf.keras.layers.Conv2D(32, 3, activation="relu")(i)
    t = tf.keras.layers.MaxPooling2D()(t)
    t = tf.keras.layers.Conv2D(32, 3, activation="relu")(t)
    t = tf.keras.layers.MaxPooling2D(5)(t)  # or: kernel-larger-than-input
    t = tf.keras.layers.Conv2D(64, 3, activation="relu")(t)  # fault: kernel-larger-than-input
    t = tf.keras.layers.Flatten()(t)
    return tf.keras.Model(i, tf.keras.layers.Dense(10, activation="softmax")(t))


model = net()
model.compile(tf.keras.optimizers.Adam(), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(ds, epochs=8, validation_split=0.1)  # fault: validation-split-with-dataset
print(model.evaluate(test))
