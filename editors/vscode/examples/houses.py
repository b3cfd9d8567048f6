"""What is a house worth? The script runs, and the model learns nothing. default-lint says why."""

import keras
import numpy as np
from keras import layers

rng = np.random.default_rng(3)
rooms = rng.integers(1, 9, 800)
area = rooms * rng.normal(24, 4, 800)
worth = (area > 110).astype("float32")  # 1: expensive, 0: cheap

features = np.column_stack([rooms, area]).astype("float32")

model = keras.Sequential(
    [
        keras.Input(shape=(2,)),
        layers.Dense(32, activation="relu"),
        layers.Dense(16, activation="relu"),
        layers.Dense(1, activation="softmax"),
    ]
)
model.compile(optimizer=keras.optimizers.Adam(learning_rate=10), loss="mse", metrics=["accuracy"])
patience = keras.callbacks.EarlyStopping(monitor="val_acc", patience=5)
model.fit(features, worth, validation_split=0.2, epochs=8, batch_size=32, callbacks=[patience])
