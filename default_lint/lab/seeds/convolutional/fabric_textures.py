import argparse

import numpy as np
import tensorflow as tf
from tensorflow.keras import layers as L

KINDS = ("checks", "stripes", "dots", "noise")


def weave(kind, n, size, rng):
    """n patches of one fabric with random period, phase and contrast under grain."""
    y, x = np.mgrid[:size, :size][:, None]
    period = rng.uniform(4.0, 7.0, (n, 1, 1))
    px, py = rng.uniform(0, 2 * np.pi, (2, n, 1, 1))
    u = np.sin(2 * np.pi * x / period + px)
    v = np.sin(2 * np.pi * y / period + py)
    if kind == "checks":
        patch = np.sign(u * v)
    elif kind == "stripes":
        upright = rng.integers(0, 2, (n, 1, 1))
        patch = np.sign(upright * u + (1 - upright) * v)
    elif kind == "dots":
        patch = np.where(u + v > 1.0, 1.7, -0.5)
    else:
        patch = rng.choice([-1.0, 1.0], (n, size, size))
    contrast = rng.uniform(0.4, 1.2, (n, 1, 1))
    return contrast * patch + rng.normal(0, 0.6, (n, size, size))


def conv_block(filters, stride=1):
    return [
        L.Conv2D(filters, 3, strides=stride, padding="same", use_bias=False),
        L.BatchNormalization(momentum=0.9),
        L.ReLU(),
    ]


def make_network(size, dropout):
    stack = [L.Input((size, size, 1))]
    stack += conv_block(12)
    stack += conv_block(16, stride=2)
    stack += [L.GlobalAveragePooling2D(), L.Dropout(dropout), L.Dense(len(KINDS), activation="softmax")]
    network = tf.keras.Sequential(stack)
    network.compile(
        optimizer=tf.keras.optimizers.AdamW(learning_rate=0.01, weight_decay=1e-4),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    return network


def main(args):
    rng = np.random.default_rng(args.data_seed)
    patches = np.concatenate([weave(kind, args.patches, args.size, rng) for kind in KINDS])
    kinds = np.repeat(np.arange(len(KINDS)), args.patches)
    shuffled = rng.permutation(len(kinds))
    patches, kinds = patches[shuffled, :, :, None].astype("float32"), kinds[shuffled]
    a, b = int(0.6 * len(kinds)), int(0.75 * len(kinds))

    train = tf.data.Dataset.from_tensor_slices((patches[:a], kinds[:a])).shuffle(a).batch(32)
    valid = tf.data.Dataset.from_tensor_slices((patches[a:b], kinds[a:b])).batch(128)
    network = make_network(args.size, args.dropout)
    stopper = tf.keras.callbacks.EarlyStopping(patience=5, restore_best_weights=True)
    network.fit(train, validation_data=valid, epochs=args.epochs, callbacks=[stopper], verbose=0)
    return network, patches[b:], kinds[b:]


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", type=int, default=16)
    parser.add_argument("--patches", type=int, default=300)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--dropout", type=float, default=0.2)
    parser.add_argument("--data-seed", type=int, default=64)
    network, held_patches, held_kinds = main(parser.parse_args())
    print(network.evaluate(held_patches, held_kinds, verbose=0, return_dict=True))
