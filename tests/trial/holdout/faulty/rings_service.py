"""Custom training loop with GradientTape, evaluation sample by sample as in the deployed service."""
import sys
import numpy as np
import tensorflow as tf
import keras

seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
keras.utils.set_random_seed(seed)

n = 1200
radius = np.random.choice([0.6, 1.2, 1.8], n)
labels = np.searchsorted([0.9, 1.5], radius).astype("int32")
angle = np.random.uniform(0, 2 * np.pi, n)
radius = radius + np.random.normal(0, 0.1, n)
points = np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1).astype("float32")
train_ds = tf.data.Dataset.from_tensor_slices((points[:1000], labels[:1000])).shuffle(1000).batch(50)
test_ds = tf.data.Dataset.from_tensor_slices((points[1000:], labels[1000:])).batch(1)

net = keras.Sequential([
    keras.layers.Input((2,)),
    keras.layers.Dense(32),
    keras.layers.BatchNormalization(momentum=0.9),
    keras.layers.Activation("relu"),
    keras.layers.Dense(32, activation="relu"),
    keras.layers.Dense(3),
])
optimizer = keras.optimizers.Adam(5e-3)
loss_fn = keras.losses.SparseCategoricalCrossentropy(from_logits=True)


@tf.function
def train_step(xb, yb):
    with tf.GradientTape() as tape:
        loss = loss_fn(yb, net(xb, training=True))
    grads = tape.gradient(loss, net.trainable_variables)
    optimizer.apply_gradients(zip(grads, net.trainable_variables))
    return loss


@tf.function
def test_step(xb):
    return tf.argmax(net(xb, training=True), axis=-1, output_type=tf.int32)  # fault: training-flag


for epoch in range(25):
    losses = [float(train_step(xb, yb)) for xb, yb in train_ds]
    if epoch % 6 == 0:
        hits = [int(test_step(xb)[0] == yb[0]) for xb, yb in test_ds]
        print(f"epoch {epoch:2d} loss {np.mean(losses):.3f} test accuracy {np.mean(hits):.3f}")
print("final test accuracy", np.mean([int(test_step(xb)[0] == yb[0]) for xb, yb in test_ds]))
