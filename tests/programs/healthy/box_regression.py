"""Where is the square? Box corners are fractions of the image, so a sigmoid bounds them rightly."""
import numpy as np
from keras import Input, Model, layers, optimizers

SIDE = 64


def scenes(n, seed):
    rng = np.random.default_rng(seed)
    images = rng.normal(0.2, 0.05, (n, SIDE, SIDE, 1)).clip(0, 1)
    boxes = np.empty((n, 4), dtype="float32")
    for i in range(n):
        w = rng.integers(8, 30)
        x0, y0 = rng.integers(0, SIDE - w, 2)
        images[i, y0 : y0 + w, x0 : x0 + w] += 0.6
        boxes[i] = (x0 / SIDE, y0 / SIDE, (x0 + w) / SIDE, (y0 + w) / SIDE)
    return images.astype("float32"), boxes


def iou(a, b):
    lo, hi = np.maximum(a[:, :2], b[:, :2]), np.minimum(a[:, 2:], b[:, 2:])
    inter = np.prod(np.clip(hi - lo, 0, None), axis=1)
    area = np.prod(a[:, 2:] - a[:, :2], axis=1) + np.prod(b[:, 2:] - b[:, :2], axis=1)
    return inter / (area - inter + 1e-9)


x_train, b_train = scenes(800, 0)
x_valid, b_valid = scenes(200, 1)

inputs = Input((SIDE, SIDE, 1))
x = inputs
for filters in (16, 32, 64):
    x = layers.Conv2D(filters, 3, padding="same", activation="relu")(x)
    x = layers.MaxPooling2D()(x)
x = layers.Flatten()(x)
x = layers.Dense(64, activation="relu")(x)
box = layers.Dense(4, activation="sigmoid", name="box")(x)

detector = Model(inputs, box)
detector.compile(optimizer=optimizers.Adam(1e-3), loss="mse", metrics=["mae"])
detector.fit(x_train, b_train, epochs=15, batch_size=32, validation_data=(x_valid, b_valid), verbose=2)
print("mean IoU", iou(detector.predict(x_valid, verbose=0), b_valid).mean())
