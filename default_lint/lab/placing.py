"""Learning where the fault of a run stands: the rows of `diagnosis.locating`, made of what was said out of fold.

What other classifiers say about a program, its run and its places comes from those that had not seen its seed, as it
will be for the programs of users. What rules and observations say comes from a first pass of `localize`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from default_lint.diagnosis.locating import FEATURES, MODEL, UNTOLD, Spot, Told, Word, rows
from default_lint.lab import localize
from default_lint.lab.evaluate import Study, digest, suspicions
from default_lint.lab.export import judged
from default_lint.lab.learning import FAMILIES, KNOWN, Rows
from default_lint.lab.train import (
    YES_NO,
    Task,
    calibrated,
    calibration,
    categorization,
    cause,
    detection,
    fitted,
    learnable,
)
from default_lint.text import Document, Span

Array = np.ndarray[Any, Any]
Result = localize.Result


@dataclass(frozen=True)
class Likely:
    """What was said out of fold about the run and the places of each program, as `localize` asks for it."""

    of: Mapping[str, localize.Places]

    def __call__(self, program: Any) -> localize.Places | None:
        """The places of a program."""
        return self.of.get(digest(program.document.text))


@dataclass(frozen=True)
class Placed:
    """The task of the classifier of places, and what each of its rows is about.

    faulty    float, (programs,): how likely each program is faulty, by its first run; NaN where nothing is said
    detected  bool, (programs,): whether that is enough to call it faulty
    """

    task: Task
    spots: tuple[tuple[int, Spot], ...]
    faulty: Array
    detected: Array


def heard(study: Study, corpus: str | Path, cache: str | Path | None, workers: int | None) -> list[Result]:
    """What rules and observations say about each program and its first run."""
    return localize.run(corpus, programs=_ids(study), cache=cache, workers=workers, say=study.say)


def placed(study: Study, results: Sequence[Result]) -> Placed | None:
    """The rows of all places of faulty programs, by what was said of them; None when there is too little to learn."""
    learning = study.learning
    count = len(learning.programs)
    faulty, detected = _holds(study)
    if np.isnan(faulty).all():
        return None
    families = {family: _holds(study, family)[0] for family in FAMILIES}
    causes = {family: among for family in FAMILIES if (among := _causes(study, family)) is not None}
    suspected = suspicions(study).of
    said = {result["program"]: result for result in results}
    x: list[list[float]] = []
    y: list[bool] = []
    spots: list[tuple[int, Spot]] = []
    codes, ids = list(learning.programs["code"]), _ids(study)
    for at in range(count):
        if not learning.faulty[at] or ids[at] not in said:
            continue
        run = Told(
            _number(faulty[at], 0.5),
            {family: _number(values[at], UNTOLD) for family, values in families.items()},
            {
                family: dict(zip(classes, map(float, shares[at]), strict=True))
                for family, (classes, shares) in causes.items()
                if not np.isnan(shares[at]).any()
            },
        )
        known = {spot[:3]: spot.suspicion for spot in suspected.get(digest(codes[at]), ())}
        empty = [(place, place.spot()) for place in learning.sources[at].places]
        places = [
            spot._replace(suspicion=known.get(spot[:3], 0.0) if place.known >= KNOWN else 0.0) for place, spot in empty
        ]
        words = [Word(Span(start, end), weight, seen) for start, end, weight, seen in said[ids[at]]["words"]]
        everywhere, found = rows(places, words, run)
        record = {"seed": learning.seeds[at], "code": codes[at], "faults": learning.planted(at)}
        document = Document(f"{learning.seeds[at]}.py", codes[at])
        faults = localize.faults(record)
        for spot, row in zip(everywhere, found, strict=True):
            spots.append((at, spot))
            x.append(list(row.values()))
            y.append(any("line" in fault.hit(spot.span, document) for fault in faults))
    if not x:
        return None
    program = np.array([at for at, _ in spots])
    matrix = Rows(np.array(x, np.float32), program, np.ones(len(program)), tuple(FEATURES))
    task = Task(MODEL, matrix, np.array(y, dtype=int), learning.seeds[program], YES_NO)
    return Placed(task, tuple(spots), faulty, detected) if learnable(task) else None


def likely(study: Study, there: Placed) -> Likely:
    """The places of all programs that were looked at, with what was said out of fold."""
    told = study.told(there.task)
    found: dict[int, list[Spot]] = {}
    for row, (at, spot) in enumerate(there.spots):
        found.setdefault(at, []).append(spot._replace(suspicion=float(told.probability[row, 1])))
    codes = list(study.learning.programs["code"])
    runs = zip(there.faulty, there.detected, strict=True)
    said = [(_number(faulty, 0.0), bool(detected)) for faulty, detected in runs]
    return Likely({digest(codes[at]): localize.Places(*said[at], tuple(places)) for at, places in found.items()})


def locate(study: Study, corpus: str | Path, cache: str | Path | None, workers: int | None) -> dict[str, Any]:
    """The section about lines: rules, suspicions, observations, and all together, on every decided program."""
    suspect = suspicions(study)
    there = placed(study, heard(study, corpus, cache, workers))
    place = None if there is None else likely(study, there)
    made = [sorted(suspect.of.items()), [] if place is None else sorted(place.of.items())]
    stamp = hashlib.sha256(repr(made).encode()).hexdigest()[:16]
    results = localize.run(
        corpus,
        suspect,
        stamp=stamp,
        place=place,
        programs=_ids(study),
        cache=cache,
        workers=workers,
        say=study.say,
    )
    harm = {name: kind for name, kind in zip(_ids(study), study.learning.harm, strict=True) if kind}
    return localize.summary(results, harm=harm)


def _ids(study: Study) -> list[str]:
    return [str(name) for name in study.learning.programs["id"]]


def _number(value: float, otherwise: float) -> float:
    return otherwise if np.isnan(value) else float(value)


def _shipped(study: Study, several: Sequence[Task | None]) -> list[Task]:
    """Those classifiers of a question that the product has, the one that it asks first at the end."""
    return [task for task, _, ships in judged(study, [task for task in several if task and learnable(task)]) if ships]


def _holds(study: Study, family: str = "") -> tuple[Array, Array]:
    """Of each program the probability by its first run, and whether it holds, as the product would say it.

    NaN where nothing is said.
    """
    learning = study.learning
    ways = ("dynamic", "both")
    several = [categorization(learning, family, way) if family else detection(learning, way) for way in ways]
    probability = np.full(len(learning.programs), np.nan)
    holds = np.zeros(len(learning.programs), bool)
    for task in _shipped(study, several):
        told, at = study.told(task), study.first(task)
        probability[task.rows.program[at]] = told.probability[at, 1]
        holds[task.rows.program[at]] = told.yes[at]
    return probability, holds


def _causes(study: Study, family: str) -> tuple[tuple[str, ...], Array] | None:
    """Of every faulty program the shares of the causes of a family, whatever its family is; NaN where nothing is said.

    A classifier is asked about programs of seeds that it has not seen, also those that are not of the family. None when
    the product has no classifier.
    """
    several = {way: cause(study.learning, family, way) for way in ("dynamic", "both")}
    asked = {task.name: task for task in _shipped(study, list(several.values()))}
    if not asked:
        return None
    classes = next(iter(asked.values())).classes
    shares = np.full((len(study.learning.programs), len(classes)), np.nan)
    for way, task in several.items():
        if task is None or task.name not in asked:
            continue
        told = study.told(task)
        everything = study.learning.rows(way, None, study.learning.faulty)
        first = np.unique(everything.program, return_index=True)[1]
        seeds = study.learning.seeds[everything.program[first]]
        folds = {seed: int(fold) for seed, fold in zip(task.groups, told.fold, strict=True)}
        home = np.array([folds.get(seed, 0) for seed in seeds])
        for number in np.unique(told.fold):
            train, mine = told.fold != number, home == number
            model = fitted(task, study.recipe(task), study.jobs, train)
            raw = np.zeros((int(mine.sum()), len(task.classes)))
            raw[:, model.classes_] = model.predict_proba(everything.x[first][mine])
            shares[everything.program[first][mine]] = calibrated(raw, calibration(task, told.raw, train), False)
    return classes, shares


__all__: Sequence[str] = ("Likely", "Placed", "heard", "likely", "locate", "placed")
