"""The observation units-collapsed."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.features.base import real
from default_lint.findings import Confidence, Severity
from default_lint.trial.observations._layers import (
    Blame,
    Reading,
    after,
    at_start,
    counted,
    given,
    is_head,
    large_input,
    last,
    odd_initializer,
)
from default_lint.trial.observations.base import Observation, Seen, Sight
from default_lint.trial.observations.thresholds import LIMITS
from default_lint.trial.observations.words import percent, quoted
from default_lint.trial.trace import LayerTrace


class UnitsCollapsed(Observation):
    """A hidden layer gives the same output for every example.

    ## Why it matters
    Nothing of the input gets past such a layer: all that follows is a constant, and so is the prediction.

    ## What is measured
    The share of a layer's units whose output has no spread over the held batch, relative to its mean.

    ## Likely causes
    1. Weights of 0 (an initializer, a strong regularizer).
    2. A saturated or dead activation.
    3. A deep stack of sigmoids in which the signal shrinks to nothing.
    4. An input that is constant.

    ## What to do
    Drop the initializer or lower the regularizer; scale the input; use ReLU and fewer layers.

    ## Known limits
    Judged in hidden layers only, and only when the run does not learn. Later layers follow the first one.

    ## References
    - Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010
    """

    name = "units-collapsed"
    code = "ACT273"
    family = "activation"
    severity = Severity.WARNING
    confidence = Confidence.HIGH

    def check(self, sight: Sight) -> Iterator[Seen]:
        """The first layer that tells nothing about the example."""
        if sight.health.state not in ("stuck", "weak", "diverged"):
            return
        for layer in sight.model.layers:
            constant = last(sight, layer.index, "activation_constant")
            if constant is None or layer.kind == "InputLayer" or is_head(sight, layer):
                continue
            if constant.value >= LIMITS["collapsed"]:
                yield self._collapsed(sight, layer, constant)
                return

    def _collapsed(self, sight: Sight, layer: LayerTrace, constant: Reading) -> Seen:
        start = at_start(sight, layer.index, "activation_constant")
        blame, known = _blame(sight, layer)
        before = (
            f"{percent(start)} of its units before training" if start is not None else "not measured before training"
        )
        return self.seen(
            blame.place,
            f"{counted(constant.value, layer)} of {quoted(layer)} said the same for every example",
            weight=0.6 if sight.health.fails else 0.4,
            cause=blame.cause,
            measure="activation_constant",
            value=constant.value,
            epochs=[constant.epoch],
            notes=[
                f"constant: {before}, {percent(constant.value)} {after(constant.epoch)}",
                blame.why,
                "try: default initializers, a scaled input, ReLU and fewer layers",
            ],
            severity=Severity.WARNING if sight.health.fails else Severity.INFO,
            symptom=not known,
        )


def _blame(sight: Sight, layer: LayerTrace) -> tuple[Blame, bool]:
    """Why nothing gets through, and whether that is known."""
    here = sight.places.layer(layer.index)
    for other in sight.model.layers:
        if other.index > layer.index:
            break
        small = last(sight, other.index, "weights_small")
        if small is not None and small.value > LIMITS["weights_small"]:
            name = given(sight, other, "kernel_initializer", "kernel_regularizer")
            place = sight.places.layer(other.index, name) if name else sight.places.layer(other.index)
            cause = {"kernel_initializer": "initializer", "kernel_regularizer": "regularizer"}.get(name or "", "units")
            return Blame(place, cause, f"{percent(small.value)} of the weights of {quoted(other)} are 0"), True
    dead = last(sight, layer.index, "activation_dead")
    if dead is not None and dead.value >= LIMITS["dead_most"]:
        name = odd_initializer(sight, layer)
        place = sight.places.layer(layer.index, name) if name else here
        return Blame(place, "initializer" if name else "dead_units", "its units are 0 for every example"), False
    tails = last(sight, layer.index, "activation_saturated")
    if tails is not None and tails.value > LIMITS["saturated"]:
        scale = large_input(sight, layer)
        why = f"{percent(tails.value)} of its outputs are saturated"
        return (scale if scale is not None else Blame(here, "saturation", why)), True
    if real(sight.x.get("std")) == 0.0:
        return Blame(sight.places.data("x"), "x", "x is the same in every row"), True
    return Blame(here, "units", "likely causes: weights near 0, saturation, many bounded activations in a row"), False
