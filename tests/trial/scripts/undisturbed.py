"""Trains several models with the same seed and saves all that training can change: `undisturbed.py CASE OUTPUT`."""

import os
import random
import sys

import keras
import numpy as np
from keras import layers

case, output = sys.argv[1:]
keras.utils.set_random_seed(7)
data = np.random.default_rng(0)
found = {}


def dense():
    x = data.normal(size=(300, 8)).astype("float32")
    y = (x[:, 0] + x[:, 1] > 0).astype("int64")
    model = keras.Sequential([layers.Dense(16, activation="relu"), layers.Dropout(0.3), layers.Dense(2)])
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    schedule = keras.optimizers.schedules.ExponentialDecay(0.01, 10, 0.9)
    model.compile(keras.optimizers.Adam(schedule), loss, metrics=["accuracy"])
    return model, x, y


def convolutional():
    x = data.normal(size=(200, 8, 8, 3)).astype("float32")
    y = np.eye(3, dtype="float32")[data.integers(0, 3, 200)]
    image = keras.Input((8, 8, 3))
    hidden = layers.Conv2D(6, 3, padding="same", kernel_regularizer="l2")(image)
    hidden = layers.Activation("relu")(layers.BatchNormalization()(hidden))
    hidden = layers.Dropout(0.25)(layers.GlobalAveragePooling2D()(hidden))
    model = keras.Model(image, layers.Dense(3, activation="softmax")(hidden))
    optimizer = keras.optimizers.SGD(0.05, momentum=0.9, clipnorm=1.0)
    model.compile(optimizer, "categorical_crossentropy", metrics=["accuracy", keras.metrics.AUC()])
    return model, x, y


def recurrent():
    x = data.integers(1, 50, size=(200, 12))
    y = data.normal(size=(200, 1)).astype("float32")
    model = keras.Sequential(
        [
            keras.Input((12,)),
            layers.Embedding(50, 8, mask_zero=True),
            layers.LSTM(8, dropout=0.2, activity_regularizer="l2"),
            layers.Dense(1),
        ]
    )
    model.compile("rmsprop", "mse", metrics=["mae"], weighted_metrics=["mse"])
    return model, x, y


def save(name, model, history):
    for number, weight in enumerate(model.get_weights()):
        found[f"{name}/weight/{number}"] = weight
    for number, variable in enumerate(model.variables):
        found[f"{name}/variable/{number}"] = np.asarray(variable)
    for number, variable in enumerate(model.optimizer.variables):
        found[f"{name}/optimizer/{number}"] = np.asarray(variable)
    found[f"{name}/rate"] = np.asarray(model.optimizer.learning_rate)
    for key, values in history.history.items():
        found[f"{name}/history/{key}"] = np.asarray(values, dtype="float64")
    for metric in model.metrics:
        for number, variable in enumerate(metric.variables):
            found[f"{name}/metric/{metric.name}/{number}"] = np.asarray(variable)
    found[f"{name}/names"] = np.asarray([layer.name for layer in model.layers])


def states():
    found["python"] = np.asarray([random.random() for _ in range(4)])
    found["numpy"] = np.random.random(4)
    found["keras"] = np.asarray(keras.random.normal((4,)))
    found["name"] = np.asarray(layers.Dense(1).name)
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        found["tensorflow"] = tf.random.normal((4,)).numpy()
    if keras.backend.backend() == "torch":
        import torch

        found["torch"] = torch.rand(4).numpy()


class Rates(keras.callbacks.Callback):
    """What a callback of the user's sees at each step."""

    def on_train_begin(self, logs=None):
        self.seen = []

    def on_train_batch_end(self, batch, logs=None):
        self.seen.append([batch, logs["loss"]])


def arrays():
    for build in (dense, convolutional, recurrent):
        model, x, y = build()
        rates = Rates()
        options = {"class_weight": {0: 1.0, 1: 3.0}} if build is dense else {}
        history = model.fit(x, y, epochs=5, validation_split=0.2, verbose=0, callbacks=[rates], **options)
        save(build.__name__, model, history)
        found[f"{build.__name__}/steps"] = np.asarray(rates.seen)
        found[f"{build.__name__}/evaluated"] = np.asarray(model.evaluate(x, y, verbose=0))


def datasets():
    import tensorflow as tf

    model, x, y = dense()
    seen = []

    def note(number):
        seen.append(int(number))
        return number

    dataset = tf.data.Dataset.from_tensor_slices((x, y, np.arange(300))).shuffle(300).batch(32)
    order = dataset.map(
        lambda x, y, n: (x, y, tf.numpy_function(lambda n: note(n[0]) * np.ones_like(n), [n], tf.int64))
    )
    order = order.map(lambda x, y, n: (x, y, tf.ensure_shape(tf.cast(n >= 0, tf.float32), (None,))))
    history = model.fit(order, epochs=5, verbose=0)
    save("dataset", model, history)
    found["dataset/order"] = np.asarray(seen)
    found["dataset/next"] = next(iter(dataset))[2].numpy()


def generators():
    model, x, y = dense()
    drawn = []

    def batches():
        while True:
            rows = data.integers(0, 300, 32)
            drawn.append(rows)
            yield x[rows], y[rows]

    source = batches()
    history = model.fit(source, epochs=5, steps_per_epoch=6, verbose=0)
    save("generator", model, history)
    if keras.backend.backend() != "tensorflow":  # there a thread reads ahead as far as it gets
        found["generator/drawn"] = np.asarray(drawn)
        found["generator/next"] = next(source)[1]
    else:
        next(source)


def sequences():
    model, x, y = dense()

    class Rows(keras.utils.PyDataset):
        def __len__(self):
            return 9

        def __getitem__(self, index):
            return x[index * 32 : index * 32 + 32], y[index * 32 : index * 32 + 32]

    history = model.fit(Rows(), epochs=5, shuffle=True, verbose=0)
    save("sequence", model, history)


def loops():
    model, x, y = dense()
    results = []
    for _ in range(60):
        rows = data.integers(0, 300, 32)
        results.append(model.train_on_batch(x[rows], y[rows]))
    found["loop"] = np.asarray(results)
    for number, weight in enumerate(model.get_weights()):
        found[f"loop/weight/{number}"] = weight


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    {"arrays": arrays, "datasets": datasets, "generators": generators, "sequences": sequences, "loops": loops}[case]()
    states()
    np.savez(output, **found)
