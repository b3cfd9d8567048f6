import keras
import tensorflow as tf
from keras import layers, ops

keras.mixed_precision.set_global_policy("mixed_float16")

NUM_CLASSES, IMAGE, PATCH, DIM, HEADS, LAYERS = 100, 72, 6, 64, 4, 8
(x_train, y_train), (x_test, y_test) = keras.datasets.cifar100.load_data()

augment = keras.Sequential([
    layers.Normalization(),
    layers.Resizing(IMAGE, IMAGE),
    layers.RandomFlip("horizontal"),
    layers.RandomRotation(factor=0.02),
], name="augment")
augment.layers[0].adapt(x_train)


class Patches(layers.Layer):
    def __init__(self, size, **kw):
        super().__init__(**kw)
        self.size = size

    def call(self, images):
        p = ops.image.extract_patches(images, size=self.size)
        n, h, w, d = p.shape
        return ops.reshape(p, (-1, h * w, d))


class PatchEncoder(layers.Layer):
    def __init__(self, n, dim, **kw):
        super().__init__(**kw)
        self.n = n
        self.proj = layers.Dense(dim)
        self.pos = layers.Embedding(n, dim)

    def call(self, patch):
        return self.proj(patch) + self.pos(ops.expand_dims(ops.arange(self.n), 0))


def mlp(x, units, rate):
    for u in units:
        x = layers.Dense(u, activation="gelu")(x)
        x = layers.Dropout(rate)(x)
    return x


inputs = keras.Input((32, 32, 3))
x = augment(inputs)
x = Patches(PATCH)(x)
x = PatchEncoder((IMAGE // PATCH) ** 2, DIM)(x)
for _ in range(LAYERS):
    y = layers.LayerNormalization(epsilon=1e-6)(x)
    y = layers.MultiHeadAttention(HEADS, key_dim=DIM, dropout=0.1)(y, y)
    x = layers.Add()([y, x])
    y = layers.LayerNormalization(epsilon=1e-6)(x)
    y = mlp(y, [DIM * 2, DIM], 0.1)
    x = layers.Add()([y, x])
x = layers.LayerNormalization(epsilon=1e-6)(x)
x = layers.Flatten()(x)
x = layers.Dropout(0.5)(x)
x = mlp(x, [2048, 1024], 0.5)
logits = layers.Dense(NUM_CLASSES, dtype="float32")(x)
model = keras.Model(inputs, logits)

model.compile(
    optimizer=keras.optimizers.AdamW(learning_rate=0.001, weight_decay=0.0001),
    loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    metrics=[keras.metrics.SparseCategoricalAccuracy(name="accuracy"),
             keras.metrics.SparseTopKCategoricalAccuracy(5, name="top5")])
ckpt = keras.callbacks.ModelCheckpoint("vit.weights.h5", monitor="val_accuracy", save_best_only=True, save_weights_only=True)
model.fit(x_train, y_train, batch_size=256, epochs=50, validation_split=0.1, callbacks=[ckpt])
model.load_weights("vit.weights.h5")
print(model.evaluate(x_test, y_test, return_dict=True))
