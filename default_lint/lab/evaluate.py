"""How good the learned diagnosis is on seed programs that were not seen, in every way that the report tells of.

Everything is judged out of fold (`train.out_of_fold`) and, where a run takes part, by the first run of each program, as
a user has one. Intervals are drawn over seeds. The results are those of `evaluation_schema`.
"""

from __future__ import annotations

import hashlib
import os
import platform
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from sklearn.feature_selection import f_classif
from sklearn.tree import DecisionTreeClassifier

from default_lint.diagnosis.locating import Spot
from default_lint.features.dynamic import FEATURES as DYNAMIC
from default_lint.features.table_static import FEATURES as STATIC
from default_lint.lab import metrics, train
from default_lint.lab.evaluation_schema import FORMAT, LEVELS
from default_lint.lab.learning import EPOCHS, FAMILIES, HARMS, PLACES, Learning
from default_lint.lab.train import (
    FOLDS,
    LEAST,
    Recipe,
    Task,
    Told,
    categorization,
    cause,
    detection,
    fitted,
    folds,
    learnable,
    out_of_fold,
    subset,
    suspicion,
    threshold_for,
)

SEVEN = FAMILIES[:-1]
RECIPES: Mapping[str, Recipe] = {
    "RandomForest": Recipe("forest"),
    "ExtraTrees": Recipe("extra", leaf=2, share=0.3),
    "HistGradientBoosting": Recipe("boosting"),
}
SHIPPED: Mapping[str, str] = {
    "detection": "HistGradientBoosting",
    "categorization": "ExtraTrees",
    "cause": "ExtraTrees",
    "place": "HistGradientBoosting",
}
"""The kind of forest that is shipped for a stage, where it is not FOREST: that which did best on unseen seeds."""
FOREST = "RandomForest"
SETTINGS: Mapping[str, Recipe] = {"site": Recipe("forest", leaf=2, share=0.3)}
"""Settings of stages that are not those of their kind, chosen alike."""
CURVE = (10, 20, 30, 40, 50)
DRAWS = metrics.DRAWS
METHOD = (
    "Every split is by seed program: no classifier says anything about a mutant whose seed, in any form, it has seen.",
    "Programs weigh the same in what is learned, however many runs they have.",
    "Calibration and thresholds are fitted on what was said about the seeds of the other folds.",
    "What says where a fault stands is taught with what the other classifiers said of seeds that were held out from "
    "them; those had been taught with seeds on which it is judged, as is usual where one classifier is told of others.",
    "A program is judged by its first run; false alarms on healthy programs are counted over all runs of originals.",
    "Intervals are 95 % of a thousand draws of as many seeds.",
    "No feature tells of the machine, of the clock, or of what was planted; a run's row has no learning rate.",
)

Array = np.ndarray[Any, Any]
Say = Callable[[str], None]
Key = tuple[str, str, int | None, str]


@dataclass
class Study:
    """A corpus with the answers that were given so far.

    recipes  how classifiers are made, by the name in the report
    jobs     processors of a fit
    settings  of forests, by stage and level ("detection.both"), where they are not the usual ones
    cache    a folder that keeps what was said, so that nothing is learned twice
    scores   of classifiers, by task, as `export.scores_of` found them
    """

    learning: Learning
    recipes: Mapping[str, Recipe] = field(default_factory=lambda: dict(RECIPES))
    jobs: int | None = None
    say: Say = lambda text: None
    settings: Mapping[str, Recipe] = field(default_factory=dict)
    cache: Path | None = None
    scores: dict[str, dict[str, Any]] = field(default_factory=dict)
    _told: dict[Any, tuple[Task, Told]] = field(default_factory=dict)

    def told(self, task: Task, model: str = "", key: object = None, fold: Array | None = None) -> Told:
        """What is said about a task out of fold, by what is shipped if no model is named.

        It is kept under the task's name, the model and a key.
        """
        model = model or self.shipped(task.name)
        name = (task.name, model, key)
        if name not in self._told:
            recipe = self.recipe(task, model)
            file = None if self.cache is None else self.cache / f"{_fingerprint(task, recipe, fold)}.npz"
            told = None if file is None else _kept(file)
            if told is None:
                self.say(f"{task.name}, {model}{'' if key is None else f', {key}'}: {len(task.y)} rows")
                told = out_of_fold(task, recipe, fold, self.jobs)
                if file is not None:
                    _keep(file, told)
            self._told[name] = task, told
        return self._told[name][1]

    def shipped(self, name: str) -> str:
        """The kind of forest that is shipped for a stage, or for a task by its name."""
        kind = SHIPPED.get(name.partition(".")[0], FOREST)
        return kind if kind in self.recipes else FOREST

    def recipe(self, task: Task, model: str = "") -> Recipe:
        """How a classifier of a task is made, of the kind that is shipped if no model is named."""
        stage, _, rest = task.name.partition(".")
        usual = self.recipes[model or self.shipped(stage)]
        if model not in ("", self.shipped(stage)):
            return usual
        level = rest.rpartition(".")[2].rstrip("0123456789")
        own = SETTINGS.get(stage)
        return self.settings.get(f"{stage}.{level}", usual if own is None else replace(own, trees=usual.trees))

    def first(self, task: Task) -> Array:
        """The rows of a task to be judged: the first of each program."""
        _, at = np.unique(task.rows.program, return_index=True)
        return np.asarray(np.sort(at))


def _fingerprint(task: Task, recipe: Recipe, fold: Array | None) -> str:
    """What names everything that decides what is said about a task."""
    digest = hashlib.sha256(f"{task.name} {task.classes} {recipe} {version('scikit-learn')}".encode())
    for array in (task.rows.x, task.rows.program, task.rows.weight, task.y, folds(task) if fold is None else fold):
        digest.update(np.ascontiguousarray(array).tobytes())
    digest.update(Path(train.__file__).read_bytes())
    return digest.hexdigest()[:24]


def _kept(file: Path) -> Told | None:
    try:
        with np.load(file, allow_pickle=False) as arrays:
            return Told(*(arrays[name.name] for name in fields(Told)))
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return None


def _keep(file: Path, told: Told) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_suffix(f".{os.getpid()}.npz")
    np.savez_compressed(new, **{name.name: getattr(told, name.name) for name in fields(Told)})
    os.replace(new, file)


def evaluate(
    study: Study, *, quick: bool = False, locate: Callable[[Study], dict[str, Any]] | None = None
) -> dict[str, Any]:
    """All results; `locate` gives the section about lines. `quick` leaves out what takes longest."""
    results: dict[str, Any] = {
        "format": FORMAT,
        "versions": versions(),
        "method": list(METHOD),
        "corpus": facts(study.learning),
        "detection": detections(study),
        "categorization": categorizations(study),
        "cause": causes(study),
        "early": early(study),
        "architectures": architectures(study),
        "floors": floors(study),
    }
    if not quick:
        results["ablations"] = ablations(study)
        results["learning_curve"] = learning_curve(study)
    if locate is not None:
        results["localization"] = locate(study)
    return results


def versions() -> dict[str, str]:
    """What the evaluation was made with."""
    names = ("default-lint", "scikit-learn", "numpy", "pandas")
    return {"python": platform.python_version(), **{name: version(name) for name in names}}


def facts(learning: Learning) -> dict[str, Any]:
    """What the corpus holds."""
    programs = learning.programs
    families: dict[str, Counter[str]] = {}
    for had, verdict in zip(programs["families"], programs["verdict"], strict=True):
        for family in had:
            families.setdefault(family, Counter())[verdict] += 1
    kinds: dict[str, Counter[str]] = {}
    for kind, verdict in zip(programs["architecture"], programs["verdict"], strict=True):
        kinds.setdefault(kind, Counter())[verdict] += 1
    return {
        "hash": learning.hash,
        "seeds": int(programs["seed"].nunique()),
        "programs": len(programs),
        "runs": len(learning.runs),
        "verdicts": dict(Counter(programs["verdict"])),
        "families": {name: dict(count) for name, count in families.items()},
        "architectures": {name: dict(count) for name, count in kinds.items()},
        "notes": [
            "Mutants that crash or run out of time are left out: what they need is a traceback, not a classifier.",
        ],
    }


def _figures(scores: Mapping[str, metrics.Score], groups: Array, *arrays: Array) -> dict[str, Any]:
    return dict(metrics.bootstrap_all(scores, groups, *arrays, draws=DRAWS))


def _figure(score: metrics.Score, groups: Array, *arrays: Array) -> dict[str, Any]:
    return _figures({"": score}, groups, *arrays)[""]  # type: ignore[no-any-return]


# Level one


def detections(study: Study) -> dict[str, Any]:
    """Is it faulty?"""
    scores: dict[str, Any] = {}
    curves: dict[str, dict[str, Any]] = {"roc": {}, "reliability": {}}
    for level in LEVELS:
        task = detection(study.learning, level)
        if not learnable(task):
            continue
        for model in study.recipes:
            told = study.told(task, model)
            scores.setdefault(level, {})[model] = detection_scores(study, task, told)
            at = study.first(task)
            for name, curve in (("roc", metrics.roc), ("reliability", metrics.reliability)):
                points = [list(map(float, point)) for point in curve(task.y[at], told.probability[at, 1])]
                curves[name].setdefault(level, {})[model] = points
    section = {"chosen": chosen(scores, study.shipped("detection"), "auroc"), "scores": scores, **curves}
    pick = section["chosen"]
    if pick is not None:
        section["harm"] = _by_harm(study, detection(study.learning, pick["level"]), pick["model"])
    return section


def _by_harm(study: Study, task: Task, model: str) -> dict[str, Any]:
    """Of faults that cost so much, how many are found; the balanced accuracy is that beside all that is not faulty."""
    told, at = study.told(task, model), study.first(task)
    harm = study.learning.harm[task.rows.program[at]]
    found = {}
    for name in HARMS:
        mine = at[harm == name]
        both = at[(harm == name) | (harm == "")]
        if len(mine):
            found[name] = {
                "recall": _share(task.groups[mine], told.yes[mine]),
                **_figures(
                    {"balanced_accuracy": metrics.balanced_accuracy},
                    task.groups[both],
                    task.y[both],
                    told.yes[both].astype(int),
                ),
            }
    return found


def detection_scores(study: Study, task: Task, told: Told) -> dict[str, Any]:
    """The figures of a detection."""
    at = study.first(task)
    truth, probability, said = task.y[at], told.probability[at, 1], told.yes[at].astype(int)
    of_said = {
        "accuracy": metrics.accuracy,
        "balanced_accuracy": metrics.balanced_accuracy,
        "precision": metrics.precision,
        "recall": metrics.recall,
        "f1": metrics.f1,
        "mcc": metrics.mcc,
    }
    of_share = {
        "auroc": metrics.auroc,
        "average_precision": metrics.average_precision,
        "brier": metrics.brier,
        "ece": metrics.ece,
    }
    found: dict[str, Any] = {
        **_figures(of_said, task.groups[at], truth, said),
        **_figures(of_share, task.groups[at], truth, probability),
    }
    healthy = study.learning.healthy[task.rows.program]
    found["false_alarms_healthy"] = _share(task.groups[healthy], told.yes[healthy])
    benign = at[(truth == 0) & ~healthy[at]]
    found["false_alarms_benign"] = _share(task.groups[benign], told.yes[benign])
    return found


def _share(groups: Array, said: Array) -> dict[str, Any]:
    return _figure(lambda told: float(np.mean(told)), groups, said.astype(float))


def chosen(scores: Mapping[str, Any], model: str, by: str) -> dict[str, str] | None:
    """What is shipped of a stage: forests of a kind, with all that is known if that is best by a figure."""
    there = [level for level in LEVELS if model in scores.get(level, {})]
    if not there:
        return None
    best = max(there, key=lambda level: scores[level][model].get(by, {"value": 0.0})["value"])
    return {"level": best, "model": model}


# Level two


def categorizations(study: Study) -> dict[str, Any]:
    """Which families?"""
    scores: dict[str, Any] = {}
    said_by: dict[str, Any] = {}
    for level in LEVELS:
        for model in study.recipes if level == "both" else (study.shipped("categorization"),):
            answer = families_of(study, level, model)
            if answer is None:
                continue
            groups, truth, said, probability = answer
            scores.setdefault(level, {})[model] = {
                **_figures(
                    {"macro_f1": metrics.macro_f1, "strict": metrics.strict, "any": metrics.any_match},
                    groups,
                    truth[:, : len(SEVEN)],
                    said[:, : len(SEVEN)],
                ),
                **_figures(
                    {"top1": partial(metrics.top_k, k=1), "top3": partial(metrics.top_k, k=3)},
                    groups,
                    truth,
                    probability,
                ),
            }
            said_by[f"{level} {model}"] = answer
    section: dict[str, Any] = {"scores": scores}
    pick = chosen(scores, study.shipped("categorization"), "macro_f1")
    if pick is None:
        return section
    section["chosen"] = pick
    groups, truth, said, probability = said_by[f"{pick['level']} {pick['model']}"]
    section["families"] = _families(groups, truth, said, probability)
    alone = truth.sum(axis=1) == 1
    if (~alone).any():
        section["compound"] = _figures(
            {"strict": metrics.strict, "any": metrics.any_match}, groups[~alone], truth[~alone], said[~alone]
        )
    section["confusion"] = {
        "labels": list(FAMILIES),
        "counts": metrics.confusion(truth[alone], _top(said[alone], probability[alone])),
    }
    section["notes"] = ["Means are over the seven families of DEFault; faults in the data are an eighth of ours."]
    return section


def families_of(study: Study, level: str, model: str) -> tuple[Array, Array, Array, Array] | None:
    """Of the faulty programs: seeds, families planted, families said, and their probabilities."""
    learning = study.learning
    tasks = {family: categorization(learning, family, level) for family in FAMILIES}
    there = {family: task for family, task in tasks.items() if learnable(task)}
    if not there:
        return None
    one = next(iter(there.values()))
    at = study.first(one)
    truth = learning.families[one.rows.program[at]].astype(int)
    said = np.zeros_like(truth)
    probability = np.zeros(truth.shape)
    for family, task in there.items():
        told = study.told(task, model)
        said[:, FAMILIES.index(family)] = told.yes[at]
        probability[:, FAMILIES.index(family)] = told.probability[at, 1]
    return one.groups[at], truth, said, probability


def _families(groups: Array, truth: Array, said: Array, probability: Array) -> dict[str, Any]:
    found = {}
    for number, family in enumerate(FAMILIES):
        mine, told = truth[:, number], said[:, number]
        if mine.any():
            found[family] = {
                **_figures(
                    {"precision": metrics.precision, "recall": metrics.recall, "f1": metrics.f1}, groups, mine, told
                ),
                "auroc": (_figure(metrics.auroc, groups, mine, probability[:, number])),
                "support": int(mine.sum()),
                "floor": {"f1": (_figure(metrics.f1, groups, mine, np.ones_like(mine)))},
            }
    return found


def _top(said: Array, probability: Array) -> Array:
    """The likeliest of the families that were said, of each row."""
    best = np.where(said.astype(bool), probability, -1.0)
    top = np.zeros_like(said)
    there = said.any(axis=1)
    top[np.flatnonzero(there), best[there].argmax(axis=1)] = 1
    return top


# Level three


def causes(study: Study) -> dict[str, Any]:
    """Which cause?"""
    scores: dict[str, Any] = {}
    families: dict[str, dict[str, Any]] = {}
    for level in LEVELS:
        for model in study.recipes if level == "both" else (study.shipped("cause"),):
            groups, right = [], {"top1": [], "top3": []}  # type: ignore[var-annotated]
            for family in FAMILIES:
                task = cause(study.learning, family, level)
                if task is None or not learnable(task):
                    continue
                told = study.told(task, model)
                at = study.first(task)
                hits = {f"top{k}": _hits(task.y[at], told.probability[at], k) for k in (1, 3)}
                groups.append(task.groups[at])
                for name, values in hits.items():
                    right[name].append(values)
                families.setdefault(f"{level} {model}", {})[family] = _cause(task, at, hits, told)
            if groups:
                scores.setdefault(level, {})[model] = {
                    name: _share(np.concatenate(groups), np.concatenate(values)) for name, values in right.items()
                }
    pick = chosen(scores, study.shipped("cause"), "top1")
    section: dict[str, Any] = {"scores": scores}
    if pick is not None:
        section["chosen"] = pick
        section["families"] = families[f"{pick['level']} {pick['model']}"]
        section["notes"] = [
            f"Causes with at least {LEAST} harmful programs, of families with at least two such causes; "
            "the family is given, one fault is planted."
        ]
    return section


def _hits(y: Array, probability: Array, k: int) -> Array:
    return np.array([metrics.top_k([one], [row], k) for one, row in zip(y, probability, strict=True)])


def _cause(task: Task, at: Array, hits: Mapping[str, Array], told: Told) -> dict[str, Any]:
    groups, y = task.groups[at], task.y[at]
    floor = np.empty(len(y))
    for number in np.unique(told.fold):
        others = told.fold[at] != number
        common = np.bincount(y[others], minlength=len(task.classes)).argmax()
        floor[~others] = y[~others] == common
    return {
        **{name: _share(groups, values) for name, values in hits.items()},
        "support": len(y),
        "causes": len(task.classes),
        "floor": {"top1": _share(groups, floor)},
    }


# How early, how far, and by what


def early(study: Study) -> dict[str, Any]:
    """What the first epochs tell."""
    found: dict[str, Any] = {"detection": {}, "categorization": {}}
    for first in EPOCHS:
        task = detection(study.learning, "both", first)
        if not learnable(task):
            continue
        name = "all" if first is None else str(first)
        told = study.told(task)
        scores = detection_scores(study, task, told)
        found["detection"][name] = {key: scores[key] for key in ("balanced_accuracy", "auroc")}
    return {stage: rows for stage, rows in found.items() if rows}


def architectures(study: Study) -> dict[str, Any]:
    """Train on two kinds of models, test on the third."""
    task = detection(study.learning, "both")
    kinds = np.asarray(study.learning.programs["architecture"], dtype=str)[task.rows.program]
    found = {}
    names = sorted(set(kinds))
    if len(names) < 2 or not learnable(task):
        return {}
    told = study.told(task, key="architectures", fold=np.searchsorted(np.array(names), kinds))
    at = study.first(task)
    for name in names:
        mine = at[kinds[at] == name]
        if len(np.unique(task.y[mine])) == 2:
            found[name] = _figures(
                {"balanced_accuracy": metrics.balanced_accuracy},
                task.groups[mine],
                task.y[mine],
                told.yes[mine].astype(int),
            )
            found[name]["auroc"] = _figure(metrics.auroc, task.groups[mine], task.y[mine], told.probability[mine, 1])
    return found


def groups_of(names: Sequence[str]) -> dict[str, list[int]]:
    """The columns of each group of features."""
    found: dict[str, list[int]] = {}
    for at, name in enumerate(names):
        found.setdefault(group_of(name), []).append(at)
    return found


def group_of(name: str) -> str:
    """The group of a column: of the source or of a run."""
    if name in STATIC:
        return f"source: {STATIC[name].group}"
    feature = DYNAMIC.get(name.partition(".")[0])
    return f"run: {feature.topic.group if feature is not None else name.removesuffix('_known')}"


def ablations(study: Study) -> dict[str, Any]:
    """What is lost without each group of features, of the detection with all that is known."""
    task = detection(study.learning, "both")
    found: dict[str, Any] = {}
    if not learnable(task):
        return found
    fold = folds(task)

    def scores(part: Task, key: str) -> dict[str, Any]:
        told = study.told(part, key=key, fold=fold)
        whole = detection_scores(study, part, told)
        return {name: whole[name] for name in ("balanced_accuracy", "auroc")}

    found["all"] = scores(task, "all features")
    for level in ("static", "dynamic"):
        columns = [at for at, name in enumerate(task.rows.names) if (name in STATIC) == (level == "static")]
        found[f"{level} only"] = scores(task.only(columns), f"{level} only")
    for group, columns in sorted(groups_of(task.rows.names).items()):
        left = sorted(set(range(len(task.rows.names))) - set(columns))
        found[f"without {group}"] = scores(task.only(left), f"without {group}")
    return found


def learning_curve(study: Study) -> list[dict[str, Any]]:
    """The detection by how many seeds were learned from."""
    task = detection(study.learning, "both")
    found: list[dict[str, Any]] = []
    if not learnable(task):
        return found
    fold = folds(task)
    seeds = np.unique(task.groups)
    order = np.random.default_rng(0).permutation(seeds)
    for count in [number for number in CURVE if number < len(seeds) * (FOLDS - 1) / FOLDS]:
        probability = np.zeros(len(task.y))
        for number in range(FOLDS):
            allowed = [seed for seed in order if seed not in set(task.groups[fold == number])][:count]
            train = np.isin(task.groups, allowed)
            if len(np.unique(task.y[train])) < 2:
                continue
            model = fitted(task, study.recipe(task), study.jobs, train)
            probability[fold == number] = model.predict_proba(task.rows.x[fold == number])[:, 1]
        at = study.first(task)
        found.append(
            {
                "seeds": count,
                "auroc": (_figure(metrics.auroc, task.groups[at], task.y[at], probability[at])),
            }
        )
    told = study.told(task)
    at = study.first(task)
    found.append(
        {
            "seeds": round(len(seeds) * (FOLDS - 1) / FOLDS),
            "auroc": (_figure(metrics.auroc, task.groups[at], task.y[at], told.raw[at, 1])),
        }
    )
    return found


# Floors


def floors(study: Study) -> dict[str, Any]:
    """What a constant and the best single feature reach."""
    found: dict[str, Any] = {}
    task = detection(study.learning, "both")
    if learnable(task):
        at = study.first(task)
        _, share, feature = one_feature(task)
        said = limited(task, share[:, 1])
        chosen_task = max(
            (other for level in ("dynamic", "both") if learnable(other := detection(study.learning, level))),
            key=lambda other: metrics.auroc(other.y, study.told(other).probability[:, 1]),
        )
        ours = study.told(chosen_task).yes
        rows = {"constant": np.ones(len(task.y), int), "one feature": said}
        scores = {"balanced_accuracy": metrics.balanced_accuracy, "accuracy": metrics.accuracy}
        found["detection"] = {
            name: _figures(scores, task.groups[at], task.y[at], answer[at]) for name, answer in rows.items()
        }
        found["detection"]["one feature"]["feature"] = feature
        if len(ours) == len(said):
            found["detection"]["one feature"]["gap"] = _figure(
                lambda truth, mine, theirs: (
                    metrics.balanced_accuracy(truth, mine) - metrics.balanced_accuracy(truth, theirs)
                ),
                task.groups[at],
                task.y[at],
                ours[at].astype(int),
                said[at],
            )
    said_by, truth_by, groups = [], [], None
    for family in SEVEN:
        task = categorization(study.learning, family, "both")
        if learnable(task):
            at = study.first(task)
            said_by.append(one_feature(task)[0][at])
            truth_by.append(task.y[at])
            groups = task.groups[at]
    if groups is not None:
        truth, said = np.stack(truth_by, axis=1), np.stack(said_by, axis=1)
        found["categorization"] = {
            "constant": {"macro_f1": (_figure(metrics.macro_f1, groups, truth, np.ones_like(truth)))},
            "one feature": {"macro_f1": (_figure(metrics.macro_f1, groups, truth, said))},
        }
    right, constant, seeds = [], [], []
    for family in FAMILIES:
        three = cause(study.learning, family, "both")
        if three is not None and learnable(three):
            at = study.first(three)
            right.append(one_feature(three)[0][at] == three.y[at])
            held = folds(three)
            common = np.empty(len(three.y), int)
            for number in np.unique(held):
                common[held == number] = np.bincount(three.y[held != number]).argmax()
            constant.append(common[at] == three.y[at])
            seeds.append(three.groups[at])
    if right:
        found["cause"] = {
            "constant": {"top1": _share(np.concatenate(seeds), np.concatenate(constant))},
            "one feature": {"top1": _share(np.concatenate(seeds), np.concatenate(right))},
        }
    return found


def limited(task: Task, probability: Array) -> Array:
    """The answers of a detection by its probabilities, with as few false alarms as ours may have."""
    held = folds(task)
    said = np.zeros(len(task.y), int)
    for number in np.unique(held):
        others, mine = held != number, held == number
        said[mine] = probability[mine] >= threshold_for(subset(task, others), probability[others])
    return said


def one_feature(task: Task, depth: int = 2) -> tuple[Array, Array, str]:
    """What a small tree on the one feature that tells most (by analysis of variance, in the other folds) says.

    The classes (rows,), its probabilities (rows, classes), and the feature that was taken most often.
    """
    held = folds(task)
    said = np.zeros(len(task.y), int)
    share = np.zeros((len(task.y), len(task.classes)))
    taken: Counter[str] = Counter()
    for number in np.unique(held):
        train, test = held != number, held == number
        with np.errstate(all="ignore"):
            told = f_classif(np.clip(task.rows.x[train], -1e6, 1e6), task.y[train])[0]
        best = int(np.nanargmax(np.where(np.isfinite(told), told, -1.0)))
        taken[task.rows.names[best]] += 1
        tree = DecisionTreeClassifier(max_depth=depth, min_samples_leaf=5, class_weight="balanced", random_state=0)
        tree.fit(task.rows.x[train][:, [best]], task.y[train])
        said[test] = tree.predict(task.rows.x[test][:, [best]])
        share[np.ix_(test, tree.classes_)] = tree.predict_proba(task.rows.x[test][:, [best]])
    return said, share, taken.most_common(1)[0][0]


# Places


@dataclass(frozen=True)
class Suspicions:
    """What was said out of fold about the places of each program, as `localize` asks for it."""

    of: Mapping[str, tuple[Spot, ...]]

    def __call__(self, program: Any) -> tuple[Spot, ...]:
        """The places of a program with their probabilities, the likeliest first."""
        return self.of.get(digest(program.document.text), ())


def digest(text: str) -> str:
    """What names a text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def suspicions(study: Study) -> Suspicions:
    """All places of all programs by classifiers that had not seen their seeds, the likeliest first."""
    learning = study.learning
    found: dict[int, list[Spot]] = {}
    for kind in PLACES:
        task = suspicion(learning, kind)
        if not learnable(task):
            continue
        told = study.told(task)
        for row, (program, place) in enumerate(_placed(learning, kind)):
            found.setdefault(program, []).append(place.spot(float(told.probability[row, 1])))
    codes = list(learning.programs["code"])
    ordered = {at: sorted(spots, key=lambda spot: -spot.suspicion) for at, spots in found.items()}
    return Suspicions({digest(codes[at]): tuple(spots) for at, spots in ordered.items()})


def _placed(learning: Learning, kind: str) -> Iterator[tuple[int, Any]]:
    for number, source in enumerate(learning.sources):
        for place in source.places:
            if place.kind == kind:
                yield number, place


def quicker(recipes: Mapping[str, Recipe], trees: int) -> dict[str, Recipe]:
    """The same recipes with fewer trees and bins, for tests."""
    return {name: replace(recipe, trees=trees, bins=8) for name, recipe in recipes.items()}
