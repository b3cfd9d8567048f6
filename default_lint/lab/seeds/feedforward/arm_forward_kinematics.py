"""Where is the gripper?  Learns the forward kinematics of a planar arm with three joints.

The camera that measures the position of the gripper is a little noisy, so the
network also has to average.
"""

import numpy as np
import tensorflow as tf

LINKS = (0.5, 0.35, 0.25)
LIMITS = np.array([[-2.6, 2.6], [-2.2, 2.2], [-1.8, 1.8]])
CAMERA_NOISE = 0.02
SAMPLES = 2400
BATCH = 32
EPOCHS = 10


def gripper(joints):
    heading = np.cumsum(joints, axis=1)
    x = (np.cos(heading) * LINKS).sum(axis=1)
    y = (np.sin(heading) * LINKS).sum(axis=1)
    return np.stack([x, y], axis=1)


rng = np.random.default_rng(9)
joints = rng.uniform(LIMITS[:, 0], LIMITS[:, 1], size=(SAMPLES, 3))
position = gripper(joints) + rng.normal(0.0, CAMERA_NOISE, size=(SAMPLES, 2))

# joint angles as a share of their range, -1 .. 1
scaled = joints / LIMITS[:, 1]
cut = int(SAMPLES * 0.75)
joints_train, joints_test = scaled[:cut], scaled[cut:]
pos_train, pos_test = position[:cut], position[cut:]

steps = EPOCHS * (cut // BATCH)
schedule = tf.keras.optimizers.schedules.CosineDecay(initial_learning_rate=8e-3, decay_steps=steps, alpha=0.02)

angles = tf.keras.Input(shape=(3,), name="angles")
h = tf.keras.layers.Dense(64, activation="tanh", kernel_initializer="glorot_normal")(angles)
h = tf.keras.layers.Dense(64, activation="tanh", kernel_initializer="glorot_normal")(h)
xy = tf.keras.layers.Dense(2, name="xy")(h)
arm = tf.keras.Model(inputs=angles, outputs=xy)

arm.compile(optimizer=tf.keras.optimizers.Adam(learning_rate=schedule), loss=tf.keras.losses.MeanSquaredError())
arm.fit(joints_train, pos_train, batch_size=BATCH, epochs=EPOCHS, verbose=0)

error = np.linalg.norm(arm.predict(joints_test, verbose=0) - pos_test, axis=1)
print(f"mean distance to the measured position: {100 * error.mean():.1f} cm")
