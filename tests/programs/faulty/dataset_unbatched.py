"""tf.data from tensors, without .batch."""
import numpy as np
import tensorflow as tf

CLASSES = 5
EPOCHS = 10

rng = np.random.default_rng(0)
sensors = rng.normal(size=(2000, 16)).astype("float32")
state = np.digitize(sensors[:, 0] + sensors[:, 1], [-1.5, -0.5, 0.5, 1.5])


def dataset(x, y, training=False):
    ds = tf.data.Dataset.from_tensor_slices((x, y))
    if training:
        ds = ds.shuffle(buffer_size=1000)
    return ds.prefetch(tf.data.AUTOTUNE)  # or: unbatched-dataset


train_ds = dataset(sensors[:1600], state[:1600], training=True)  # or: unbatched-dataset
valid_ds = dataset(sensors[1600:], state[1600:]).batch(64)

model = tf.keras.Sequential()
model.add(tf.keras.Input((16,)))
for units in [64, 32]:
    model.add(tf.keras.layers.Dense(units, activation="relu"))
model.add(tf.keras.layers.Dropout(rate=1.5))  # fault: dropout-rate
model.add(tf.keras.layers.Dense(CLASSES))
model.compile(
    optimizer="adam",
    loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=["accuracy"],
)
model.fit(train_ds, epochs=EPOCHS, validation_data=valid_ds)  # fault: unbatched-dataset
