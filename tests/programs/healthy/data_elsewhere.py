"""Data comes from another module; nothing is known about it here."""
from pathlib import Path

import keras
from keras import layers

from mydata import CLASSES, load

OUT = Path("runs")

train, valid = load("train"), load("valid")


def mlp_head(x, classes):
    x = layers.Flatten()(x)
    x = layers.Dense(512, activation="relu", kernel_regularizer="l2")(x)
    return layers.Dense(classes, activation="softmax")(x)


image = layers.Input((None, None, 3))
x = layers.Resizing(64, 64)(image)
for width in (32, 64, 128):
    x = layers.SeparableConv2D(width, 3, activation="relu", padding="same")(x)
    x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
model = keras.Model(image, mlp_head(x, len(CLASSES)))
model.compile("adamw", "sparse_categorical_crossentropy", metrics=["accuracy"])

OUT.mkdir(exist_ok=True)
model.fit(
    train,
    validation_data=valid,
    epochs=40,
    callbacks=[
        keras.callbacks.ModelCheckpoint(str(OUT / "best.keras"), save_best_only=True),
        keras.callbacks.EarlyStopping(patience=6),
        keras.callbacks.CSVLogger(str(OUT / "log.csv")),
    ],
)
model = keras.models.load_model(str(OUT / "best.keras"))
print(model.evaluate(load("test")))
