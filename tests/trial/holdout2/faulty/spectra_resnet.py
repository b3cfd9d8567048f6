import sys
import numpy as np
import keras
from keras import layers, ops


class Block(layers.Layer):
    def __init__(self, filters, **kw):
        super().__init__(**kw)
        self.conv = layers.Conv1D(filters, 5, padding="same", use_bias=False)
        self.bn = layers.BatchNormalization(momentum=0.999)  # fault: batchnorm-momentum
        self.skip = layers.Conv1D(filters, 1)

    def call(self, x, training=None):
        return ops.relu(self.bn(self.conv(x), training=training)) + self.skip(x)


class SpectraNet(keras.Model):
    def __init__(self, classes, filters=(8, 16)):
        super().__init__()
        self.blocks = [Block(f) for f in filters]
        self.pool = layers.MaxPooling1D(2)
        self.gap = layers.GlobalAveragePooling1D()
        self.head = layers.Dense(classes)

    def call(self, x, training=None):
        for block in self.blocks:
            x = self.pool(block(x, training=training))
        return self.head(self.gap(x))


def spectra(n, rng):
    y = rng.integers(0, 4, n)
    grid = np.arange(64)
    x = rng.normal(0, 0.5, (n, 64))
    for i in range(n):
        c = rng.uniform(12, 52)
        w = [1.5, 4.0, 1.5, 4.0][y[i]]
        sign = [1, 1, -1, -1][y[i]]
        x[i] += 3 * sign * np.exp(-0.5 * ((grid - c) / w) ** 2)
    return (0.15 * x[..., None]).astype("float32"), y


seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
keras.utils.set_random_seed(seed)
rng = np.random.default_rng(seed)
x, y = spectra(900, rng)
xv, yv = spectra(300, rng)
net = SpectraNet(4)
net.compile(optimizer=keras.optimizers.AdamW(5e-3, weight_decay=1e-4),
            loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
net.fit(x, y, validation_data=(xv, yv), epochs=10, batch_size=64, verbose=2)
print("val accuracy", net.evaluate(xv, yv, verbose=0)[1])
