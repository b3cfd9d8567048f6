import pathlib

import tensorflow as tf
from tensorflow.keras import layers

ROOT = pathlib.Path("flower_photos")
IMG_SIZE = 180
BATCH_SIZE = 32
EPOCHS = 12
CLASSES = sorted(p.name for p in ROOT.iterdir() if p.is_dir())

table = tf.constant(CLASSES)


def process(path):
    parts = tf.strings.split(path, "/")
    label = tf.cast(tf.argmax(tf.cast(parts[-2] == table, tf.int32)), tf.int32)
    img = tf.io.decode_jpeg(tf.io.read_file(path), channels=3)
    img = tf.image.resize(img, [IMG_SIZE, IMG_SIZE]) / 255.0
    return img, label


files = tf.data.Dataset.list_files(str(ROOT / "*/*.jpg"), shuffle=True, seed=9)
n = files.cardinality().numpy()
files = tf.data.Dataset.from_tensor_slices(list(files.as_numpy_iterator()))
val_ds = files.take(n // 5).map(process).batch(BATCH_SIZE).prefetch(1)
train_ds = files.skip(n // 5).map(process, num_parallel_calls=4).cache().shuffle(1000).batch(BATCH_SIZE).prefetch(1)

model = tf.keras.Sequential([
    layers.Input((IMG_SIZE, IMG_SIZE, 3)),
    layers.Conv2D(16, 3, padding="same", activation="relu"),
    layers.MaxPooling2D(),
    layers.Conv2D(32, 3, padding="same", activation="relu"),
    layers.MaxPooling2D(),
    layers.Flatten(),
    layers.Dense(128, activation="relu"),
    layers.Dense(len(CLASSES), activation="softmax"),
    layers.Softmax(),  # fault: double-softmax
])
model.compile("adam", tf.keras.losses.SparseCategoricalCrossentropy(), metrics=["accuracy"])
model.fit(
    train_ds,
    validation_data=val_ds,
    epochs=EPOCHS,
    batch_size=BATCH_SIZE,  # fault: batch-size-with-dataset
)
