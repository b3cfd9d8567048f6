"""Where in the trace does the pulse start?  (regression of the onset, scaled to -1..1)"""
import sys
import keras
import numpy as np

seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
keras.utils.set_random_seed(seed)
rng = np.random.default_rng(seed)

L = 80
def traces(n):
    onset = rng.integers(16, 64, n)
    t = np.arange(L)[None]
    dt = t - onset[:, None]
    pulse = np.where(dt >= 0, np.exp(-dt / 3.0), 0.0) * rng.uniform(1.0, 2.0, (n, 1))
    x = pulse + 0.1 * rng.normal(size=(n, L))
    return x[..., None].astype("float32"), ((onset - 40) / 24.0).astype("float32")

x_train, y_train = traces(1200)
x_val, y_val = traces(400)

i = keras.layers.Input((L, 1))
h = keras.layers.Conv1D(16, 5, activation="relu")(i)
h = keras.layers.Conv1D(16, 5, activation="relu")(h)
h = keras.layers.GlobalAveragePooling1D()(h)  # fault: pooling-removes-position
h = keras.layers.Dense(32, activation="relu")(h)
o = keras.layers.Dense(1)(h)
model = keras.Model(i, o)
model.compile(optimizer=keras.optimizers.Adam(2e-3), loss=keras.losses.Huber(), metrics=["mae"])
model.fit(x_train, y_train, validation_data=(x_val, y_val), epochs=12, batch_size=32, verbose=2)
p = model.predict(x_val, verbose=0)[:, 0]
print("R2", 1 - np.mean((p - y_val) ** 2) / np.var(y_val))
