"""House price style regression. Prices are heavy tailed, so the model works on log prices."""
import argparse
import logging

import keras
import numpy as np
import tensorflow as tf

log = logging.getLogger("prices")


def make_frame(n, rng):
    area = rng.lognormal(4.4, 0.4, n)
    rooms = np.clip(np.round(area / 28 + rng.normal(0, 0.7, n)), 1, 9)
    age = rng.uniform(0, 90, n)
    dist = rng.exponential(6.0, n)
    quality = rng.integers(1, 6, n)
    log_price = (7.2 + 0.85 * np.log(area) + 0.03 * rooms - 0.004 * age
                 - 0.35 * np.log1p(dist) + 0.11 * quality
                 + 0.002 * (age > 60) * (age - 60) * 4 + rng.normal(0, 0.12, n))
    feats = np.stack([np.log(area), rooms, age, np.log1p(dist), quality], 1)
    return feats.astype("float32"), np.exp(log_price).astype("float32")


def as_dataset(x, y, batch, training):
    ds = tf.data.Dataset.from_tensor_slices((x, y))
    if training:
        ds = ds.shuffle(len(x), reshuffle_each_iteration=True)
    return ds.batch(batch).prefetch(tf.data.AUTOTUNE)


def build(train_x, hidden):
    norm = keras.layers.Normalization()
    norm.adapt(train_x)
    inp = keras.Input((train_x.shape[1],))
    h = norm(inp)
    for units in hidden:
        h = keras.layers.Dense(units, activation="gelu")(h)
    out = keras.layers.Dense(1)(h)
    return keras.Model(inp, out)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("seed", type=int, nargs="?", default=0)
    parser.add_argument("--epochs", type=int, default=25)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--hidden", type=int, nargs="+", default=[48, 24])
    args = parser.parse_args()
    logging.basicConfig(level=logging.INFO)
    keras.utils.set_random_seed(args.seed)

    rng = np.random.default_rng(args.seed + 100)
    x, price = make_frame(1500, rng)
    y = np.log(price)
    centre = y[:1200].mean()
    y = y - centre
    train = as_dataset(x[:1200], y[:1200], args.batch, True)
    val = as_dataset(x[1200:], y[1200:], args.batch, False)

    model = build(x[:1200], args.hidden)
    model.compile(optimizer=keras.optimizers.Adam(2e-3), loss=keras.losses.Huber(delta=0.5),
                  metrics=["mae"])
    model.fit(train, validation_data=val, epochs=args.epochs, verbose=2)

    pred = model.predict(x[1200:], verbose=0)[:, 0] + centre
    ape = np.median(np.abs(np.exp(pred) - price[1200:]) / price[1200:])
    log.info("median relative error %.3f", ape)
    r2 = 1 - np.var(pred - np.log(price[1200:])) / np.var(np.log(price[1200:]))
    print("R2 of log price", r2)


if __name__ == "__main__":
    main()
