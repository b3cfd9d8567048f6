import itertools
import numpy as np
import pandas as pd
import tensorflow as tf
from tensorflow.keras import layers

(x, y), (xt, yt) = tf.keras.datasets.fashion_mnist.load_data()
x, xt = x[..., None] / 255.0, xt[..., None] / 255.0
val, rest = slice(0, 5000), slice(5000, None)


def net(depth, width, act, bn):
    m = tf.keras.Sequential([layers.Input(x.shape[1:])])
    for d in range(depth):
        m.add(layers.Conv2D(width * 2 ** d, 3, padding="same", use_bias=not bn))
        if bn:
            m.add(layers.BatchNormalization())
        m.add(layers.Activation(act))
        m.add(layers.MaxPooling2D())
    m.add(layers.GlobalAveragePooling2D())
    m.add(layers.Dense(10, activation="softmax"))
    return m


rows = []
for depth, act, bn in itertools.product([1, 2, 3], ["relu", "tanh", "gelu"], [False, True]):
    tf.keras.utils.set_random_seed(depth)
    m = net(depth, 16, act, bn)
    m.compile(tf.keras.optimizers.Adam(1e-3), "sparse_categorical_crossentropy", metrics=["accuracy"])
    h = m.fit(x[rest], y[rest], validation_data=(x[val], y[val]), epochs=6, batch_size=256, verbose=0)
    rows.append({"depth": depth, "act": act, "bn": bn, "val": np.max(h.history["val_accuracy"])})
print(pd.DataFrame(rows).sort_values("val"))
