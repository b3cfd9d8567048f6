"""Registry of architectures, chosen by name on the command line."""
import argparse

import numpy as np
import tensorflow as tf
from tensorflow.keras import layers, models

REGISTRY = {}


def register(name):
    def wrap(fn):
        REGISTRY[name] = fn
        return fn

    return wrap


@register("mlp")
def mlp(shape, classes):
    return models.Sequential(
        [layers.Input(shape), layers.Flatten(), layers.Dense(100, activation="relu"), layers.Dense(classes)]
    )


@register("gru")
def gru(shape, classes):
    return models.Sequential([layers.Input(shape), layers.GRU(64), layers.Dense(classes)])


@register("tcn")
def tcn(shape, classes):
    inp = layers.Input(shape)
    x = inp
    for d in (1, 2, 4, 8):
        y = layers.Conv1D(32, 3, dilation_rate=d, padding="causal", activation="relu")(x)
        x = y if x.shape[-1] != 32 else layers.add([x, y])
    return models.Model(inp, layers.Dense(classes)(layers.GlobalAveragePooling1D()(x)))


OPTIMIZERS = {
    "adam": lambda: tf.keras.optimizers.Adam(1e-3),
    "sgd": lambda: tf.keras.optimizers.SGD(0.05, momentum=0.9),
}


def ecg(n, seed):
    rng = np.random.RandomState(seed)
    y = rng.randint(0, 3, n)
    t = np.linspace(0, 4 * np.pi, 100)
    x = np.sin(t[None] * (1 + y[:, None])) + 0.3 * rng.randn(n, 100)
    return x[..., None].astype("float32"), y


if __name__ == "__main__":
    ap = argparse.ArgumentParser()
    ap.add_argument("--arch", choices=sorted(REGISTRY), default="tcn")
    ap.add_argument("--optimizer", choices=sorted(OPTIMIZERS), default="adam")
    ap.add_argument("--epochs", type=int, default=20)
    args = ap.parse_args()
    model = REGISTRY[args.arch]((100, 1), 3)
    model.compile(
        OPTIMIZERS[args.optimizer](),
        tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    model.fit(*ecg(900, 0), validation_data=ecg(200, 1), epochs=args.epochs, batch_size=30, verbose=2)
