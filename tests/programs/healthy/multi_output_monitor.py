"""Age, gender and ethnicity-free demo of several heads: dict losses, loss weights, a monitor named after an output."""
import keras
import numpy as np
from keras import layers

rng = np.random.default_rng(0)
images = rng.random((400, 48, 48, 1)).astype("float32")
kind = rng.integers(0, 4, 400)
size = images.mean(axis=(1, 2, 3)).reshape(-1, 1)
broken = (rng.random(400) > 0.8).astype("float32").reshape(-1, 1)
tr, va = slice(0, 320), slice(320, None)

inp = keras.Input((48, 48, 1), name="image")
trunk = layers.Conv2D(16, 3, activation="relu")(inp)
trunk = layers.MaxPooling2D(3)(trunk)
trunk = layers.Conv2D(32, 3, activation="relu")(trunk)
trunk = layers.GlobalAveragePooling2D()(trunk)

main = layers.Dense(4, activation="softmax", name="main")(layers.Dense(32, "relu")(trunk))
size_out = layers.Dense(1, name="size")(layers.Dense(16, "relu")(trunk))
broken_out = layers.Dense(1, activation="sigmoid", name="broken")(trunk)

model = keras.Model(inputs=inp, outputs={"main": main, "size": size_out, "broken": broken_out})
model.compile(
    optimizer="adam",
    loss={"main": "sparse_categorical_crossentropy", "size": "mse", "broken": "binary_crossentropy"},
    loss_weights={"main": 1.0, "size": 0.5, "broken": 0.2},
    metrics={"main": ["accuracy"], "size": ["mae"], "broken": [keras.metrics.AUC(name="auc")]},
)
stop = keras.callbacks.EarlyStopping("val_main_accuracy", mode="max", patience=5, restore_best_weights=True)
plateau = keras.callbacks.ReduceLROnPlateau(monitor="val_size_loss", mode="min", patience=3)
model.fit(
    images[tr],
    {"main": kind[tr], "size": size[tr], "broken": broken[tr]},
    validation_data=(images[va], {"main": kind[va], "size": size[va], "broken": broken[va]}),
    epochs=20,
    batch_size=32,
    callbacks=[stop, plateau],
)
