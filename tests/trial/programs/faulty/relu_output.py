"""Change of temperature over the next hour, in units of its standard deviation, from the last day."""
import sys

import keras
import numpy as np
import tensorflow as tf

seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
keras.utils.set_random_seed(seed)


class Forecaster(keras.Model):
    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            prediction = self(x, training=True)
            loss = self.compute_loss(x, y, prediction)
        gradients = tape.gradient(loss, self.trainable_variables)
        self.optimizer.apply(gradients, self.trainable_variables)
        for metric in self.metrics:
            if metric.name == "loss":
                metric.update_state(loss)
            else:
                metric.update_state(y, prediction)
        return {metric.name: metric.result() for metric in self.metrics}


def windows(hours=2600, past=24):
    t = np.arange(hours)
    temperature = 3 * np.sin(2 * np.pi * t / 24) + np.random.normal(0, 0.2, hours).cumsum() * 0.3
    temperature = (temperature - temperature.mean()) / temperature.std()
    x = np.stack([temperature[i : i + past] for i in range(hours - past)])[..., None]
    change = temperature[past:] - temperature[past - 1 : -1]
    return x.astype("float32"), (change / change.std()).astype("float32")[:, None]


x, y = windows()
inputs = keras.Input((24, 1))
h = keras.layers.Conv1D(16, 5, activation="relu")(inputs)
h = keras.layers.Flatten()(h)
h = keras.layers.Dense(24, activation="relu")(h)
outputs = keras.layers.Dense(1, activation="relu")(h)  # fault: relu-output-for-signed-target
model = Forecaster(inputs, outputs)
model.compile(optimizer="adam", loss="mse", metrics=["mae"])
model.fit(x[:2000], y[:2000], batch_size=32, epochs=10, validation_data=(x[2000:], y[2000:]), verbose=2)
print("mean absolute error", np.abs(model.predict(x[2000:], verbose=0) - y[2000:]).mean())
