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
from default_lint.lab import localize, metrics
from default_lint.lab.evaluate import Study, digest, suspicions
from default_lint.lab.learning import FAMILIES, KNOWN, Rows
from default_lint.lab.train import YES_NO, Task, calibrated, calibration, categorization, cause, detection, learnable
from default_lint.text import Document, Span

BETTER = 0.01
"""By how much a classifier of source and run must be better than one of the run alone, to be asked instead."""

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

    detected  bool, (programs,): whether the run of each program was found like those of faulty programs
    """

    task: Task
    spots: tuple[tuple[int, Spot], ...]
    detected: Array


def heard(study: Study, workspace: str | Path, cache: str | Path | None, workers: int | None) -> list[Result]:
    """What rules and observations say about each program and its first run."""
    return localize.run(workspace, programs=_ids(study), cache=cache, workers=workers, say=study.say)


def placed(study: Study, results: Sequence[Result]) -> Placed | None:
    """The rows of all places of faulty programs, by what was said of them; None when there is too little to learn."""
    learning = study.learning
    count = len(learning.programs)
    kinds = _best(study)
    if kinds is None:
        return None
    faulty, detected = kinds
    families = {family: best[0] for family in FAMILIES if (best := _best(study, family))}
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
        known = {(start, end): probability for start, end, probability in suspected.get(digest(codes[at]), ())}
        places = [
            Spot(p.kind, p.name, Span(*p.span), Span(*p.whole), known.get(p.span, 0.0) if p.known >= KNOWN else 0.0)
            for p in learning.sources[at].places
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
    return Placed(task, tuple(spots), detected) if learnable(task) else None


def likely(study: Study, there: Placed) -> Likely:
    """The places of all programs that were looked at, with what was said out of fold."""
    told = study.told(there.task)
    found: dict[int, list[tuple[int, int, float]]] = {}
    for row, (at, spot) in enumerate(there.spots):
        found.setdefault(at, []).append((*spot.span, float(told.probability[row, 1])))
    codes = list(study.learning.programs["code"])
    return Likely(
        {digest(codes[at]): localize.Places(bool(there.detected[at]), tuple(places)) for at, places in found.items()}
    )


def locate(study: Study, workspace: str | Path, cache: str | Path | None, workers: int | None) -> dict[str, Any]:
    """The section about lines: rules, suspicions, observations, and all together, on every decided program."""
    suspect = suspicions(study)
    there = placed(study, heard(study, workspace, cache, workers))
    place = None if there is None else likely(study, there)
    made = [sorted(suspect.of.items()), [] if place is None else sorted(place.of.items())]
    stamp = hashlib.sha256(repr(made).encode()).hexdigest()[:16]
    results = localize.run(
        workspace,
        suspect,
        stamp=stamp,
        place=place,
        programs=_ids(study),
        cache=cache,
        workers=workers,
        say=study.say,
    )
    return localize.summary(results)


def _ids(study: Study) -> list[str]:
    return [str(name) for name in study.learning.programs["id"]]


def _number(value: float, otherwise: float) -> float:
    return otherwise if np.isnan(value) else float(value)


def _best(study: Study, family: str = "") -> tuple[Array, Array] | None:
    """Of each program the probability by its first run, and whether it holds; by the classifier that would be shipped.

    NaN where nothing is said.
    """
    found = []
    for level in ("dynamic", "both"):
        task = detection(study.learning, level) if not family else categorization(study.learning, family, level)
        if learnable(task):
            told = study.told(task)
            at = study.first(task)
            probability = np.full(len(study.learning.programs), np.nan)
            holds = np.zeros(len(study.learning.programs), bool)
            probability[task.rows.program[at]] = told.probability[at, 1]
            holds[task.rows.program[at]] = told.yes[at]
            found.append((metrics.auroc(task.y[at], told.probability[at, 1]), probability, holds))
    if not found:
        return None
    best = found[-1] if len(found) == 2 and found[1][0] >= found[0][0] + BETTER else found[0]
    probability = np.where(np.isnan(best[1]), found[0][1], best[1])
    return probability, best[2]


def _causes(study: Study, family: str) -> tuple[tuple[str, ...], Array] | None:
    """Of every faulty program the shares of the causes of a family, whatever its family is; NaN where nothing is said.

    A classifier is asked about programs of seeds that it has not seen, also those that are not of the family.
    """
    task = cause(study.learning, family, "dynamic")
    if task is None or not learnable(task):
        return None
    told = study.told(task)
    everything = study.learning.rows("dynamic", None, study.learning.faulty)
    first = np.unique(everything.program, return_index=True)[1]
    seeds = study.learning.seeds[everything.program[first]]
    folds = {seed: int(fold) for seed, fold in zip(task.groups, told.fold, strict=True)}
    home = np.array([folds.get(seed, 0) for seed in seeds])
    shares = np.full((len(study.learning.programs), len(task.classes)), np.nan)
    for number in np.unique(told.fold):
        train, mine = told.fold != number, home == number
        model = study.recipe(task).make(jobs=study.jobs).fit(task.rows.x[train], task.y[train])
        raw = np.zeros((int(mine.sum()), len(task.classes)))
        raw[:, model.classes_] = model.predict_proba(everything.x[first][mine])
        shares[everything.program[first][mine]] = calibrated(raw, calibration(task, told.raw, train), False)
    return task.classes, shares


__all__: Sequence[str] = ("Likely", "Placed", "heard", "likely", "locate", "placed")
