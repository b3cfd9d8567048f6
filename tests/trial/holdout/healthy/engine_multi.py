"""Two targets from the same sensors: torque (hundreds of Nm) and fuel flow (a fraction)."""
import argparse
import numpy as np
import keras
from keras import layers


def engine(n, rng):
    x = rng.uniform([800, 0, 10, 90], [6000, 1, 60, 105], (n, 4))
    rpm, throttle, temp, pressure = x.T
    torque = 350 * throttle * (1 - ((rpm - 3200) / 5000) ** 2) + 0.8 * pressure + rng.normal(0, 6, n)
    flow = 0.02 + 0.9 * throttle * rpm / 6000 + rng.normal(0, 0.01, n)
    return x.astype("float32"), torque.astype("float32"), flow.astype("float32")


def build(x, torque):
    inp = keras.Input((4,))
    norm = layers.Normalization()
    norm.adapt(x)
    h = layers.Dense(48, activation="relu")(norm(inp))
    h = layers.Dense(48, activation="relu")(h)
    t = layers.Dense(1)(h)
    t = layers.Rescaling(float(torque.std()), float(torque.mean()), name="torque")(t)
    f = layers.Dense(1, name="flow")(h)
    return keras.Model(inp, {"torque": t, "flow": f})


def r2(y, p):
    return 1 - np.mean((y - p[:, 0]) ** 2) / np.var(y)


if __name__ == "__main__":
    ap = argparse.ArgumentParser()
    ap.add_argument("seed", nargs="?", type=int, default=0)
    seed = ap.parse_args().seed
    keras.utils.set_random_seed(seed)
    rng = np.random.default_rng(seed)
    x, t, f = engine(1500, rng)
    xv, tv, fv = engine(400, rng)
    model = build(x, t)
    model.compile(
        optimizer=keras.optimizers.Adam(3e-3),
        loss={"torque": "mse", "flow": "mse"},
        loss_weights={"torque": 1e-4, "flow": 10.0},
    )
    model.fit(x, {"torque": t, "flow": f}, validation_data=(xv, {"torque": tv, "flow": fv}),
              epochs=20, batch_size=32, verbose=2)
    p = model.predict(xv, verbose=0)
    print("R2 torque", r2(tv, p["torque"]), "flow", r2(fv, p["flow"]))
    print("worst R2", min(r2(tv, p["torque"]), r2(fv, p["flow"])))
