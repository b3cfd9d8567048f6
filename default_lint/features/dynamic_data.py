"""Features of the data and of the predictions: labels, scales, balance, and how the predictions compare with them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from default_lint.features.base import (
    Run,
    decades,
    known,
    minus,
    number,
    ratio,
    real,
)
from default_lint.features.dynamic_baseline import LABELS, canonical, classified, labels, majority, target_deviation

FORMS = (*LABELS, "multi-hot", "probabilities", "real")
Facts = Mapping[str, Any]


def largest(values: Iterable[float | None]) -> float | None:
    """The largest known number."""
    return max(known(values), default=None)


def size(facts: Facts) -> float | None:
    """The largest size of an entry."""
    low, high = number(facts, "min"), number(facts, "max")
    return None if low is None or high is None else max(abs(low), abs(high))


def magnitude(values: float | None) -> float | None:
    """log10 of a size, within the usual decades."""
    return decades(values, 1.0)


def entries(facts: Facts) -> float | None:
    """Number of entries that were looked at."""
    rows, columns = number(facts, "rows"), number(facts, "columns")
    shape = facts.get("shape")
    if columns is None and isinstance(shape, Sequence) and not isinstance(shape, str):
        columns = math.prod(max(1.0, size) for size in known(map(real, shape[1:])))
    return None if rows is None else real(rows * max(columns or 1.0, 1.0))


def unusable(facts: Facts) -> float | None:
    """Share of NaN and infinite entries."""
    there = known((number(facts, "nan"), number(facts, "inf")))
    part = ratio(sum(there), entries(facts)) if there else None
    return None if part is None else min(part, 1.0)


def listed(facts: Facts, name: str) -> float | None:
    """Share of the columns that are in a list of the facts, which holds 20 at most."""
    rows = facts.get(name)
    return ratio(float(len(rows)), number(facts, "columns")) if isinstance(rows, (list, tuple)) else None


def offset(facts: Facts) -> float | None:
    """Size of the mean over the standard deviation."""
    center = number(facts, "mean")
    return None if center is None else ratio(abs(center), number(facts, "std"))


def is_form(form: str) -> Callable[[Run], float | None]:
    """1 if a target has a form."""
    return lambda run: float(any(facts.get("form") == form for facts in run.targets)) if run.targets else None


def whole_numbers(run: Run) -> float | None:
    """1 if an input has an integer type."""
    kinds = [str(facts["dtype"]) for facts in run.inputs if facts.get("dtype")]
    return float(any(kind.startswith(("int", "uint")) for kind in kinds)) if kinds else None


def of_labels(name: str) -> Callable[[Run], float | None]:
    """A fact about the labels."""

    def value(run: Run) -> float | None:
        facts = labels(run)
        return None if facts is None else number(facts, name)

    return value


def units(run: Run, output: int) -> int | None:
    """Number of units of an output."""
    if output >= len(run.model.outputs):
        return None
    layer = run.by_index.get(run.model.outputs[output])
    return layer.output[-1] if layer is not None and layer.output else None


def outside(run: Run) -> float | None:
    """1 if labels lie outside of what their loss takes."""
    found: list[float] = []
    for place, (facts, name) in enumerate(zip(run.targets, run.model.losses)):
        low, high, loss = number(facts, "min"), number(facts, "max"), canonical(name)
        if low is None or high is None:
            continue
        if loss == "sparse_categorical_crossentropy":
            top = units(run, place)
            found.append(float(low < 0 or (top is not None and high >= top)))
        elif loss in ("binary_crossentropy", "categorical_crossentropy", "kl_divergence"):
            found.append(float(low < 0 or high > 1))
        elif loss in ("hinge", "squared_hinge"):
            found.append(float(facts.get("form") not in ("signs", "binary")))
        elif loss in ("poisson", "mean_squared_logarithmic_error"):
            found.append(float(low < 0))
    return max(found, default=None)


def used(run: Run) -> float | None:
    """Number of different labels over the number of output units, for integer labels."""
    for place, facts in enumerate(run.targets):
        if facts.get("form") == "integer":
            top = units(run, place)
            return ratio(number(facts, "classes"), None if top is None else float(top))
    return None


def data(name: str) -> Callable[[Run], float | None]:
    """A fact about all data."""
    return lambda run: number(run.model.data, name)


def over_x(function: Callable[[Facts], float | None]) -> Callable[[Run], float | None]:
    """The largest over the inputs."""
    return lambda run: largest(map(function, run.inputs))


def over_y(function: Callable[[Facts], float | None]) -> Callable[[Run], float | None]:
    """The largest over the targets."""
    return lambda run: largest(map(function, run.targets))


def prediction_spread(run: Run, epoch: int) -> float | None:
    """Spread of the predictions over that of the first target."""
    if not run.targets:
        return None
    return ratio(run.measure(epoch, "prediction_std"), target_deviation(run.targets[0], first_loss(run)))


def first_loss(run: Run) -> str:
    """The name of the first output's loss."""
    return run.model.losses[0] if run.model.losses else ""


def measured_target(run: Run) -> Facts | None:
    """The facts of the only target, when the output speaks of it in its own unit."""
    facts = run.targets[0] if len(run.targets) == 1 else None
    return None if facts is None or classified(facts, first_loss(run)) else facts


def prediction_offset(run: Run, epoch: int) -> float | None:
    """Mean of the predictions less that of a real target, in its standard deviations."""
    facts = measured_target(run)
    if facts is None:
        return None
    return ratio(minus(run.measure(epoch, "prediction_mean"), number(facts, "mean")), number(facts, "std"))


def prediction_reach(run: Run, epoch: int) -> float | None:
    """Range of the predictions over the range of the target."""
    facts = measured_target(run)
    if facts is None:
        return None
    own = minus(run.measure(epoch, "prediction_max"), run.measure(epoch, "prediction_min"))
    return ratio(own, minus(number(facts, "max"), number(facts, "min")))


def prediction_top(run: Run, epoch: int) -> float | None:
    """Share of the commonest predicted class."""
    return run.measure(epoch, "prediction_top")


def prediction_excess(run: Run, epoch: int) -> float | None:
    """How far the commonest predicted class is on the way from its true share to all rows."""
    base = majority(run)
    return None if base is None else ratio(minus(prediction_top(run, epoch), base), 1.0 - base)


def prediction_classes(run: Run, epoch: int) -> float | None:
    """Share of the classes that are predicted at all."""
    facts = labels(run)
    return ratio(run.measure(epoch, "prediction_classes"), None if facts is None else number(facts, "classes"))


def hardware(*names: str) -> Callable[[Run], float | None]:
    """A number about the machine."""
    return lambda run: next((value for name in names if (value := number(run.hardware, name)) is not None), None)


def per_row(run: Run) -> float | None:
    """Weights over rows, in decades."""
    return decades(float(run.parameters), number(run.model.data, "samples")) if run.parameters else None
