"""Learning the three levels of diagnosis and the suspicions of places, judged on seed programs that were not seen.

Every split is by seed program. What a classifier says about a row is first told by one that has not seen its seed
(`out_of_fold`); calibration and thresholds are fitted on what was told about the seeds of the other folds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sklearn.ensemble import ExtraTreesClassifier, HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold

from default_lint.lab.learning import EPOCHS, FAMILIES, PLACES, Learning, Rows

FOLDS = 5
SEED = 7
TREES = 100
DEPTH = 10
"""Of a tree, so that its explanation stays exact and cheap."""
LEAF = 5
FEATURES = 0.1
"""Share of the features that a split chooses from."""
ALARMS = 0.05
"""Share of healthy programs that may be called faulty."""
LEAST = 8
"""A family or cause of fewer faulty programs is not learned."""
EPS = 1e-4

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Recipe:
    """How a classifier is made: "forest", "extra" or "boosting", and its settings.

    Most of the time that boosting takes with few rows goes into finding the edges of its `bins`.
    """

    kind: str = "forest"
    trees: int = TREES
    depth: int = DEPTH
    leaf: int = LEAF
    share: float | str = FEATURES
    bins: int = 63

    def make(self, seed: int = SEED, jobs: int | None = None) -> Any:
        """A new classifier of scikit-learn."""
        if self.kind == "boosting":
            return HistGradientBoostingClassifier(
                max_iter=self.trees,
                max_features=0.2,
                max_bins=self.bins,
                max_depth=min(self.depth, 6),
                min_samples_leaf=max(self.leaf, 10),
                learning_rate=0.06,
                l2_regularization=1.0,
                class_weight="balanced",
                early_stopping=False,
                random_state=seed,
            )
        cls = RandomForestClassifier if self.kind == "forest" else ExtraTreesClassifier
        return cls(
            n_estimators=self.trees,
            max_depth=self.depth,
            min_samples_leaf=self.leaf,
            max_features=self.share,
            class_weight="balanced_subsample",
            bootstrap=True,
            random_state=seed,
            n_jobs=jobs,
        )


GRID = tuple(
    Recipe(kind, leaf=leaf, share=share, depth=depth)
    for kind in ("forest", "extra")
    for leaf in (2, 5, 10)
    for share in ("sqrt", 0.1, 0.3)
    for depth in (6, 10)
)
"""What the search tries, by balanced accuracy over seeds that were not seen."""


@dataclass(frozen=True)
class Task:
    """Something to be learned: rows, a class for each, and the seed of each.

    classes  their names; a binary task has ("no", "yes")
    """

    name: str
    rows: Rows
    y: Array
    groups: Array
    classes: tuple[str, ...]

    @property
    def binary(self) -> bool:
        """Whether it is a question of yes or no."""
        return self.classes == ("no", "yes")

    def only(self, columns: Sequence[int]) -> Task:
        """The same with some of the features."""
        kept = list(columns)
        rows = replace(self.rows, x=self.rows.x[:, kept], names=tuple(self.rows.names[at] for at in kept))
        return replace(self, rows=rows)


@dataclass(frozen=True)
class Told:
    """What was said about the rows of a task by classifiers that had not seen their seeds.

    raw          float, (rows, classes): shares of the trees
    probability  the same, calibrated
    fold         which fold a row was held out in
    threshold    float, (rows,): what "yes" would have needed, of a binary task
    """

    raw: Array
    probability: Array
    fold: Array
    threshold: Array

    @property
    def yes(self) -> Array:
        """bool, (rows,): the answer to a binary task."""
        return np.asarray(self.probability[:, 1] >= self.threshold)


YES_NO = ("no", "yes")


def named(level: str, first: int | None) -> str:
    """A level with the number of first epochs that it knows of: "both", "dynamic5"."""
    return level if first is None else f"{level}{first}"


def detection(learning: Learning, level: str, first: int | None = None, where: Array | None = None) -> Task:
    """Level one: is the program faulty?"""
    rows = learning.rows(level, first, where)
    return Task(
        f"detection.{named(level, first)}",
        rows,
        learning.faulty[rows.program].astype(int),
        learning.seeds[rows.program],
        YES_NO,
    )


def categorization(
    learning: Learning, family: str, level: str, first: int | None = None, where: Array | None = None
) -> Task:
    """Level two: of a faulty program, is a fault of the family in it?"""
    faulty = learning.faulty if where is None else learning.faulty & where
    rows = learning.rows(level, first, faulty)
    y = learning.families[rows.program, FAMILIES.index(family)].astype(int)
    return Task(f"categorization.{family}.{named(level, first)}", rows, y, learning.seeds[rows.program], YES_NO)


def cause(
    learning: Learning, family: str, level: str, first: int | None = None, where: Array | None = None
) -> Task | None:
    """Level three: of a program with one harmful fault of the family, which cause? None with fewer than two causes."""
    there = learning.faulty & learning.single & learning.families[:, FAMILIES.index(family)]
    names, counts = np.unique(learning.causes[there], return_counts=True)
    classes = tuple(str(name) for name, count in zip(names, counts, strict=True) if count >= LEAST)
    if len(classes) < 2:
        return None
    there &= np.isin(learning.causes, classes)
    if where is not None:
        there &= where
    rows = learning.rows(level, first, there)
    y = np.searchsorted(np.array(classes), learning.causes[rows.program])
    return Task(f"cause.{family}.{named(level, first)}", rows, y, learning.seeds[rows.program], classes)


def suspicion(learning: Learning, kind: str, where: Array | None = None) -> Task:
    """Of a place in a program: is a fault planted there that does harm?"""
    rows, planted = learning.places(kind, where)
    return Task(f"site.{kind}", rows, planted.astype(int), learning.seeds[rows.program], YES_NO)


def tasks(learning: Learning) -> Iterator[tuple[Task, ...]]:
    """All questions that there is enough to learn about, each with what it may be answered from.

    From the source alone; from a run, or from both, for each number of first epochs (`learning.EPOCHS`); for a place.
    """
    ways: list[tuple[tuple[str, ...], int | None]] = [(("static",), None)]
    ways += [(("dynamic", "both"), first) for first in EPOCHS]
    for levels, first in ways:
        asked: list[list[Task | None]] = [[detection(learning, level, first) for level in levels]]
        asked += [[categorization(learning, family, level, first) for level in levels] for family in FAMILIES]
        asked += [[cause(learning, family, level, first) for level in levels] for family in FAMILIES]
        for several in asked:
            there = tuple(task for task in several if task is not None and learnable(task))
            if there:
                yield there
    for kind in PLACES:
        task = suspicion(learning, kind)
        if learnable(task):
            yield (task,)


def learnable(task: Task) -> bool:
    """Whether every class has enough programs, of enough seeds to hold some out."""
    for number in range(len(task.classes)):
        there = task.y == number
        if len(np.unique(task.rows.program[there])) < LEAST or len(np.unique(task.groups[there])) < FOLDS:
            return False
    return True


def folds(task: Task, count: int = FOLDS, seed: int = SEED) -> Array:
    """The fold of each row: whole seeds, classes spread as evenly as that allows."""
    result = np.zeros(len(task.y), int)
    split = StratifiedGroupKFold(count, shuffle=True, random_state=seed)
    for number, (_, held) in enumerate(split.split(task.rows.x, task.y, task.groups)):
        result[held] = number
    return result


def out_of_fold(
    task: Task,
    recipe: Recipe,
    fold: Array | None = None,
    jobs: int | None = None,
    target: Callable[[Task, Array], Array] | None = None,
) -> Told:
    """What classifiers say about rows of seeds that they have not seen.

    `target` gives the threshold of a binary task from calibrated probabilities (default: `threshold_for`).
    """
    held = folds(task) if fold is None else fold
    count = len(task.classes)
    raw = np.full((len(task.y), count), 1.0 / count)
    for number in np.unique(held):
        train, test = held != number, held == number
        model = fitted(task, recipe, jobs, train)
        said = model.predict_proba(task.rows.x[test])
        filled = np.zeros((int(test.sum()), count))
        filled[:, model.classes_] = said
        raw[test] = filled
    probability = np.empty_like(raw)
    threshold = np.full(len(task.y), 0.5)
    for number in np.unique(held):
        others, mine = held != number, held == number
        scale = calibration(task, raw, others)
        probability[mine] = calibrated(raw[mine], scale, task.binary)
        if task.binary:
            theirs = calibrated(raw[others], scale, True)[:, 1]
            choose = target or threshold_for
            threshold[mine] = choose(subset(task, others), theirs)
    return Told(raw, probability, held, threshold)


def fitted(task: Task, recipe: Recipe, jobs: int | None = None, where: Array | None = None) -> Any:
    """A classifier that was taught with rows of a task, all if None.

    Rows weigh so that programs are equal: an original has ten runs, a mutant two.
    """
    at = np.ones(len(task.y), bool) if where is None else where
    return recipe.make(jobs=jobs).fit(task.rows.x[at], task.y[at], sample_weight=task.rows.weight[at])


def subset(task: Task, where: Array) -> Task:
    """A task with some of its rows."""
    at = np.flatnonzero(where)
    rows = replace(task.rows, x=task.rows.x[at], program=task.rows.program[at], weight=task.rows.weight[at])
    return replace(task, rows=rows, y=task.y[at], groups=task.groups[at])


def logit(share: Array) -> Array:
    """The logit of shares, cut to 1e-4 from both ends."""
    cut = np.clip(share, EPS, 1 - EPS)
    return np.asarray(np.log(cut / (1 - cut)))


def calibration(task: Task, raw: Array, where: Array | None = None) -> list[tuple[float, float]]:
    """Slope and offset of each class on the logit of its share (Platt 1999); rows weigh so that programs are equal.

    A slope below 0 would turn the order round; it is then 1 with the offset that gives the right mean.
    """
    at = np.ones(len(task.y), bool) if where is None else where
    result = []
    for number in range(len(task.classes)):
        if task.binary and number == 0:
            result.append((1.0, 0.0))
            continue
        x, y = logit(raw[at, number]), (task.y[at] == number).astype(int)
        if len(np.unique(y)) < 2:
            result.append((1.0, 0.0))
            continue
        model = LogisticRegression(C=1e3).fit(x[:, None], y, sample_weight=task.rows.weight[at])
        slope, offset = float(model.coef_[0, 0]), float(model.intercept_[0])
        if slope <= 0:
            share = float(np.average(y, weights=task.rows.weight[at]))
            slope, offset = 1.0, float(logit(np.array(share)) - np.average(x, weights=task.rows.weight[at]))
        result.append((slope, offset))
    if task.binary:
        slope, offset = result[1]
        result[0] = (slope, -offset)
    return result


def calibrated(raw: Array, scale: Sequence[tuple[float, float]], binary: bool) -> Array:
    """Probabilities, (rows, classes), that sum to 1."""
    slopes, offsets = np.array([s for s, _ in scale]), np.array([o for _, o in scale])
    found = 1 / (1 + np.exp(-(logit(raw) * slopes + offsets)))
    if binary:
        found[:, 0] = 1 - found[:, 1]
        return np.asarray(found)
    return np.asarray(found / found.sum(axis=1, keepdims=True))


def threshold_for(task: Task, probability: Array) -> float:
    """What "yes" needs.

    Of detection: the best balanced accuracy with at most ALARMS of the rows without fault called faulty. Of other
    questions: the best F1.
    """
    y, weight = task.y.astype(bool), task.rows.weight
    candidates = np.unique(np.round(probability, 3))
    if task.name.startswith("detection"):
        order = np.sort(probability[~y])
        least = order[min(len(order) - 1, int(np.ceil((1 - ALARMS) * len(order))))] if len(order) else 0.5
        return float(np.nextafter(least, 2.0))
    best, found = -1.0, 0.5
    for candidate in candidates:
        said = probability >= candidate
        right = float(weight[said & y].sum())
        score = 2 * right / max(1e-9, float(weight[said].sum() + weight[y].sum()))
        if score > best:
            best, found = score, float(candidate)
    return found


def search(
    task: Task, grid: Sequence[Recipe] = GRID, jobs: int | None = None
) -> tuple[Recipe, list[tuple[Recipe, float]]]:
    """The best of some recipes by AUROC over seeds that were not seen (mean of classes), and the score of each."""
    from default_lint.lab.metrics import auroc

    fold = folds(task)
    scores = []
    for recipe in grid:
        told = out_of_fold(task, replace(recipe, trees=min(recipe.trees, 60)), fold, jobs)
        values = [auroc(task.y == number, told.raw[:, number]) for number in range(len(task.classes))]
        scores.append((recipe, float(np.nanmean(values))))
    return max(scores, key=lambda pair: pair[1])[0], scores
