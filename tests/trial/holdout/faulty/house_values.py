import argparse
import numpy as np
import keras


def get_data(seed, n=1500):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 8)).astype("float32")
    value = 240000 + 60000 * x[:, 0] + 35000 * x[:, 1] * (x[:, 2] > 0) - 20000 * np.abs(x[:, 3])
    value = value + rng.normal(0, 8000, n)
    return x, value.astype("float32")


def build_network(n_features):
    return keras.Sequential([
        keras.layers.Input((n_features,)),
        keras.layers.Dense(64, activation="relu"),
        keras.layers.Dense(64, activation="relu"),
        keras.layers.Dense(1),
    ])


def r2(y, p):
    return 1 - np.sum((y - p) ** 2) / np.sum((y - y.mean()) ** 2)


def main(args):
    keras.utils.set_random_seed(args.seed)
    x, y = get_data(args.seed)
    x_train, x_val, y_train, y_val = x[:1200], x[1200:], y[:1200], y[1200:]
    center, spread = 0.0, 1.0  # fault: unscaled-target
    model = build_network(x.shape[1])
    model.compile(optimizer=keras.optimizers.Adam(args.lr), loss="mean_squared_error", metrics=["mae"])
    model.fit(x_train, (y_train - center) / spread,  # fault: unscaled-target
              validation_data=(x_val, (y_val - center) / spread),
              epochs=args.epochs, batch_size=32, verbose=2)
    p = model.predict(x_val, verbose=0)[:, 0] * spread + center
    print("validation R2", r2(y_val, p))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("seed", type=int, nargs="?", default=0)
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--epochs", type=int, default=25)
    main(parser.parse_args())
