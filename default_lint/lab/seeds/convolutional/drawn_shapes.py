import keras
import numpy as np
from keras import layers as L

CLASSES = ["circle", "square", "triangle"]
rs = np.random.RandomState(99)


def draw(kind, n=16):
    """Outline or filled figure of a random size at a random place, grey background with noise."""
    y, x = np.mgrid[:n, :n] + 0.5
    r = rs.uniform(3.5, 6.0)
    cx, cy = rs.uniform(r + 0.5, n - r - 0.5, 2)
    u, v = (x - cx) / r, (y - cy) / r
    if kind == "circle":
        d = np.hypot(u, v)
    elif kind == "square":
        d = np.maximum(np.abs(u), np.abs(v)) / 0.88
    else:  # point up
        d = np.maximum(v, 0.9 * np.abs(u) * 2 - v) / 0.85
    ink = (d < 1) if rs.rand() < 0.5 else (np.abs(d - 0.85) < 0.2)
    return ink * rs.uniform(0.6, 1.0) + rs.normal(0, 0.15, (n, n))


def collect(n):
    ids = rs.randint(0, 3, n)
    pix = np.stack([draw(CLASSES[i]) for i in ids])
    return pix[..., None].astype("float32"), ids


x_tr, y_tr = collect(1400)
x_te, y_te = collect(600)
m, s = x_tr.mean(), x_tr.std()
x_tr, x_te = (x_tr - m) / s, (x_te - m) / s

image = keras.Input((16, 16, 1))
z = L.Conv2D(16, 3, strides=2, padding="same", kernel_regularizer=keras.regularizers.l2(5e-4))(image)
z = L.LeakyReLU()(z)
z = L.Conv2D(32, 3, padding="same")(z)
z = L.LeakyReLU()(z)
z = L.MaxPooling2D()(z)
z = L.Flatten()(z)
z = L.Dense(32, activation="relu")(z)
z = L.Dropout(0.25)(z)
logits = L.Dense(len(CLASSES))(z)

cnn = keras.Model(inputs=image, outputs=logits)
cnn.compile(
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    optimizer="adam",
    metrics=["accuracy"],
)
cnn.fit(x_tr, y_tr, epochs=10, batch_size=28, verbose=0)
print(dict(zip(cnn.metrics_names, cnn.evaluate(x_te, y_te, verbose=0))))
