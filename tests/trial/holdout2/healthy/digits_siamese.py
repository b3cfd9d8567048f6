# Learn a 2-D-ish embedding of the digits with pairs (contrastive loss), own training loop.
import sys
import numpy as np
import tensorflow as tf
import keras
from sklearn.datasets import load_digits
from sklearn.neighbors import KNeighborsClassifier

SEED = int(sys.argv[1]) if len(sys.argv) > 1 else 0
keras.utils.set_random_seed(SEED)
rng = np.random.default_rng(SEED)

digits = load_digits()
x = (digits.data / 16.0).astype("float32")
y = digits.target
order = rng.permutation(len(x))
x, y = x[order], y[order]
xtr, ytr, xte, yte = x[:1300], y[:1300], x[1300:], y[1300:]
by_class = [np.where(ytr == c)[0] for c in range(10)]


def sample_pairs(n):
    a = rng.integers(0, len(xtr), n)
    same = rng.random(n) < 0.5
    b = np.where(same, [rng.choice(by_class[c]) for c in ytr[a]], rng.integers(0, len(xtr), n))
    label = (ytr[a] == ytr[b]).astype("float32")
    return xtr[a], xtr[b], label


encoder = keras.Sequential([
    keras.layers.Input((64,)),
    keras.layers.Dense(64, activation="relu"),
    keras.layers.Dense(4),
])
opt = keras.optimizers.Adam(3e-3)


@tf.function
def step(a, b, same):
    with tf.GradientTape() as tape:
        za, zb = encoder(a, training=True), encoder(b, training=True)
        d2 = tf.reduce_sum(tf.square(za - zb), axis=1)
        d = tf.sqrt(d2 + 1e-9)
        loss = tf.reduce_mean(same * d2 + (1 - same) * tf.square(tf.maximum(2.0 - d, 0.0)))
    g = tape.gradient(loss, encoder.trainable_variables)
    opt.apply_gradients(zip(g, encoder.trainable_variables))
    return loss


for epoch in range(12):
    losses = []
    for _ in range(40):
        a, b, s = sample_pairs(64)
        losses.append(float(step(tf.constant(a), tf.constant(b), tf.constant(s))))
    print(f"epoch {epoch} contrastive loss {np.mean(losses):.4f}")

knn = KNeighborsClassifier(5).fit(encoder.predict(xtr, verbose=0), ytr)
print("knn accuracy", knn.score(encoder.predict(xte, verbose=0), yte))
