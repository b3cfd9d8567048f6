from dataclasses import dataclass

import keras
import numpy as np
from keras import layers, ops
from sklearn.datasets import make_moons


@dataclass(frozen=True)
class Config:
    per_class: int = 500
    wobble: float = 0.12
    ring_radius: float = 1.9
    widths: tuple = (32, 24)
    rate: float = 0.01
    epochs: int = 12


def scatter(cfg, rng):
    """Two interleaved moons (0 and 1) and a ring (2) that lies around both."""
    moons, which = make_moons(2 * cfg.per_class, noise=cfg.wobble, random_state=3)
    angle = rng.uniform(0, 2 * np.pi, cfg.per_class)
    radius = cfg.ring_radius + rng.normal(0, cfg.wobble, cfg.per_class)
    ring = np.stack([0.5 + radius * np.cos(angle), 0.25 + radius * np.sin(angle)], axis=1)
    points = np.concatenate([moons, ring]).astype("float32")
    kinds = np.concatenate([which, np.full(cfg.per_class, 2)])
    order = rng.permutation(len(points))
    return points[order], kinds[order]


class PointSorter(keras.Model):
    """A little perceptron whose hidden widths come from the configuration."""

    def __init__(self, widths, kinds=3):
        super().__init__()
        self.first = layers.Dense(widths[0], kernel_initializer="he_normal")
        self.second = layers.Dense(widths[1], kernel_initializer="he_normal")
        self.verdict = layers.Dense(kinds)

    def call(self, points):
        hidden = ops.relu(self.first(points))
        hidden = ops.relu(self.second(hidden))
        return self.verdict(hidden)


def main(cfg=Config()):
    points, kinds = scatter(cfg, np.random.default_rng(2024))
    cut = int(0.7 * len(points))
    centre, spread = points[:cut].mean(0), points[:cut].std(0)
    points = (points - centre) / spread

    sorter = PointSorter(cfg.widths)
    sorter.compile(
        optimizer=keras.optimizers.Adam(cfg.rate, clipnorm=1.0),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    sorter.fit(points[:cut], kinds[:cut], batch_size=32, epochs=cfg.epochs, validation_split=0.1, verbose=0)
    print(dict(zip(["loss", "accuracy"], sorter.evaluate(points[cut:], kinds[cut:], verbose=0))))
    return sorter, points[cut:], kinds[cut:]


if __name__ == "__main__":
    sorter, unseen, unseen_kinds = main()
