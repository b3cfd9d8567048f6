import sys
import numpy as np
import keras
from keras import layers


def textures(n, rng, size=16):
    """stripes with one of six orientations"""
    y = rng.integers(0, 6, n)
    theta = y * np.pi / 6 + rng.normal(0, 0.06, n)
    yy, xx = np.mgrid[:size, :size]
    phase = rng.uniform(0, 2 * np.pi, n)
    arg = np.cos(theta)[:, None, None] * xx + np.sin(theta)[:, None, None] * yy
    x = np.sin(1.3 * arg + phase[:, None, None]) + 0.6 * rng.normal(size=(n, size, size))
    return x[..., None].astype("float32"), y


def backbone():
    return keras.Sequential([
        layers.Input((16, 16, 1)),
        layers.Conv2D(8, 5, strides=2, activation="relu"),
        layers.Conv2D(8, 3, activation="relu"),
        layers.GlobalAveragePooling2D(),
    ], name="backbone")


class TextureClassifier(keras.Model):
    def __init__(self, n_classes):
        super().__init__()
        self.base = backbone()
        self.base.trainable = False  # fault: frozen-random-base
        self.head = layers.Dense(n_classes, activation="softmax")

    def call(self, x):
        return self.head(self.base(x))


if __name__ == "__main__":
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    train, val = textures(1000, rng), textures(300, rng)
    model = TextureClassifier(6)
    model.compile(keras.optimizers.Adam(5e-3), "sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(*train, validation_data=val, epochs=15, batch_size=32, verbose=2)
    print("val_acc", model.evaluate(*val, verbose=0)[1])
