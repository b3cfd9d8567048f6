"""Start or continue: load_model when there is a checkpoint, else build; epochs go on from the last one."""
import argparse
import pathlib

import keras
import numpy as np

CKPT = pathlib.Path("ckpt")
p = argparse.ArgumentParser()
p.add_argument("-n", "--epochs", default=30, type=int)
p.add_argument("-b", "--batch", default=64, type=int)
p.add_argument("--fresh", action="store_true")
opt = p.parse_args()


def newest():
    files = sorted(CKPT.glob("epoch-*.keras"))
    if not files or opt.fresh:
        return None, 0
    return files[-1], int(files[-1].stem.split("-")[1])


def new_model():
    model = keras.Sequential(
        [
            keras.layers.Input((40,)),
            keras.layers.Dense(80, activation="selu", kernel_initializer="lecun_normal"),
            keras.layers.AlphaDropout(0.1),
            keras.layers.Dense(80, activation="selu", kernel_initializer="lecun_normal"),
            keras.layers.Dense(7, activation="softmax"),
        ]
    )
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    return model


CKPT.mkdir(exist_ok=True)
rng = np.random.default_rng(5)
centers = rng.normal(size=(7, 40))
labels = rng.integers(0, 7, 3000)
x = (centers[labels] + rng.normal(0, 0.7, (3000, 40))).astype("float32")
y = keras.utils.to_categorical(labels, 7)

path, done = newest()
model = keras.models.load_model(path) if path else new_model()
model.fit(
    x[:2400],
    y[:2400],
    initial_epoch=done,
    epochs=opt.epochs,
    batch_size=opt.batch,
    validation_data=(x[2400:], y[2400:]),
    callbacks=[
        keras.callbacks.ModelCheckpoint(str(CKPT / "epoch-{epoch:03d}.keras")),
        keras.callbacks.TerminateOnNaN(),
    ],
)
