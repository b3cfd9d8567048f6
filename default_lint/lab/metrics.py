"""How good predictions are, as pure functions on arrays, and how far each figure can be trusted.

Rows are programs or runs. `truth` and `predicted` are (n,) of 0 and 1 or of class numbers, or (n, labels) of 0 and 1
where several may hold; `probability` is (n,), that of 1. What is not defined (one class only, no rows) is NaN.

`bootstrap` draws whole seed programs, as the mutants of a seed are alike and so are the runs of a mutant:

    bootstrap(auroc, seeds, truth, probability)
    {"value": 0.94, "low": 0.91, "high": 0.96, "n": 6120}

A score is computed a thousand times for its interval, so it is written out here: scikit-learn's, to which the tests
compare, spend 1 to 5 ms a call on other things.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypedDict

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.metrics import roc_curve

DRAWS = 1000
LEVEL = 0.95
BINS = 10
"""Bins of equal width of the calibration error."""
POINTS = 200
"""Of a curve."""
LEAST = 0.5
"""Share of the draws in which a figure must be defined to have an interval."""

Array = NDArray[Any]
Score = Callable[..., float]


class Estimate(TypedDict):
    """A figure: its value over all rows, its interval, and the number of rows."""

    value: float
    low: float
    high: float
    n: int


# Yes or no, and one of several classes


def accuracy(truth: ArrayLike, predicted: ArrayLike) -> float:
    """Share of rows that are right; NaN when there is none."""
    ours, told = _pair(truth, predicted)
    return float(np.mean(ours == told)) if len(ours) else math.nan


def balanced_accuracy(truth: ArrayLike, predicted: ArrayLike) -> float:
    """Mean over the classes of the share of their rows that are right; NaN when there is one class only."""
    ours, told = _pair(truth, predicted)
    if not _several(ours):
        return math.nan
    _, codes = np.unique(ours, return_inverse=True)
    return float(np.mean(np.bincount(codes, weights=ours == told) / np.bincount(codes)))


def auroc(truth: ArrayLike, probability: ArrayLike) -> float:
    """Chance that a one is given more than a zero, a tie counting half (Mann-Whitney U); NaN for one class only."""
    ours, told = _pair(truth, probability)
    if not _several(ours):
        return math.nan
    _, places, counts = np.unique(told, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[places]
    ones = int(np.sum(ours != 0))
    return float((np.sum(ranks[ours != 0]) - ones * (ones + 1) / 2) / (ones * (len(ours) - ones)))


def average_precision(truth: ArrayLike, probability: ArrayLike) -> float:
    """Area under precision over recall, as steps; that of a constant is the share of ones. NaN for one class only."""
    ours, told = _pair(truth, probability)
    if not _several(ours):
        return math.nan
    levels, places = np.unique(-told.astype(np.float64), return_inverse=True)
    called = np.bincount(places, minlength=len(levels))
    right = np.bincount(places, weights=ours != 0, minlength=len(levels))
    return float(np.sum(np.cumsum(right) / np.cumsum(called) * right) / np.sum(right))


def brier(truth: ArrayLike, probability: ArrayLike) -> float:
    """Mean squared error of the probability (Brier 1950); of (n, classes) the sum over classes, from 0 to 2."""
    given = np.asarray(probability, dtype=np.float64)
    ours = np.asarray(truth)
    _fit(ours, given)
    if not len(ours):
        return math.nan
    if given.ndim == 1:
        return float(np.mean((given - ours) ** 2))
    return float(np.mean(np.sum((given - _one_hot(ours, given.shape[1])) ** 2, axis=1)))


def ece(truth: ArrayLike, probability: ArrayLike, bins: int = BINS) -> float:
    """Expected calibration error (Naeini et al. 2015) over bins of equal width, of the probability of 1.

    The mean of how far the share of ones in a bin is from its mean probability, by the number of rows.
    """
    curve = reliability(truth, probability, bins)
    total = sum(count for _, _, count in curve)
    return sum(abs(told - share) * count for told, share, count in curve) / total if total else math.nan


def mcc(truth: ArrayLike, predicted: ArrayLike) -> float:
    """Correlation of truth and prediction (Matthews 1975; of several classes Gorodkin 2004), -1 to 1.

    0 when always the same is predicted, NaN when there is one class only.
    """
    ours, told = _pair(truth, predicted)
    if not _several(ours):
        return math.nan
    names, codes = np.unique(np.concatenate([ours, told]), return_inverse=True)
    held, given = (np.bincount(part, minlength=len(names)).astype(float) for part in np.split(codes, 2))
    rows = float(len(ours))
    spread = (rows**2 - np.sum(given**2)) * (rows**2 - np.sum(held**2))
    if spread <= 0:
        return 0.0
    return float((np.sum(ours == told) * rows - np.sum(held * given)) / math.sqrt(spread))


def precision(truth: ArrayLike, predicted: ArrayLike) -> float:
    """Share of what was called 1 that is 1; NaN when nothing was."""
    ours, told = _pair(truth, predicted)
    return float(np.mean(ours[told != 0] != 0)) if np.any(told != 0) else math.nan


def recall(truth: ArrayLike, predicted: ArrayLike) -> float:
    """Share of the ones that were called 1; NaN when there is none."""
    ours, told = _pair(truth, predicted)
    return float(np.mean(told[ours != 0] != 0)) if np.any(ours != 0) else math.nan


def f1(truth: ArrayLike, predicted: ArrayLike) -> float:
    """Harmonic mean of precision and recall, 0 when none of the ones was found; NaN when there is none."""
    ours, told = _pair(truth, predicted)
    if not np.any(ours != 0):
        return math.nan
    return 2 * float(np.sum((ours != 0) & (told != 0))) / float(np.sum(ours != 0) + np.sum(told != 0))


def false_alarm_rate(truth: ArrayLike, predicted: ArrayLike) -> float:
    """Share of the zeros that were called 1; NaN when there is none."""
    ours, told = _pair(truth, predicted)
    return float(np.mean(told[ours == 0] != 0)) if np.any(ours == 0) else math.nan


# Several labels


def per_family(truth: ArrayLike, predicted: ArrayLike, names: Sequence[str]) -> dict[str, dict[str, float]]:
    """Precision, recall, F1 and support of each column of (n, families) by the family's name."""
    ours, told = _columns(truth, predicted, len(names))
    return {
        name: {
            "precision": precision(ours[:, column], told[:, column]),
            "recall": recall(ours[:, column], told[:, column]),
            "f1": f1(ours[:, column], told[:, column]),
            "support": int(np.sum(ours[:, column])),
        }
        for column, name in enumerate(names)
    }


def macro_f1(truth: ArrayLike, predicted: ArrayLike) -> float:
    """Mean F1 of the columns that have ones; a column that is never predicted counts 0."""
    ours, told = _columns(truth, predicted)
    both = np.sum(ours & told, axis=0)
    there = np.sum(ours, axis=0)
    with np.errstate(invalid="ignore"):
        each = 2 * both / (there + np.sum(told, axis=0))
    return float(np.mean(each[there > 0])) if np.any(there > 0) else math.nan


def strict(truth: ArrayLike, predicted: ArrayLike) -> float:
    """Share of rows whose labels are all right: none missing, none too many."""
    ours, told = _columns(truth, predicted)
    return float(np.mean(np.all(ours == told, axis=1))) if len(ours) else math.nan


def any_match(truth: ArrayLike, predicted: ArrayLike) -> float:
    """Share of the rows with a label of which at least one was predicted."""
    ours, told = _columns(truth, predicted)
    there = ours.any(axis=1)
    return float(np.mean((ours & told)[there].any(axis=1))) if there.any() else math.nan


# Ranked


def top_k(truth: ArrayLike, scores: ArrayLike, k: int = 1, how: str = "any") -> float:
    """Share of rows whose class is among the k with the largest of the (n, classes) scores.

    A tie counts against us: of equal scores the right class comes last. With (n, classes) of 0 and 1 as truth, one of
    the row's classes must be there (`how="any"`), or all among the first k, more when the row has more (`"all"`). Rows
    with NaN scores count as wrong; rows without a class are left out.
    """
    given = np.asarray(scores, dtype=np.float64)
    ours = np.asarray(truth)
    _fit(ours, given)
    if how not in ("any", "all"):
        raise ValueError(f"`how` is {how!r}, expected 'any' or 'all'")
    if not len(ours):
        return math.nan
    held = (_one_hot(ours, given.shape[1]) if ours.ndim == 1 else ours).astype(bool)
    there = held.any(axis=1)
    if not there.any():
        return math.nan
    held, given = held[there], given[there]
    if how == "any":
        best = np.max(np.where(held, given, -np.inf), axis=1)
        before = np.sum(~held & (given >= best[:, None]), axis=1)
        right = before < k
    else:
        worst = np.min(np.where(held, given, np.inf), axis=1)
        before = np.sum(~held & (given >= worst[:, None]), axis=1)
        right = before + held.sum(axis=1) <= np.maximum(k, held.sum(axis=1))
    return float(np.mean(right & ~np.isnan(given).any(axis=1)))


def hit_rate(ranks: ArrayLike, k: int = 1) -> float:
    """Share of ranks (from 1; NaN or infinity where it never comes) that are at most k."""
    given = np.asarray(ranks, dtype=np.float64)
    return float(np.mean(given <= k)) if len(given) else math.nan


# Curves


def roc(truth: ArrayLike, probability: ArrayLike, points: int = POINTS) -> list[tuple[float, float]]:
    """(false-alarm rate, recall) over all thresholds, from (0, 0) to (1, 1); empty when there is one class only."""
    ours, told = _pair(truth, probability)
    if not _several(ours):
        return []
    false, true, _ = roc_curve(ours, told)
    return [(float(x), float(y)) for x, y in zip(_thinned(false, points), _thinned(true, points))]


def reliability(truth: ArrayLike, probability: ArrayLike, bins: int = BINS) -> list[tuple[float, float, int]]:
    """(mean probability, share of ones, number of rows) of each bin of equal width that has rows."""
    ours, told = _pair(truth, probability)
    if not len(ours):
        return []
    places = np.clip((told * bins).astype(np.int64), 0, bins - 1)
    counts, sums, ones = (np.bincount(places, part, bins) for part in (None, told, ours))
    return [(sums[at] / counts[at], ones[at] / counts[at], int(counts[at])) for at in np.flatnonzero(counts)]


def confusion(truth: ArrayLike, predicted: ArrayLike) -> list[list[int]]:
    """Rows that have label i and were given label j, for (n, labels) of 0 and 1; a last column for those given none."""
    ours, told = _columns(truth, predicted)
    both = ours.astype(np.int64).T @ told.astype(np.int64)
    none = ours[~told.any(axis=1)].sum(axis=0)
    return [[*map(int, row), int(rest)] for row, rest in zip(both, none)]


# Trust


def bootstrap(
    score: Score, groups: ArrayLike, *arrays: ArrayLike, draws: int = DRAWS, level: float = LEVEL, seed: int = 0
) -> Estimate:
    """A score of arrays with its interval: `level` of the draws of as many groups, with replacement, lie in it.

    `groups` (n,) names the seed program of each row of the arrays. The same arguments give the same interval. Draws in
    which the score is NaN are left out; when it is so in more than half of them, the interval is NaN.
    """
    return bootstrap_all({"": score}, groups, *arrays, draws=draws, level=level, seed=seed)[""]


def bootstrap_all(
    scores: Mapping[str, Score],
    groups: ArrayLike,
    *arrays: ArrayLike,
    draws: int = DRAWS,
    level: float = LEVEL,
    seed: int = 0,
) -> dict[str, Estimate]:
    """`bootstrap` of several scores of the same arrays, over the same draws."""
    held = [np.asarray(array) for array in arrays]
    named = np.asarray(groups)
    for array in held:
        _fit(named, array)
    found: dict[str, list[float]] = {name: [] for name in scores}
    for rows in _draws(named, draws, seed) if len(named) else ():
        part = [array[rows] for array in held]
        for name, score in scores.items():
            found[name].append(score(*part))
    return {
        name: _estimate(score(*held) if len(named) else math.nan, found[name], level, len(named))
        for name, score in scores.items()
    }


def difference(
    score: Score,
    groups: ArrayLike,
    truth: ArrayLike,
    ours: ArrayLike,
    other: ArrayLike,
    *,
    draws: int = DRAWS,
    level: float = LEVEL,
    seed: int = 0,
) -> Estimate:
    """By how much the score of `ours` is above that of `other`, on the same draws: clear when `low` is above 0."""

    def gap(truth: Array, first: Array, second: Array) -> float:
        return score(truth, first) - score(truth, second)

    return bootstrap(gap, groups, truth, ours, other, draws=draws, level=level, seed=seed)


def _draws(groups: Array, draws: int, seed: int) -> Iterator[Array]:
    """The rows of each draw."""
    names, codes = np.unique(groups, return_inverse=True)
    order = np.argsort(codes, kind="stable")
    members = np.split(order, np.cumsum(np.bincount(codes))[:-1])
    chance = np.random.default_rng(seed)
    for _ in range(draws):
        yield np.concatenate([members[place] for place in chance.integers(len(names), size=len(names))])


def _estimate(value: float, drawn: Sequence[float], level: float, rows: int) -> Estimate:
    told = np.array([draw for draw in drawn if not math.isnan(draw)])
    low = high = math.nan
    if len(told) and len(told) >= LEAST * len(drawn) and not math.isnan(value):
        low, high = (float(edge) for edge in np.quantile(told, [(1 - level) / 2, (1 + level) / 2]))
    return {"value": float(value), "low": low, "high": high, "n": rows}


# Shapes


def _pair(truth: ArrayLike, predicted: ArrayLike) -> tuple[Array, Array]:
    ours, told = np.asarray(truth), np.asarray(predicted)
    _fit(ours, told)
    if told.dtype.kind == "f" and np.isnan(told).any():  # unchecked below, and then wrong without a word
        raise ValueError("a prediction is NaN")
    if ours.dtype == bool:
        ours = ours.astype(np.int64)
    return ours, told.astype(np.int64) if told.dtype == bool else told


def _columns(truth: ArrayLike, predicted: ArrayLike, width: int | None = None) -> tuple[Array, Array]:
    ours, told = np.asarray(truth).astype(bool), np.asarray(predicted).astype(bool)
    if ours.shape != told.shape or ours.ndim != 2 or (width is not None and ours.shape[1] != width):
        wanted = "(n, labels)" if width is None else f"(n, {width})"
        raise ValueError(f"truth of shape {ours.shape} and prediction of shape {told.shape}, expected {wanted}")
    return ours, told


def _fit(one: Array, other: Array) -> None:
    if one.ndim == 0 or other.ndim == 0 or len(one) != len(other):
        raise ValueError(f"arrays of shapes {one.shape} and {other.shape} do not have the same rows")


def _several(truth: Array) -> bool:
    return len(truth) > 0 and bool(np.any(truth != truth[0]))


def _one_hot(classes: Array, count: int) -> Array:
    return np.asarray(classes[:, None] == np.arange(count)[None, :])


def _thinned(values: Array, points: int) -> Array:
    if len(values) <= points:
        return values
    return np.asarray(values[np.unique(np.linspace(0, len(values) - 1, points).round().astype(int))])
