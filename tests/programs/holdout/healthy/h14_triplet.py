"""Triplet embedding for re-identification."""
import keras
import tensorflow as tf
from keras import layers


class L2Normalize(layers.Layer):
    def call(self, x):
        return tf.math.l2_normalize(x, axis=-1)


def embedding_net(shape=(128, 64, 3), dim=128, finetune_from="conv5_block1_out"):
    base = keras.applications.ResNet50(weights="imagenet", include_top=False, input_shape=shape)
    trainable = False
    for layer in base.layers:
        if layer.name == finetune_from:
            trainable = True
        layer.trainable = trainable
    x = layers.Flatten()(base.output)
    x = layers.Dense(512, activation="relu")(x)
    x = layers.BatchNormalization()(x)
    x = layers.Dense(256, activation="relu")(x)
    x = layers.BatchNormalization()(x)
    return keras.Model(base.input, L2Normalize()(layers.Dense(dim)(x)), name="embedding")


class TripletModel(keras.Model):
    def __init__(self, net, margin=0.3):
        super().__init__()
        self.net = net
        self.margin = margin
        self.tracker = keras.metrics.Mean(name="loss")

    def call(self, inputs, training=None):
        a, p, n = inputs
        return self.net(a, training=training), self.net(p, training=training), self.net(n, training=training)

    def _loss(self, triplet, training):
        a, p, n = self(triplet, training=training)
        ap = tf.reduce_sum(tf.square(a - p), -1)
        an = tf.reduce_sum(tf.square(a - n), -1)
        return tf.reduce_mean(tf.maximum(ap - an + self.margin, 0.0))

    def train_step(self, data):
        with tf.GradientTape() as tape:
            loss = self._loss(data, True)
        g = tape.gradient(loss, self.net.trainable_weights)
        self.optimizer.apply_gradients(zip(g, self.net.trainable_weights))
        self.tracker.update_state(loss)
        return {"loss": self.tracker.result()}

    def test_step(self, data):
        self.tracker.update_state(self._loss(data, False))
        return {"loss": self.tracker.result()}

    @property
    def metrics(self):
        return [self.tracker]


def decode(path):
    img = tf.image.decode_jpeg(tf.io.read_file(path), channels=3)
    img = tf.image.resize(tf.image.convert_image_dtype(img, tf.float32), (128, 64))
    return keras.applications.resnet.preprocess_input(img * 255.0)


def triplets(list_file, batch=32):
    lines = tf.data.TextLineDataset(list_file)
    ds = lines.map(lambda l: tf.strings.split(l, ","))
    ds = ds.map(lambda t: (decode(t[0]), decode(t[1]), decode(t[2])), num_parallel_calls=8)
    return ds.batch(batch).prefetch(8)


if __name__ == "__main__":
    model = TripletModel(embedding_net())
    model.compile(optimizer=keras.optimizers.Adam(1e-4))
    model.fit(triplets("train.csv"), validation_data=triplets("val.csv"), epochs=10)
    model.net.save_weights("reid.weights.h5")
