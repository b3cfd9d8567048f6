import argparse
import numpy as np
import keras
from keras import layers

ap = argparse.ArgumentParser(description="one-step forecast of a power load curve")
ap.add_argument("seed", type=int, nargs="?", default=0)
ap.add_argument("--window", type=int, default=24)
ap.add_argument("--epochs", type=int, default=25)
ap.add_argument("--lr", type=float, default=0.02)
args = ap.parse_args()
keras.utils.set_random_seed(args.seed)

t = np.arange(1400)
load = np.sin(2 * np.pi * t / 24) + 0.5 * np.sin(2 * np.pi * t / 24 * 2 + 1) + 0.4 * np.sin(2 * np.pi * t / 168)
load = load + 0.12 * np.random.randn(len(t))
load = ((load - load[:1000].mean()) / load[:1000].std()).astype("float32")

X = np.lib.stride_tricks.sliding_window_view(load, args.window)[:-1]
y = load[args.window:]
split = 1000
X_tr, y_tr, X_va, y_va = X[:split], y[:split], X[split:], y[split:]

model = keras.Sequential([
    layers.Input((args.window,)),
    layers.Dense(32, activation="relu"),
    layers.Dense(16, activation="relu"),
    layers.Dense(1),
])
opt = keras.optimizers.SGD(learning_rate=args.lr, momentum=0.9, clipnorm=1e-3)  # fault: clipnorm-too-small
model.compile(optimizer=opt, loss="mse")
model.fit(X_tr, y_tr, validation_data=(X_va, y_va), epochs=args.epochs, batch_size=32, verbose=2)
pred = model.predict(X_va, verbose=0)[:, 0]
print("validation R2", 1 - np.mean((pred - y_va) ** 2) / np.var(y_va))
