"""Small programs that operators are tried on, each in another style, and how a change of one is told.

All of them run, in a second or two.
"""

from __future__ import annotations

import ast
import difflib
import random

import pytest

from default_lint.lab.mutants import NotApplicable, Subject, operators
from default_lint.lab.mutants.base import applied

DATA = """\
rng = np.random.default_rng(0)
x_train = rng.normal(size=(200, 8)).astype("float32")
y_train = (x_train[:, :3] ** 2).sum(axis=1).astype("int64") % 3
x_test = rng.normal(size=(80, 8)).astype("float32")
y_test = (x_test[:, :3] ** 2).sum(axis=1).astype("int64") % 3
"""

LISTED = f"""\
import numpy as np
import keras
from keras import layers

{DATA}
model = keras.Sequential([
    keras.Input((8,)),
    layers.Dense(16, activation="relu", kernel_regularizer="l2"),
    layers.Dropout(0.2),
    layers.Dense(3, activation="softmax"),
])
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_train, y_train, epochs=8, batch_size=16, validation_data=(x_test, y_test), verbose=0)
"""
"""A Sequential list; strings and keywords."""

ADDED = f"""\
import numpy as np
from tensorflow.keras.callbacks import EarlyStopping
from tensorflow.keras.layers import Activation, BatchNormalization, Dense, Dropout, Input
from tensorflow.keras.losses import SparseCategoricalCrossentropy
from tensorflow.keras.models import Sequential
from tensorflow.keras.optimizers import SGD
from tensorflow.keras.regularizers import L2

BATCH = 32
EPOCHS = 6
RATE = 0.05

{DATA}
model = Sequential()
model.add(Input((8,)))
model.add(Dense(12, 'tanh', kernel_initializer='he_normal'))
model.add(Dense(12, use_bias=False, kernel_regularizer=L2(1e-4)))
model.add(BatchNormalization())
model.add(Activation('relu'))
model.add(Dropout(rate=0.1))
model.add(Dense(3))
model.compile(SGD(RATE, momentum=0.9, clipnorm=1.0), SparseCategoricalCrossentropy(from_logits=True))
stopper = EarlyStopping('val_loss', patience=3)
model.fit(x_train, y_train, BATCH, EPOCHS, validation_split=0.2, callbacks=[stopper], verbose=0)
"""
"""`add`; objects, positional arguments and named constants."""

FUNCTIONAL = f"""\
import numpy as np
import tensorflow as tf
from tensorflow.keras import activations, layers, regularizers

{DATA}

def block(x, units):
    x = layers.Dense(units, activation=activations.elu, kernel_regularizer=regularizers.l1(1e-5))(x)
    x = layers.ReLU()(x)
    return layers.Dropout(0.3)(x)


inputs = layers.Input(shape=(8,))
x = block(inputs, 24)
x = block(x, 12)
x = layers.Dense(8, use_bias=False)(x)
x = activations.relu(x)
outputs = layers.Dense(1, activation="sigmoid")(x)
net = tf.keras.Model(inputs, outputs)
opt = tf.keras.optimizers.RMSprop(learning_rate=0.002)
net.compile(optimizer=opt, loss=tf.keras.losses.binary_crossentropy)
stop = tf.keras.callbacks.EarlyStopping(monitor="loss", patience=2, restore_best_weights=True)
slow = tf.keras.callbacks.ReduceLROnPlateau(monitor="loss", patience=2)
net.fit(x_train, (y_train > 0).astype("float32"), epochs=5, callbacks=[stop, slow], verbose=0)
"""
"""Functional with a helper; functions and objects."""

SUBCLASSED = f"""\
import keras
import numpy as np
import tensorflow as tf

{DATA}

class Net(keras.Model):
    def __init__(self, hidden=10):
        super().__init__()
        self.first = keras.layers.Dense(hidden, "relu")
        self.squash = keras.layers.LeakyReLU()
        self.second = keras.layers.Dense(units=6, activation="tanh", bias_initializer="ones")
        self.drop = keras.layers.Dropout(0.25)
        self.out = keras.layers.Dense(1)

    def call(self, inputs, training=False):
        h = self.first(inputs)
        h = self.squash(h)
        h = self.drop(self.second(h), training=training)
        return self.out(tf.nn.tanh(h))


targets = x_train.sum(axis=1)
batches = tf.data.Dataset.from_tensor_slices((x_train, targets)).shuffle(200).batch(20)
net = Net()
net.compile(keras.optimizers.Adam(1e-3), keras.losses.MeanSquaredError())
net.fit(batches, epochs=4, verbose=0)
"""
"""A subclassed model, trained on a `tf.data` dataset."""

RECURRENT = """\
import keras
import numpy as np
from keras import layers

rng = np.random.default_rng(1)
series = rng.normal(size=(160, 12, 2)).astype("float32")
last = series[:, -1, :].sum(axis=1)

model = keras.Sequential([
    layers.Input((12, 2)),
    layers.Bidirectional(layers.LSTM(8, return_sequences=True, dropout=0.1)),
    layers.GRU(6, activation="tanh"),
    layers.Dense(4, activation="relu"),
    layers.Dense(1),
])
model.compile("nadam", "mse")
model.fit(series, last, epochs=3, verbose=0)
"""
"""Recurrent layers, one of them wrapped."""

LOOPED = """\
import keras
import numpy as np
from keras import callbacks, layers, regularizers
from keras.optimizers import Adam, schedules

PATIENCE = 4
shrink = regularizers.l2(1e-4)


def make(widths=(4, 8)):
    stack = [layers.Input((8, 8, 1))]
    for width in widths:
        stack += [
            layers.Conv2D(width, 3, padding="same", use_bias=False, kernel_regularizer=shrink),
            layers.BatchNormalization(momentum=0.9),
            layers.ReLU(),
        ]
    stack += [layers.MaxPooling2D(2), layers.Flatten(), layers.Dense(2), layers.Softmax()]
    return keras.Sequential(stack)


rng = np.random.default_rng(2)
images = rng.normal(size=(120, 8, 8, 1)).astype("float32")
labels = keras.utils.to_categorical(images.mean(axis=(1, 2, 3)) > 0, 2)
cnn = make()
rate = schedules.ExponentialDecay(0.005, decay_steps=50, decay_rate=0.9)
cnn.compile(loss=keras.losses.CategoricalCrossentropy(), optimizer=Adam(learning_rate=rate))
cnn.fit(
    images,
    labels,
    batch_size=30,
    epochs=4,
    validation_split=0.25,
    callbacks=[callbacks.EarlyStopping(patience=PATIENCE)],
    verbose=0,
)
"""
"""Layers from a loop in a helper; a schedule, callbacks, a shared regularizer."""

PLAIN = """\
import keras
import numpy as np

x = np.arange(20.0).reshape(-1, 1)
line = keras.Sequential([keras.Input((1,)), keras.layers.Lambda(lambda t: 2 * t), keras.layers.Flatten()])
line.compile(loss="mae")
line.fit(x, x, verbose=0)
"""
"""A model in which there is next to nothing to change."""

CONVOLVED = """\
import keras
import numpy as np
from keras import layers
from sklearn.preprocessing import StandardScaler

rng = np.random.default_rng(3)
waves = rng.normal(3, 2, size=(180, 24))
kinds = (waves[:, 6:12].mean(axis=1) > 3).astype("int64")
x_train, x_test = waves[:120], waves[120:]
y_train, y_test = kinds[:120], kinds[120:]
scaler = StandardScaler()
x_train = scaler.fit_transform(x_train)
x_test = scaler.transform(x_test)

model = keras.Sequential(
    [
        keras.Input((24,)),
        layers.Reshape((24, 1)),
        layers.Conv1D(8, 5, strides=2, padding="same", activation="relu"),
        layers.MaxPooling1D(pool_size=2),
        layers.Conv1D(filters=6, kernel_size=3, dilation_rate=2, padding="valid"),
        layers.Flatten(),
        layers.Dense(10, "relu"),
        layers.Dense(2, "softmax"),
    ]
)
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(x_train, y_train, epochs=3, validation_data=(x_test, y_test), verbose=0)
"""
"""Convolutions in a list; a scaler."""

PICTURES = """\
import numpy as np
import tensorflow as tf
from tensorflow.keras.layers import BatchNormalization, Conv2D, Dense, Dropout, Flatten, Input, MaxPool2D

SIDE = 12


def conv(x, filters, size=(3, 3)):
    x = Conv2D(filters, size, padding="same", activation="relu")(x)
    x = BatchNormalization()(x)
    return MaxPool2D((2, 2))(x)


def pictures(count, seed):
    drawn = np.random.default_rng(seed).integers(0, 256, (count, SIDE, SIDE, 1))
    return drawn.astype("float32"), np.eye(3, dtype="float32")[drawn[:, :6].sum(axis=(1, 2, 3)) % 3]


train_images, train_labels = pictures(120, 0)
test_images, test_labels = pictures(60, 1)
train_images, test_images = train_images / 255.0, test_images / 255.0

image = Input((SIDE, SIDE, 1))
h = conv(image, 4)
h = conv(h, 6)
h = Conv2D(8, (2, 2), strides=(1, 1))(h)
h = Flatten()(h)
h = Dropout(0.2)(h, training=None)
h = Dense(9, activation="tanh")(h)
scores = Dense(3, activation="softmax")(h)
cnn = tf.keras.Model(image, scores)
cnn.compile("sgd", "categorical_crossentropy")
cnn.fit(train_images, train_labels, epochs=2, validation_split=0.2, verbose=0)
"""
"""Functional convolutions, some of them from a helper; pixels divided by 255."""

STACKED = """\
import keras
import numpy as np
import tensorflow as tf


class Stack(keras.Model):
    def __init__(self):
        super().__init__()
        self.first = keras.layers.Conv2D(4, 3, 2, "same", activation="relu")
        self.norm = keras.layers.BatchNormalization()
        self.pool = keras.layers.AveragePooling2D(2)
        self.second = keras.layers.Conv2D(5, kernel_size=2, strides=1, dilation_rate=1)
        self.flat = keras.layers.Flatten()
        self.hidden = keras.layers.Dense(7, activation="relu")
        self.drop = keras.layers.Dropout(0.1)
        self.out = keras.layers.Dense(1)

    def call(self, x, training=False):
        x = self.norm(self.first(x), training=training)
        x = self.second(self.pool(x))
        x = self.hidden(self.flat(x))
        return self.out(self.drop(x, training=training))


rng = np.random.default_rng(4)
raw = rng.normal(5, 3, size=(150, 12, 12, 1)).astype("float32")
mean, std = raw.mean(), raw.std()
scaled = (raw - mean) / std
heights = raw[:, 3].mean(axis=(1, 2))
train = tf.data.Dataset.from_tensor_slices((scaled[:100], heights[:100])).shuffle(100).batch(25)
stack = Stack()
stack.compile(keras.optimizers.Adam(), loss="mse")
stack.fit(train, epochs=2, verbose=0)
"""
"""A subclassed model with convolutions; mean and deviation by hand."""

WORDS = """\
import numpy as np
from keras.layers import Dense, Embedding, GRU, Input
from keras.models import Sequential

WIDTH = 6

rng = np.random.default_rng(5)
tokens = rng.integers(1, 20, size=(160, 9))
tokens[:, 7:] = 0
moods = (tokens[:, 0] > 9).astype("float32")

model = Sequential()
model.add(Input((9,)))
model.add(Embedding(20, WIDTH, mask_zero=True))
model.add(GRU(8))
model.add(Dense(4, activation="relu"))
model.add(Dense(1, activation="sigmoid"))
model.compile("adam", "binary_crossentropy")
model.fit(tokens, moods, epochs=2, verbose=0)
"""
"""Words in a recurrent model, by `add`."""

LETTERS = """\
import keras
import numpy as np
from keras import layers

rng = np.random.default_rng(6)
text = rng.integers(0, 7, size=(140, 10))
follow = (text + np.roll(text, 1, axis=1)) % 7

letters = keras.Input((10,))
h = layers.Embedding(input_dim=7, output_dim=5, mask_zero=True)(letters)
h = layers.Dropout(0.1)(h)
h = layers.Bidirectional(layers.LSTM(6, return_sequences=True))(h)
h = layers.LSTM(units=9, return_sequences=True)(h)
each = layers.TimeDistributed(layers.Dense(7, activation="softmax"))(h)
tagger = keras.Model(letters, each)
tagger.compile("rmsprop", "sparse_categorical_crossentropy")
tagger.fit(text, follow, batch_size=20, epochs=2, verbose=0)
"""
"""A label for each step; wrapped recurrent layers, functional."""

HEARD = """\
import numpy as np
import tensorflow as tf


class Listener(tf.keras.Model):
    def __init__(self, units):
        super().__init__()
        self.look = tf.keras.layers.Embedding(12, 4, mask_zero=True)
        self.inner = tf.keras.layers.SimpleRNN(units, return_sequences=True)
        self.outer = tf.keras.layers.GRU(units)
        self.drop = tf.keras.layers.Dropout(0.2)
        self.answer = tf.keras.layers.Dense(3)

    def call(self, codes, training=None):
        h = self.inner(self.look(codes))
        h = self.outer(h)
        h = self.drop(h, training=training)
        return self.answer(h)


rng = np.random.default_rng(7)
codes = rng.integers(0, 12, size=(150, 8))
kinds = codes.sum(axis=1) % 3
listener = Listener(5)
listener.compile("adam", tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True))
listener.fit(codes[:100], kinds[:100], validation_data=(codes[100:], kinds[100:]), epochs=2, verbose=0)
"""
"""A subclassed recurrent model."""

ALL = {
    "listed": LISTED,
    "added": ADDED,
    "functional": FUNCTIONAL,
    "subclassed": SUBCLASSED,
    "recurrent": RECURRENT,
    "looped": LOOPED,
}

LAYERED = {
    "added": ADDED,
    "functional": FUNCTIONAL,
    "recurrent": RECURRENT,
    "convolved": CONVOLVED,
    "pictures": PICTURES,
    "stacked": STACKED,
    "words": WORDS,
    "letters": LETTERS,
    "heard": HEARD,
}
"""Those for operators of layers."""


def changed(before: str, after: str) -> str:
    """The lines that differ: `- old` and `+ new`, without their indentation, joined by line ends."""
    found = difflib.ndiff(before.splitlines(), after.splitlines())
    return "\n".join(f"{line[0]} {line[2:].strip()}" for line in found if line[0] in "+-" and line[2:].strip())


def offers(code: str, source: str, seed: int = 0) -> list[str]:
    """What an operator offers for a program: the changed lines of each of its changes, in order, or its refusal."""
    subject = Subject(source)
    found = []
    changes = iter(operators()[code]().changes(subject, random.Random(seed)))
    while True:
        try:
            change = next(changes)
        except StopIteration:
            break
        except NotApplicable as stop:
            if not found:
                found.append(f"cannot be seeded here: {stop}")
            break
        text, _ = applied(subject.text, sorted(change.edits, key=lambda edit: edit.span))
        ast.parse(text)
        assert subject.code(change.site), "nothing to look at"
        found.append(changed(source, text))
    return found


def refusal(code: str, source: str) -> str:
    """Why an operator cannot change a program."""
    with pytest.raises(NotApplicable) as caught:
        operators()[code].mutate(Subject(source), 0)
    return str(caught.value)
