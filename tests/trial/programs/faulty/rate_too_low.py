"""Is the wave a sine, a square or a saw? LSTM over 40 noisy samples."""
import argparse

import numpy as np
import tensorflow as tf

LENGTH = 40
KINDS = 3


def waves(n, rng):
    t = np.arange(LENGTH)
    kind = rng.integers(0, KINDS, n)
    period = rng.uniform(8, 16, (n, 1))
    phase = (t + rng.uniform(0, 16, (n, 1))) / period
    shapes = np.stack([np.sin(2 * np.pi * phase), np.sign(np.sin(2 * np.pi * phase)), 2 * (phase % 1) - 1])
    signal = shapes[kind, np.arange(n)] + rng.normal(0, 0.1, (n, LENGTH))
    return signal[..., None].astype("float32"), kind


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("seed", nargs="?", type=int, default=0)
    args = parser.parse_args()
    tf.keras.utils.set_random_seed(args.seed)
    rng = np.random.default_rng(args.seed)
    train_x, train_y = waves(1500, rng)
    test_x, test_y = waves(400, rng)

    model = tf.keras.models.Sequential()
    model.add(tf.keras.layers.Input((LENGTH, 1)))
    model.add(tf.keras.layers.LSTM(24))
    model.add(tf.keras.layers.Dense(KINDS, activation="softmax"))
    opt = tf.keras.optimizers.Adam(learning_rate=5e-6)  # fault: rate-too-low
    model.compile(loss="sparse_categorical_crossentropy", optimizer=opt, metrics=["accuracy"])
    model.fit(train_x, train_y, epochs=12, batch_size=32, validation_data=(test_x, test_y), verbose=2)
    print("accuracy", model.evaluate(test_x, test_y, verbose=0)[1])


main()
