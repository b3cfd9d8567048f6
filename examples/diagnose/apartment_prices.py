"""Predict what an apartment costs from its size, its age and where it is. It does not learn; why?

    default-lint diagnose examples/diagnose/apartment_prices.py
"""

import keras
import numpy as np
from keras import layers

keras.utils.set_random_seed(7)
rng = np.random.default_rng(7)

apartments = 2000
size = rng.uniform(25, 180, apartments)  # square meters
age = rng.uniform(0, 90, apartments)
center = rng.exponential(4, apartments)  # kilometers
balcony = rng.integers(0, 2, apartments)

price = 2600 * size + 900 * size * np.exp(-center / 3) - 700 * age + 12000 * balcony
price = price + rng.normal(0, 9000, apartments)

features = np.column_stack([size, age, center, balcony]).astype("float32")
features = (features - features.mean(axis=0)) / features.std(axis=0)

model = keras.Sequential(
    [
        keras.Input((4,)),
        layers.Dense(32, activation="relu"),
        layers.Dense(32, activation="relu"),
        layers.Dense(1),
    ]
)
model.compile(optimizer=keras.optimizers.Adam(learning_rate=0.001), loss="mse", metrics=["mae"])
model.fit(features, price, validation_split=0.2, epochs=12, batch_size=32, verbose=2)
