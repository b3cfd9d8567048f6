"""The observation dead-weights."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.features.base import real
from default_lint.findings import Confidence, Severity
from default_lint.trial.observations._layers import Blame, Reading, after, at_start, given, is_head, last, weighted
from default_lint.trial.observations.base import Observation, Seen, Sight
from default_lint.trial.observations.thresholds import LIMITS
from default_lint.trial.observations.words import percent, plain, quoted
from default_lint.trial.trace import LayerTrace

_REGULARIZERS = ("kernel_regularizer", "embeddings_regularizer", "recurrent_regularizer")


class DeadWeights(Observation):
    """Nearly all weights of a layer are 0.

    ## Why it matters
    A kernel of zeros gives the same output for every input, and passes no gradient to the layers before it. Two such
    layers in a row never leave 0.

    ## What is measured
    The share of a layer's kernel below 1e-5 in size, before training and after each epoch.

    ## Likely causes
    1. The kernel is initialized to 0, and nothing moved it since.
    2. A regularizer so strong that it pulled all weights to 0.

    ## What to do
    Drop the initializer: the default of Keras draws random weights of the right scale. Use a regularizer of 1e-4 or
    less.

    ## Known limits
    Only for information while the run learns: pruned and sparse networks are meant to be so. Silent about a kernel that
    began at 0 and left it.

    ## References
    - Goodfellow, Bengio and Courville, "Deep Learning", section 8.4, 2016
    - [Layer weight initializers](https://keras.io/api/layers/initializers/)
    """

    name = "dead-weights"
    code = "WEI214"
    family = "weights"
    severity = Severity.WARNING
    confidence = Confidence.HIGH

    def check(self, sight: Sight) -> Iterator[Seen]:
        """Look at each trainable kernel."""
        if sight.health.state == "unknown":
            return
        count = 0
        for layer in weighted(sight):
            small = last(sight, layer.index, "weights_small")
            if small is not None and small.value > LIMITS["weights_small"]:
                yield self._dead(sight, layer, small, count)
                count += 1

    def _dead(self, sight: Sight, layer: LayerTrace, small: Reading, count: int) -> Seen:
        start = at_start(sight, layer.index, "weights_small")
        blame = _blame(sight, layer, start)
        weight = {"learns": 0.15, "weak": 0.65}.get(sight.health.state, 0.85)
        if blame.cause == "units" or (is_head(sight, layer) and blame.cause == "initializer"):
            weight *= 0.6
        before = f"{percent(start)} before training, " if start is not None else ""
        advice = 'try: the default `kernel_initializer="glorot_uniform"`'
        if blame.cause == "regularizer":
            advice = "try: a factor of 1e-4 or less"
        return self.seen(
            blame.place,
            f"{percent(small.value)} of the weights of {quoted(layer)} were 0 {after(small.epoch)}",
            weight=weight * (0.95 if count else 1.0),
            cause=blame.cause,
            measure="weights_small",
            value=small.value,
            epochs=[small.epoch],
            notes=[f"below 1e-5 in size: {before}{percent(small.value)} {after(small.epoch)}", blame.why, advice],
            severity=Severity.INFO if sight.health.learns else Severity.WARNING,
        )


def _blame(sight: Sight, layer: LayerTrace, start: float | None) -> Blame:
    kind = str(layer.settings.get("kernel_initializer", "")).lower()
    if (start is not None and start > LIMITS["weights_small"]) or (start is None and kind in ("zeros", "zero")):
        place = sight.places.layer(layer.index, "kernel_initializer")
        return Blame(place, "initializer", "the kernel began at 0 and nothing moved it")
    for name in _REGULARIZERS:
        if layer.settings.get(name) or given(sight, layer, name):
            place = sight.places.layer(layer.index, name)
            factors = [real(layer.settings.get(f"{name}.{part}")) for part in ("l1", "l2", "factor")]
            factor = max((value for value in factors if value is not None), default=None)
            shown = f" (factor {plain(factor)})" if factor is not None else ""
            return Blame(place, "regularizer", f"the regularizer{shown} pulled the weights to 0")
    return Blame(sight.places.layer(layer.index), "units", "the weights fell to 0 while training, for no reason seen")
