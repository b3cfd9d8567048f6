import sys
import numpy as np
import tensorflow as tf
from tensorflow import keras

SEED = int(sys.argv[1]) if len(sys.argv) > 1 else 0
keras.utils.set_random_seed(SEED)
rng = np.random.default_rng(SEED)

# 3 machine states, 24 sensors
N = 1500
y = rng.integers(0, 3, N)
centers = rng.normal(0, 0.55, (3, 24))
x = (centers[y] + rng.normal(0, 1, (N, 24))).astype("float32")
cut = int(0.8 * N)

init = keras.initializers.RandomUniform(minval=0.0, maxval=1.0)  # fault: all-positive-init

model = tf.keras.Sequential([
    keras.layers.Input(shape=(24,)),
    keras.layers.Dense(64, activation="tanh", kernel_initializer=init),
    keras.layers.Dense(64, activation="tanh", kernel_initializer=init),
    keras.layers.Dense(32, activation="tanh", kernel_initializer=init),
    keras.layers.Dense(3, activation="softmax"),
])
model.compile(optimizer=tf.keras.optimizers.SGD(0.03),
              loss=tf.keras.losses.SparseCategoricalCrossentropy(),
              metrics=["accuracy"])
hist = model.fit(x[:cut], y[:cut], validation_data=(x[cut:], y[cut:]),
                 epochs=25, batch_size=32, verbose=0)
print("final val_accuracy", hist.history["val_accuracy"][-1])
