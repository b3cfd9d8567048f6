"""validation_split= with a tf.data pipeline, and a repeat that never ends."""
from pathlib import Path

import tensorflow as tf
from tensorflow.keras import layers as tfl

ROOT = Path("birds")
names = ("crow", "gull", "robin", "sparrow")
files = tf.data.Dataset.list_files(str(ROOT / "*" / "*.png"), shuffle=True, seed=0)


def read(path):
    label = tf.argmax(tf.cast(tf.strings.split(path, "/")[-2] == tf.constant(names), tf.int32))
    image = tf.io.decode_png(tf.io.read_file(path), channels=3)
    return tf.image.resize(image, (72, 72)) / 255.0, label


pipeline = files.map(read, num_parallel_calls=tf.data.AUTOTUNE).cache().batch(16).prefetch(1)

inputs = tfl.Input(shape=(72, 72, 3))
x = tfl.Conv2D(16, 3, activation="relu")(inputs)
x = tfl.MaxPool2D()(x)
x = tfl.Conv2D(32, 3, activation="relu")(x)
x = tfl.GlobalMaxPool2D()(x)
outputs = tfl.Dense(len(names), activation="softmax")(x)
model = tf.keras.Model(inputs, outputs)
model.compile("nadam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(
    pipeline,
    epochs=20,
    validation_split=0.2,  # fault: validation-split-with-dataset
)

# second attempt: all data, for the competition
endless = pipeline.repeat()  # or: endless-dataset-without-steps
model.fit(endless, epochs=5)  # fault: endless-dataset-without-steps, validation-missing
model.save("birds.keras")
