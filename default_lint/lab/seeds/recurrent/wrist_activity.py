"""Recognise what somebody does from two seconds of a wrist accelerometer (generated signals)."""
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers
from tensorflow.keras.callbacks import TerminateOnNaN

ACTIVITIES = {"rest": 0, "walk": 1, "run": 2, "stairs": 3, "sweep": 4}
RATE, WINDOW = 24, 48


def accelerometer(activity, rng):
    t = np.arange(WINDOW) / RATE
    phase = rng.uniform(0, 2 * np.pi)
    gravity = rng.normal([0.2, 0.3, 0.9], 0.15)
    if activity == "rest":
        motion = np.outer(np.sin(2 * np.pi * 0.4 * t + phase), [0.05, 0.05, 0.05])
    elif activity in ("walk", "stairs"):
        beat = rng.uniform(1.5, 2.1)
        swing = np.sin(2 * np.pi * beat * t + phase)
        # on stairs every second step is harder
        accent = 0.75 * np.sin(np.pi * beat * t + phase / 2) if activity == "stairs" else 0.0
        motion = np.stack([0.25 * swing, 0.15 * np.cos(2 * np.pi * beat * t + phase), 0.45 * swing + accent], 1)
    elif activity == "run":
        beat = rng.uniform(2.4, 3.2)
        swing = np.maximum(np.sin(2 * np.pi * beat * t + phase), -0.3)
        motion = np.outer(swing, [0.4, 0.3, 0.7])
    else:
        beat = rng.uniform(0.7, 1.1)
        motion = np.outer(np.sin(2 * np.pi * beat * t + phase), [0.6, 0.35, 0.1])
    strength = rng.uniform(0.7, 1.3)
    return gravity + strength * motion + rng.normal(0, 0.15, (WINDOW, 3))


class ActivityNet(keras.Model):

    def __init__(self, n_classes):
        super().__init__()
        self.conv = layers.Conv1D(20, 5, strides=2, activation="relu")
        self.pool = layers.MaxPooling1D(3)
        self.gru = layers.GRU(24)
        self.dropout = layers.Dropout(0.2)
        self.classify = layers.Dense(n_classes, activation="softmax")

    def call(self, inputs, training=None):
        features = self.pool(self.conv(inputs))
        summary = self.dropout(self.gru(features), training=training)
        return self.classify(summary)


def main():
    keras.utils.set_random_seed(1)
    rng = np.random.default_rng(365)
    names = list(ACTIVITIES)
    label = rng.integers(0, len(names), 1500)
    signal = np.array([accelerometer(names[k], rng) for k in label])

    train, test = slice(0, 1052), slice(1052, None)
    mean, std = signal[train].mean((0, 1)), signal[train].std((0, 1))
    signal = (signal - mean) / std

    model = ActivityNet(len(names))
    model.compile(optimizer=keras.optimizers.Nadam(6e-3), loss=keras.losses.SparseCategoricalCrossentropy(), metrics=["accuracy"])
    model.fit(signal[train], label[train], batch_size=50, epochs=7, callbacks=[TerminateOnNaN()], verbose=0)
    return model, signal[test], label[test]


if __name__ == "__main__":
    model, x_test, y_test = main()
    print("accuracy: %.3f" % np.mean(model.predict(x_test, verbose=0).argmax(1) == y_test))
