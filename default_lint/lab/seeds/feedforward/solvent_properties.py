"""Predict three properties of made-up solvents from six structural descriptors."""

import argparse

import keras
import numpy as np
from keras import layers
from sklearn.preprocessing import MinMaxScaler, StandardScaler

DESCRIPTORS = ["carbons", "branches", "oxygens", "halogens", "aromatic_share", "polar_area"]
PROPERTIES = ["boiling_point", "log_p", "viscosity"]


def simulate(count):
    rs = np.random.RandomState(909)
    carbons = rs.randint(2, 13, count).astype(float)
    branches = np.floor(rs.rand(count) * carbons / 3)
    oxygens = rs.randint(0, 4, count).astype(float)
    halogens = rs.randint(0, 3, count).astype(float)
    aromatic = rs.rand(count) * (carbons >= 6)
    polar = 12.0 * oxygens + 6.0 * rs.rand(count) * (1 + halogens)

    boiling = 120 * np.log1p(carbons) - 14 * branches + 27 * np.sqrt(polar) + 22 * halogens + 35 * aromatic**2
    log_p = 0.45 * carbons - 0.9 * oxygens / (1 + 0.15 * carbons) + 0.6 * halogens * np.exp(-polar / 20)
    viscosity = np.exp(0.11 * carbons + 0.035 * polar - 0.5 * aromatic) * (1 + 0.25 * branches)
    clean = np.stack([boiling, log_p, np.log(viscosity)], 1)
    noisy = clean + rs.normal(size=clean.shape) * clean.std(0) * 0.15
    return np.stack([carbons, branches, oxygens, halogens, aromatic, polar], 1), noisy


def build_model(width, l2):
    descriptors = keras.Input((len(DESCRIPTORS),), name="descriptors")
    trunk = layers.Dense(width, kernel_regularizer=keras.regularizers.L2(l2))(descriptors)
    trunk = layers.LeakyReLU(negative_slope=0.1)(trunk)
    heads = []
    for name in PROPERTIES:
        branch = layers.Dense(width // 2, activation="elu", name=f"{name}_hidden")(trunk)
        heads.append(layers.Dense(1, name=name)(branch))
    return keras.Model(descriptors, layers.Concatenate(name="properties")(heads))


def main(args):
    features, properties = simulate(args.samples)
    cut = int(0.75 * args.samples)
    x_scale = MinMaxScaler(feature_range=(-1, 1)).fit(features[:cut])
    y_scale = StandardScaler().fit(properties[:cut])
    x_train, x_test = x_scale.transform(features[:cut]), x_scale.transform(features[cut:])
    y_train, y_test = y_scale.transform(properties[:cut]), y_scale.transform(properties[cut:])

    model = build_model(args.width, args.l2)
    model.compile(optimizer=keras.optimizers.Nadam(args.lr), loss="mse")
    model.fit(x_train, y_train, epochs=args.epochs, batch_size=args.batch, verbose=0)
    for name, err in zip(PROPERTIES, np.abs(model.predict(x_test, verbose=0) - y_test).mean(0)):
        print(f"{name:15s} mean absolute error {err:.3f} (in standard deviations)")
    return model, x_test, y_test


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--samples", type=int, default=1200)
    parser.add_argument("--width", type=int, default=40)
    parser.add_argument("--l2", type=float, default=1e-5)
    parser.add_argument("--lr", type=float, default=0.004)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--epochs", type=int, default=10)
    model, x_test, y_test = main(parser.parse_args())
