"""Classifiers as the product has them: trained on the whole corpus, as arrays, with a manifest that says what they are.

What a classifier may say aloud (`speaks`) is decided by how it did on seeds that it had not seen.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from default_lint.diagnosis.bundle import FORMAT, MANIFEST
from default_lint.diagnosis.locating import MODEL
from default_lint.lab import metrics
from default_lint.lab.evaluate import Study, one_feature, versions
from default_lint.lab.forests import from_sklearn
from default_lint.lab.learning import Learning
from default_lint.lab.train import Task, calibrated, calibration, fitted, tasks, threshold_for

if TYPE_CHECKING:
    from default_lint.lab.placing import Placed

BETTER = 0.01
"""By how much a classifier of source and run must be better than one of the run alone, to be asked instead."""
USUAL = (0.05, 0.95)
"""Quantiles of a feature over working programs between which it counts as usual."""
LEAST = 0.3
"""A place is not called unlike those of working programs below this probability."""
ALARMS = 0.02
"""Share of working programs in which some place of a kind may be called unlike theirs."""
DIGITS = 6
OF_PLACES = ("site.", MODEL)
BUDGET = 6 << 20
"""Bytes of all files together."""

Array = np.ndarray[Any, Any]
Record = dict[str, Any]
Say = Callable[[str], None]


def export(
    study: Study, folder: str | os.PathLike[str], there: Placed | None = None, say: Say = lambda text: None
) -> Record:
    """Train everything that can be learned and write what may speak to a folder; the manifest.

    `there` is the task of the classifier of places, where it is learned, too.

    Under "silent" the manifest has the scores of what was learned and is not shipped. Files of an earlier export that
    are not part of this one are deleted. The same corpus gives the same bytes.
    """
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    learning = study.learning
    lists: dict[str, list[str]] = {}
    usual: dict[str, dict[str, list[float]]] = {}
    models: Record = {}
    size = 0
    silent: Record = {}
    for several in (*tasks(learning), *(() if there is None else ((there.task,),))):
        for task, scores, ships in judged(study, several):
            if not ships:
                silent[task.name] = scores
                continue
            content, entry = _model(study, task, scores)
            file = f"{task.name}.npz"
            _write(place / file, content)
            size += len(content)
            name = task.name if task.name.startswith(OF_PLACES) else task.name.rpartition(".")[2]
            lists.setdefault(name, list(task.rows.names))
            if name not in usual:
                usual[name] = {} if task.name == MODEL else ranges(learning, task)
            models[task.name] = {
                "file": file,
                "sha256": hashlib.sha256(content).hexdigest(),
                "features": name,
                "usual": name,
                **entry,
            }
            say(f"{task.name}: {len(content):,} bytes")
    manifest = {
        "format": FORMAT,
        "made_with": versions(),
        "corpus": {
            "hash": learning.hash,
            "seeds": int(learning.programs["seed"].nunique()),
            "programs": len(learning.programs),
            "runs": len(learning.runs),
        },
        "features": lists,
        "usual": usual,
        "models": models,
        "silent": silent,
    }
    text = json.dumps(manifest, separators=(",", ":"), sort_keys=True)
    _write(place / MANIFEST, text.encode())
    kept = {MANIFEST, *(model["file"] for model in models.values())}
    for path in place.iterdir():
        if path.suffix in (".npz", ".json") and path.name not in kept:
            path.unlink()
    size += len(text)
    if size > BUDGET:
        say(f"all files together have {size:,} bytes, more than {BUDGET:,}")
    return manifest


def _model(study: Study, task: Task, scores: Record) -> tuple[bytes, Record]:
    """The bytes of a classifier that has seen all rows, and what the manifest says of it."""
    told = study.told(task)
    estimator = fitted(task, study.recipe(task), study.jobs)
    forest = from_sklearn(estimator, task.rows.names, task.classes)
    scale = calibration(task, told.raw)
    whole = calibrated(told.raw, scale, task.binary)
    entry: Record = {
        "classes": list(task.classes),
        "calibration": [[_short(a), _short(b)] for a, b in scale],
        "threshold": _short(threshold_of(study, task, whole)),
        "scores": scores,
        "speaks": True,
    }
    return forest.to_bytes(), entry


def threshold_of(study: Study, task: Task, probability: Array) -> float:
    """From which probability on a classifier's answer holds."""
    if task.name.startswith("site."):
        return threshold_of_places(study.learning, task, probability[:, 1])
    if task.binary:
        return min(1.0, threshold_for(task, probability[:, 1]))
    return 0.0


def threshold_of_places(learning: Learning, task: Task, probability: Array) -> float:
    """The probability that at most ALARMS of the working programs have at a place of the kind, and at least LEAST."""
    working = ~learning.faulty[task.rows.program]
    highest = np.zeros(len(learning.programs))
    np.maximum.at(highest, task.rows.program[working], probability[working])
    there = np.unique(task.rows.program[working])
    return float(min(1.0, max(LEAST, np.nextafter(np.quantile(highest[there], 1 - ALARMS), 2.0))))


def judged(study: Study, several: Sequence[Task]) -> list[tuple[Task, Record, bool]]:
    """The classifiers of one question with their scores, and whether they are shipped."""
    scored = [(task, scores_of(study, task)) for task in several]
    answers = [
        (task, mine, speaks(mine) and needed(mine, [other for _, other in scored if other is not mine], task))
        for task, mine in scored
    ]
    both = any(ships for task, _, ships in answers if ".both" in task.name)
    return [(task, mine, ships and not (both and _spare(task))) for task, mine, ships in answers]


def _spare(task: Task) -> bool:
    """Whether a classifier is for runs that were cut short *and* whose source tells too little.

    There are too few to be worth a third of all bytes: detection alone is asked about them.
    """
    level = task.name.rpartition(".")[2]
    return level.startswith("dynamic") and level != "dynamic" and not task.name.startswith("detection")


def scores_of(study: Study, task: Task) -> Record:
    """How it did on seeds that it had not seen, beside its floors."""
    if task.name not in study.scores:
        study.scores[task.name] = _scores(study, task)
    return study.scores[task.name]


def _scores(study: Study, task: Task) -> Record:
    told = study.told(task)
    at = np.arange(len(task.y)) if task.name.startswith(OF_PLACES) else study.first(task)
    groups, y = task.groups[at], task.y[at]
    if not task.binary:
        common = np.bincount(y).max() / len(y)
        best = told.probability[at].argmax(axis=1)
        single, _, feature = one_feature(task)
        return {
            "top1": _figure(metrics.bootstrap(metrics.accuracy, groups, y, best)),
            "constant": _short(float(common)),
            "one_feature": _short(metrics.accuracy(y, single[at])),
            "feature": feature,
        }
    _, share, feature = one_feature(task)
    said = told.yes[at].astype(int)
    return {
        "auroc": _figure(metrics.bootstrap(metrics.auroc, groups, y, told.probability[at, 1])),
        "balanced_accuracy": _figure(metrics.bootstrap(metrics.balanced_accuracy, groups, y, said)),
        "f1": _figure(metrics.bootstrap(metrics.f1, groups, y, said)),
        "constant": 0.5,
        "one_feature": _short(metrics.auroc(y, share[at, 1])),
        "feature": feature,
    }


def speaks(scores: Mapping[str, Any]) -> bool:
    """Whether a classifier's score is above a constant's, interval and all, and no less than that of one feature.

    The score is top-1 where there are several causes, else AUROC.
    """
    value, low, _ = scores["top1" if "top1" in scores else "auroc"]
    return bool(low > scores["constant"] and value >= scores["one_feature"])


def needed(scores: Mapping[str, Any], others: Sequence[Mapping[str, Any]], task: Task) -> bool:
    """Whether a classifier is worth its bytes: one that knows source and run must be better than one of the run alone.

    The latter is kept in any case, for runs whose source tells too little.
    """
    if ".both" not in task.name or not others:
        return True
    main = "top1" if "top1" in scores else "auroc"
    return bool(scores[main][0] >= max(other[main][0] for other in others) + BETTER)


def ranges(learning: Learning, task: Task) -> dict[str, list[float]]:
    """Between which numbers most working programs have each feature."""
    working = ~learning.faulty[task.rows.program]
    x = task.rows.x[working]
    if not len(x):  # a question about faulty programs only
        level = task.name.rpartition(".")[2]
        rows = learning.rows(level, where=~learning.faulty)
        x = rows.x
    low, high = np.quantile(x, USUAL, axis=0)
    return {name: [_short(a), _short(b)] for name, a, b in zip(task.rows.names, low, high, strict=True)}


def _figure(estimate: metrics.Estimate) -> list[float | None]:
    """Value and ends of its interval."""
    return [_short(estimate["value"]), _short(estimate["low"]), _short(estimate["high"])]


def _short(value: float) -> float:
    return float(f"{value:.{DIGITS}g}") if np.isfinite(value) else 0.0


def _write(path: Path, content: bytes) -> None:
    new = path.with_name(f".{path.name}.{os.getpid()}")
    new.write_bytes(content)
    os.replace(new, path)


__all__: Sequence[str] = ("BETTER", "export", "judged", "ranges", "scores_of", "speaks", "threshold_of_places")
