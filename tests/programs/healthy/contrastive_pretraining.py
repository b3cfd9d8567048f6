"""Self-supervised pretraining with a train_step, then a linear probe on the frozen encoder."""
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers

WIDTH = 64
TEMPERATURE = 0.1
EPOCHS = 20


def augmenter():
    return keras.Sequential(
        [layers.Rescaling(1 / 255), layers.RandomTranslation(0.15, 0.15), layers.RandomZoom((-0.3, 0.0)), layers.RandomFlip("horizontal")]
    )


def encoder():
    return keras.Sequential(
        [
            keras.Input((32, 32, 3)),
            layers.Conv2D(WIDTH, 3, strides=2, activation="relu"),
            layers.Conv2D(WIDTH, 3, strides=2, activation="relu"),
            layers.Conv2D(WIDTH, 3, strides=2, activation="relu"),
            layers.Flatten(),
            layers.Dense(WIDTH, activation="relu"),
        ],
        name="encoder",
    )


class SimCLR(keras.Model):
    def __init__(self):
        super().__init__()
        self.augment = augmenter()
        self.encoder = encoder()
        self.projection = keras.Sequential([keras.Input((WIDTH,)), layers.Dense(WIDTH, "relu"), layers.Dense(WIDTH)])
        self.tracker = keras.metrics.Mean(name="c_loss")

    @property
    def metrics(self):
        return [self.tracker]

    def contrast(self, a, b):
        a, b = tf.math.l2_normalize(a, axis=1), tf.math.l2_normalize(b, axis=1)
        similarity = tf.matmul(a, b, transpose_b=True) / TEMPERATURE
        labels = tf.range(tf.shape(a)[0])
        one = keras.losses.sparse_categorical_crossentropy(labels, similarity, from_logits=True)
        two = keras.losses.sparse_categorical_crossentropy(labels, tf.transpose(similarity), from_logits=True)
        return tf.reduce_mean(one + two) / 2

    def train_step(self, images):
        with tf.GradientTape() as tape:
            a = self.projection(self.encoder(self.augment(images, training=True)))
            b = self.projection(self.encoder(self.augment(images, training=True)))
            loss = self.contrast(a, b)
        variables = self.encoder.trainable_weights + self.projection.trainable_weights
        self.optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
        self.tracker.update_state(loss)
        return {m.name: m.result() for m in self.metrics}


(x, y), (xt, yt) = keras.datasets.cifar10.load_data()
x, xt = x.astype("float32"), xt.astype("float32")

pretrainer = SimCLR()
pretrainer.compile(optimizer=keras.optimizers.Adam())
pretrainer.fit(tf.data.Dataset.from_tensor_slices(x).shuffle(4096).batch(256), epochs=EPOCHS)

pretrainer.encoder.trainable = False
probe = keras.Sequential([keras.Input((32, 32, 3)), layers.Rescaling(1 / 255), pretrainer.encoder, layers.Dense(10)])
probe.compile(
    keras.optimizers.Adam(), keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"]
)
probe.fit(x[:5000], y[:5000], epochs=EPOCHS, validation_data=(xt, yt))
