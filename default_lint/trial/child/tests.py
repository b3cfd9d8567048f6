"""The run's own tests: experiments on each trained model with its held rows, in the time that is left.

They run when the user's script has ended, or on a live model: whatever they do is undone, see `trials`.
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from .trials.batch_sum import batch_sum
from .trials.broadcast import broadcast
from .trials.case import Case, Skipped, Time
from .trials.guard import undisturbed
from .trials.initial_loss import initial_loss
from .trials.mode_gap import mode_gap
from .trials.overfit_batch import overfit_batch
from .trials.permuted_labels import permuted_labels
from .trials.rate_sweep import rate_sweep
from .trials.replay import replay
from .trials.zero_input import zero_input

LONGEST = 60.0  # seconds for one model, however much time is left
ENOUGH = 10.0  # seconds that are not cut further to leave some to other models: they are often alike
SHORTEST = 0.2  # seconds below which no experiment is begun


class OwnTest(NamedTuple):
    """An experiment; `share` is its weight when the time that is left is divided among those still to come."""

    name: str
    run: Callable[[Case], dict[str, Any]]
    share: float


# The cheapest and most telling first; those that train come after the sweep, whose best rate they use.
TESTS: Sequence[OwnTest] = (
    OwnTest("initial_loss", initial_loss, 1),
    OwnTest("zero_input", zero_input, 1),
    OwnTest("mode_gap", mode_gap, 1),
    OwnTest("batch_sum", batch_sum, 1),
    OwnTest("broadcast", broadcast, 1),
    OwnTest("replay", replay, 3),
    OwnTest("rate_sweep", rate_sweep, 5),
    OwnTest("overfit_batch", overfit_batch, 5),
    OwnTest("permuted_labels", permuted_labels, 3),
)


def run(session: Any, clock: Callable[[], float] = time.monotonic) -> None:
    """Make all own tests on all models of a `Session`; says `testing` and `test` through `session.emit`."""
    subjects = list(session.subjects)
    for number, subject in enumerate(subjects):
        left = session.remaining()
        seconds = min(LONGEST, left, max(ENOUGH, left / (len(subjects) - number)))
        run_model(subject, session.emit, seconds, clock)


def run_model(
    subject: Any, emit: Callable[[dict[str, Any]], None], seconds: float, clock: Callable[[], float] = time.monotonic
) -> dict[str, dict[str, Any]]:
    """Make all own tests on one model within about `seconds`; the results by name.

    Every result has "seconds"; "skipped" (the reason) stands in one that could not be had, and "plain": False in those
    of a model with a training step of its own: they are about the model with its compiled loss, not about that step.
    """
    results: dict[str, dict[str, Any]] = {}
    budget = Time(clock, seconds)
    case: Case | None = None
    with undisturbed(subject.model):
        try:
            case = Case(subject, clock)
            case.results = results
            reason = ""
        except Exception as error:
            reason = _reason(error)
        for number, test in enumerate(TESTS):
            left = budget.left()
            emit({"event": "testing", "model": subject.number, "name": test.name})
            began = clock()
            if case is None:
                result: dict[str, Any] = {"skipped": reason}
            elif left < SHORTEST:
                result = {"skipped": "no time was left"}
            else:
                weights = sum(later.share for later in TESTS[number:])
                case.time = Time(clock, left * test.share / weights)
                result = _result(test, case)
            if not subject.plain:
                result = {**result, "plain": False}
            results[test.name] = {**result, "seconds": round(clock() - began, 3)}
            emit({"event": "test", "model": subject.number, "name": test.name, "result": plain(results[test.name])})
    return results


def _result(test: OwnTest, case: Case) -> dict[str, Any]:
    try:
        return test.run(case)
    except Exception as error:
        return {"skipped": _reason(error)}


def _reason(error: Exception) -> str:
    """One line for people."""
    if isinstance(error, Skipped):
        return str(error)
    lines = re.sub(r"\{\{.*?\}\}", "", str(error)).strip().splitlines()
    return f"{type(error).__name__}: {lines[0] if lines else ''}"[:100].rstrip(": ")


def plain(value: Any) -> Any:
    """The value as JSON knows it; numbers that are not finite become "NaN", "Infinity" and "-Infinity"."""
    if isinstance(value, dict):
        return {str(key): plain(child) for key, child in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(child) for child in value]
    if hasattr(value, "item") and not isinstance(value, str):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("Infinity" if value > 0 else "-Infinity")
    return value
