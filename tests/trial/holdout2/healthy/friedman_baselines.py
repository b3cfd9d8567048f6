# compare: linear model / small MLP / MLP with noisy rows down-weighted
import sys
import numpy as np
import keras
from sklearn.datasets import make_friedman1

seed = int(sys.argv[1]) if len(sys.argv) > 1 else 0
keras.utils.set_random_seed(seed)
rng = np.random.default_rng(seed)

X, y = make_friedman1(n_samples=1400, n_features=8, noise=1.0, random_state=seed)
noisy = rng.random(len(y)) < 0.25
noisy[1000:] = False
y = y + noisy * rng.normal(0, 6, len(y))
ym, ys = y[:1000].mean(), y[:1000].std()
t = (y - ym) / ys
X = X * 2 - 1
weights = np.where(noisy, 0.05, 1.0)


def r2(model):
    p = model.predict(X[1000:], verbose=0)[:, 0]
    return 1 - np.mean((p - t[1000:]) ** 2) / t[1000:].var()


scores = {}
linear = keras.Sequential([keras.layers.Input((8,)), keras.layers.Dense(1)])
linear.compile(keras.optimizers.Adam(0.02), "mse")
linear.fit(X[:1000], t[:1000], epochs=12, batch_size=32, verbose=0)
scores["linear"] = r2(linear)

for name, sw in [("mlp", None), ("mlp weighted", weights[:1000])]:
    mlp = keras.Sequential([
        keras.layers.Input((8,)),
        keras.layers.Dense(32, activation="relu"),
        keras.layers.Dense(32, activation="relu"),
        keras.layers.Dense(1),
    ])
    mlp.compile(keras.optimizers.Adam(0.004), "mse")
    mlp.fit(X[:1000], t[:1000], sample_weight=sw, validation_data=(X[1000:], t[1000:]),
            epochs=15, batch_size=32, verbose=0)
    scores[name] = r2(mlp)
for k, v in scores.items():
    print(k, "R2", v)
