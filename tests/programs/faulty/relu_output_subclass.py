"""Research code, subclassed. ReLU in front of a crossentropy on probabilities."""
import tensorflow as tf


class PointNetLite(tf.keras.Model):
    def __init__(self, num_classes, **kwargs):
        super().__init__(**kwargs)
        self.mlp = [tf.keras.layers.Conv1D(f, 1, activation="relu") for f in (32, 64, 128)]
        self.pool = tf.keras.layers.GlobalMaxPooling1D()
        self.fc = tf.keras.layers.Dense(64, activation="relu")
        self.out = tf.keras.layers.Dense(num_classes, activation="relu")  # fault: unbounded-output-with-probability-loss

    def call(self, points):
        x = points
        for layer in self.mlp:
            x = layer(x)
        return self.out(self.fc(self.pool(x)))


def shapes(n, seed):
    g = tf.random.Generator.from_seed(seed)
    y = g.uniform((n,), 0, 4, dtype=tf.int32)
    scale = 1.0 + tf.cast(y, tf.float32)[:, None, None] * [[[1.0, 0.5, 0.1]]]
    return tf.data.Dataset.from_tensor_slices((g.normal((n, 64, 3)) * scale, y))


train = shapes(800, 1).shuffle(800).batch(32)
valid = shapes(200, 2).batch(32)
model = PointNetLite(4)
model.compile(
    optimizer=tf.keras.optimizers.Adam(1e-3),
    loss="sparse_categorical_crossentropy",  # or: unbounded-output-with-probability-loss
    metrics=["accuracy"],
)
model.fit(train, validation_data=valid, epochs=15)
