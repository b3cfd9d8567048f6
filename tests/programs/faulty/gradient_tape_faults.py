"""Custom loop: softmax output, loss told about logits; zero initial weights; scaler fitted twice."""
import tensorflow as tf
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

EPOCHS = 20
BATCH = 64

X, y = load_digits(return_X_y=True)
Xtr, Xte, ytr, yte = train_test_split(X, y, random_state=2)
std = StandardScaler()
Xtr = std.fit_transform(Xtr)
std.fit(Xte)  # fault: scaler-fitted-on-test
Xte = std.transform(Xte)

net = tf.keras.Sequential(
    [
        tf.keras.Input((64,)),
        tf.keras.layers.Dense(64, activation="relu", kernel_initializer=tf.zeros_initializer()),  # fault: constant-kernel-initializer
        tf.keras.layers.Dense(10, activation="softmax"),  # or: probabilities-with-from-logits
    ]
)
loss_fn = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)  # fault: probabilities-with-from-logits
opt = tf.keras.optimizers.Adam(1e-3)
acc = tf.keras.metrics.SparseCategoricalAccuracy()
train = tf.data.Dataset.from_tensor_slices((Xtr.astype("float32"), ytr)).shuffle(2000).batch(BATCH)


@tf.function
def step(xb, yb):
    with tf.GradientTape() as tape:
        p = net(xb, training=True)
        loss = loss_fn(yb, p)
    grads = tape.gradient(loss, net.trainable_variables)
    opt.apply_gradients(zip(grads, net.trainable_variables))
    return loss


for epoch in range(EPOCHS):
    for xb, yb in train:
        loss = step(xb, yb)
    acc.reset_state()
    acc.update_state(yte, net(Xte.astype("float32"), training=False))
    tf.print("epoch", epoch, "loss", loss, "test accuracy", acc.result())
