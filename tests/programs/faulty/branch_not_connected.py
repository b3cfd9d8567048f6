"""Faces: age and smile. A block is computed and thrown away; a layer's parameters never see a gradient."""
import tensorflow as tf
from tensorflow.keras import layers

SIZE, BATCH = 64, 32


def parse(record):
    f = tf.io.parse_single_example(
        record,
        {
            "jpeg": tf.io.FixedLenFeature([], tf.string),
            "age": tf.io.FixedLenFeature([], tf.float32),
            "smile": tf.io.FixedLenFeature([], tf.float32),
        },
    )
    image = tf.image.resize(tf.io.decode_jpeg(f["jpeg"], channels=3), (SIZE, SIZE)) / 255.0
    return image, {"age": f["age"] / 100.0, "smile": f["smile"]}


train = tf.data.TFRecordDataset("faces-train.tfrecord").map(parse).shuffle(2048).batch(BATCH)
valid = tf.data.TFRecordDataset("faces-valid.tfrecord").map(parse).batch(BATCH)

face = layers.Input((SIZE, SIZE, 3))
x = layers.Conv2D(32, 3, activation="relu")(face)
x = layers.MaxPooling2D()(x)
y = layers.Conv2D(64, 3, activation="relu")(x)  # fault: disconnected-layer
x = layers.MaxPooling2D()(x)
x = layers.Flatten()(x)
x = layers.Dense(64, activation="relu")(x)
age = layers.Dense(1, name="age")(x)
smile = layers.Dense(1, activation="softmax", name="smile")(x)  # fault: softmax-on-one-unit
model = tf.keras.Model(face, {"age": age, "smile": smile})
model.compile(
    optimizer="adam",
    loss={"age": "mae", "smile": "binary_crossentropy"},
    metrics={"age": ["mse"], "smile": ["accuracy"]},
)
model.fit(train, validation_data=valid, epochs=15)
