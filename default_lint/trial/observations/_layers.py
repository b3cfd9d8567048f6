"""Small questions about the layers of a run that several observations ask."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from default_lint.features.base import decades, is_normalization, median, real
from default_lint.trial.observations.base import Sight
from default_lint.trial.observations.place import Place
from default_lint.trial.observations.rates import made
from default_lint.trial.observations.thresholds import LIMITS
from default_lint.trial.observations.words import percent, plain, short, text_of
from default_lint.trial.trace import LayerTrace

BOUNDED = ("sigmoid", "tanh", "softsign", "hard_sigmoid", "hard_tanh", "softmax")
"""Activations whose slope goes to nothing on both sides."""

_SCALED = ("glorot", "he", "lecun", "variancescaling", "orthogonal", "identity")
_USUAL = {"SGD": 0.01, "Adagrad": 0.01, "Adadelta": 1.0, "Ftrl": 0.01}


class Reading(NamedTuple):
    """A number and the epoch after which it was measured."""

    epoch: int
    value: float


class Blame(NamedTuple):
    """Something that explains what a layer shows better than the layer itself: its place, its cause, and why."""

    place: Place
    cause: str
    why: str


# words


def counted(share: float, layer: LayerTrace) -> str:
    """A share of the units of a layer in words: "90 of 100 units", or in percent when their number is not known."""
    width = units(layer)
    if not width:
        return f"{percent(share)} of the units"
    return f"{min(max(round(share * width), 0), width)} of {width} units"


def after(epoch: int) -> str:
    """The epoch in words, counted from 1."""
    return "before training" if epoch < 0 else f"after epoch {epoch + 1}"


def lower_rate(sight: Sight) -> float:
    """The usual learning rate, or a tenth of the present one when that is not above it."""
    usual, rate = usual_rate(sight), real(sight.model.optimizer.get("learning_rate"))
    return usual if rate is None or rate > usual or rate <= 0 else float(f"{text_of(rate / 10, 1)}")


def advice(sight: Sight, blame: Blame, otherwise: str = "") -> str:
    """What to do about a cause that several observations find; `otherwise` about any other."""
    if blame.cause == "x_scale":
        return "try: scale x to zero mean and unit variance"
    if blame.cause == "learning_rate":
        return f"try: learning_rate={plain(lower_rate(sight))} or less"
    return otherwise


def usual_rate(sight: Sight) -> float:
    """The learning rate with which this optimizer usually learns (the default of Keras)."""
    return _USUAL.get(str(sight.model.optimizer.get("class", "")), 0.001)


# numbers


def series(sight: Sight, index: int, name: str) -> list[Reading]:
    """A measure of a layer after each epoch that has it, numbers only."""
    rows = ((epoch.number, real(epoch.layers.get(index, {}).get(name))) for epoch in sight.model.epochs)
    return [Reading(number, value) for number, value in rows if value is not None]


def model_series(sight: Sight, name: str) -> list[Reading]:
    """A measure of the whole model after each epoch that has it, numbers only."""
    rows = ((epoch.number, real(epoch.measures.get(name))) for epoch in sight.model.epochs)
    return [Reading(number, value) for number, value in rows if value is not None]


def last(sight: Sight, index: int, name: str) -> Reading | None:
    """The newest number of a measure."""
    rows = series(sight, index, name)
    return rows[-1] if rows else None


def at_start(sight: Sight, index: int, name: str) -> float | None:
    """The number before training; None when it was not measured."""
    return real(sight.measure(index, name, start=True))


def doublings(rows: Sequence[Reading], window: int) -> Iterator[Sequence[Reading]]:
    """Each stretch of so many epochs in which the number at least doubled every time, the first one first."""
    for end in range(window, len(rows)):
        part = rows[end - window : end + 1]
        if all(one.value > 0 and two.value >= LIMITS["growth"] * one.value for one, two in pairwise(part)):
            yield part


def update_ratios(sight: Sight) -> dict[int, list[float]]:
    """For each trainable layer log10(size of one step / size of its weights) by epoch, where there was a gradient."""
    found: dict[int, list[float]] = {}
    for layer in weighted(sight):
        for epoch in sight.model.epochs:
            row = epoch.layers.get(layer.index, {})
            norm, gradient = real(row.get("weight_norm")), real(row.get("gradient_norm"))
            ratio = decades(real(row.get("update_norm")), norm)
            if ratio is not None and norm and norm > LIMITS["weights_nothing"] and gradient != 0.0:
                found.setdefault(layer.index, []).append(ratio)
    return found


# layers


def size(sight: Sight, layer: LayerTrace) -> int:
    """Number of weight elements; as measured for a layer that was built only when training began."""
    measured = last(sight, layer.index, "weight_size")
    return layer.parameters or (int(measured.value) if measured is not None and 0 < measured.value < 1e12 else 0)


def trains(sight: Sight, layer: LayerTrace) -> bool:
    """Whether the layer has weights that train."""
    if layer.parameters or layer.frozen:
        return layer.trainable > 0
    return size(sight, layer) > 0 and bool(series(sight, layer.index, "gradient_norm"))


def weighted(sight: Sight) -> list[LayerTrace]:
    """The layers with trainable weights in model order, without normalization."""
    return [layer for layer in sight.model.layers if trains(sight, layer) and not is_normalization(layer)]


def heads(sight: Sight) -> list[LayerTrace]:
    """The layers with weights that make the outputs: the last before each output."""
    rows = [layer for layer in sight.model.layers if size(sight, layer) and not is_normalization(layer)]
    found: list[LayerTrace] = []
    for output in sight.model.outputs or (math.inf,):
        before = [layer for layer in rows if layer.index <= output]
        if before and before[-1] not in found:
            found.append(before[-1])
    return found


def is_head(sight: Sight, layer: LayerTrace) -> bool:
    """Whether the layer makes an output, or only shapes what the layer that makes it gives."""
    made = heads(sight)
    return layer.index in sight.model.outputs or layer in made or bool(made and layer.index > made[-1].index)


def hidden(sight: Sight) -> list[LayerTrace]:
    """The trainable layers before the outputs, in model order."""
    made = heads(sight)
    return [layer for layer in weighted(sight) if layer not in made]


def units(layer: LayerTrace) -> int | None:
    """Width of a layer: its units, its filters, or the last axis of its output."""
    for name in ("units", "filters"):
        value = layer.settings.get(name)
        if isinstance(value, int) and value > 0:
            return value
    size = layer.output[-1] if len(layer.output) > 1 else None
    return size if size and size > 0 else None


def given(sight: Sight, layer: LayerTrace, *names: str) -> str | None:
    """The first of these arguments that the source passes to the layer."""
    source = sight.places.source_layer(layer.index)
    if source is None:
        return None
    return next((name for name in names if source.call.given(name) is not None), None)


def odd_initializer(sight: Sight, layer: LayerTrace) -> str:
    """The argument that gives the layer initial weights of a scale of its own, or a bias other than 0; else ""."""
    for name in ("bias_initializer", "kernel_initializer", "embeddings_initializer", "recurrent_initializer"):
        kind = str(layer.settings.get(name, "")).lower().replace("_", "")
        usual = ("zeros",) if name == "bias_initializer" else _SCALED
        if kind and not kind.startswith(usual) and given(sight, layer, name) is not None:
            return name
    return ""


def _scales(layer: LayerTrace) -> bool:
    return is_normalization(layer) or layer.kind in ("Rescaling", "Hashing", "Discretization", "Embedding")


# who else can be to blame


def steep_rate(sight: Sight) -> Blame | None:
    """The learning rate, when the run or a sweep of rates shows that its steps are too large."""
    sweep, place = made(sight), sight.places.learning_rate()
    if sweep is not None and sweep.high is not None:
        if sweep.current <= sweep.high:
            return None
        why = f"learning rate {plain(sweep.current)}; {sweep.range} learned in a sweep"
        return Blame(place, "learning_rate", why)
    firsts = [ratios[0] for ratios in update_ratios(sight).values()]
    middle = median(firsts)
    if middle is not None and middle > LIMITS["update_ratio_high"]:
        return Blame(place, "learning_rate", f"one step changed the weights by {short(10**middle)} times their size")
    return None


def large_input(sight: Sight, layer: LayerTrace | None = None) -> Blame | None:
    """The input, when its numbers are far from unit scale, and nothing before the layer (if given) scales them."""
    if layer is not None and any(_scales(other) for other in sight.model.layers if other.index < layer.index):
        return None
    spread, high, low = (real(sight.x.get(name)) for name in ("std", "max", "min"))
    if spread is None:
        return None
    size = max(spread, abs(high or 0.0) / 10, abs(low or 0.0) / 10)
    if size <= LIMITS["input_large"] or any("mbedding" in layer.kind for layer in sight.model.layers[:2]):
        return None
    reach = f", {text_of(low, 4)} to {text_of(high, 4)}" if low is not None and high is not None else ""
    return Blame(sight.places.data("x"), "x_scale", f"x has a standard deviation of {text_of(spread)}{reach}")
