from tensorflow import keras
from tensorflow.keras import layers
from tensorflow.keras.utils import to_categorical
import numpy as np

(xtr, ytr), (xte, yte) = keras.datasets.reuters.load_data(num_words=10000)


def multi_hot(seqs, dim=10000):
    m = np.zeros((len(seqs), dim), dtype="float32")
    for i, s in enumerate(seqs):
        m[i, s] = 1.0
    return m


xtr, xte = multi_hot(xtr), multi_hot(xte)
ytr = to_categorical(ytr, 46)  # or: label-form-against-loss
yte = to_categorical(yte, 46)

OPTS = dict(optimizer="rmsprop", loss="sparse_categorical_crossentropy", metrics=["accuracy"])  # fault: label-form-against-loss
model = keras.Sequential([
    layers.Input((10000,)),
    layers.Dense(64, activation="relu"),
    layers.Dropout(0.9),  # fault: dropout-rate
    layers.Dense(64, activation="relu"),
    layers.Dense(46, activation="softmax"),
])
model.compile(**OPTS)
model.fit(xtr, ytr, epochs=9, batch_size=512, validation_split=0.1)
print(model.evaluate(xte, yte))
