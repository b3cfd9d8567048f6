"""Unsupervised defect maps from intermediate features of a frozen backbone (nothing is fitted by Keras)."""
import argparse
import pathlib

import keras
import numpy as np
import tensorflow as tf

TAPS = ("conv2_block3_out", "conv3_block4_out", "conv4_block6_out")
SIZE = 256


def build_extractor():
    base = keras.applications.ResNet50(include_top=False, weights="imagenet", input_shape=(SIZE, SIZE, 3))
    base.trainable = False
    feats = [base.get_layer(n).output for n in TAPS]
    target = feats[0].shape[1:3]
    resized = [feats[0]] + [keras.layers.Resizing(*target, interpolation="bilinear")(f) for f in feats[1:]]
    return keras.Model(base.input, keras.layers.Concatenate()(resized), name="taps")


def load(folder, batch=8):
    ds = keras.utils.image_dataset_from_directory(
        folder, labels=None, image_size=(SIZE, SIZE), batch_size=batch, shuffle=False)
    return ds.map(keras.applications.resnet50.preprocess_input).prefetch(tf.data.AUTOTUNE)


class Gaussians:
    """One Gaussian per position, over a random subset of the channels."""

    def __init__(self, n_channels, keep=100, seed=0):
        self.idx = np.random.default_rng(seed).choice(n_channels, keep, replace=False)

    def fit(self, f):
        f = f[..., self.idx]
        n, h, w, d = f.shape
        self.mean = f.mean(0)
        self.inv = np.empty((h, w, d, d), "float32")
        for i in range(h):
            for j in range(w):
                cov = np.cov(f[:, i, j], rowvar=False) + 0.01 * np.eye(d)
                self.inv[i, j] = np.linalg.inv(cov)
        return self

    def distance(self, f):
        delta = f[..., self.idx] - self.mean
        return np.sqrt(np.einsum("nhwd,hwde,nhwe->nhw", delta, self.inv, delta))


def main():
    ap = argparse.ArgumentParser()
    ap.add_argument("good", type=pathlib.Path)
    ap.add_argument("check", type=pathlib.Path)
    ap.add_argument("--quantile", type=float, default=0.995)
    a = ap.parse_args()
    net = build_extractor()
    good = net.predict(load(a.good))
    model = Gaussians(good.shape[-1]).fit(good)
    limit = np.quantile(model.distance(good).max((1, 2)), a.quantile)
    score = model.distance(net.predict(load(a.check))).max((1, 2))
    for s in score:
        print(f"{s:.2f}", "DEFECT" if s > limit else "ok")


if __name__ == "__main__":
    main()
