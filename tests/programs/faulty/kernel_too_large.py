"""Audio frames: the kernel is longer than the frame."""
import numpy as np
import tensorflow as tf
from tensorflow.keras import layers

FRAME = 20
BANDS = 13


class Keyword(tf.keras.Model):  # or: super-init-missing
    def __init__(self, n_words):  # fault: super-init-missing
        self.n_words = n_words  # or: super-init-missing
        self.stem = layers.Dense(32, activation="relu")  # or: super-init-missing
        self.out = layers.Dense(n_words, activation="softmax")

    def call(self, x):
        return self.out(tf.reduce_mean(self.stem(x), axis=1))


def conv_version(n_words):
    frames = layers.Input((FRAME, BANDS))
    x = layers.Conv1D(32, 25, activation="relu")(frames)  # fault: kernel-larger-than-input
    x = layers.GlobalAveragePooling1D()(x)
    return tf.keras.Model(frames, layers.Dense(n_words, activation="softmax")(x))


rng = np.random.default_rng(6)
mfcc = rng.normal(size=(800, FRAME, BANDS)).astype("float32")
word = rng.integers(0, 8, 800)
for factory in (Keyword, conv_version):
    model = factory(8)
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(mfcc, word, epochs=10, batch_size=32, validation_split=0.25)
