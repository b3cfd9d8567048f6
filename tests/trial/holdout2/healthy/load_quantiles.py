# %% [markdown]
# Hourly load, predict the 10/50/90 % quantiles of the next hour
# %%
import sys
import numpy as np
import keras
from keras import layers, ops

SEED = int(sys.argv[1]) if len(sys.argv) > 1 else 0
keras.utils.set_random_seed(SEED)
rng = np.random.default_rng(SEED)

# %%
t = np.arange(1800)
noise = np.zeros(1800)
for i in range(1, 1800):
    noise[i] = 0.7 * noise[i - 1] + rng.normal(0, 4)
load = 120 + 25 * np.sin(2 * np.pi * t / 24) + 10 * np.sin(2 * np.pi * t / 168) + noise

split = 1400
mu, sd = load[:split].mean(), load[:split].std()
z = ((load - mu) / sd).astype("float32")
W = 48
windows = np.lib.stride_tricks.sliding_window_view(z, W + 1)
X, Y = windows[:, :W, None], windows[:, W:]
Xtr, Ytr = X[:split - W], Y[:split - W]
Xva, Yva = X[split:], Y[split:]

# %%
Q = np.array([[0.1, 0.5, 0.9]], "float32")


def pinball(y, q):
    e = y - q
    return ops.mean(ops.maximum(Q * e, (Q - 1) * e), axis=-1)


model = keras.Sequential([
    layers.Input((W, 1)),
    layers.Conv1D(16, 3, padding="causal", activation="relu"),
    layers.Conv1D(16, 3, dilation_rate=2, padding="causal", activation="relu"),
    layers.Conv1D(16, 3, dilation_rate=4, padding="causal", activation="relu"),
    layers.Flatten(),
    layers.Dense(3),
])
model.compile("adam", loss=pinball)
hist = model.fit(Xtr, Ytr, validation_data=(Xva, Yva), epochs=15, batch_size=32, verbose=2)

# %%
q = model.predict(Xva, verbose=0)
print("coverage of the 80 % band", np.mean((Yva[:, 0] > q[:, 0]) & (Yva[:, 0] < q[:, 2])))
print("R2 of the median", 1 - np.mean((Yva[:, 0] - q[:, 1]) ** 2) / np.var(Yva[:, 0]))
