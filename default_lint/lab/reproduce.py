"""The paper's own protocol on the published tables, and what is left of it on programs that were not seen.

    numbers = levels(read("deep4ge"))
    numbers["tasks"]["detection"]["protocol"]["accuracy"], numbers["tasks"]["detection"]["variants"]["scores"]

*Protocol* is what the authors' scripts do, in their order: cleaning, clipping and scaling of the whole table, then a
random fifth as test set (`random_state=42`), the 20 columns that a first forest finds most important, a grid search by
accuracy. *Variants* are ours: rows that are distinct, all that is learned from data is learned inside the folds, with
and without the columns that tell of the machine, over splits that keep like runs together. The same tables and settings
give the same numbers.
"""

from __future__ import annotations

import math
import platform
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import sklearn
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components
from sklearn.cluster import KMeans
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import ParameterGrid, StratifiedGroupKFold, StratifiedKFold, train_test_split
from sklearn.neighbors import radius_neighbors_graph
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped,unused-ignore]

from default_lint.frozen import dataclass
from default_lint.lab import metrics
from default_lint.lab.published import HARDWARE, MACHINE, NOVEL, Table

Record = dict[str, Any]
Rows = NDArray[np.int64]
Values = NDArray[np.float64]
Say = Callable[[str], None]

FORMAT = 1
SEED = 42
"""The authors' `random_state`, and that of our forests."""
HELD_OUT = 0.2
CHOSEN = 20
GRIDS: Mapping[str, Mapping[str, Sequence[Any]]] = {
    "small": {"n_estimators": (100,), "max_depth": (None, 20), "min_samples_leaf": (1, 2)},
    # Theirs has `max_features` sqrt and log2 too; of 20 columns both are 4, so that this half of it repeats the other.
    "paper": {
        "n_estimators": (50, 100, 200),
        "max_depth": (None, 10, 20, 30),
        "min_samples_split": (2, 5, 10),
        "min_samples_leaf": (1, 2, 4),
    },
}
FIXED = {"n_estimators": 200}
"""The forest without any search, to see what the search is worth."""
SETS: Mapping[str, Callable[[str], bool]] = {
    "all": lambda name: True,
    "hardware": lambda name: name in HARDWARE,
    "no hardware": lambda name: name not in HARDWARE,
    "portable": lambda name: name not in MACHINE,
}
"""Columns of each variant."""
ABLATIONS: Mapping[str, Callable[[str], bool]] = {**SETS, "without the new features": lambda name: name not in NOVEL}
SPLITS = ("random", "near", "clusters", "blocks")
NEAR = 0.01
"""Mean distance, in shares of the rows, below which two runs are near-duplicates."""
SCORES: Mapping[str, Callable[..., float]] = {"accuracy": metrics.accuracy, "balanced": metrics.balanced_accuracy}
CHANCES: Mapping[str, Callable[..., float]] = {"auroc": metrics.auroc, "brier": metrics.brier}


@dataclass(frozen=True)
class Settings:
    """How much is computed: the grid, and the trees, folds and repetitions of our variants."""

    grid: str = "small"
    trees: int = 50
    folds: int = 5
    repeats: int = 3
    clusters: int = 60


def levels(tables: Mapping[str, Table], settings: Settings | None = None, say: Say = lambda text: None) -> Record:
    """All numbers of the page, as JSON can hold them; `say` is told what is begun."""
    settings = settings or Settings()
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tasks = {name: _task(table, settings, say) for name, table in tables.items()}
    versions = {"python": platform.python_version(), "scikit-learn": sklearn.__version__, "numpy": np.__version__}
    used = {name: getattr(settings, name) for name in ("grid", "trees", "folds", "repeats", "clusters")}
    return {
        "format": FORMAT,
        "made_with": {**versions, "pandas": pd.__version__},
        "settings": {**used, "seed": SEED, "near": NEAR, "tried": _size(GRIDS[settings.grid])},
        "tasks": _rounded(tasks),
    }


def _task(table: Table, settings: Settings, say: Say) -> Record:
    name = table.task.name
    distinct = table.distinct()
    told: Record = {
        "rows": len(table.target),
        "positive": int(table.target.sum()),
        "labels": dict(sorted(Counter(table.labels.tolist()).items())),
        "blank": int(table.blank.sum()),
        "blank_positive": int(table.target[table.blank].sum()),
        "distinct": len(distinct.target),
        "distinct_positive": int(distinct.target.sum()),
    }
    say(f"{name}: the paper's protocol on {len(table.target):,} rows")
    if table.programs is not None:
        return {"table": told, "protocol": static_protocol(table), **_static(table, distinct, settings, say)}
    told = {"table": told, "protocol": protocol(table, GRIDS[settings.grid])}
    if table.task.stage == "detection":
        say(f"{name}: the same with fewer columns")
        told["ablations"] = {
            key: protocol(table, None, [column for column in table.features if keep(column)])
            for key, keep in ABLATIONS.items()
        }
    told["variants"] = variants(distinct, settings, say)
    return told


# The authors' protocol


def clean(features: pd.DataFrame) -> pd.DataFrame:
    """A table as the authors' scripts clean it: all of it at once, before any split.

    Missing numbers become the mean of the column (infinite where the column has an infinity), infinities its largest
    finite number, and each column is clipped to its 1st and 99th percentile.
    """
    frame = features.fillna(features.mean())
    frame = frame.replace([np.inf, -np.inf], np.nan)
    frame = frame.fillna(frame.max())
    frame = frame.clip(frame.quantile(0.01), frame.quantile(0.99), axis=1)
    return frame.fillna(frame.mean()).fillna(0.0)


def protocol(
    table: Table, grid: Mapping[str, Sequence[Any]] | None = None, columns: Sequence[str] | None = None
) -> Record:
    """Scores of the authors' protocol on a table as published, or on some of its columns.

    Without a grid the forest has the settings of `FIXED`. The record has the scores of each class, what the search
    found and what the forest without it scores, the columns chosen, and how many test rows have a copy in training.
    """
    used = list(columns if columns is not None else table.features.columns)
    features = clean(table.features[used])
    values = np.asarray(StandardScaler().fit_transform(features), dtype=np.float64)
    train, test = train_test_split(np.arange(len(values)), test_size=HELD_OUT, random_state=SEED)
    truth = table.target
    first = RandomForestClassifier(100, random_state=SEED).fit(values[train], truth[train])
    chosen = np.argsort(first.feature_importances_)[::-1][:CHOSEN]
    values = values[:, chosen]
    forest = RandomForestClassifier(random_state=SEED, **FIXED).fit(values[train], truth[train])
    plain = _classes(truth[test], _probability(forest, values[test]))
    copied = {"copied": _copied(table.features[used], train, test), "columns": [used[place] for place in chosen]}
    if grid is None:
        return {**plain, **copied}
    best, means = search(values[train], truth[train], grid)
    forest = RandomForestClassifier(random_state=SEED, **best).fit(values[train], truth[train])
    scores = _classes(truth[test], _probability(forest, values[test]))
    return {**scores, **copied, "best": best, "cv": {"best": max(means), "worst": min(means)}, "fixed": plain}


def search(values: Values, truth: Rows, grid: Mapping[str, Sequence[Any]]) -> tuple[Record, list[float]]:
    """What `GridSearchCV` finds best by accuracy in five folds, and the mean accuracy of each setting of the grid.

    It is quicker: the first trees of a forest are the smaller forest, and a depth that none of its trees reaches is no
    limit, so that such forests are grown once.
    """
    sizes, depths = grid["n_estimators"], grid.get("max_depth", (None,))
    others = ParameterGrid({name: held for name, held in grid.items() if name not in ("n_estimators", "max_depth")})
    found: dict[str, list[float]] = {}
    for train, test in StratifiedKFold(5).split(values, truth):
        for settings in others:
            scores: dict[int, float] = {}
            reached = math.inf
            for depth in sorted(depths, key=lambda depth: math.inf if depth is None else depth, reverse=True):
                if not scores or depth < reached:
                    forest = RandomForestClassifier(max(sizes), max_depth=depth, random_state=SEED, **settings)
                    forest.fit(values[train], truth[train])
                    reached = max(tree.get_depth() for tree in forest.estimators_)
                    scores = _by_size(forest, sizes, values[test], truth[test])
                limit = {"max_depth": depth} if "max_depth" in grid else {}
                for size, score in scores.items():
                    found.setdefault(_key({**settings, **limit, "n_estimators": size}), []).append(score)
    every = list(ParameterGrid(grid))
    means = [float(np.mean(found[_key(settings)])) for settings in every]
    return every[int(np.argmax(means))], means


def _key(settings: Record) -> str:
    return str(sorted(settings.items()))


def _by_size(forest: RandomForestClassifier, sizes: Sequence[int], values: Values, truth: Rows) -> dict[int, float]:
    """The accuracy of a forest's first trees, for each number of trees."""
    chances = np.cumsum([tree.predict_proba(values) for tree in forest.estimators_], axis=0)
    told = {size: forest.classes_[np.argmax(chances[size - 1], axis=1)] for size in sizes}
    return {size: metrics.accuracy(truth, answers) for size, answers in told.items()}


def static_protocol(table: Table) -> Record:
    """The same for the static table, which the authors neither clean nor scale, with the forest of their script."""
    train, test = train_test_split(np.arange(len(table.target)), test_size=HELD_OUT, random_state=SEED)
    values = table.features.to_numpy(dtype=np.float64)
    forest = RandomForestClassifier(random_state=SEED).fit(values[train], table.target[train])
    scores = _classes(table.target[test], _probability(forest, values[test]))
    return {**scores, "copied": _copied(table.features, train, test)}


def _classes(truth: Rows, chance: Values) -> Record:
    """Scores of the class 1 ("faulty", or the task's own), of 0, and their means, as the authors' report has them."""
    told = np.asarray(chance > 0.5, dtype=np.int64)  # a tie is the first class, as scikit-learn has it
    ours, theirs = _one(truth, told), _one(1 - truth, 1 - told)
    return {
        "n": len(truth),
        "accuracy": metrics.accuracy(truth, told),
        "balanced": metrics.balanced_accuracy(truth, told),
        "auroc": metrics.auroc(truth, chance),
        "own": ours,
        "other": theirs,
        "macro": {name: (ours[name] + theirs[name]) / 2 for name in ("precision", "recall", "f1")} | {"n": len(truth)},
    }


def _one(truth: Rows, told: Rows) -> Record:
    scores = {"precision": metrics.precision, "recall": metrics.recall, "f1": metrics.f1}
    return {name: score(truth, told) for name, score in scores.items()} | {"n": int(truth.sum())}


def _copied(features: pd.DataFrame, train: Rows, test: Rows) -> int:
    """How many test rows are equal to a row of the training set in all columns, blanks included."""
    seen = set(_keys(features.iloc[train]))
    return sum(key in seen for key in _keys(features.iloc[test]))


def _keys(features: pd.DataFrame) -> list[bytes]:
    values = features.to_numpy(dtype=np.float64) + 0.0
    values[np.isnan(values)] = np.nan
    return [row.tobytes() for row in values]


# Ours


def variants(table: Table, settings: Settings, say: Say = lambda text: None) -> Record:
    """Scores of one forest over the splits of `SPLITS` and the columns of `SETS`, beside the floors.

    A split that is drawn at random is drawn `repeats` times: a score is the mean, `low` and `high` the ends. `groups`
    are those of the first drawing. Of a family only the portable columns are tried in splits other than the random one.
    """
    scores: Record = {name: {} for name in (*SETS, "constant", "one", "one portable")}
    groups: Record = {}
    for split in SPLITS:
        drawn = partitions(table, split, settings)
        groups[split] = drawn.told
        if not drawn.parts:
            continue
        say(f"{table.task.name}: {split}, {len(drawn.parts)} x {settings.folds} folds on {len(table.target):,} rows")
        for name, keep in SETS.items():
            if table.task.stage == "categorization" and split != "random" and name != "portable":
                continue
            columns = [column for column in table.features if keep(column)]
            scores[name][split] = _scored(table, columns, drawn.parts, _forest(settings.trees))
        portable = [column for column in table.features if SETS["portable"](column)]
        scores["constant"][split] = _majority(table, len(drawn.parts))
        one = _one_column(table, (list(table.features.columns), portable), drawn.parts)
        scores["one"][split], scores["one portable"][split] = one
    return {"groups": groups, "scores": scores}


@dataclass(frozen=True)
class Partitions:
    """Drawings of a split, each the test rows of its folds; and what is told of the groups that are kept together."""

    parts: list[list[Rows]]
    told: Record


def partitions(table: Table, split: str, settings: Settings) -> Partitions:
    """The drawings of a split: "random", "near", "clusters", "blocks" or "programs"; none when it has too few groups.

    near: runs within `NEAR` of each other, and of each other's, stay together. The distance is the mean over the
    portable columns of how many of the rows lie between. clusters: k-means of the same. blocks: as they lie in the
    file, each label apart.
    """
    truth = table.target
    if split == "blocks":
        return Partitions([_blocks(table.labels, settings.folds)], {})
    if split == "random":
        folds = [StratifiedKFold(settings.folds, shuffle=True, random_state=n) for n in range(settings.repeats)]
        return Partitions([[test for _, test in fold.split(truth, truth)] for fold in folds], {})
    named = [_groups(table, split, n, settings) for n in range(settings.repeats)] if split == "clusters" else (
        [_groups(table, split, 0, settings)] * settings.repeats
    )  # fmt: skip
    sizes = np.unique(named[0], return_counts=True)[1]
    told = {"groups": len(sizes), "largest": int(sizes.max())}
    if len(sizes) < settings.folds:
        return Partitions([], told)
    parts = []
    for number, groups in enumerate(named):
        fold = StratifiedGroupKFold(settings.folds, shuffle=True, random_state=number)
        parts.append([test for _, test in fold.split(truth, truth, groups) if len(test)])
    return Partitions(parts, told)


def _groups(table: Table, split: str, number: int, settings: Settings) -> Rows:
    if split == "programs":
        assert table.programs is not None
        return np.asarray(np.unique(table.programs, return_inverse=True)[1])
    places = _places(table.features[[name for name in table.features if SETS["portable"](name)]])
    if split == "near":
        graph = radius_neighbors_graph(places, NEAR * places.shape[1], metric="manhattan")
        return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)
    count = min(settings.clusters, len(places) // settings.folds)
    return np.asarray(KMeans(count, n_init=1, random_state=number).fit_predict(places), dtype=np.int64)


def _places(features: pd.DataFrame) -> Values:
    """Each number as the share of the rows that have less or the same; a missing one as 0."""
    return np.asarray(features.rank(pct=True).fillna(0.0), dtype=np.float64)


def _blocks(labels: NDArray[Any], folds: int) -> list[Rows]:
    blocks = [np.array_split(np.flatnonzero(labels == label), folds) for label in np.unique(labels)]
    return [np.concatenate([parts[number] for parts in blocks]) for number in range(folds)]


Learner = Callable[[Values, Rows, Values], Values]
"""Training values, their classes and test values, to the chance of class 1 of these."""


def _forest(trees: int) -> Learner:
    def learn(train: Values, truth: Rows, test: Values) -> Values:
        low, high, middle = _limits(train)
        forest = RandomForestClassifier(trees, random_state=SEED)
        forest.fit(_tidied(train, low, high, middle), truth)
        return _probability(forest, _tidied(test, low, high, middle))

    return learn


def _limits(train: Values) -> tuple[Values, Values, Values]:
    """The 1st and 99th percentile and the median of each column's finite numbers."""
    finite = np.where(np.isfinite(train), train, np.nan)
    low, high, middle = np.nan_to_num(np.nanpercentile(finite, [1, 99, 50], axis=0))
    return low, high, middle


def _tidied(values: Values, low: Values, high: Values, middle: Values) -> Values:
    return np.asarray(np.where(np.isnan(values), middle, np.clip(values, low, high)), dtype=np.float64)


def _scored(table: Table, columns: Sequence[str], drawn: Iterable[Sequence[Rows]], learn: Learner) -> Record:
    """Scores of the predictions of all folds together, for each drawing."""
    found: dict[str, list[float]] = {}
    for parts in drawn:
        for name, score in _scores(table.target, _predicted(table, columns, parts, learn)).items():
            found.setdefault(name, []).append(score)
    return {name: _spread(scores) for name, scores in found.items()}


def _predicted(table: Table, columns: Sequence[str], parts: Sequence[Rows], learn: Learner) -> Values:
    """The chance of class 1 that each row is given by what was learned from the other folds."""
    values = table.features[list(columns)].to_numpy(dtype=np.float64)
    chance = np.full(len(values), np.nan)
    for test in parts:
        train = np.setdiff1d(np.arange(len(values)), test)
        chance[test] = learn(values[train], table.target[train], values[test])
    return chance


def _scores(truth: Rows, chance: Values) -> dict[str, float]:
    told = np.asarray(chance > 0.5, dtype=np.int64)
    return {name: score(truth, told) for name, score in SCORES.items()} | {
        name: score(truth, chance) for name, score in CHANCES.items()
    }


def _spread(scores: Sequence[float]) -> Record:
    return {"value": float(np.mean(scores)), "low": min(scores), "high": max(scores), "each": list(scores)}


def _majority(table: Table, drawings: int) -> Record:
    """The floor of always saying what most rows of the table are: the same however they are split."""
    scores = _scores(table.target, np.full(len(table.target), table.target.mean()))
    return {name: _spread([score] * drawings) for name, score in scores.items()}


def _one_column(table: Table, sets: Sequence[Sequence[str]], drawn: Iterable[Sequence[Rows]]) -> list[Record]:
    """The floors of one column of each set: a tree of three levels on that which does best on the training rows."""
    columns = list(dict.fromkeys(name for names in sets for name in names))
    values = table.features[columns].to_numpy(dtype=np.float64)
    chosen: list[Counter[str]] = [Counter() for _ in sets]
    found: list[dict[str, list[float]]] = [{} for _ in sets]
    for parts in drawn:
        chances = np.full((len(sets), len(values)), np.nan)
        for test in parts:
            train = np.setdiff1d(np.arange(len(values)), test)
            limits = _limits(values[train])
            seen, unseen, truth = _tidied(values[train], *limits), _tidied(values[test], *limits), table.target[train]
            trees = {
                name: DecisionTreeClassifier(max_depth=3, min_samples_leaf=5, random_state=SEED).fit(part, truth)
                for name, part in zip(columns, np.split(seen, len(columns), axis=1))
            }
            right = {name: tree.score(seen[:, [place]], truth) for place, (name, tree) in enumerate(trees.items())}
            for number, names in enumerate(sets):
                best = max(names, key=right.__getitem__)
                chosen[number][best] += 1
                chances[number, test] = _probability(trees[best], unseen[:, [columns.index(best)]])
        for number, chance in enumerate(chances):
            for name, score in _scores(table.target, chance).items():
                found[number].setdefault(name, []).append(score)
    return [
        {name: _spread(told) for name, told in scores.items()}
        | {"columns": dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))}
        for scores, counts in zip(found, chosen)
    ]


def _probability(model: Any, values: Values) -> Values:
    classes = model.classes_.tolist()
    return np.asarray(model.predict_proba(values)[:, classes.index(1)]) if 1 in classes else np.zeros(len(values))


# The static table


def _static(table: Table, distinct: Table, settings: Settings, say: Say) -> Record:
    """The static table has its programs: random folds beside folds of whole programs, and what could be memorized."""
    assert table.programs is not None
    vectors = table.features.groupby(list(table.features.columns), dropna=False, sort=False).ngroup().to_numpy()
    both = pd.Series(table.target).groupby(vectors).agg(["size", "sum"])
    most = np.maximum(both["sum"], both["size"] - both["sum"]).sum()
    told: Record = {
        "programs": len(np.unique(table.programs)),
        "vectors": len(both),
        "ambiguous": int(((both["sum"] > 0) & (both["sum"] < both["size"])).sum()),
        "memorized": float(most / len(vectors)),
        "rows": {},
    }
    for name, rows in (("published", table), ("distinct", distinct)):
        assert rows.programs is not None
        scores: Record = {"all": {}, "constant": {}, "one": {}, "program": {}}
        for split in ("random", "programs"):
            parts = partitions(rows, split, settings).parts
            if not parts:
                continue
            say(f"{table.task.name}: {split}, {len(parts)} x {settings.folds} folds on {len(rows.target):,} rows")
            columns = list(rows.features.columns)
            scores["all"][split] = _scored(rows, columns, parts, _forest(settings.trees))
            scores["constant"][split] = _majority(rows, len(parts))
            (scores["one"][split],) = _one_column(rows, (columns,), parts)
            if split == "random":  # of a program that is held out nothing is known
                codes = np.unique(rows.programs, return_inverse=True)[1]
                only = Table(rows.task, pd.DataFrame({"program": codes.astype(float)}), rows.labels, rows.target)
                scores["program"][split] = _scored(only, ["program"], parts, _shares)
            if split == "programs" and rows is table:
                chance = _predicted(rows, columns, parts[0], _forest(settings.trees))
                told["unseen"] = metrics.bootstrap(metrics.accuracy, rows.programs, rows.target, chance > 0.5)
        told["rows"][name] = {"n": len(rows.target), "scores": scores}
    return {"static": told}


def _shares(train: Values, truth: Rows, test: Values) -> Values:
    """The share of class 1 among the training rows of the same program; that of all for a program not seen."""
    shares = pd.Series(truth).groupby(train[:, 0]).mean()
    return np.asarray(pd.Series(test[:, 0]).map(shares).fillna(truth.mean()), dtype=np.float64)


def _size(grid: Mapping[str, Sequence[Any]]) -> int:
    return int(np.prod([len(tried) for tried in grid.values()]))


def _rounded(value: Any) -> Any:
    """Numbers of six digits behind the point, as machines differ in the last ones; NaN as null."""
    if isinstance(value, Mapping):
        return {str(key): _rounded(held) for key, held in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(held) for held in value]
    if isinstance(value, (float, np.floating)):
        return round(float(value), 6) if np.isfinite(value) else None
    return int(value) if isinstance(value, np.integer) else value
