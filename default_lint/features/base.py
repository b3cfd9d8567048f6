"""What a feature of a run is, how the records of a run are read for it, and the few numerics they share.

A number that is missing, not a number or infinite is None here: that a run broke has features of its own.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from default_lint.frozen import dataclass
from default_lint.trial.trace import Epoch, LayerTrace, ModelTrace

Kept = TypeVar("Kept")

DECADES = 12.0  # logarithms of ratios end here: 12 orders of magnitude are "all of it"
REDUCTIONS = ("min", "median", "max", "mean", "first", "last")
AGGREGATES = ("mean", "std", "min", "max", "last", "slope")


@dataclass(frozen=True)
class Origin:
    """What a number is about, in words that lead to a line.

    place     "layer", "output" (the output layer), "fit", "compile", "optimizer", "loss", "x" or "y"
    layer     index of the layer when the place is a layer (or the output layer, if known)
    argument  the argument at that place ("validation_data" of fit), "" for the place itself
    """

    place: str
    layer: int | None = None
    argument: str = ""


@dataclass(frozen=True)
class Scale:
    """The kind of number: its unit ("" for a plain ratio), its range, and what stands in a row when it is missing.

    free: a pure number that neither has the scale of the loss nor grows with the number of weights, rows or epochs
    """

    unit: str = ""
    low: float = 0.0
    high: float = 1.0
    neutral: float = 0.0
    free: bool = True


@dataclass(frozen=True)
class Topic:
    """What kind of measurement a number comes from, and which places it tells of, as "place" or "place.argument".

    group   a row tells with `<group>_known` whether there was any such measurement
    about   the places; those of layers come from the numbers themselves
    absent  the place where a reader would look when the number is missing
    """

    group: str
    about: tuple[str, ...]
    absent: str = "fit"


@dataclass(frozen=True)
class Feature:
    """One row of the table of features.

    level     "epoch" (one number an epoch), "layer" (one a layer and epoch) or "run" (one a run)
    function  (run), (run, epoch) or (run, epoch, layer) -> number or None
    formula   how it is computed, in words
    source    where it comes from: "DEFault N" (column N of the published callback, repaired), "row N" of our catalogue
              of faults, or the literature
    shown     for people only
    over      how the numbers of the layers become one number in a row, for features of layers
    how       how the numbers of the epochs become one number in a row
    where     origins that depend on the run
    """

    name: str
    level: str
    function: Callable[..., float | None]
    formula: str
    scale: Scale
    source: str
    topic: Topic
    shown: bool = False
    over: tuple[str, ...] = ("median", "max")
    how: tuple[str, ...] = AGGREGATES
    where: Callable[[Run], tuple[Origin, ...]] | None = None

    @property
    def in_row(self) -> bool:
        """Whether the row of a run holds it: scale-free, and not for people only."""
        return self.scale.free and not self.shown


SHARE = Scale()
FLAG = Scale("flag")
LOG_RATIO = Scale("decades", -DECADES, DECADES)
RATIO = Scale("", 0.0, math.inf, neutral=1.0)
CHANGE = Scale("", -2.0, 2.0)
NUMBER = Scale("", -math.inf, math.inf)
PART = Scale("", 0.0, math.inf)


def raw(unit: str, low: float = 0.0) -> Scale:
    """A number in its own unit, which no row holds."""
    return Scale(unit, low, math.inf, free=False)


def each(
    name: str,
    function: Callable[[Run, int], float | None],
    formula: str,
    scale: Scale,
    source: str,
    topic: Topic,
    shown: bool = False,
    how: tuple[str, ...] = AGGREGATES,
    where: Callable[[Run], tuple[Origin, ...]] | None = None,
) -> Feature:
    """A feature of each epoch; `how` says how a row reduces the epochs to one number."""
    return Feature(name, "epoch", function, formula, scale, source, topic, shown, how=how, where=where)


def deep(
    name: str,
    function: Callable[[Run, int, int], float | None],
    formula: str,
    scale: Scale,
    source: str,
    topic: Topic,
    over: tuple[str, ...] = ("median", "max"),
) -> Feature:
    """A feature of each layer and epoch; `over` says how a row reduces the layers to one number."""
    return Feature(name, "layer", function, formula, scale, source, topic, over=over)


def once(
    name: str,
    function: Callable[[Run], float | None],
    formula: str,
    scale: Scale,
    source: str,
    topic: Topic,
    shown: bool = False,
    where: Callable[[Run], tuple[Origin, ...]] | None = None,
) -> Feature:
    """A feature of the run."""
    return Feature(name, "run", function, formula, scale, source, topic, shown, where=where)


class Run:
    """Reads the records of one model. Epochs count from 0; -1 is the state before training.

    The epochs are those that ran to their end, or, when none did, the last one that began (`partial`).
    """

    def __init__(self, model: ModelTrace, hardware: Mapping[str, float] | None = None) -> None:
        self.model = model
        self.hardware = hardware or {}
        complete = model.complete
        self.partial = not complete and bool(model.epochs)
        self.epochs: tuple[Epoch, ...] = complete or model.epochs[-1:]
        self._kept: dict[Hashable, Any] = {}
        self.by_index = {layer.index: layer for layer in model.layers}

    def at(self, epoch: int) -> Epoch | None:
        """The record of an epoch, the one before training for -1."""
        if epoch == -1:
            return self.model.start
        return self.epochs[epoch] if 0 <= epoch < len(self.epochs) else None

    def log(self, epoch: int, name: str) -> float | None:
        """What Keras logged under a name."""
        record = self.at(epoch)
        return None if record is None else number(record.logs, name)

    def measure(self, epoch: int, name: str) -> float | None:
        """A measure of the whole model on the held batch."""
        record = self.at(epoch)
        return None if record is None else number(record.measures, name)

    def layer(self, epoch: int, layer: int, name: str) -> float | None:
        """A measure of one layer."""
        record = self.at(epoch)
        return None if record is None else number(record.layers.get(layer, {}), name)

    def measured(self, epoch: int, name: str) -> list[tuple[LayerTrace, float]]:
        """The layers with a measure, in model order, each with its value."""
        rows = ((layer, self.layer(epoch, layer.index, name)) for layer in self.model.layers)
        return [(layer, value) for layer, value in rows if value is not None]

    def weighted(self) -> list[LayerTrace]:
        """The layers with weights, in model order; not normalization, whose gains are of another kind."""
        return [layer for layer in self.model.layers if layer.parameters and not is_normalization(layer)]

    def curve(self, function: Callable[[Run, int], float | None]) -> tuple[float | None, ...]:
        """The value of a function in each epoch, computed once."""
        return self.keep(function, lambda: tuple(function(self, epoch) for epoch in range(len(self.epochs))))

    def keep(self, key: Hashable, make: Callable[[], Kept]) -> Kept:
        """What `make` gives, made once for each key."""
        if key not in self._kept:
            self._kept[key] = make()
        kept: Kept = self._kept[key]
        return kept

    @property
    def parameters(self) -> int:
        """Number of all weight elements."""
        return sum(layer.parameters for layer in self.model.layers)

    @property
    def inputs(self) -> Sequence[Mapping[str, Any]]:
        """Facts about the input arrays."""
        return _facts(self.model.data.get("x"))

    @property
    def targets(self) -> Sequence[Mapping[str, Any]]:
        """Facts about the target arrays, one for each output, in the order of the outputs."""
        return by_output(_facts(self.model.data.get("y")), self.model)


def by_output(rows: Sequence[Mapping[str, Any]], model: ModelTrace) -> Sequence[Mapping[str, Any]]:
    """Facts about targets in the order of the outputs, where a dict named them after the layers that make these."""
    layers = {layer.index: layer.name for layer in model.layers}
    named = {str(row.get("name") or ""): row for row in rows}
    names = [layers.get(index, "") for index in model.outputs]
    return [named[name] for name in names] if sorted(names) == sorted(named) and len(named) == len(rows) else rows


def _facts(value: Any) -> Sequence[Mapping[str, Any]]:
    if isinstance(value, Mapping):
        return [value]
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [row for row in value if isinstance(row, Mapping)]
    return []


def is_normalization(layer: LayerTrace) -> bool:
    """Whether the layer normalizes what flows through it."""
    return layer.kind.endswith("Normalization")


def number(record: Mapping[str, Any], name: str) -> float | None:
    """A finite number of a record, else None. Booleans are 0 and 1."""
    return real(record.get(name))


def real(value: Any) -> float | None:
    """A finite number, else None."""
    if isinstance(value, str) or value is None:
        return None
    try:
        result = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return result if math.isfinite(result) else None


def known(values: Iterable[float | None]) -> list[float]:
    """The numbers among the values."""
    return [value for value in values if value is not None]


def ratio(above: float | None, below: float | None) -> float | None:
    """`above / below` for a positive `below`."""
    if above is None or below is None or below <= 0.0:
        return None
    return real(above / below)


def minus(left: float | None, right: float | None) -> float | None:
    """The difference."""
    return None if left is None or right is None else real(left - right)


def decades(above: float | None, below: float | None) -> float | None:
    """log10(above / below) within +-DECADES; nothing over something is -DECADES, over nothing there is no ratio."""
    if above is None or below is None or above < 0.0 or below <= 0.0:
        return None
    if above == 0.0:
        return -DECADES
    return max(-DECADES, min(DECADES, math.log10(above) - math.log10(below)))


def change(now: float | None, before: float | None) -> float | None:
    """(now - before) / the larger of both in size: -1..1 for numbers of one sign, -2..2 in all; 0 for two zeros."""
    if now is None or before is None:
        return None
    size = max(abs(now), abs(before))
    return 0.0 if size == 0.0 else now / size - before / size


def flag(value: float | None, test: Callable[[float], bool]) -> float | None:
    """1 where the test holds, 0 where not."""
    return None if value is None else float(test(value))


def mean(values: Sequence[float]) -> float | None:
    """The arithmetic mean, None of nothing; it does not overflow."""
    if not values:
        return None
    try:
        return real(math.fsum(values) / len(values))
    except OverflowError:
        return real(math.fsum(value / len(values) for value in values))


def deviation(values: Sequence[float]) -> float | None:
    """The population standard deviation, None of nothing."""
    center = mean(values)
    if center is None:
        return None
    size = max(abs(value - center) for value in values)
    if size == 0.0 or not math.isfinite(size):
        return 0.0 if size == 0.0 else None
    parts = [(value - center) / size for value in values]
    return size * math.sqrt(sum(part * part for part in parts) / len(parts))


def median(values: Sequence[float]) -> float | None:
    """The middle value, the mean of the two middle ones of an even number."""
    if not values:
        return None
    ranked = sorted(values)
    half = len(ranked) // 2
    return ranked[half] if len(ranked) % 2 else ranked[half - 1] / 2 + ranked[half] / 2


def slope(points: Sequence[tuple[float, float]]) -> float | None:
    """The least-squares slope through (position, value) points; None below two different positions."""
    if len({position for position, _ in points}) < 2:
        return None
    center = math.fsum(position for position, _ in points) / len(points)
    middle = mean([value for _, value in points])
    if middle is None:
        return None
    below = math.fsum((position - center) * (position - center) for position, _ in points)
    return real(sum((position - center) / below * (value - middle) for position, value in points))


def correlation(left: Sequence[float], right: Sequence[float]) -> float | None:
    """Pearson's correlation; None below three pairs or when one side is constant."""
    one, two = deviation(left), deviation(right)
    if len(left) < 3 or not one or not two:
        return None
    first, second = mean(left), mean(right)
    if first is None or second is None:
        return None
    parts = [((a - first) / one) * ((b - second) / two) for a, b in zip(left, right, strict=True)]
    value = real(sum(parts) / len(parts))
    return None if value is None else max(-1.0, min(1.0, value))


def reduce(values: Sequence[float], how: str) -> float | None:
    """The numbers of the layers, in model order, as one: a name of REDUCTIONS."""
    if not values:
        return None
    if how == "median":
        return median(values)
    if how == "mean":
        return mean(values)
    if how in ("first", "last"):
        return values[0 if how == "first" else -1]
    return min(values) if how == "min" else max(values)


def aggregate(values: Sequence[float], how: str) -> float | None:
    """A series of epochs, NaN where unknown, as one number: a name of AGGREGATES.

    The last is that of the last epoch where it is known; the slope is per epoch by least squares, 0 for one epoch.
    """
    points = [(float(epoch), value) for epoch, value in enumerate(values) if math.isfinite(value)]
    if not points:
        return None
    there = [value for _, value in points]
    if how == "mean":
        return mean(there)
    if how == "std":
        return deviation(there)
    if how == "slope":
        return slope(points) or 0.0
    if how == "last":
        return there[-1]
    return min(there) if how == "min" else max(there)
