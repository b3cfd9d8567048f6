import tensorflow as tf

AUTO = tf.data.AUTOTUNE
BATCH = 32
IMG = 180


def prep(x, y):
    return tf.cast(x, tf.float32) / 255.0, y


train_ds = tf.keras.utils.image_dataset_from_directory(
    "flowers", validation_split=0.2, subset="training", seed=1, image_size=(IMG, IMG), batch_size=BATCH)
val_ds = tf.keras.utils.image_dataset_from_directory(
    "flowers", validation_split=0.2, subset="validation", seed=1, image_size=(IMG, IMG), batch_size=BATCH)
train_ds = train_ds.map(prep, num_parallel_calls=AUTO).prefetch(AUTO)
val_ds = val_ds.map(prep, num_parallel_calls=AUTO).prefetch(AUTO)

model = tf.keras.Sequential([
    tf.keras.layers.Input((IMG, IMG, 3)),
    tf.keras.layers.Conv2D(16, 3, padding="same", activation="relu"),
    tf.keras.layers.MaxPooling2D(),
    tf.keras.layers.Conv2D(32, 3, padding="same", activation="relu"),
    tf.keras.layers.MaxPooling2D(),
    tf.keras.layers.Conv2D(64, 3, padding="same", activation="relu"),
    tf.keras.layers.GlobalAveragePooling2D(),
    tf.keras.layers.Dense(5, activation="softmax"),  # or: probabilities-with-from-logits
])
model.compile(
    optimizer="adam",
    loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),  # fault: probabilities-with-from-logits
    metrics=["accuracy"],
)
model.fit(train_ds, validation_data=val_ds, epochs=20, batch_size=BATCH)  # fault: batch-size-with-dataset
