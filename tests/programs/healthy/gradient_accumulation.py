"""Large effective batch on a small card: gradients of several steps are summed in train_step."""
import tensorflow as tf
from tensorflow import keras

SMALL_BATCH = 16


class Accumulating(keras.Model):
    def __init__(self, *args, steps=4, **kwargs):
        super().__init__(*args, **kwargs)
        self.n = tf.constant(steps, dtype=tf.int32)
        self.seen = tf.Variable(0, dtype=tf.int32, trainable=False)
        self.sums = [tf.Variable(tf.zeros_like(v), trainable=False) for v in self.trainable_variables]

    def train_step(self, data):
        x, y = data
        self.seen.assign_add(1)
        with tf.GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = self.compute_loss(x=x, y=y, y_pred=y_pred)
        for total, g in zip(self.sums, tape.gradient(loss, self.trainable_variables)):
            total.assign_add(g / tf.cast(self.n, g.dtype))
        tf.cond(tf.equal(self.seen, self.n), self.apply_sums, lambda: None)
        for metric in self.metrics:
            if metric.name == "loss":
                metric.update_state(loss)
            else:
                metric.update_state(y, y_pred)
        return {m.name: m.result() for m in self.metrics}

    def apply_sums(self):
        self.optimizer.apply_gradients(zip(self.sums, self.trainable_variables))
        self.seen.assign(0)
        for total in self.sums:
            total.assign(tf.zeros_like(total))


def prepare(image, label):
    return tf.cast(image[..., None], tf.float32) / 255.0, label


(a, b), (c, d) = keras.datasets.mnist.load_data()
train = tf.data.Dataset.from_tensor_slices((a, b)).map(prepare).shuffle(4096).batch(SMALL_BATCH)
test = tf.data.Dataset.from_tensor_slices((c, d)).map(prepare).batch(256)

image = keras.Input((28, 28, 1))
h = keras.layers.Conv2D(16, 3, strides=2, activation="relu")(image)
h = keras.layers.Conv2D(32, 3, strides=2, activation="relu")(h)
h = keras.layers.Flatten()(h)
model = Accumulating(image, keras.layers.Dense(10, activation="softmax")(h), steps=8)
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(train, validation_data=test, epochs=6)
