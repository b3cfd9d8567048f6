import keras
import numpy as np
import tensorflow as tf

data = np.load("skin.npz")
N = len(data["x"])


def prepare(image, label):
    image = tf.cast(image, tf.float32) / 255.0
    return image, tf.one_hot(label, 7)


def augment(image, label):
    return tf.image.random_flip_up_down(tf.image.random_flip_left_right(image)), label


full = tf.data.Dataset.from_tensor_slices((data["x"], data["y"])).shuffle(N, seed=0, reshuffle_each_iteration=False)
val_ds = full.take(N // 10).map(prepare).batch(64)
train_ds = full.skip(N // 10).map(prepare).map(augment).prefetch(tf.data.AUTOTUNE)  # fault: unbatched-dataset

model = keras.Sequential([
    keras.Input((64, 64, 3)),
    keras.layers.Conv2D(32, 3, activation="relu"),
    keras.layers.MaxPooling2D(),
    keras.layers.Conv2D(64, 3, activation="relu"),
    keras.layers.MaxPooling2D(),
    keras.layers.Flatten(),
    keras.layers.Dense(64, activation="relu"),
    keras.layers.Dense(7, activation="softmax"),
])
model.compile(
    optimizer=keras.optimizers.Adam(1e-3),
    loss=keras.losses.SparseCategoricalCrossentropy(),  # fault: label-form-against-loss
    metrics=["accuracy"],
)
model.fit(train_ds, validation_data=val_ds, epochs=20)  # or: unbatched-dataset
