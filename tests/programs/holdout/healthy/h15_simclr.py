import keras
import tensorflow as tf
from keras import layers

TEMPERATURE = 0.1
WIDTH = 128


def augmenter(scale):
    return keras.Sequential([
        layers.RandomFlip("horizontal"),
        layers.RandomTranslation(scale / 2, scale / 2),
        layers.RandomZoom((-scale, 0.0), (-scale, 0.0)),
        layers.RandomContrast(scale),
    ])


def encoder():
    return keras.Sequential([
        layers.Input((32, 32, 3)),
        layers.Conv2D(WIDTH, 3, strides=2, activation="relu"),
        layers.Conv2D(WIDTH, 3, strides=2, activation="relu"),
        layers.Conv2D(WIDTH, 3, strides=2, activation="relu"),
        layers.GlobalAveragePooling2D(),
        layers.Dense(WIDTH, activation="relu"),
    ], name="encoder")


class SimCLR(keras.Model):
    def __init__(self):
        super().__init__()
        self.augment = augmenter(0.25)
        self.encoder = encoder()
        self.head = keras.Sequential([layers.Input((WIDTH,)), layers.Dense(WIDTH, activation="relu"), layers.Dense(WIDTH)])
        self.loss_tracker = keras.metrics.Mean(name="c_loss")
        self.acc = keras.metrics.SparseCategoricalAccuracy(name="c_acc")

    @property
    def metrics(self):
        return [self.loss_tracker, self.acc]

    def nt_xent(self, a, b):
        a = tf.math.l2_normalize(a, axis=1)
        b = tf.math.l2_normalize(b, axis=1)
        sim = tf.matmul(a, b, transpose_b=True) / TEMPERATURE
        labels = tf.range(tf.shape(a)[0])
        self.acc.update_state(labels, sim)
        l1 = keras.losses.sparse_categorical_crossentropy(labels, sim, from_logits=True)
        l2 = keras.losses.sparse_categorical_crossentropy(labels, tf.transpose(sim), from_logits=True)
        return tf.reduce_mean(l1 + l2) / 2

    def train_step(self, images):
        v1 = self.augment(images, training=True)
        v2 = self.augment(images, training=True)
        with tf.GradientTape() as tape:
            z1 = self.head(self.encoder(v1, training=True), training=True)
            z2 = self.head(self.encoder(v2, training=True), training=True)
            loss = self.nt_xent(z1, z2)
        variables = self.encoder.trainable_weights + self.head.trainable_weights
        self.optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
        self.loss_tracker.update_state(loss)
        return {m.name: m.result() for m in self.metrics}


(x_train, y_train), (x_test, y_test) = keras.datasets.cifar10.load_data()
x_train, x_test = x_train / 255.0, x_test / 255.0
unlabeled = tf.data.Dataset.from_tensor_slices(x_train.astype("float32")).shuffle(10000).batch(512, drop_remainder=True).prefetch(2)

pretrain = SimCLR()
pretrain.compile(optimizer=keras.optimizers.Adam())
pretrain.fit(unlabeled, epochs=100)

# linear probe
pretrain.encoder.trainable = False
probe = keras.Sequential([layers.Input((32, 32, 3)), pretrain.encoder, layers.Dense(10)])
probe.compile(optimizer="adam", loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
probe.fit(x_train[:5000], y_train[:5000], validation_data=(x_test, y_test), epochs=30)
