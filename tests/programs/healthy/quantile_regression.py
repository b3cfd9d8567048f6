"""Three quantiles with the pinball loss, one model each, built by a closure."""
import numpy as np
import tensorflow as tf
from sklearn.datasets import load_diabetes
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

QUANTILES = (0.1, 0.5, 0.9)


def pinball(q):
    def loss(y_true, y_pred):
        e = y_true - y_pred
        return tf.reduce_mean(tf.maximum(q * e, (q - 1) * e), axis=-1)

    loss.__name__ = f"pinball_{int(q * 100)}"
    return loss


def make_model(q, n_features):
    inp = tf.keras.layers.Input(shape=(n_features,))
    h = tf.keras.layers.Dense(32, activation="relu")(inp)
    h = tf.keras.layers.Dense(16, activation="relu")(h)
    out = tf.keras.layers.Dense(1)(h)
    model = tf.keras.models.Model(inp, out)
    model.compile(loss=pinball(q), optimizer=tf.keras.optimizers.Adam(learning_rate=5e-3))
    return model


data = load_diabetes()
y = (data.target.reshape(-1, 1) - 150.0) / 75.0
Xtr, Xte, ytr, yte = train_test_split(data.data, y, random_state=8)
ss = StandardScaler()
Xtr, Xte = ss.fit_transform(Xtr), ss.transform(Xte)

predictions = {}
for q in QUANTILES:
    tf.keras.backend.clear_session()
    m = make_model(q, Xtr.shape[1])
    m.fit(Xtr, ytr, epochs=80, batch_size=32, validation_split=0.2, verbose=0)
    predictions[q] = m.predict(Xte, verbose=0).ravel()

inside = np.mean((yte.ravel() >= predictions[0.1]) & (yte.ravel() <= predictions[0.9]))
print("coverage of the 80 %% interval: %.2f" % inside)
