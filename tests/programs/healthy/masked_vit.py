"""Vision transformer pretrained by filling masked patches, then a classifier on the encoder."""
import keras
import tensorflow as tf
from keras import layers, ops

IMAGE, PATCH, DIM = 32, 4, 48
N = (IMAGE // PATCH) ** 2
EPOCHS = 30


class Patches(layers.Layer):
    def call(self, images):
        p = ops.image.extract_patches(images, PATCH)
        return ops.reshape(p, (-1, N, PATCH * PATCH * 3))


class PatchEncoder(layers.Layer):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.project = layers.Dense(DIM)
        self.position = layers.Embedding(N, DIM)

    def build(self, input_shape):
        self.mask_token = self.add_weight(shape=(1, 1, DIM), initializer="random_normal", name="mask")
        super().build(input_shape)

    def call(self, patches, keep=None):
        x = self.project(patches)
        if keep is not None:
            keep = ops.cast(keep, x.dtype)[..., None]
            x = keep * x + (1 - keep) * self.mask_token
        return x + self.position(ops.arange(N))


class Block(layers.Layer):
    def __init__(self, heads=4, **kwargs):
        super().__init__(**kwargs)
        self.n1, self.n2 = layers.LayerNormalization(), layers.LayerNormalization()
        self.att = layers.MultiHeadAttention(heads, DIM // heads)
        self.mlp = keras.Sequential([layers.Dense(2 * DIM, activation="gelu"), layers.Dense(DIM)])

    def call(self, x):
        y = self.n1(x)
        x = x + self.att(y, y)
        return x + self.mlp(self.n2(x))


class MaskedAutoencoder(keras.Model):
    def __init__(self, depth=3, ratio=0.5):
        super().__init__()
        self.ratio = ratio
        self.scale = layers.Rescaling(1 / 127.5, offset=-1)
        self.patches, self.encode = Patches(), PatchEncoder()
        self.blocks = [Block() for _ in range(depth)]
        self.rebuild = layers.Dense(PATCH * PATCH * 3)
        self.loss_tracker = keras.metrics.Mean(name="loss")

    def features(self, images, keep=None):
        target = self.patches(self.scale(images))
        x = self.encode(target, keep=keep)
        for block in self.blocks:
            x = block(x)
        return x, target

    def call(self, images):
        return self.rebuild(self.features(images)[0])

    def _loss(self, images):
        keep = tf.random.uniform((tf.shape(images)[0], N)) > self.ratio
        x, target = self.features(images, keep)
        error = ops.mean(ops.square(self.rebuild(x) - target), axis=-1)
        hidden = ops.cast(~keep, error.dtype)
        return ops.sum(error * hidden) / (ops.sum(hidden) + 1e-6)

    def train_step(self, images):
        with tf.GradientTape() as tape:
            loss = self._loss(images)
        grads = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(grads, self.trainable_variables))
        self.loss_tracker.update_state(loss)
        return {"loss": self.loss_tracker.result()}

    def test_step(self, images):
        self.loss_tracker.update_state(self._loss(images))
        return {"loss": self.loss_tracker.result()}


(x, y), (xt, yt) = keras.datasets.cifar10.load_data()
train = tf.data.Dataset.from_tensor_slices(x.astype("float32")).shuffle(10000).batch(128)
valid = tf.data.Dataset.from_tensor_slices(xt.astype("float32")).batch(128)
mae = MaskedAutoencoder()
mae.compile(keras.optimizers.AdamW(1e-3, weight_decay=0.05))
mae.fit(train, validation_data=valid, epochs=EPOCHS)

images = keras.Input((IMAGE, IMAGE, 3))
encoded, _ = mae.features(images)
classifier = keras.Model(images, layers.Dense(10, activation="softmax")(layers.GlobalAveragePooling1D()(encoded)))
classifier.compile(keras.optimizers.Adam(1e-4), "sparse_categorical_crossentropy", metrics=["accuracy"])
classifier.fit(x.astype("float32"), y, batch_size=128, epochs=EPOCHS, validation_data=(xt.astype("float32"), yt))
