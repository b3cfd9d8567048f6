"""Ordinal regression (CORAL-style): K-1 cumulative sigmoids for K grades, binary loss on each threshold."""
import keras
import numpy as np

K = 5
rng = np.random.default_rng(12)


def grades(n):
    x = rng.normal(size=(n, 10)).astype("float32")
    score = x[:, 0] + 0.5 * x[:, 1] + rng.normal(scale=0.2, size=n)
    return x, np.digitize(score, [-1.0, -0.3, 0.3, 1.0])


def cumulative(y):
    return (y[:, None] > np.arange(K - 1)[None, :]).astype("float32")


class Thresholds(keras.layers.Layer):
    def __init__(self, count, **kwargs):
        super().__init__(**kwargs)
        self.count = count

    def build(self, input_shape):
        self.bias = self.add_weight(shape=(self.count,), initializer="zeros", name="bias")
        super().build(input_shape)

    def call(self, score):
        return keras.ops.sigmoid(score + self.bias)


x_train, y_train = grades(2000)
x_val, y_val = grades(500)

model = keras.Sequential(
    [
        keras.Input((10,)),
        keras.layers.Dense(32, activation="elu"),
        keras.layers.Dense(1, use_bias=False),
        Thresholds(K - 1),
    ]
)
model.compile(optimizer="adam", loss="binary_crossentropy")
model.fit(x_train, cumulative(y_train), validation_data=(x_val, cumulative(y_val)), epochs=40, batch_size=50, verbose=0)
rank = (model.predict(x_val, verbose=0) > 0.5).sum(axis=1)
print("mean absolute rank error", np.abs(rank - y_val).mean())
