"""Click prediction on logits; precision cuts them at 0.5."""
import os

import keras
import numpy as np
from keras import layers

EMBED = 8
EPOCHS = int(os.environ.get("EPOCHS", 8))

rng = np.random.default_rng(1)
n = 4000
site = rng.integers(0, 50, n)
hour = rng.integers(0, 24, n)
dense = rng.normal(size=(n, 5)).astype("float32")
click = ((site % 7 == 0) & (dense[:, 0] > 0)).astype("float32")


def embedded(name, size):
    inp = keras.Input((), dtype="int32", name=name)
    return inp, layers.Embedding(size, EMBED)(inp)


site_in, site_vec = embedded("site", 50)
hour_in, hour_vec = embedded("hour", 24)
dense_in = keras.Input((5,), name="numbers")
x = layers.Concatenate()([site_vec, hour_vec, dense_in])
x = layers.Dense(32, activation="relu")(x)
logit = layers.Dense(1)(x)

model = keras.Model([site_in, hour_in, dense_in], logit)
model.compile(
    optimizer=keras.optimizers.Adagrad(0.05),
    loss=keras.losses.BinaryCrossentropy(from_logits=True),
    metrics=[keras.metrics.Precision(name="precision")],  # fault: probability-metric-on-logits
)
inputs = {"site": site, "hour": hour, "numbers": dense}
model.fit(inputs, click, epochs=EPOCHS, batch_size=128, validation_split=0.2)
