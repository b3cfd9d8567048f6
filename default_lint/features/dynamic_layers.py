"""Features of the layers: gradients, weights, updates and activations, and how they run over the depth of a model."""

from __future__ import annotations

import math
from collections.abc import Callable

from default_lint.features.base import (
    Origin,
    Run,
    decades,
    flag,
    known,
    mean,
    median,
    number,
    ratio,
    slope,
)
from default_lint.features.dynamic_curves import loss

HISTORY = 20  # states that "its own past" goes back
BROKEN = ("nonfinite_weights", "nonfinite_gradients", "nonfinite_activations")
Layered = Callable[[Run, int, int], float | None]


def taken(name: str) -> Layered:
    """A measure of a layer as the probe took it."""
    return lambda run, epoch, layer: run.layer(epoch, layer, name)


def quotient(above: str, below: str) -> Layered:
    """One measure over another."""
    return lambda run, epoch, layer: ratio(run.layer(epoch, layer, above), run.layer(epoch, layer, below))


def logarithm(above: str, below: str) -> Layered:
    """One measure over another, in decades."""
    return lambda run, epoch, layer: decades(run.layer(epoch, layer, above), run.layer(epoch, layer, below))


def against_start(name: str) -> Layered:
    """A measure against that before training, or after the first epoch, in decades."""

    def value(run: Run, epoch: int, layer: int) -> float | None:
        first = run.layer(-1, layer, name)
        if first is None:
            first = run.layer(0, layer, name)
        return decades(run.layer(epoch, layer, name), first)

    return value


def against_history(name: str) -> Layered:
    """A measure against the median of its own past, at most HISTORY states, that before training included."""

    def value(run: Run, epoch: int, layer: int) -> float | None:
        past = known(run.layer(index, layer, name) for index in range(max(-1, epoch - HISTORY), epoch))
        return decades(run.layer(epoch, layer, name), median(past))

    return value


def sensitivity(run: Run, epoch: int, layer: int) -> float | None:
    """|gradient| |weights| / |loss|: by how much of itself the loss moves when the weights do, in decades."""
    gradient, weight = run.layer(epoch, layer, "gradient_norm"), run.layer(epoch, layer, "weight_norm")
    level = run.measure(epoch, "held_loss")
    level = loss(run, epoch) if level is None else level
    if gradient is None or not weight or level is None:
        return None
    return decades(gradient, abs(level) / weight)


def gradient_to_last(run: Run, epoch: int, layer: int) -> float | None:
    """Gradient over weight, against the same of the last weighted layer, in decades."""
    there = by_depth(run, epoch, "gradient_norm")
    if not there or layer not in {index for index, _ in there}:
        return None
    last = ratio(there[-1][1], run.layer(epoch, there[-1][0], "weight_norm"))
    own = ratio(run.layer(epoch, layer, "gradient_norm"), run.layer(epoch, layer, "weight_norm"))
    return decades(own, last)


def still(run: Run, epoch: int, layer: int) -> float | None:
    """1 if trainable weights are exactly those of the previous epoch."""
    record = run.by_index.get(layer)
    if record is None or not record.trainable:
        return None
    return flag(run.layer(epoch, layer, "weight_change"), lambda value: value == 0.0)


def tail(run: Run, epoch: int, layer: int) -> float | None:
    """Largest gradient entry over the root mean square, in decades."""
    norm, size = run.layer(epoch, layer, "gradient_norm"), run.layer(epoch, layer, "weight_size")
    if norm is None or not size or size < 0:
        return None
    return decades(run.layer(epoch, layer, "gradient_max"), norm / math.sqrt(size))


def gain(run: Run, epoch: int, layer: int) -> float | None:
    """Spread of what leaves a layer over the spread of what enters it, in decades."""
    return decades(run.layer(epoch, layer, "activation_std"), run.layer(epoch, layer, "input_std"))


def broken_layer(run: Run, epoch: int, layer: int) -> float | None:
    """1 if weights, gradients or outputs of the layer were not all finite."""
    there = known(run.layer(epoch, layer, name) for name in BROKEN)
    return float(any(there)) if there else None


def by_depth(run: Run, epoch: int, name: str) -> list[tuple[int, float]]:
    """(layer, value) of the weighted layers that have a measure, in model order; normalization is passed over."""

    def measured() -> list[tuple[int, float]]:
        rows = ((layer.index, run.layer(epoch, layer.index, name)) for layer in run.weighted())
        return [(index, value) for index, value in rows if value is not None]

    return run.keep(("by_depth", epoch, name), measured)


def depth(name: str) -> Callable[[Run, int], float | None]:
    """Least-squares slope of log10 of a measure over the position among the weighted layers.

    Zeros stand DECADES below the largest; None below two layers or when all are zero.
    """

    def value(run: Run, epoch: int) -> float | None:
        values = [value for _, value in by_depth(run, epoch, name)]
        largest = max(values, default=0.0)
        heights = [decades(value, largest) for value in values]
        return slope([(float(place), height) for place, height in enumerate(heights) if height is not None])

    return value


def ends(run: Run, epoch: int) -> float | None:
    """Gradient over weight of the first weighted layer against that of the last, in decades."""
    there = by_depth(run, epoch, "gradient_norm")
    return None if len(there) < 2 else gradient_to_last(run, epoch, there[0][0])


def whole(name: str) -> Callable[[Run, int], float | None]:
    """A measure of the whole model."""
    return lambda run, epoch: run.measure(epoch, name)


def whole_sensitivity(run: Run, epoch: int) -> float | None:
    """The same of all weights together."""
    gradient, weight = run.measure(epoch, "gradient_norm"), run.measure(epoch, "weight_norm")
    level = run.measure(epoch, "held_loss")
    level = loss(run, epoch) if level is None else level
    if gradient is None or not weight or level is None:
        return None
    return decades(gradient, abs(level) / weight)


def history(name: str) -> Callable[[Run, int], float | None]:
    """A measure of the model against the median of its own past, at most HISTORY states, in decades."""

    def value(run: Run, epoch: int) -> float | None:
        past = known(run.measure(index, name) for index in range(max(-1, epoch - HISTORY), epoch))
        return decades(run.measure(epoch, name), median(past))

    return value


def growth(run: Run, epoch: int) -> float | None:
    """Norm of all weights against that before training, in decades."""
    first = run.measure(-1, "weight_norm")
    return decades(run.measure(epoch, "weight_norm"), run.measure(0, "weight_norm") if first is None else first)


def noise(run: Run, epoch: int) -> float | None:
    """log10 of the gradient noise scale, which is in rows."""
    return decades(run.measure(epoch, "gradient_noise"), 1.0)


def noise_to_batch(run: Run, epoch: int) -> float | None:
    """Gradient noise scale over the batch size, in decades."""
    return decades(run.measure(epoch, "gradient_noise"), number(run.model.data, "batch"))


def share_of_weights(name: str) -> Callable[[Run, int], float | None]:
    """A count of weight entries over the number of all weights."""
    return lambda run, epoch: ratio(run.measure(epoch, name), float(run.parameters))


def large_weights(run: Run, epoch: int) -> float | None:
    """Share of all measured weights that are larger than 10."""
    rows = [(layer.index, run.layer(epoch, layer.index, "weights_large")) for layer in run.model.layers]
    pairs = [(part, run.layer(epoch, index, "weight_size")) for index, part in rows if part is not None]
    sized = [(part, size) for part, size in pairs if size]
    return ratio(sum(part * size for part, size in sized), sum(size for _, size in sized))


def any_broken(run: Run, epoch: int) -> float | None:
    """1 if anything on the held batch was not finite."""
    there = known(run.measure(epoch, name) for name in BROKEN)
    return float(any(there)) if there else None


def first_broken(run: Run) -> float | None:
    """Index of the first layer that was not finite, in the first epoch in which one was not."""
    for epoch in range(-1, len(run.model.epochs)):
        record = run.model.start if epoch == -1 else run.model.epochs[epoch]
        index = None if record is None else number(record.measures, "first_nonfinite")
        if index is not None and index >= 0:
            return index
    return None


def first_broken_place(run: Run) -> tuple[Origin, ...]:
    """The layer itself."""
    index = first_broken(run)
    return () if index is None else (Origin("layer", int(index)),)


def marked(*names: str) -> Callable[[Run], tuple[Origin, ...]]:
    """The layers with a measure above 0 in the last epoch that has it, the largest first."""

    def places(run: Run) -> tuple[Origin, ...]:
        found: list[tuple[float, Origin]] = []
        for layer in run.model.layers:
            rows = [[run.layer(epoch, layer.index, name) for epoch in range(len(run.epochs))] for name in names]
            there = [known(row)[-1] for row in rows if known(row)]
            if there and max(there) > 0:
                found.append((-max(there), Origin("layer", layer.index)))
        return tuple(origin for _, origin in sorted(found, key=lambda pair: pair[0]))

    return places


def unreached(run: Run, epoch: int) -> float | None:
    """Share of the trainable layers that no gradient reaches, where gradients were measured."""
    layers = [layer.index for layer in run.model.layers if layer.trainable]
    missing = [run.layer(epoch, index, "gradient_missing") for index in layers]
    there = [run.layer(epoch, index, "gradient_norm") for index in layers]
    return mean([absent or 0.0 for absent, norm in zip(missing, there) if absent is not None or norm is not None])
