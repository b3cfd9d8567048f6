"""Twin towers for matching adverts and queries: one unseeded initializer object for all layers."""
import keras
import numpy as np
from keras import constraints, initializers, layers

init = initializers.HeNormal()  # or: shared-initializer


def tower(name, size, width=32):
    inp = keras.Input((size,), name=name)
    return inp, layers.Dense(width, activation="relu", kernel_initializer="he_normal")(inp)


query, q = tower("query", 48)
advert, a = tower("advert", 48)
q = layers.Dense(32, activation="relu", kernel_initializer=init)(q)  # or: shared-initializer
a = layers.Dense(32, activation="relu", kernel_initializer=init)(a)  # fault: shared-initializer
joined = layers.Concatenate()([q, a])
joined = layers.Dense(
    16,
    activation="relu",
    kernel_regularizer=constraints.MaxNorm(3),  # fault: constraint-as-regularizer
)(joined)
match = layers.Dense(1, activation="sigmoid")(joined)
model = keras.Model([query, advert], match)

rng = np.random.default_rng(0)
qs = rng.normal(size=(2000, 48)).astype("float32")
ads = np.where(rng.random((2000, 1)) > 0.5, qs, rng.normal(size=(2000, 48))).astype("float32")
label = (np.abs(qs - ads).sum(axis=1) == 0).astype("float32")

model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
model.fit({"query": qs, "advert": ads}, label, epochs=10, batch_size=64, validation_split=0.2)
