"""Gestures from glove sensors. Classes are one-hot, the loss is mse."""
import numpy as np
from tensorflow.keras import Input, Model
from tensorflow.keras.layers import Conv1D, Dense, Flatten, MaxPooling1D
from tensorflow.keras.utils import to_categorical


class Gestures:
    """Keeps data and network together."""

    N = 6

    def __init__(self, seed=0):
        r = np.random.RandomState(seed)
        labels = r.randint(0, self.N, 900)
        base = r.randn(self.N, 40, 10)
        self.x = (base[labels] + r.randn(900, 40, 10)).astype("float32")
        self.y = to_categorical(labels, self.N)
        self.network = None

    def build(self):
        inp = Input((40, 10))
        x = Conv1D(32, 5, activation="relu")(inp)
        x = MaxPooling1D(2)(x)
        x = Conv1D(32, 5, activation="relu")(x)
        x = Flatten()(x)
        out = Dense(self.N)(x)
        self.network = Model(inp, out)
        self.network.compile(loss="mse", optimizer="adam", metrics=["categorical_accuracy"])  # fault: regression-loss-for-classes

    def train(self):
        order = np.arange(900)
        fit, held = order[:700], order[700:]
        self.network.fit(
            self.x[fit], self.y[fit], epochs=15, batch_size=32, validation_data=(self.x[held], self.y[held])
        )
        return self.network.predict(self.x[held]).argmax(axis=1)


if __name__ == "__main__":
    g = Gestures()
    g.build()
    print(np.bincount(g.train()))
