"""Features of the data and of the predictions: labels, scales, balance, and how the predictions compare with them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from default_lint.features.base import (
    FLAG,
    LOG_RATIO,
    NUMBER,
    RATIO,
    SHARE,
    Feature,
    Run,
    Scale,
    Topic,
    decades,
    known,
    minus,
    number,
    ratio,
)
from default_lint.features.dynamic_baseline import LABELS, canonical, labels, majority, target_deviation

FORMS = (*LABELS, "multi-hot", "probabilities", "real")
PREDICTION = Topic("prediction", ("output", "loss"), "output")
X = Topic("input", ("x",), "x")
Y = Topic("target", ("y",), "y")
Y_LOSS = Topic("target", ("y", "loss", "output"), "y")
SPLIT = Topic("validation", ("fit.validation_data", "x"), "fit.validation_data")
HARDWARE = Topic("hardware", ("fit",), "fit")
PART = Scale("", 0.0, math.inf)
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
    return None if rows is None else rows * max(columns or 1.0, 1.0)


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
    return ratio(run.measure(epoch, "prediction_std"), target_deviation(run.targets[0]))


def prediction_offset(run: Run, epoch: int) -> float | None:
    """Mean of the predictions less that of a real target, in its standard deviations."""
    if len(run.targets) != 1 or run.targets[0].get("form") in ("integer", "one-hot"):
        return None
    facts = run.targets[0]
    return ratio(minus(run.measure(epoch, "prediction_mean"), number(facts, "mean")), number(facts, "std"))


def prediction_reach(run: Run, epoch: int) -> float | None:
    """Range of the predictions over the range of the target."""
    if len(run.targets) != 1 or run.targets[0].get("form") in ("integer", "one-hot"):
        return None
    facts = run.targets[0]
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


def once(
    name: str,
    function: Callable[[Run], float | None],
    formula: str,
    scale: Scale,
    source: str,
    topic: Topic,
    shown: bool = False,
) -> Feature:
    """A feature of the run."""
    return Feature(name, "run", function, formula, scale, source, topic, shown=shown)


def row(
    name: str, function: Callable[[Run, int], float | None], formula: str, scale: Scale, source: str, topic: Topic
) -> Feature:
    """A feature of each epoch."""
    return Feature(name, "epoch", function, formula, scale, source, topic)


def own(unit: str, low: float = -math.inf) -> Scale:
    """A number in its own unit, which no row holds."""
    return Scale(unit, low, math.inf, free=False)


DATA: tuple[Feature, ...] = (
    row(
        "prediction_spread",
        prediction_spread,
        "mean std of the output units over the held rows / that of the target (of one-hot labels for classes)",
        RATIO,
        "row 167",
        PREDICTION,
    ),
    row(
        "prediction_offset",
        prediction_offset,
        "(mean prediction - mean target) / std of the target, not for classes",
        NUMBER,
        "row 167",
        PREDICTION,
    ),
    row(
        "prediction_reach",
        prediction_reach,
        "range of the predictions / range of the target, not for classes",
        RATIO,
        "row 142",
        PREDICTION,
    ),
    row(
        "prediction_top",
        prediction_top,
        "share of the held rows with the commonest predicted class",
        SHARE,
        "row 167",
        PREDICTION,
    ),
    row(
        "prediction_excess",
        prediction_excess,
        "(that share - majority share) / (1 - majority share)",
        Scale("", -math.inf, 1.0),
        "row 167",
        PREDICTION,
    ),
    row(
        "prediction_classes",
        prediction_classes,
        "number of predicted classes / number of labels seen",
        Scale("", 0.0, math.inf, neutral=1.0),
        "row 167",
        PREDICTION,
    ),
    *(
        once(
            f"target_{form.replace('-', '_')}", is_form(form), f"1 if a target's form is {form}", FLAG, "rows 23-26", Y
        )
        for form in FORMS
    ),
    once(
        "target_minimum",
        lambda run: min(known(number(facts, "min") for facts in run.targets), default=None),
        "smallest entry of the targets",
        own("target"),
        "rows 23-26",
        Y,
    ),
    once(
        "target_maximum",
        over_y(lambda facts: number(facts, "max")),
        "largest entry of the targets",
        own("target"),
        "rows 23-26",
        Y,
    ),
    once(
        "target_scale",
        over_y(lambda facts: magnitude(size(facts))),
        "log10 of the largest size of a target, against 1",
        LOG_RATIO,
        "row 142",
        Y,
    ),
    once("target_unusable", over_y(unusable), "share of NaN and infinite targets", SHARE, "row 139", Y),
    once(
        "target_constant",
        over_y(lambda facts: number(facts, "constant")),
        "1 if a target is the same in every row",
        FLAG,
        "row 140",
        Y,
    ),
    once(
        "labels_outside",
        outside,
        "1 if labels lie outside of what the loss takes ([0, units), [0, 1], signs, >= 0)",
        FLAG,
        "rows 23-26",
        Y_LOSS,
    ),
    once("labels_used", used, "number of different integer labels / output units", RATIO, "row 23", Y_LOSS),
    once(
        "label_entropy",
        of_labels("entropy"),
        "entropy of the label shares / log of their number",
        Scale(neutral=1.0),
        "row 141",
        Y,
    ),
    once("label_majority", of_labels("majority"), "share of the commonest label", SHARE, "row 141", Y),
    once("labels_sorted", of_labels("sorted"), "1 if equal labels stand together", FLAG, "row 138", Y),
    once(
        "input_scale",
        over_x(lambda facts: magnitude(size(facts))),
        "log10 of the largest size of an input, against 1",
        LOG_RATIO,
        "rows 128, 144",
        X,
    ),
    once(
        "input_spread",
        over_x(lambda facts: magnitude(number(facts, "std"))),
        "log10 of the standard deviation of an input, against 1",
        LOG_RATIO,
        "row 128",
        X,
    ),
    once("input_offset", over_x(offset), "size of the mean / standard deviation of an input", PART, "row 128", X),
    once(
        "input_column_spread",
        over_x(lambda facts: magnitude(number(facts, "column_spread"))),
        "log10 of the largest / smallest standard deviation of a column",
        LOG_RATIO,
        "row 128",
        X,
    ),
    once("input_unusable", over_x(unusable), "share of NaN and infinite inputs", SHARE, "row 139", X),
    once(
        "input_zero", over_x(lambda facts: number(facts, "zero")), "share of the inputs that are 0", SHARE, "row 140", X
    ),
    once(
        "input_constant",
        over_x(lambda facts: listed(facts, "constant_columns")),
        "share of the columns that are constant (20 counted at most)",
        SHARE,
        "row 140",
        X,
    ),
    once(
        "input_duplicate",
        over_x(lambda facts: listed(facts, "duplicate_columns")),
        "share of the columns that repeat another (20 counted at most)",
        SHARE,
        "row 140",
        X,
    ),
    once("input_integer", whole_numbers, "1 if an input has an integer type", FLAG, "row 144", X),
    once(
        "overlap", data("overlap"), "share of the validation rows that are training rows, too", SHARE, "row 145", SPLIT
    ),
    once("lengths_differ", data("lengths_differ"), "1 if x and y have different numbers of rows", FLAG, "row 143", X),
    once("weights_per_row", per_row, "log10 of number of weights / number of training rows", LOG_RATIO, "row 124", X),
    once(
        "cpu", hardware("cpu", "cpu_utilization"), "use of the processor", own("%", 0.0), "DEFault 29", HARDWARE, True
    ),
    once(
        "gpu_memory",
        hardware("gpu_memory", "gpu_memory_utilization"),
        "memory of the accelerator",
        own("MiB", 0.0),
        "DEFault 30",
        HARDWARE,
        True,
    ),
    once(
        "memory", hardware("memory", "memory_usage"), "memory of the run", own("MiB", 0.0), "DEFault 31", HARDWARE, True
    ),
)
