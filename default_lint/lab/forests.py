"""From the forests of scikit-learn to those that the product reads, and from those to `shap`, which judges them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from default_lint.diagnosis.forest import DEEPEST, Forest

CLOSE = 1e-11
"""Relative error that whole numbers of units may have."""
DIVISORS = 1000
"""The smallest weight of a class in a leaf is so many units at most."""

Array = np.ndarray[Any, Any]


def from_sklearn(estimator: Any, features: Sequence[str], classes: Sequence[str]) -> Forest:
    """A fitted classifier of trees as arrays that predict and explain the same.

    It is a RandomForestClassifier, an ExtraTreesClassifier, or a HistGradientBoostingClassifier of two classes.
    `features` names the columns, `classes` the entries of `estimator.classes_`, in order. Thresholds are rounded down
    to float32, which no float32 number can tell from the exact ones. Leaves keep the weights of the classes as whole
    numbers of units where there are such units (rows without weights, or with weights of classes), else in full.
    Where missing values would go is not kept, as rows have none. Raises ValueError for what the arrays cannot hold:
    deeper trees, several targets, leaves without weight, other names, splits by categories.
    """
    from sklearn.ensemble import ExtraTreesClassifier, HistGradientBoostingClassifier, RandomForestClassifier

    if isinstance(estimator, HistGradientBoostingClassifier):
        return _boosted(estimator, features, classes)
    if not isinstance(estimator, (RandomForestClassifier, ExtraTreesClassifier)):
        raise ValueError(f"a {type(estimator).__name__} does not vote by shares of its leaves")
    trees = [member.tree_ for member in estimator.estimators_]
    if estimator.n_outputs_ != 1 or len(classes) != len(estimator.classes_):
        raise ValueError(f"{len(classes)} names for {estimator.n_outputs_} target of classes {estimator.classes_}")
    levels = _levels([(tree.children_left, tree.children_right) for tree in trees], estimator, features)

    def gathered(of: str) -> Array:
        return _gathered(levels, [getattr(tree, of) for tree in trees])

    splits = gathered("children_left") >= 0
    shares = gathered("value")[~splits, 0, :].T
    totals = shares / shares.sum(axis=0) * gathered("weighted_n_node_samples")[~splits]
    if not (totals.sum(axis=0) > 0).all():
        raise ValueError("a leaf without weight")
    owner = np.concatenate([np.full(len(nodes), at) for level in levels for at, nodes in enumerate(level)])[~splits]
    counts, units = _counted(totals, owner, len(trees))
    return Forest(
        tuple(classes),
        tuple(features),
        len(trees),
        splits,
        gathered("feature")[splits].astype(np.intp),
        _down(gathered("threshold")[splits]),
        counts,
        units,
    )


def _boosted(estimator: Any, features: Sequence[str], classes: Sequence[str]) -> Forest:
    """`from_sklearn` of trees that add up; a node's weight is the number of its rows, as `shap` has it."""
    if len(classes) != 2 or len(estimator.classes_) != 2:
        raise ValueError(f"{len(classes)} names for boosted trees of classes {estimator.classes_}: they ask yes or no")
    trees = [member.nodes for (member,) in estimator._predictors]
    if any(tree["is_categorical"].any() for tree in trees):
        raise ValueError("a split by categories")
    children = [
        [np.where(tree["is_leaf"], -1, tree[side].astype(np.intp)) for side in ("left", "right")] for tree in trees
    ]
    levels = _levels(children, estimator, features)

    def gathered(of: str) -> Array:
        return _gathered(levels, [tree[of] for tree in trees])

    splits = gathered("is_leaf") == 0
    return Forest(
        tuple(classes),
        tuple(features),
        len(trees),
        splits,
        gathered("feature_idx")[splits].astype(np.intp),
        _down(gathered("num_threshold")[splits]),
        _small(gathered("count")[~splits][None]),
        np.ones((1, 1)),
        gathered("value")[~splits].astype(np.float64),
        float(np.asarray(estimator._baseline_prediction).item()),
    )


def _levels(trees: Sequence[Sequence[Array]], estimator: Any, features: Sequence[str]) -> list[list[Array]]:
    """The nodes of each tree on each level, in the order of `Forest`, by the left and right children of its nodes.

    Raises ValueError for what is deeper than a Forest is, or has other features.
    """
    if len(features) != estimator.n_features_in_:
        raise ValueError(f"{len(features)} names for {estimator.n_features_in_} features")
    nodes = [np.zeros(1, np.intp) for _ in trees]
    levels: list[list[Array]] = []
    while any(map(len, nodes)):
        if len(levels) > DEEPEST:
            raise ValueError(f"a tree of depth {len(levels)} or more, at most {DEEPEST} are read")
        levels.append(nodes)
        inner = [here[left[here] >= 0] for here, (left, _) in zip(nodes, trees, strict=True)]
        nodes = [
            np.stack([left[at], right[at]], axis=1).reshape(-1) for at, (left, right) in zip(inner, trees, strict=True)
        ]
    return levels


def _gathered(levels: Sequence[Sequence[Array]], arrays: Sequence[Array]) -> Array:
    """The entries of the nodes of all trees, one array each, in the order of `Forest`."""
    return np.concatenate([array[nodes] for level in levels for array, nodes in zip(arrays, level, strict=True)])


def coarse(forest: Forest, bits: int) -> Forest:
    """The forest with thresholds rounded down to `bits` significant bits, which take less space.

    Rows whose numbers have no more bits than that are predicted and explained as before.
    """
    part, exponent = np.frexp(forest.threshold)
    rounded = np.ldexp(np.floor(np.ldexp(part.astype(np.float64), bits)), exponent - bits)
    return replace(forest, threshold=rounded.astype(np.float32))


def to_shap(forest: Forest) -> dict[str, Any]:
    """What `shap.TreeExplainer` takes with `feature_perturbation="tree_path_dependent"`: the same forest.

    Its values have one column a class, or one, the logit of "yes", where trees are boosted; numbers of rows are to be
    float64, as float32 is rounded already.
    """
    told = forest.shares / forest.trees if forest.margins is None else forest.margins[None]
    leaf, split = np.cumsum(~forest.splits) - 1, np.cumsum(forest.splits) - 1
    child = forest.trees + 2 * split
    trees = []
    for root in range(forest.trees):
        order, at = [root], 0
        while at < len(order):
            if forest.splits[order[at]]:
                order += [int(child[order[at]]), int(child[order[at]]) + 1]
            at += 1
        nodes = np.array(order)
        place = np.full(len(forest.splits), -1)
        place[nodes] = np.arange(len(nodes))
        inner = forest.splits[nodes]
        left = np.where(inner, place[child[nodes]], -1)
        feature, threshold = np.full(len(nodes), -2), np.full(len(nodes), -2.0)
        feature[inner], threshold[inner] = forest.feature[split[nodes[inner]]], forest.threshold[split[nodes[inner]]]
        values = np.zeros((len(nodes), len(told)))
        values[~inner] = told[:, leaf[nodes[~inner]]].T
        trees.append(
            {
                "children_left": left,
                "children_right": np.where(inner, left + 1, -1),
                "children_default": left,
                "features": feature,
                "thresholds": threshold,
                "values": values,
                "node_sample_weight": forest.covers[nodes],
            }
        )
    return {"trees": trees, "input_dtype": np.float32, "base_offset": forest.start}


def _down(thresholds: Array) -> Array:
    """Rounded to the next float32 below or equal."""
    near = np.clip(thresholds, -np.finfo(np.float32).max, np.finfo(np.float32).max).astype(np.float32)
    return np.where(near.astype(np.float64) > thresholds, np.nextafter(near, np.float32(-np.inf)), near)


def _counted(totals: Array, owner: Array, trees: int) -> tuple[Array, Array]:
    """Weights as whole numbers of a unit of the class, or of the class and tree; else as they are, of unit 1."""
    together = np.array([[_unit(row)] for row in totals])
    if together.all():
        return _small(totals / together), together
    apart = np.array([[_unit(row[owner == tree]) for tree in range(trees)] for row in totals])
    if apart.all():
        return _small(totals / apart[:, owner]), apart
    return totals, np.ones((len(totals), 1))


def _unit(weights: Array) -> float:
    """The largest weight of which all others are whole multiples, by Euclid; 0 without any, 1 of nothing."""
    present = weights[weights > 0]
    if not len(present):
        return 1.0
    least = unit = float(present.min())
    for weight in np.unique(present):
        larger, smaller = float(weight), unit
        while smaller > CLOSE * weight:
            larger, smaller = smaller, math.remainder(larger, smaller)
            smaller = abs(smaller)
        unit = larger
        if unit * DIVISORS < least:
            return 0.0
    counts = np.rint(present / unit)
    unit = float(present.sum() / counts.sum())
    return unit if (np.abs(counts * unit - present) <= CLOSE * present).all() else 0.0


def _small(counts: Array) -> Array:
    """Whole numbers in the smallest type."""
    whole = np.rint(counts).astype(np.uint64)
    return whole.astype(np.min_scalar_type(int(whole.max(initial=0))))
