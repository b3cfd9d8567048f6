import math

import keras
import tensorflow as tf
from keras import layers, ops


class ArcMargin(layers.Layer):
    def __init__(self, n_classes, s=30.0, m=0.5, **kw):
        super().__init__(**kw)
        self.n_classes, self.s, self.m = n_classes, s, m

    def build(self, shapes):
        self.W = self.add_weight(shape=(shapes[0][-1], self.n_classes), initializer="glorot_uniform",
                                 regularizer=keras.regularizers.L2(1e-4), name="W")

    def call(self, inputs):
        emb, labels = inputs
        x = ops.normalize(emb, axis=-1)
        w = ops.normalize(self.W, axis=0)
        cos = ops.clip(ops.matmul(x, w), -1 + 1e-6, 1 - 1e-6)
        theta = ops.arccos(cos)
        target = ops.cos(ops.minimum(theta + self.m, math.pi))
        hot = ops.one_hot(ops.cast(ops.squeeze(labels, -1), "int32"), self.n_classes)
        return self.s * (hot * target + (1 - hot) * cos)


def build(n_classes, size=112):
    image = keras.Input((size, size, 3), name="image")
    label = keras.Input((1,), dtype="int32", name="label")
    base = keras.applications.EfficientNetV2B0(include_top=False, pooling="avg", include_preprocessing=True)
    x = base(image)
    x = layers.Dropout(0.4)(x)
    emb = layers.Dense(512, use_bias=False)(x)
    emb = layers.BatchNormalization(name="embedding")(emb)
    logits = ArcMargin(n_classes)([emb, label])
    return keras.Model([image, label], logits), keras.Model(image, emb)


def read(path, label, size=112):
    img = tf.image.resize(tf.io.decode_jpeg(tf.io.read_file(path), 3), (size, size))
    return {"image": img, "label": label[tf.newaxis]}, label


def main(index="faces.tsv"):
    rows = [l.rstrip("\n").split("\t") for l in open(index)]
    paths, labels = [r[0] for r in rows], [int(r[1]) for r in rows]
    ds = tf.data.Dataset.from_tensor_slices((paths, labels)).shuffle(len(paths), reshuffle_each_iteration=False)
    n_val = len(paths) // 10
    val = ds.take(n_val).map(read).batch(64)
    train = ds.skip(n_val).shuffle(4096).map(read, tf.data.AUTOTUNE).batch(64).prefetch(2)
    model, embedder = build(max(labels) + 1)
    model.compile(keras.optimizers.SGD(0.01, momentum=0.9),
                  keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    model.fit(train, validation_data=val, epochs=24)
    embedder.save("embedder.keras")


if __name__ == "__main__":
    main()
