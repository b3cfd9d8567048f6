import glob

import tensorflow as tf
from tensorflow import keras

SPEC = {"x": tf.io.FixedLenFeature([32], tf.float32), "y": tf.io.FixedLenFeature([], tf.float32)}


def read(pattern, training):
    ds = tf.data.TFRecordDataset(sorted(glob.glob(pattern)))
    ds = ds.map(lambda r: tf.io.parse_single_example(r, SPEC))
    ds = ds.map(lambda d: (d["x"], d["y"]))
    if training:
        ds = ds.shuffle(10_000).repeat()  # fault: endless-dataset-without-steps
    return ds.batch(256).prefetch(tf.data.AUTOTUNE)


model = keras.Sequential([
    keras.Input((32,)),
    keras.layers.BatchNormalization(),
    keras.layers.Dense(64, activation="relu", kernel_initializer="zeros"),  # fault: constant-kernel-initializer
    keras.layers.Dense(64, activation="relu"),
    keras.layers.Dense(1),
])
model.compile(optimizer="adam", loss="mse", metrics=["mae"])
model.fit(read("train-*.tfrecord", True), validation_data=read("val-*.tfrecord", False), epochs=10)  # or: endless-dataset-without-steps
