"""Adding problem: the sum of the two numbers that carry a mark."""

import numpy as np
from keras import Input, Sequential, initializers, losses, optimizers
from keras.layers import GRU, Dense

STEPS = 12
UNITS = 24
SAMPLES = 4200
EPOCHS = 6


def make_sequences(n, rng):
    numbers = rng.uniform(-1, 1, (n, STEPS))
    marks = np.zeros((n, STEPS))
    rows = np.arange(n)
    marks[rows, rng.integers(0, STEPS // 2, n)] = 1
    marks[rows, rng.integers(STEPS // 2, STEPS, n)] = 1
    total = (numbers * marks).sum(axis=1, keepdims=True)
    return np.stack([numbers, marks], axis=-1).astype("float32"), total.astype("float32")


def build(units=UNITS, rate=0.01):
    net = Sequential(
        [
            Input(shape=(STEPS, 2)),
            GRU(
                units,
                kernel_initializer=initializers.GlorotNormal(),
                recurrent_initializer=initializers.Orthogonal(gain=1.0),
            ),
            Dense(1),
        ]
    )
    net.compile(optimizer=optimizers.Adam(rate, clipnorm=1.0), loss=losses.Huber(delta=1.0), metrics=["mse"])
    return net


if __name__ == "__main__":
    rng = np.random.default_rng(123)
    seq_train, sum_train = make_sequences(SAMPLES, rng)
    seq_test, sum_test = make_sequences(800, rng)

    adder = build()
    adder.fit(seq_train, sum_train, batch_size=64, epochs=EPOCHS, shuffle=True, verbose=0)
    _, mse = adder.evaluate(seq_test, sum_test, verbose=0)
    print(f"mse {mse:.4f}, variance of the sums {sum_test.var():.4f}")
