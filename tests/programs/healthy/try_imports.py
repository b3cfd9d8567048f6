"""Runs with standalone Keras or with TensorFlow's; optional progress bar and plots."""
from __future__ import print_function

try:
    import keras
    from keras import layers as KL
    from keras.models import Model
except ImportError:
    from tensorflow import keras
    from tensorflow.keras import layers as KL
    from tensorflow.keras.models import Model

try:
    from tqdm.keras import TqdmCallback
except ImportError:
    TqdmCallback = None

import numpy as np

np.random.seed(13)


def spectra(n):
    """Fake spectra with one to three peaks; the target is the number of peaks."""
    axis = np.linspace(0, 1, 256)
    peaks = np.random.randint(1, 4, n)
    out = np.random.normal(0, 0.02, (n, 256))
    for i, k in enumerate(peaks):
        for c in np.random.uniform(0.1, 0.9, k):
            out[i] += np.exp(-((axis - c) ** 2) / 2e-4)
    return out[..., None].astype("float32"), peaks - 1


X, t = spectra(1500)
Xv, tv = spectra(300)

spectrum = KL.Input(shape=(256, 1), name="spectrum")
h = KL.Conv1D(16, 9, activation="relu", padding="same")(spectrum)
h = KL.MaxPooling1D(4)(h)
h = KL.Conv1D(32, 9, activation="relu", padding="same")(h)
h = KL.MaxPooling1D(4)(h)
h = KL.Flatten()(h)
h = KL.Dense(64, activation="relu")(h)
count = KL.Dense(3, activation="softmax", name="count")(h)

model = Model(inputs=spectrum, outputs=count)
model.compile(loss="sparse_categorical_crossentropy", optimizer="adam", metrics=["accuracy"])

extra = [TqdmCallback(verbose=0)] if TqdmCallback is not None else []
model.fit(
    X,
    t,
    batch_size=50,
    epochs=25,
    validation_data=(Xv, tv),
    callbacks=[keras.callbacks.EarlyStopping(monitor="val_accuracy", patience=6, restore_best_weights=True)] + extra,
    verbose=0 if extra else 2,
)
