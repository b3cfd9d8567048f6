"""Name the mineral from a spectrum: a Conv1D classifier.

Spectra are simulated: narrow peaks at known places, a slow background, a calibration that
drifts a few channels, counting noise.
"""
import numpy as np
from keras import Sequential, layers, optimizers
from keras.regularizers import L2

CHANNELS = 80
LINES = {
    "quartz": [(16, 1.0), (38, 0.6), (60, 0.8)],
    "albite": [(16, 1.0), (44, 0.6), (60, 0.8)],
    "calcite": [(22, 0.9), (38, 0.6), (54, 0.9)],
    "dolomite": [(22, 0.9), (44, 0.6), (54, 0.9)],
    "gypsum": [(16, 0.8), (30, 0.9), (54, 0.7)],
    "halite": [(22, 0.8), (30, 0.9), (60, 0.7)],
}
NAMES = list(LINES)


def measure(kind, rng):
    channel = np.arange(CHANNELS) - rng.uniform(-5, 5)
    spectrum = rng.uniform(0, 1.5) * np.exp(-channel / rng.uniform(20, 60)) + rng.uniform(0, 0.5)
    for place, height in LINES[NAMES[kind]]:
        spectrum = spectrum + height * rng.uniform(0.4, 1.2) * np.exp(-0.5 * ((channel - place) / 1.4) ** 2)
    return spectrum + rng.normal(0, 0.2, CHANNELS)


def collect(n, rng):
    kinds = rng.integers(0, len(NAMES), n)
    spectra = np.stack([measure(k, rng) for k in kinds])
    spectra -= spectra.mean(axis=1, keepdims=True)
    spectra /= spectra.std(axis=1, keepdims=True)
    return spectra[:, :, None], kinds


def make_classifier(n_filters, dropout, decay):
    return Sequential([
        layers.Input(shape=(CHANNELS, 1)),
        layers.Conv1D(n_filters, 7, padding="same", use_bias=False),
        layers.BatchNormalization(),
        layers.Activation("relu"),
        layers.MaxPooling1D(2),
        layers.Conv1D(2 * n_filters, 5, strides=2, padding="same", activation="relu"),
        layers.Flatten(),
        layers.Dropout(dropout),
        layers.Dense(32, activation="relu", kernel_regularizer=L2(decay)),
        layers.Dense(len(NAMES), activation="softmax"),
    ])


if __name__ == "__main__":
    rng = np.random.default_rng(404)
    X_train, y_train = collect(1600, rng)
    X_test, y_test = collect(700, rng)

    classifier = make_classifier(n_filters=8, dropout=0.3, decay=1e-4)
    classifier.compile(
        optimizer=optimizers.AdamW(learning_rate=0.002, weight_decay=1e-3),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    classifier.fit(X_train, y_train, epochs=8, batch_size=32, verbose=0)
    print(classifier.evaluate(X_test, y_test, verbose=0, return_dict=True))
