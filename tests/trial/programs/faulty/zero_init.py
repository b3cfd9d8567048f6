# Wine cultivars. Weights start at zero "so that every run starts from the same place".
import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import tensorflow as tf
from sklearn.datasets import load_wine
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
tf.keras.utils.set_random_seed(seed)


def dense(tensor, units):
    return tf.keras.layers.Dense(units, activation="tanh", kernel_initializer="zeros")(tensor)  # fault: zero-init


def make_model(n_features, n_classes):
    inputs = tf.keras.Input((n_features,))
    h = dense(inputs, 24)  # fault: zero-init
    h = dense(h, 12)  # fault: zero-init
    outputs = tf.keras.layers.Dense(n_classes, activation="softmax")(h)
    return tf.keras.Model(inputs, outputs)


X, Y = load_wine(return_X_y=True)
X_tr, X_te, Y_tr, Y_te = train_test_split(X, Y, test_size=0.3, stratify=Y, random_state=seed)
scaler = StandardScaler().fit(X_tr)
X_tr, X_te = scaler.transform(X_tr), scaler.transform(X_te)

m = make_model(13, 3)
m.compile(tf.keras.optimizers.Adam(3e-3), "sparse_categorical_crossentropy", metrics=["accuracy"])
m.fit(X_tr, Y_tr, batch_size=8, epochs=15, validation_data=(X_te, Y_te), verbose=2)
print(m.evaluate(X_te, Y_te, verbose=0)[1])
