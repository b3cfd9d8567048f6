import glob
import random

import numpy as np
import tensorflow as tf
from scipy.io import wavfile

LABELS = ["yes", "no", "up", "down", "left", "right", "on", "off", "stop", "go"]
RATE = 16000


def list_files(split):
    with open(f"speech/{split}.txt") as f:
        files = [line.strip() for line in f]
    return [f for f in files if f.split("/")[-2] in LABELS]


def gen(files, shuffle):
    def inner():
        order = list(files)
        if shuffle:
            random.shuffle(order)
        for path in order:
            _, wav = wavfile.read(path)
            wav = wav.astype(np.float32) / 32768.0
            wav = np.pad(wav[:RATE], (0, max(0, RATE - len(wav))))
            yield wav, LABELS.index(path.split("/")[-2])
    return inner


def spectrogram(wav, label):
    s = tf.abs(tf.signal.stft(wav, frame_length=255, frame_step=128))
    return tf.math.log(s[..., tf.newaxis] + 1e-6), label


def dataset(split, training=False, batch=64):
    ds = tf.data.Dataset.from_generator(
        gen(list_files(split), training),
        output_signature=(tf.TensorSpec((RATE,), tf.float32), tf.TensorSpec((), tf.int32)))
    return ds.map(spectrogram, num_parallel_calls=tf.data.AUTOTUNE).batch(batch).prefetch(tf.data.AUTOTUNE)


train_ds, val_ds, test_ds = dataset("train", True), dataset("val"), dataset("test")

norm = tf.keras.layers.Normalization()
norm.adapt(train_ds.map(lambda s, _: s).take(50))
model = tf.keras.models.Sequential([
    tf.keras.layers.Input(shape=(124, 129, 1)),
    tf.keras.layers.Resizing(32, 32),
    norm,
    tf.keras.layers.Conv2D(32, 3, activation="relu"),
    tf.keras.layers.Conv2D(64, 3, activation="relu"),
    tf.keras.layers.MaxPooling2D(),
    tf.keras.layers.Dropout(0.25),
    tf.keras.layers.Flatten(),
    tf.keras.layers.Dense(128, activation="relu"),
    tf.keras.layers.Dropout(0.5),
    tf.keras.layers.Dense(len(LABELS)),
])
model.compile(optimizer=tf.keras.optimizers.Adam(),
              loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
model.fit(train_ds, validation_data=val_ds, epochs=15,
          callbacks=tf.keras.callbacks.EarlyStopping(patience=3, restore_best_weights=True))
logits = model.predict(test_ds)
y_true = np.concatenate([y for _, y in test_ds])
cm = tf.math.confusion_matrix(y_true, np.argmax(logits, axis=1), num_classes=len(LABELS))
print(cm.numpy())
