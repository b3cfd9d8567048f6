import sys
import numpy as np
import tensorflow as tf
from tensorflow.keras import layers, models

seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
tf.keras.utils.set_random_seed(seed)

# surrogate of the right-hand side of a driven pendulum
n = 4000
state = np.random.uniform(-1, 1, (n, 3)).astype(np.float32)
acc = (-np.sin(3 * state[:, 0]) - 0.4 * state[:, 1] + 0.5 * state[:, 2])[:, None]

net = models.Sequential([layers.Input((3,))])
for width in (128, 128):
    net.add(layers.Dense(width, activation="tanh", kernel_initializer="glorot_normal"))
net.add(layers.Dense(1))
net.compile(optimizer=tf.keras.optimizers.RMSprop(5e-4), loss="mse")
net.fit(state[:3200], acc[:3200], validation_data=(state[3200:], acc[3200:]), epochs=14, batch_size=32, verbose=2)
p = net.predict(state[3200:], verbose=0)
print("R2", 1 - np.mean((p - acc[3200:]) ** 2) / np.var(acc[3200:]))
