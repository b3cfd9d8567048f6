"""The corpus: which mutants there are, which runs each still needs, and the loop that makes them.

The plan depends on nothing but the seeds, the operators and the number of draws; what was done is in the workspace.
A build that was killed goes on where it was: `status` and `build` both look at what is there.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import importlib.metadata
import json
import math
import os
import platform
import random
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from default_lint.lab.mutants import Mutant, NotApplicable, Operator, Subject, operators
from default_lint.lab.mutants import compound as compounds
from default_lint.lab.runs import Outcome, Task
from default_lint.lab.scores import Scoring
from default_lint.lab.seeds import HEALTH, Seed
from default_lint.lab.store import Workspace
from default_lint.lab.verdict import OPEN, ORIGINAL_RUNS, UNHEALTHY, Verdict, judge
from default_lint.trial.trace import Trace

DRAWS = 1
"""Mutants of each operator and seed, unless `MORE` says otherwise."""
MORE = {"HLR": 3, "HBS": 2, "HNE": 2, "ACH": 2, "FLC": 2, "OCH": 2, "WCI": 2, "LCN": 2, "LCO": 2, "RCD": 2, "RAW": 2}
"""Operators with a wide range of values or places."""
COMPOUNDS = 3
TRIES = 3
"""Draws for each mutant that is wanted, as draws may repeat."""
SLOWEST = 6.0
"""A run may take this many times the processor time of its seed."""
LEAST_SECONDS = 20.0
TOLERANCE = 1e-5
"""How far a number of a run that is made again may be from the recorded one, relative to its size when above 1."""
QUEUE = 16
"""Tasks given out and not back yet."""

Record = dict[str, Any]


@dataclass(frozen=True)
class Plan:
    """Every program of a corpus by id, originals first and the mutants in a fixed random order; why others are not."""

    programs: dict[str, Record]
    absent: tuple[tuple[str, str, str], ...] = ()  # seed, operator, reason


class Runner(Protocol):
    """What `schedule.Pool` does."""

    def submit(self, task: Task) -> None:
        """Put a task in the queue."""

    def done(self) -> Iterator[Outcome]:
        """Outcomes as they come, until nothing is left to do; more may be submitted meanwhile."""


def plan(
    seeds: Sequence[Seed],
    codes: Iterable[str] | None = None,
    draws: int = DRAWS,
    compound: int = COMPOUNDS,
    folder: Path | None = None,
) -> Plan:
    """All mutants of some seeds, each text once. `codes` are those of the operators; None: all.

    With a folder, the part of each seed is kept there until the seed, an operator or what reads programs changes.
    """
    codes = None if codes is None else sorted(codes)
    parts = [_part(seed, codes, draws, compound, folder) for seed in seeds]
    originals = {original["id"]: original for original, _ in parts}
    mutants = {record["id"]: record for _, records in parts for record in records}
    order = sorted(mutants, key=lambda name: hashlib.sha256(f"order:{name}".encode()).hexdigest())
    absent = tuple(
        (original["seed"], code, reason) for original, _ in parts for code, reason in original["absent"].items()
    )
    return Plan({**originals, **{name: mutants[name] for name in order}}, absent)


def _part(
    seed: Seed, codes: list[str] | None, draws: int, compound: int, folder: Path | None
) -> tuple[Record, list[Record]]:
    """The records of a seed and of its mutants."""
    if folder is None:
        return _made(seed, codes, draws, compound)
    kept = folder / "plans" / f"{seed.name}-{_digest(seed, codes, draws, compound)}.json.gz"
    with contextlib.suppress(OSError, EOFError, ValueError, KeyError, zlib.error):
        told = json.loads(gzip.decompress(kept.read_bytes()))
        return told["original"], told["mutants"]
    original, mutants = _made(seed, codes, draws, compound)
    kept.parent.mkdir(parents=True, exist_ok=True)
    new = kept.with_suffix(f".{os.getpid()}")
    new.write_bytes(gzip.compress(json.dumps({"original": original, "mutants": mutants}).encode()))
    new.replace(kept)
    return original, mutants


def _digest(seed: Seed, codes: list[str] | None, draws: int, compound: int) -> str:
    facts = (codes, draws, compound, seed.name, seed.source, seed.scoring, seed.constant, seed.best, seed.seconds)
    return hashlib.sha256(f"{facts!r}{_code()}".encode()).hexdigest()[:16]


@cache
def _code() -> str:
    """A digest of all that decides which mutants a seed has."""
    package = Path(__file__).parents[1]
    paths = [path for part in ("lab/mutants", "program") for path in sorted((package / part).glob("*.py"))]
    return hashlib.sha256(repr((MORE, TRIES)).encode() + b"".join(path.read_bytes() for path in paths)).hexdigest()


def _made(seed: Seed, codes: list[str] | None, draws: int, compound: int) -> tuple[Record, list[Record]]:
    chosen = [operator for code, operator in operators().items() if codes is None or code in codes]
    found: dict[str, Mutant] = {}
    absent: dict[str, str] = {}
    subject = Subject(seed.source, seed.name)
    for operator in chosen:
        made, reason = _several(operator, subject, draws * MORE.get(operator.code, 1), set(found))
        found.update((mutant.source, mutant) for mutant in made)
        if not made:
            absent[operator.code] = reason
    if len(chosen) > 1:
        found.update((mutant.source, mutant) for mutant in _compounds(seed, chosen, compound))
    original = {**original_record(seed), "absent": absent}
    return original, [mutant_record(seed, mutant) for mutant in found.values()]


def _several(operator: type[Operator], subject: Subject, wanted: int, known: set[str]) -> tuple[list[Mutant], str]:
    made: dict[str, Mutant] = {}
    reason = "every draw was there already"
    for number in range(wanted * TRIES):
        try:
            mutant = operator.mutate(subject, number)
        except NotApplicable as stop:
            reason = str(stop)
            break
        if mutant.source not in known:
            made.setdefault(mutant.source, mutant)
        if len(made) == wanted:
            break
    return list(made.values()), reason


def _compounds(seed: Seed, chosen: Sequence[type[Operator]], wanted: int) -> Iterator[Mutant]:
    made = 0
    for number in range(wanted * TRIES):
        if made == wanted:
            return
        try:
            yield compounds.draw(seed.source, seed.name, chosen, number)
        except NotApplicable:
            continue
        made += 1


def original_record(seed: Seed) -> Record:
    """The record of a seed's own program."""
    name = f"{seed.name}.{hashlib.sha256(seed.source.encode()).hexdigest()[:10]}"
    return {**_common(seed), "id": name, "original": True, "code": seed.source, "operators": [], "families": [],
            "causes": [], "faults": []}  # fmt: skip


def mutant_record(seed: Seed, mutant: Mutant) -> Record:
    """The record of a mutant of a seed."""
    told = mutant.record()
    return {
        **_common(seed),
        "id": f"{seed.name}.{'+'.join(mutant.operators)}.{mutant.id[:10]}",
        "original": False,
        "code": mutant.source,
        "operators": told["operators"],
        "families": told["families"],
        "causes": list(dict.fromkeys(fault.cause for fault in mutant.faults)),
        "faults": told["faults"],
    }


def _common(seed: Seed) -> Record:
    scoring = seed.scoring
    return {
        "seed": seed.name,
        "architecture": seed.architecture,
        "task": seed.task,
        "style": seed.style,
        "author": seed.author,
        "scoring": [scoring.score, scoring.model, scoring.inputs, scoring.targets, scoring.threshold],
        "constant": seed.constant,
        "best": seed.best,
        "seconds": seed.seconds,
    }


class Corpus:
    """The runs that a plan still needs, and the verdicts that those that are done give.

    With `traces`, first runs that have no trace, as they came from tables, are made once more.
    """

    def __init__(
        self,
        workspace: Workspace,
        planned: Plan,
        seeds: Sequence[Seed],
        backend: str = "tensorflow",
        traces: bool = False,
    ) -> None:
        self.workspace = workspace
        self.plan = planned
        self.originals = {record["seed"]: name for name, record in planned.programs.items() if record["original"]}
        self.seeds = {seed.name: seed for seed in seeds}
        self.backend = backend
        self.outcomes: dict[str, dict[int, Outcome]] = {name: {} for name in planned.programs}
        self.verdicts: dict[str, Verdict] = {}
        self._asked: set[str] = set()
        self._bare: dict[str, str] = {}
        for name in planned.programs:
            for outcome in workspace.outcomes(name):
                if outcome.status != "lost":
                    self._take(name, outcome)
                    if traces and outcome.seed == 0 and outcome.trace is None:
                        self._bare[outcome.key] = name

    def build(
        self, runner: Runner, on_change: Callable[[Corpus], None] = lambda corpus: None, seconds: float | None = None
    ) -> None:
        """Run what is needed until every program has its verdict; after `seconds` nothing new is begun."""
        end = math.inf if seconds is None else time.monotonic() + seconds
        self._feed(runner)
        for outcome in runner.done():
            self.add(outcome)
            if time.monotonic() < end:
                self._feed(runner)
            on_change(self)

    def _feed(self, runner: Runner) -> None:
        while len(self._asked) < QUEUE:
            task = next(self.needed(), None)
            if task is None:
                return
            self._asked.add(task.key)
            self._bare.pop(task.key, None)
            runner.submit(task)

    def needed(self) -> Iterator[Task]:
        """The tasks that can be run now: originals first, then of each mutant the next screening or its repeats.

        Before all, when traces are wanted, the first runs that have none.
        """
        yield from (task_of(self.plan.programs[name], 0) for name in self._bare.values())
        for name, record in self.plan.programs.items():
            wanted = self._wanted(name)
            for number in range(wanted):
                key = f"{name}-{number}"
                if number not in self.outcomes[name] and key not in self._asked:
                    yield task_of(record, number)

    def add(self, outcome: Outcome) -> None:
        """Keep what a run gave, and the verdict once it is clear."""
        name = outcome.key.rpartition("-")[0]
        self._asked.discard(outcome.key)
        if self.workspace.add(outcome) or outcome.seed not in self.outcomes[name]:
            self._take(name, outcome)
            self.verdicts.pop(name, None)
        self.workspace.put(self.record(name))

    def record(self, name: str) -> Record:
        """The record of a program with its verdict and the versions it was run with."""
        verdict = self.verdict(name)
        return {
            **self.plan.programs[name],
            "verdict": verdict.kind,
            "p": verdict.p,
            "effect": verdict.effect if verdict.effect is None or math.isfinite(verdict.effect) else None,
            "runs": verdict.runs,
            "screened": verdict.screened,
            "progress": [round(value, 6) for value in self.progress(name)],
            "versions": {**versions(), "backend": self.backend},
        }

    def verdict(self, name: str) -> Verdict:
        """What is known of a program now. An original is "benign" when it is healthy, "unhealthy" when not."""
        if name in self.verdicts:
            return self.verdicts[name]
        record = self.plan.programs[name]
        verdict = self._of_original(name) if record["original"] else self._of_mutant(name, record)
        if verdict.kind != OPEN:
            self.verdicts[name] = verdict
        return verdict

    def progress(self, name: str) -> list[float]:
        """Progress of the runs that gave a score, by seed: 0 is the constant predictor, 1 the best possible."""
        seed = self.seeds[self.plan.programs[name]["seed"]]
        runs = (self.outcomes[name][number] for number in sorted(self.outcomes[name]))
        return [seed.progress(run.score) for run in runs if run.status == "ok" and run.score is not None]

    def _of_original(self, name: str) -> Verdict:
        runs = [run for run in self.outcomes[name].values() if run.status != "lost"]
        if len(runs) < ORIGINAL_RUNS:
            return Verdict(OPEN, runs=len(runs))
        progress = self.progress(name)
        healthy = len(progress) == len(runs) and sorted(progress)[len(progress) // 2] >= HEALTH
        return Verdict("benign" if healthy else UNHEALTHY, runs=len(runs))

    def _of_mutant(self, name: str, record: Record) -> Verdict:
        original = self.verdict(self.originals[record["seed"]])
        if original.kind in (OPEN, UNHEALTHY):
            return Verdict(original.kind)
        statuses = [run.status for run in self.outcomes[name].values() if run.status != "lost"]
        if not statuses:
            return Verdict(OPEN)
        failed = ["timeout" if status == "timeout" else "crash" for status in statuses if status != "ok"]
        return judge(self.progress(self.originals[record["seed"]]), self.progress(name), failed)

    def _wanted(self, name: str) -> int:
        """How many runs of a program are to be made now."""
        record = self.plan.programs[name]
        if self.verdict(name).kind != OPEN:
            return 0
        if record["original"]:
            return ORIGINAL_RUNS
        if self.verdict(self.originals[record["seed"]]).kind == OPEN:
            return 0
        done = len(self.outcomes[name])
        return done + 1 if done < 3 else max(5, done + 1)

    def _take(self, name: str, outcome: Outcome) -> None:
        self.outcomes[name][outcome.seed] = outcome_without_trace(outcome)


def task_of(record: Record, number: int) -> Task:
    """The run of a recorded program with a seed of randomness."""
    return Task(
        key=f"{record['id']}-{number}",
        source=record["code"],
        filename=f"{record['seed']}.py",
        seed=number,
        scoring=Scoring(*record["scoring"]),
        seconds=max(LEAST_SECONDS, SLOWEST * record["seconds"]),
    )


def outcome_without_trace(outcome: Outcome) -> Outcome:
    """What is kept in memory of a run."""
    return Outcome(
        outcome.key, outcome.seed, outcome.status, outcome.error, outcome.line, outcome.score, outcome.seconds, None
    )


def versions() -> dict[str, str]:
    """What the runs of this machine are made with."""
    found = {"python": platform.python_version(), "system": platform.system()}
    for name in ("default-lint", "keras", "tensorflow", "tensorflow-cpu", "jax", "numpy", "scikit-learn"):
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


class Progress:
    """One line about how far a build is, at most every few seconds."""

    def __init__(self, say: Callable[[str], None], every: float = 10.0) -> None:
        self.say, self.every = say, every
        self.began = self.last = time.monotonic()
        self.first: int | None = None

    def __call__(self, corpus: Corpus) -> None:
        """Say it, when it is time."""
        now = time.monotonic()
        if now - self.last < self.every:
            return
        self.last = now
        counted = tally(corpus)
        decided, everything = counted["decided"], len(corpus.plan.programs)
        if self.first is None:
            self.first, self.began = decided, now
        done = decided - self.first
        left = (everything - decided) * (now - self.began) / done if done else 0.0
        estimate = f", about {_time(left)} left" if done >= 5 else ""
        kinds = ", ".join(
            f"{counted[kind]} {kind}" for kind in ("faulty", "benign", "crash", "timeout") if counted[kind]
        )
        self.say(f"{decided} of {everything} programs decided ({kinds}); {counted['runs']} runs{estimate}")


def tally(corpus: Corpus) -> dict[str, int]:
    """Counts of verdicts, of programs that are decided, and of runs."""
    counted = dict.fromkeys(("faulty", "benign", "crash", "timeout", "unhealthy", "open"), 0)
    for name in corpus.plan.programs:
        counted[corpus.verdict(name).kind] += 1
    counted["decided"] = len(corpus.plan.programs) - counted["open"]
    counted["runs"] = sum(map(len, corpus.outcomes.values()))
    return counted


def _time(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def rerun(workspace: Workspace, count: int, draw: int = 0, workers: int | None = None) -> Iterator[tuple[str, bool]]:
    """Run recorded runs again from their record alone: a line about each, and whether it gave the same.

    The same: status, score to 1e-5, and every number of every epoch to 1e-5 (relative to its size, if that is above 1).
    Runs that came from tables have no numbers to compare and are not drawn.
    """
    from default_lint.lab.schedule import run_all

    keys = workspace.keys()
    random.Random(draw).shuffle(keys)
    tasks: list[Task] = []
    for key in keys:
        if len(tasks) == count:
            break
        recorded = workspace.outcome(key)
        if recorded is None or recorded.trace is None:
            continue
        name, _, number = key.rpartition("-")
        record = workspace.program(name)
        if record is not None:
            tasks.append(task_of(record, int(number)))
    for outcome in run_all(tasks, workers=workers):
        before = workspace.outcome(outcome.key)
        if before is None:
            continue
        difference = _difference(before, outcome)
        yield f"{outcome.key}: {difference or 'the same'}", not difference


def _difference(before: Outcome, after: Outcome) -> str:
    if before.status != after.status:
        return f"{after.status}, was {before.status}"
    pairs = [("score", before.score, after.score)]
    old, new = (_numbers(run.trace) for run in (before, after))
    if old.keys() != new.keys():
        return "other epochs or measures"
    pairs += [(name, old[name], new[name]) for name in old]
    for name, first, second in pairs:
        if not _same(first, second):
            return f"{name} {second}, was {first}"
    return ""


def _same(first: float | None, second: float | None) -> bool:
    if first is None or second is None:
        return first is second
    if math.isnan(first) or math.isnan(second):
        return math.isnan(first) and math.isnan(second)
    return first == second or abs(first - second) <= TOLERANCE * max(1.0, abs(first))


def _numbers(trace: bytes | None) -> dict[str, float]:
    """Every number of every epoch of a compressed trace, but those of the clock."""
    if trace is None:
        return {}
    found: dict[str, float] = {}
    for model in Trace.load(gzip.decompress(trace).decode()).models:
        for position, epoch in enumerate(model.epochs):
            place = f"model {model.number} epoch {position}"
            rows = {
                "logs": epoch.logs,
                "measures": epoch.measures,
                **{f"layer {k}": v for k, v in epoch.layers.items()},
            }
            found.update(
                (f"{place} {row} {name}", value) for row, values in rows.items() for name, value in values.items()
            )
    return found
