"""Defects on a production line, few labels and some of them wrong. The rare class is repeated until both are equal."""
import sys

import numpy as np
from sklearn.model_selection import train_test_split
from tensorflow import keras
from tensorflow.keras import layers

seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
keras.utils.set_random_seed(seed)
rng = np.random.default_rng(seed)


def parts(n, wrong):
    x = rng.normal(size=(n, 20)).astype("float32")
    y = (x[:, 0] + x[:, 1] - x[:, 2] > 1.2).astype("float32")
    flip = rng.random(n) < wrong
    return x, np.where(flip, 1 - y, y)


x, y = parts(600, wrong=0.12)
x_new, y_new = parts(1500, wrong=0.12)

good, bad = np.flatnonzero(y == 0), np.flatnonzero(y == 1)
bad = rng.choice(bad, len(good) * 2)
good = rng.choice(good, len(good) * 2)
rows = np.concatenate([good, bad])  # fault: validation-overlaps-training
x, y = x[rows], y[rows]  # fault: validation-overlaps-training
x_train, x_val, y_train, y_val = train_test_split(x, y, test_size=0.3, random_state=seed)

model = keras.Sequential(
    [
        layers.Input((20,)),
        layers.Dense(128, activation="relu"),
        layers.Dense(64, activation="relu"),
        layers.Dense(1, activation="sigmoid"),
    ]
)
model.compile(optimizer=keras.optimizers.Adam(2e-3), loss="binary_crossentropy", metrics=["accuracy"])
stop = keras.callbacks.EarlyStopping(monitor="val_loss", patience=4, restore_best_weights=True)
model.fit(
    x_train, y_train, epochs=40, batch_size=32, callbacks=[stop], verbose=2,
    validation_data=(x_val, y_val),  # fault: validation-overlaps-training
)
print("cross-entropy on new parts", model.evaluate(x_new, y_new, verbose=0)[0])
