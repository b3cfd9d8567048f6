# Five yes/no tags on eight sensor values; every tag has its own (curved) border.
import keras
import numpy as np


def draw(n, rng):
    v = rng.uniform(-1.0, 1.0, size=(n, 8))
    tags = np.stack(
        [
            v[:, 0] * v[:, 1] > 0.0,
            np.sin(2.5 * v[:, 2]) + v[:, 3] > 0.2,
            v[:, 4] ** 2 + v[:, 5] ** 2 < 0.6,
            np.abs(v[:, 6]) > np.abs(v[:, 7]),
            v[:, 1] + v[:, 4] - 2 * v[:, 6] ** 2 > -0.7,
        ],
        axis=1,
    )
    return v.astype(np.float32), tags.astype(np.float32)


class Tagger(keras.Model):
    def __init__(self, n_tags, hidden=64):
        super().__init__()
        self.first = keras.layers.Dense(hidden, activation="elu", kernel_initializer="he_uniform")
        self.second = keras.layers.Dense(hidden, activation="elu", kernel_initializer="he_uniform")
        self.out = keras.layers.Dense(n_tags, activation="sigmoid")

    def call(self, inputs):
        h = self.first(inputs)
        h = self.second(h)
        return self.out(h)


generator = np.random.default_rng(2024)
sensors, labels = draw(2200, generator)
sensors_val, labels_val = draw(300, generator)
sensors_test, labels_test = draw(1000, generator)

tagger = Tagger(5)
tagger.compile(
    optimizer=keras.optimizers.Nadam(learning_rate=0.008),
    loss=keras.losses.BinaryCrossentropy(),
    metrics=[keras.metrics.BinaryAccuracy(name="acc")],
)
slower = keras.callbacks.ReduceLROnPlateau(monitor="val_loss", factor=0.4, patience=2, min_lr=2e-4)
tagger.fit(
    sensors, labels, batch_size=50, epochs=11, validation_data=(sensors_val, labels_val), callbacks=[slower], verbose=0
)
print("tags right on new data:", tagger.evaluate(sensors_test, labels_test, verbose=0)[1])
