"""tf.data with repeat(): steps_per_epoch is given, so the run ends."""
import os

import numpy as np
import tensorflow as tf

N = int(os.getenv("N_SAMPLES", "2048"))
BATCH_SIZE = 64
steps = N // BATCH_SIZE


def gen(seed):
    def inner():
        r = np.random.default_rng(seed)
        for _ in range(N):
            label = r.integers(4)
            signal = np.zeros((64, 1), "float32")
            signal[label * 16 : (label + 1) * 16] = r.normal(1, 0.3, (16, 1))
            yield signal, label

    return tf.data.Dataset.from_generator(
        inner,
        output_signature=(tf.TensorSpec((64, 1), tf.float32), tf.TensorSpec((), tf.int64)),
    )


train_ds = gen(0).shuffle(512).repeat().batch(BATCH_SIZE).prefetch(tf.data.AUTOTUNE)
val_ds = gen(1).batch(BATCH_SIZE).repeat()

schedule = tf.keras.optimizers.schedules.CosineDecay(initial_learning_rate=1e-3, decay_steps=10 * steps)

m = tf.keras.Sequential()
m.add(tf.keras.layers.InputLayer(shape=(64, 1)))
m.add(tf.keras.layers.Conv1D(16, 7, strides=2, activation="relu"))
m.add(tf.keras.layers.Conv1D(32, 5, strides=2, activation="relu"))
m.add(tf.keras.layers.GlobalMaxPool1D())
m.add(tf.keras.layers.Dense(4, activation=tf.nn.softmax))
m.compile(tf.keras.optimizers.Adam(schedule), tf.keras.losses.SparseCategoricalCrossentropy(), metrics=["accuracy"])
m.fit(train_ds, steps_per_epoch=steps, epochs=10, validation_data=val_ds, validation_steps=8)
