"""Forests made at random, and their SHAP values by definition."""

from __future__ import annotations

import io
import math
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np

from default_lint.diagnosis.forest import Forest

Array = np.ndarray[Any, Any]
GRID = np.array([-2.5, -1.0, 0.0, 0.1, 0.75, 3.0], np.float32)


def grown(
    seed: int,
    trees: int = 3,
    depth: int = 4,
    features: int = 4,
    classes: int = 2,
    splitting: float = 0.8,
    whole: bool = True,
    apart: bool = False,
    boosted: bool = False,
) -> Forest:
    """A forest whose nodes split with a probability, by few features and thresholds, so that they come again."""
    if boosted:
        voting = grown(seed, trees, depth, features, 2, splitting)
        leaves = int((~voting.splits).sum())
        margins, start = np.random.default_rng(seed).normal(0, 1, leaves + 1)[:-1], -0.3
        return replace(
            voting, counts=voting.counts.sum(axis=0)[None], units=np.ones((1, 1)), margins=margins, start=start
        )
    chance = np.random.default_rng(seed)
    levels = [chance.random(trees) < splitting]
    while levels[-1].any():
        size = 2 * int(levels[-1].sum())
        levels.append((chance.random(size) < splitting) & (len(levels) < depth))
    splits = np.concatenate(levels) if depth else np.zeros(trees, bool)
    inner, leaves = int(splits.sum()), int((~splits).sum())
    counts = chance.integers(0, 300, (classes, leaves)) * (chance.random((classes, leaves)) < 0.7)
    counts[chance.integers(0, classes, leaves), np.arange(leaves)] += 1
    return Forest(
        classes=("no", "yes") if classes == 2 else tuple(f"class_{at}" for at in range(classes)),
        features=tuple(f"feature_{at}" for at in range(features)),
        trees=trees,
        splits=splits,
        feature=chance.integers(0, features, inner),
        threshold=chance.choice(GRID, inner),
        counts=counts.astype(np.uint16) if whole else counts * chance.uniform(0.1, 1.0, counts.shape) + 1e-3,
        units=chance.uniform(0.2, 5.0, (classes, trees if apart else 1)) if whole else np.ones((classes, 1)),
    )


def rows(seed: int, forest: Forest, count: int = 8) -> Array:
    """Rows for it, many of their numbers right on a threshold."""
    chance = np.random.default_rng(seed)
    shape = (count, len(forest.features))
    return np.where(chance.random(shape) < 0.5, chance.choice(GRID, shape), chance.normal(0, 2, shape))


class Walker:
    """The same forest, one node at a time."""

    def __init__(self, forest: Forest) -> None:
        self.forest = forest
        self.split = {int(node): at for at, node in enumerate(np.flatnonzero(forest.splits))}
        self.leaf = {int(node): at for at, node in enumerate(np.flatnonzero(~forest.splits))}
        self.root: dict[int, int] = {}
        for root in range(forest.trees):
            self._own(root, root)

    def _own(self, node: int, root: int) -> None:
        self.root[node] = root
        for child in self.children(node):
            self._own(child, root)

    def children(self, node: int) -> tuple[int, ...]:
        if node not in self.split:
            return ()
        first = self.forest.trees + 2 * self.split[node]
        return first, first + 1

    def weights(self, node: int) -> Array:
        """The weight of each class below a node."""
        if node in self.leaf:
            unit = self.forest.units[:, self.root[node] if self.forest.units.shape[1] > 1 else 0]
            return np.array(self.forest.counts[:, self.leaf[node]] * unit)
        first, second = self.children(node)
        return np.array(self.weights(first) + self.weights(second))

    def expected(self, node: int, row: Array, known: frozenset[int], output: int) -> float:
        """The share of a class, or its logit, when only some features are known: splits on others go both ways."""
        if node in self.leaf:
            if self.forest.margins is not None:
                return float(self.forest.margins[self.leaf[node]]) * (-1, 1)[output]
            weights = self.weights(node)
            return float(weights[output] / weights.sum())
        feature = int(self.forest.feature[self.split[node]])
        first, second = self.children(node)
        if feature in known:
            low = np.float32(row[feature]) <= self.forest.threshold[self.split[node]]
            return self.expected(first if low else second, row, known, output)
        parts = [self.weights(child).sum() for child in (first, second)]
        both = zip(parts, (first, second), strict=True)
        return float(sum(part * self.expected(child, row, known, output) for part, child in both) / sum(parts))

    def mean(self, row: Array, known: frozenset[int], output: int) -> float:
        trees = self.forest.trees
        total = sum(self.expected(root, row, known, output) for root in range(trees))
        return total / trees if self.forest.margins is None else total + self.forest.start * (-1, 1)[output]

    def shapley(self, row: Array, output: int) -> Array:
        """The Shapley values of the features, by the sum over all subsets of the others."""
        count = len(self.forest.features)
        values = np.zeros(count)
        for feature in range(count):
            others = [other for other in range(count) if other != feature]
            for size in range(count):
                weight = 1 / (count * math.comb(count - 1, size))
                for subset in combinations(others, size):
                    known = frozenset(subset)
                    gain = self.mean(row, known | {feature}, output) - self.mean(row, known, output)
                    values[feature] += weight * gain
        return values


def members(content: bytes) -> dict[str, bytes]:
    """The files in a file."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(files: Mapping[str, bytes]) -> bytes:
    """A file of files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def array(values: Any, pickled: bool = False) -> bytes:
    """An array as .npy."""
    out = io.BytesIO()
    np.save(out, values, allow_pickle=pickled)
    return out.getvalue()


def unpacked(content: bytes) -> Array:
    """What is in an .npy."""
    return np.array(np.load(io.BytesIO(content), allow_pickle=False))
