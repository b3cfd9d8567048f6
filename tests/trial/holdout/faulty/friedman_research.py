import sys
import numpy as np
import tensorflow as tf
import keras
from keras import layers
from sklearn.datasets import make_friedman1
from sklearn.preprocessing import StandardScaler

seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
keras.utils.set_random_seed(seed)

X, y = make_friedman1(n_samples=1500, noise=0.5, random_state=seed)
X = StandardScaler().fit_transform(X).astype("float32")
y = ((y - y.mean()) / y.std()).astype("float32")
ds = tf.data.Dataset.from_tensor_slices((X, y))
train = ds.take(1200).shuffle(1200).batch(32)
valid = ds.skip(1200).batch(64)


class Regressor(keras.Model):
    """MLP with its own robust loss in train_step / test_step."""

    def __init__(self, delta=1.0):
        super().__init__()
        self.delta = delta
        self.net = keras.Sequential([
            layers.Dense(64, activation="relu"),
            layers.Dense(32, activation="relu"),
            layers.Dense(1),
        ])
        self.loss_tracker = keras.metrics.Mean(name="loss")

    @property
    def metrics(self):
        return [self.loss_tracker]

    def call(self, x):
        return self.net(x)

    def huber(self, y_true, y_pred):
        err = tf.abs(y_true - y_pred)  # fault: loss-broadcast
        return tf.reduce_mean(tf.where(err < self.delta, 0.5 * err ** 2, self.delta * (err - 0.5 * self.delta)))

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            loss = self.huber(y, self(x, training=True))
        grads = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply_gradients(zip(grads, self.trainable_variables))
        self.loss_tracker.update_state(loss)
        return {"loss": self.loss_tracker.result()}

    def test_step(self, data):
        x, y = data
        self.loss_tracker.update_state(self.huber(y, self(x, training=False)))
        return {"loss": self.loss_tracker.result()}


model = Regressor()
model.compile(optimizer=keras.optimizers.Adam(3e-3))
model.fit(train, validation_data=valid, epochs=20, verbose=2)
p = model.predict(X[1200:], verbose=0)[:, 0]
print("R2", 1 - np.mean((p - y[1200:]) ** 2) / np.var(y[1200:]))
