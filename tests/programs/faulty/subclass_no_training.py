"""Conditional training behaviour lost: call() has no training argument, one branch is never used."""
import keras
import numpy as np
from keras import layers


class WideAndDeep(keras.Model):
    def __init__(self, units=(64, 32), rate=0.5):
        super().__init__()
        self.norm = layers.BatchNormalization()
        self.deep = [layers.Dense(u, activation="relu") for u in units]
        self.drops = [layers.Dropout(rate) for _ in units]
        self.wide = layers.Dense(8)
        self.out = layers.Dense(1, activation="sigmoid")

    def call(self, inputs):  # fault: training-argument-missing
        x = self.norm(inputs)
        h = x
        for dense, drop in zip(self.deep, self.drops):
            h = drop(dense(h))
        return self.out(keras.ops.concatenate([h, self.wide(x)], axis=-1))


rng = np.random.default_rng(4)
X = rng.normal(size=(3000, 14)).astype("float32")
y = (X[:, :2].prod(axis=1) > 0).astype("float32")

model = WideAndDeep()
model.compile(
    optimizer=keras.optimizers.SGD(learning_rate=3.0),  # fault: learning-rate-out-of-range
    loss="binary_crossentropy",
    metrics=["accuracy"],
)
model.fit(X[:2400], y[:2400], validation_data=(X[2400:], y[2400:]), epochs=30, batch_size=64)
