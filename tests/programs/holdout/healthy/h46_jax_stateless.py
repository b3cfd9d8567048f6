import os

os.environ["KERAS_BACKEND"] = "jax"

import jax
import keras
import numpy as np

keras.utils.set_random_seed(0)
rng = np.random.default_rng(0)
X = rng.normal(size=(5000, 20)).astype("float32")
w = rng.normal(size=(20, 1))
y = (X @ w > 0).astype("float32")
X_train, y_train, X_val, y_val = X[:4000], y[:4000], X[4000:], y[4000:]

model = keras.Sequential([
    keras.layers.Input((20,)),
    keras.layers.Dense(32, activation="relu"),
    keras.layers.Dropout(0.1),
    keras.layers.Dense(1, activation="sigmoid"),
])
optimizer = keras.optimizers.Adam(1e-3)
optimizer.build(model.trainable_variables)
loss_fn = keras.losses.BinaryCrossentropy()


def compute(tv, ntv, x, y):
    pred, ntv = model.stateless_call(tv, ntv, x, training=True)
    return loss_fn(y, pred), ntv


grad_fn = jax.value_and_grad(compute, has_aux=True)


@jax.jit
def step(state, batch):
    tv, ntv, ov = state
    (loss, ntv), grads = grad_fn(tv, ntv, *batch)
    tv, ov = optimizer.stateless_apply(ov, grads, tv)
    return loss, (tv, ntv, ov)


state = (model.trainable_variables, model.non_trainable_variables, optimizer.variables)
for epoch in range(10):
    order = rng.permutation(len(X_train))
    for i in range(0, len(order), 64):
        idx = order[i:i + 64]
        loss, state = step(state, (X_train[idx], y_train[idx]))
    print(epoch, float(loss))
tv, ntv, _ = state
for var, val in zip(model.trainable_variables, tv):
    var.assign(val)
for var, val in zip(model.non_trainable_variables, ntv):
    var.assign(val)
print("val acc", ((model.predict(X_val, verbose=0) > 0.5) == y_val).mean())
