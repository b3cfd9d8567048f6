"""Two pairs of look-alike fabrics: twill left/right, and plain/basket weave, by separable convolutions."""

import math

import keras
import numpy as np

keras.utils.set_random_seed(88)

fabrics = ["twill_left", "twill_right", "plain", "basket"]


def weave(kind, rng, side=14):
    row, col = np.indices((side, side)) + rng.integers(0, 8, size=(2, 1, 1))
    if kind == "twill_left":
        cloth = (row + col) % 4 < 2
    elif kind == "twill_right":
        cloth = (row - col) % 4 < 2
    elif kind == "plain":
        cloth = (row + col) % 2 == 0
    else:
        cloth = (row // 2 + col // 2) % 2 == 0
    worn = rng.random((side, side)) < 0.12
    light = rng.uniform(0.4, 0.6) + rng.uniform(0.1, 0.25) * np.where(cloth ^ worn, 1.0, -1.0)
    return light + rng.normal(0, 0.14, (side, side))


def dataset(per_fabric, seed):
    rng = np.random.default_rng(seed)
    X = np.concatenate([[weave(name, rng) for _ in range(per_fabric)] for name in fabrics])
    y = np.repeat(np.arange(4), per_fabric)
    mix = rng.permutation(len(y))
    return X[mix, :, :, None].astype("float32"), y[mix]


X_train, y_train = dataset(200, seed=1)
X_test, y_test = dataset(120, seed=2)

image = keras.Input(shape=(14, 14, 1))
x = keras.layers.Normalization(axis=None, mean=0.5, variance=0.05)(image)
x = keras.layers.Conv2D(8, 3, activation="relu")(x)
x = keras.layers.SeparableConv2D(16, 3, depth_multiplier=2, activation="relu")(x)
x = keras.layers.MaxPooling2D(2)(x)
x = keras.layers.DepthwiseConv2D(3, padding="same")(x)
x = keras.layers.Activation("relu")(x)
x = keras.layers.Conv2D(16, 1, activation="relu")(x)
x = keras.layers.GlobalAveragePooling2D()(x)
fabric = keras.layers.Dense(4, activation="softmax")(x)
model = keras.Model(inputs=image, outputs=fabric)

model.compile(
    optimizer=keras.optimizers.AdamW(learning_rate=6e-3, weight_decay=1e-4),
    loss="sparse_categorical_crossentropy",
    metrics=["accuracy"],
)


def damped(epoch, lr):
    return 6e-3 * math.exp(-0.08 * epoch)


model.fit(
    X_train, y_train, epochs=9, batch_size=40, callbacks=[keras.callbacks.LearningRateScheduler(damped)], verbose=0
)

print("test accuracy:", model.evaluate(X_test, y_test, verbose=0)[1])
