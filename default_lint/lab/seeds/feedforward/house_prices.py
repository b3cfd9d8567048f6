# Price model for a made-up town. Prices are trained on a standardised log scale.
import argparse

import keras
import numpy as np
from keras import layers, ops


def parse_args():
    p = argparse.ArgumentParser(description="train a price model")
    p.add_argument("--epochs", type=int, default=16)
    p.add_argument("--batch-size", type=int, default=64)
    p.add_argument("--lr", type=float, default=4e-3)
    p.add_argument("--units", type=int, default=32)
    return p.parse_args()


def make_town(n, rng):
    area = rng.gamma(9.0, 12.0, n) + 25  # square metres
    rooms = np.clip(np.round(area / 28 + rng.normal(0, 0.8, n)), 1, 9)
    age = rng.uniform(0, 110, n)
    km_to_centre = rng.exponential(4.0, n)
    km_to_rail = rng.uniform(0.1, 6.0, n)
    garden = rng.binomial(1, 0.45, n)
    floor = rng.integers(0, 8, n)
    lift = rng.binomial(1, 0.5, n)
    features = np.stack([area, rooms, age, km_to_centre, km_to_rail, garden, floor, lift], axis=1)

    per_metre = 1800 + 5200 * np.exp(-km_to_centre / 3.0)
    per_metre *= 1.0 + 0.35 * np.exp(-(((km_to_rail - 1.2) / 0.8) ** 2))  # near, but not under the tracks
    per_metre *= 1.0 - 0.45 * np.sin(np.pi * age / 110) ** 2  # old houses are loved again
    per_metre *= 1.0 - 0.05 * floor * (1 - lift)
    fair = per_metre * area + 45000 * garden * (km_to_centre > 2.0) + 6000 * rooms
    price = fair * np.exp(rng.normal(0, 0.08, n))
    return features.astype("float32"), price.astype("float32")


class PriceNet(keras.Model):
    def __init__(self, units, **kwargs):
        super().__init__(**kwargs)
        self.first = layers.Dense(units, activation="relu")
        self.second = layers.Dense(units, activation="relu")
        self.out = layers.Dense(1)

    def call(self, inputs):
        x = self.first(inputs)
        x = self.second(ops.concatenate([x, inputs], axis=-1))
        return self.out(x)


def main():
    args = parse_args()
    features, price = make_town(2800, np.random.default_rng(501))
    target = np.log(price)[:, None]

    train, valid, test = slice(0, 1700), slice(1700, 2000), slice(2000, None)
    mean, std = features[train].mean(axis=0), features[train].std(axis=0)
    t_mean, t_std = target[train].mean(), target[train].std()
    x = (features - mean) / std
    t = (target - t_mean) / t_std

    net = PriceNet(args.units)
    net.compile(
        optimizer=keras.optimizers.Adam(learning_rate=args.lr, clipnorm=1.0),
        loss=keras.losses.Huber(),
        metrics=["mae"],
    )
    net.fit(
        x[train],
        t[train],
        validation_data=(x[valid], t[valid]),
        epochs=args.epochs,
        batch_size=args.batch_size,
        callbacks=[keras.callbacks.EarlyStopping(patience=5, restore_best_weights=True)],
        verbose=0,
    )

    guess = np.exp(net.predict(x[test], verbose=0) * t_std + t_mean)[:, 0]
    off = np.abs(guess - price[test]) / price[test]
    print("median error: %.1f %%" % (100 * np.median(off)))
    return net, x[test], t[test]


if __name__ == "__main__":
    model, x_test, t_test = main()
