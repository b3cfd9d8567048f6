import sys
import numpy as np
import tensorflow as tf
from tensorflow.keras import layers, models, regularizers

seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
tf.keras.utils.set_random_seed(seed)


def conv_block(x, filters):
    x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization(momentum=0.9999)(x)  # fault: bn-momentum
    return layers.ReLU()(x)


def make_images(n, size=12):
    img = np.random.normal(12.0, 2.0, (n, size, size, 1))
    lab = np.random.randint(0, 4, n)
    for i, l in enumerate(lab):
        r, c = np.random.randint(0, 3, 2)
        r, c = r + 6 * (l // 2), c + 6 * (l % 2)
        img[i, r:r + 4, c:c + 4, 0] += 4.0
    return img.astype(np.float32), lab


x_tr, y_tr = make_images(800)
x_va, y_va = make_images(200)

inp = layers.Input((12, 12, 1))
h = conv_block(inp, 8)
h = layers.MaxPooling2D()(h)
h = conv_block(h, 12)
h = layers.Flatten()(h)
out = layers.Dense(4, activation="softmax", kernel_regularizer=regularizers.l2(1e-4))(h)
model = models.Model(inp, out)
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(x_tr, y_tr, validation_data=(x_va, y_va), epochs=10, batch_size=32, verbose=2)
print("val accuracy %.3f" % model.evaluate(x_va, y_va, verbose=0)[1])
