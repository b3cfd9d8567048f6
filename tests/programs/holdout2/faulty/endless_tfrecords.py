import numpy as np
import tensorflow as tf

x = np.load("feat.npy").astype("float32")
y = np.load("target.npy").astype("float32")
n_val = len(x) // 10
train = (
    tf.data.Dataset.from_tensor_slices((x[n_val:], y[n_val:]))
    .shuffle(5000)
    .repeat()  # or: endless-dataset-without-steps
    .batch(64)
    .prefetch(tf.data.AUTOTUNE)
)
val = tf.data.Dataset.from_tensor_slices((x[:n_val], y[:n_val]))  # fault: unbatched-dataset

inputs = tf.keras.Input(shape=(40,))
z = tf.keras.layers.Dense(64, activation="relu")(inputs)
z = tf.keras.layers.Dense(32, activation="relu")(z)
outputs = tf.keras.layers.Dense(1)(z)
model = tf.keras.Model(inputs, outputs)
model.compile("adam", "mae")
model.fit(train, validation_data=val, epochs=15)  # fault: endless-dataset-without-steps
