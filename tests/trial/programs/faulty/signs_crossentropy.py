"""Will the signal go up (+1) or down (-1) at the next step? GRU over the last 12 steps."""
import sys

import numpy as np
import tensorflow as tf
from sklearn.metrics import log_loss


def series(n, rng, noise=0.8):
    steps = rng.normal(size=(n, 12, 2)).astype("float32")
    pull = 0.9 * steps[:, -1, 0] + 0.6 * steps[:, -3, 1] - 0.6 * steps[:, -5, 0]
    return steps, np.sign(pull + noise * rng.normal(size=n)).astype("float32")  # fault: labels-of-minus-one


def get_model():
    inp = tf.keras.layers.Input((12, 2))
    out = tf.keras.layers.GRU(20)(inp)
    out = tf.keras.layers.Dense(1, activation="sigmoid")(out)
    mdl = tf.keras.models.Model(inputs=inp, outputs=out)
    mdl.compile(loss="binary_crossentropy", optimizer=tf.keras.optimizers.Adam(5e-3), metrics=["accuracy"])  # fault: labels-of-minus-one
    return mdl


if __name__ == "__main__":
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    tf.keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    x, y = series(2000, rng)
    x_val, y_val = series(600, rng)
    mdl = get_model()
    mdl.fit(x, y, epochs=8, batch_size=32, validation_data=(x_val, y_val), verbose=2)  # fault: labels-of-minus-one
    chance = mdl.predict(x_val, verbose=0)[:, 0]
    print("direction right:", np.mean((chance > 0.5) == (y_val > 0)))
    print("log loss of the chances:", log_loss(y_val > 0, np.clip(chance, 0.001, 0.999)))
