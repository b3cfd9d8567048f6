"""Features of the layers: gradients, weights, updates and activations, and how they run over the depth of a model."""

from __future__ import annotations

import math
from collections.abc import Callable

from default_lint.features.base import (
    FLAG,
    LOG_RATIO,
    NUMBER,
    SHARE,
    Feature,
    Origin,
    Run,
    Scale,
    Topic,
    decades,
    flag,
    known,
    median,
    number,
    ratio,
    slope,
)
from default_lint.features.dynamic_curves import loss

Layered = Callable[[Run, int, int], float | None]
GRADIENT = Topic("gradient", ("layer", "optimizer.learning_rate"), "optimizer")
UPDATE = Topic("update", ("optimizer.learning_rate", "layer"), "optimizer.learning_rate")
WEIGHT = Topic("weight", ("layer", "optimizer.learning_rate"), "fit")
ACTIVATION = Topic("activation", ("layer",), "output")
BROKEN = Topic("held", ("layer", "optimizer.learning_rate", "x"), "fit")
DEPTH = Scale("decades a layer", -math.inf, math.inf)
COUNT = Scale("layers", 0.0, math.inf, free=False)
PART = Scale("", 0.0, math.inf)


def raw(unit: str, low: float = 0.0) -> Scale:
    """A number in its own unit, which no row holds."""
    return Scale(unit, low, math.inf, free=False)


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
    """A measure against the median of its own past, the state before training included, in decades."""

    def value(run: Run, epoch: int, layer: int) -> float | None:
        past = known(run.layer(index, layer, name) for index in range(-1, epoch))
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
    names = ("nonfinite_weights", "nonfinite_gradients", "nonfinite_activations")
    there = known(run.layer(epoch, layer, name) for name in names)
    return float(any(there)) if there else None


def by_depth(run: Run, epoch: int, name: str) -> list[tuple[int, float]]:
    """(layer, value) of the weighted layers that have a measure, in model order; normalization is passed over."""
    rows = ((layer.index, run.layer(epoch, layer.index, name)) for layer in run.weighted())
    return [(index, value) for index, value in rows if value is not None]


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
    """A measure of the model against the median of its own past, in decades."""

    def value(run: Run, epoch: int) -> float | None:
        past = known(run.measure(index, name) for index in range(-1, epoch))
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
    names = ("nonfinite_weights", "nonfinite_gradients", "nonfinite_activations")
    there = known(run.measure(epoch, name) for name in names)
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


def unreached(run: Run, epoch: int) -> float | None:
    """Share of the trainable layers that no gradient reaches."""
    layers = [layer for layer in run.model.layers if layer.trainable]
    there = known(run.layer(epoch, layer.index, "gradient_missing") or 0.0 for layer in layers if run.at(epoch))
    return sum(there) / len(there) if there and any(run.layer(epoch, r.index, "weight_size") for r in layers) else None


def layer_row(
    name: str,
    function: Layered,
    formula: str,
    scale: Scale,
    source: str,
    topic: Topic,
    over: tuple[str, ...] = ("median", "max"),
) -> Feature:
    """A feature of each layer and epoch."""
    return Feature(name, "layer", function, formula, scale, source, topic, over=over)


def row(
    name: str, function: Callable[[Run, int], float | None], formula: str, scale: Scale, source: str, topic: Topic
) -> Feature:
    """A feature of each epoch."""
    return Feature(name, "epoch", function, formula, scale, source, topic)


SPREAD = ("min", "median", "max", "first", "last")

LAYERS: tuple[Feature, ...] = (
    layer_row(
        "layer_gradient_norm",
        taken("gradient_norm"),
        "L2 norm of the gradient on the held batch",
        raw("loss / weight"),
        "DEFault 19-23",
        GRADIENT,
    ),
    layer_row(
        "gradient_mean",
        taken("gradient_mean"),
        "signed mean of the gradient's entries",
        raw("loss / weight", -math.inf),
        "DEFault 27",
        GRADIENT,
    ),
    layer_row(
        "gradient_std",
        taken("gradient_std"),
        "standard deviation of the gradient's entries",
        raw("loss / weight"),
        "DEFault 28",
        GRADIENT,
    ),
    layer_row(
        "gradient_max",
        taken("gradient_max"),
        "largest size of an entry of the gradient",
        raw("loss / weight"),
        "DEFault 11",
        GRADIENT,
    ),
    layer_row(
        "gradient_to_weight",
        logarithm("gradient_norm", "weight_norm"),
        "log10 of gradient norm / weight norm",
        Scale("decades of loss", -12.0, 12.0, free=False),
        "DEFault 10, row 54",
        GRADIENT,
    ),
    layer_row(
        "gradient_sensitivity",
        sensitivity,
        "log10 of gradient norm x weight norm / |held loss|",
        LOG_RATIO,
        "DEFault 10, row 54",
        GRADIENT,
        SPREAD,
    ),
    layer_row(
        "gradient_to_last",
        gradient_to_last,
        "log10 of (gradient / weight norm) / the same of the last weighted layer",
        LOG_RATIO,
        "DEFault 10, row 54",
        GRADIENT,
        ("min", "median", "max"),
    ),
    layer_row(
        "gradient_growth",
        against_history("gradient_norm"),
        "log10 of gradient norm / median of its own past",
        LOG_RATIO,
        "DEFault 11, row 55",
        GRADIENT,
    ),
    layer_row(
        "gradient_bias",
        quotient("gradient_mean", "gradient_std"),
        "mean / standard deviation of the gradient's entries",
        NUMBER,
        "DEFault 27",
        GRADIENT,
        ("min", "median", "max"),
    ),
    layer_row(
        "gradient_peak",
        tail,
        "log10 of the largest gradient entry / root mean square",
        LOG_RATIO,
        "DEFault 11, 28",
        GRADIENT,
    ),
    layer_row(
        "gradient_zero",
        taken("gradient_zero"),
        "share of the gradient's entries that are exactly 0",
        SHARE,
        "row 54",
        GRADIENT,
    ),
    layer_row(
        "gradient_missing",
        taken("gradient_missing"),
        "1 if no gradient reaches the layer",
        FLAG,
        "row 53",
        GRADIENT,
        ("mean", "max"),
    ),
    layer_row("layer_weight_norm", taken("weight_norm"), "L2 norm of the weights", raw("weight"), "row 113", WEIGHT),
    layer_row(
        "weight_mean", taken("weight_mean"), "mean of the weights", raw("weight", -math.inf), "DEFault 14", WEIGHT
    ),
    layer_row(
        "weight_std", taken("weight_std"), "standard deviation of the weights", raw("weight"), "DEFault 15", WEIGHT
    ),
    layer_row("weight_max", taken("weight_max"), "largest size of a weight", raw("weight"), "DEFault 6", WEIGHT),
    layer_row(
        "weight_growth",
        against_start("weight_norm"),
        "log10 of weight norm / that before training",
        LOG_RATIO,
        "row 113",
        WEIGHT,
        ("min", "median", "max"),
    ),
    layer_row(
        "weights_small",
        taken("weights_small"),
        "share of the kernel's entries below 1e-5 in size",
        SHARE,
        "row 114",
        WEIGHT,
    ),
    layer_row(
        "weights_large", taken("weights_large"), "share of the weights above 10 in size", SHARE, "DEFault 6", WEIGHT
    ),
    layer_row(
        "weight_change",
        quotient("weight_change", "weight_norm"),
        "norm of the change since the previous epoch / weight norm",
        PART,
        "DEFault 14, 15",
        WEIGHT,
        ("min", "median", "max"),
    ),
    layer_row(
        "weight_still",
        still,
        "1 if trainable weights are exactly those of the previous epoch",
        FLAG,
        "DEFault 14, 15, row 53",
        WEIGHT,
        ("mean", "max"),
    ),
    layer_row(
        "update_ratio",
        logarithm("update_norm", "weight_norm"),
        "log10 of norm of one optimizer step / weight norm",
        LOG_RATIO,
        "row 52",
        UPDATE,
        SPREAD,
    ),
    layer_row(
        "activation_mean",
        taken("activation_mean"),
        "mean of the outputs",
        raw("activation", -math.inf),
        "DEFault 25",
        ACTIVATION,
    ),
    layer_row(
        "activation_std",
        taken("activation_std"),
        "standard deviation of the outputs",
        raw("activation"),
        "DEFault 26, row 172",
        ACTIVATION,
    ),
    layer_row(
        "activation_max", taken("activation_max"), "largest size of an output", raw("activation"), "row 172", ACTIVATION
    ),
    layer_row(
        "activation_offset",
        quotient("activation_mean", "activation_std"),
        "mean / standard deviation of the outputs",
        NUMBER,
        "DEFault 25",
        ACTIVATION,
        ("min", "median", "max"),
    ),
    layer_row(
        "activation_gain",
        gain,
        "log10 of standard deviation of the outputs / of the inputs",
        LOG_RATIO,
        "DEFault 26, row 172",
        ACTIVATION,
        ("min", "median", "max"),
    ),
    layer_row(
        "activation_zero",
        taken("activation_zero"),
        "share of the outputs that are 0 (or below, of a ReLU)",
        SHARE,
        "DEFault 9",
        ACTIVATION,
    ),
    layer_row(
        "activation_dead",
        taken("activation_dead"),
        "share of the ReLU units that are 0 on every held row and position",
        SHARE,
        "DEFault 9, row 14",
        ACTIVATION,
        ("mean", "max"),
    ),
    layer_row(
        "activation_saturated",
        taken("activation_saturated"),
        "share of the outputs in the tails (input beyond 5 of sigmoid, 2.5 of tanh)",
        SHARE,
        "DEFault 18, row 15",
        ACTIVATION,
        ("mean", "max"),
    ),
    layer_row(
        "activation_constant",
        taken("activation_constant"),
        "share of the units that say the same for every held row",
        SHARE,
        "row 167",
        ACTIVATION,
    ),
    layer_row(
        "input_std", taken("input_std"), "standard deviation of what enters", raw("activation"), "row 172", ACTIVATION
    ),
    layer_row("input_max", taken("input_max"), "largest size of what enters", raw("activation"), "row 172", ACTIVATION),
    layer_row(
        "layer_broken",
        broken_layer,
        "1 if weights, gradients or outputs were not all finite",
        FLAG,
        "DEFault 16, 17, row 163",
        BROKEN,
        ("mean",),
    ),
    row(
        "gradient_norm",
        whole("gradient_norm"),
        "L2 norm of the gradient of all weights on the held batch",
        raw("loss / weight"),
        "DEFault 19",
        GRADIENT,
    ),
    row("weight_norm", whole("weight_norm"), "L2 norm of all weights", raw("weight"), "row 113", WEIGHT),
    row(
        "gradient_noise",
        noise,
        "log10 of tr(covariance of a row's gradient) / |gradient|^2, in rows",
        Scale("decades of rows", -12.0, 12.0),
        "McCandlish et al. 2018",
        GRADIENT,
    ),
    row(
        "gradient_noise_to_batch",
        noise_to_batch,
        "log10 of gradient noise scale / batch size",
        LOG_RATIO,
        "McCandlish et al. 2018",
        GRADIENT,
    ),
    row(
        "model_sensitivity",
        whole_sensitivity,
        "log10 of gradient norm x weight norm / |held loss|, of all weights",
        LOG_RATIO,
        "DEFault 10",
        GRADIENT,
    ),
    row(
        "model_gradient_growth",
        history("gradient_norm"),
        "log10 of gradient norm / median of its own past",
        LOG_RATIO,
        "DEFault 11, row 55",
        GRADIENT,
    ),
    row(
        "model_weight_growth",
        growth,
        "log10 of the norm of all weights / that before training",
        LOG_RATIO,
        "row 113",
        WEIGHT,
    ),
    row(
        "gradient_slope",
        depth("gradient_norm"),
        "least-squares slope of log10 gradient norm over the weighted layers",
        DEPTH,
        "row 54",
        GRADIENT,
    ),
    row("weight_slope", depth("weight_norm"), "the same of the weight norm", DEPTH, "row 172", WEIGHT),
    row(
        "activation_slope",
        depth("activation_std"),
        "the same of the standard deviation of the outputs",
        DEPTH,
        "row 172",
        ACTIVATION,
    ),
    row(
        "gradient_ends",
        ends,
        "log10 of (gradient / weight norm) of the first weighted layer / of the last",
        LOG_RATIO,
        "row 54",
        GRADIENT,
    ),
    row("large_weights", large_weights, "share of all weights above 10 in size", SHARE, "DEFault 6", WEIGHT),
    row(
        "nonfinite_weights",
        share_of_weights("nonfinite_weights"),
        "share of all weights that are NaN or infinite",
        SHARE,
        "DEFault 16, row 113",
        BROKEN,
    ),
    row(
        "nonfinite_gradients",
        share_of_weights("nonfinite_gradients"),
        "share of all gradient entries that are NaN or infinite",
        SHARE,
        "DEFault 17, row 55",
        BROKEN,
    ),
    row(
        "nonfinite",
        any_broken,
        "1 if a weight, gradient or output on the held batch was not finite",
        FLAG,
        "DEFault 16, 17, row 163",
        BROKEN,
    ),
    row("unreached", unreached, "share of the trainable layers that no gradient reaches", SHARE, "row 53", GRADIENT),
    Feature(
        "first_nonfinite",
        "run",
        first_broken,
        "index of the first layer that was not finite, in the first epoch with one",
        COUNT,
        "row 163",
        BROKEN,
        where=first_broken_place,
    ),
)
