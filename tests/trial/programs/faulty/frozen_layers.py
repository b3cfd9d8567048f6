"""Two interleaved spirals. The trunk is kept as it is, only the head learns (as in the transfer learning course)."""
import sys

import numpy as np
import tensorflow as tf
from tensorflow.keras import layers, models

seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
tf.keras.utils.set_random_seed(seed)


def spirals(n):
    r = np.random.uniform(0.1, 1.0, n)
    arm = np.random.randint(0, 2, n)
    angle = 5 * r + np.pi * arm
    points = np.stack([r * np.cos(angle), r * np.sin(angle)], axis=1) + np.random.normal(0, 0.03, (n, 2))
    return points.astype("float32") * 2, arm.astype("float32")


points, arm = spirals(2500)
points_val, arm_val = spirals(500)

trunk = models.Sequential(
    [layers.Input((2,)), layers.Dense(24, activation="relu"), layers.Dense(24, activation="relu")], name="trunk"
)
for layer in trunk.layers:
    layer.trainable = False  # fault: frozen-layers

model = models.Sequential([trunk, layers.Dense(1, activation="sigmoid")])
model.compile(optimizer=tf.keras.optimizers.Adam(0.01), loss="binary_crossentropy", metrics=["accuracy"])
model.fit(points, arm, epochs=15, batch_size=32, validation_data=(points_val, arm_val), verbose=2)
print("accuracy on new points: %.3f" % model.evaluate(points_val, arm_val, verbose=0)[1])
