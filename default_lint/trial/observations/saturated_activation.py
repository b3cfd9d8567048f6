"""The observation saturated-activation."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.findings import Confidence, Severity
from default_lint.trial.observations._layers import (
    Blame,
    Reading,
    advice,
    after,
    at_start,
    is_head,
    large_input,
    last,
    odd_initializer,
    series,
    steep_rate,
)
from default_lint.trial.observations.base import Observation, Seen, Sight
from default_lint.trial.observations.thresholds import LIMITS
from default_lint.trial.observations.words import percent, quoted, text_of
from default_lint.trial.trace import LayerTrace


class SaturatedActivation(Observation):
    """Most outputs of a sigmoid or tanh layer are in the flat tails.

    ## Why it matters
    In its tails a sigmoid or tanh has a slope near 0: almost no gradient passes, and the layer and all layers before it
    learn slowly or not at all.

    ## What is measured
    The share of outputs that belong to an input beyond 5 (sigmoid) or 2.5 (tanh), on the held batch, before training
    and after each epoch.

    ## Likely causes
    1. An input far from unit scale, at the first layer with weights.
    2. Initial weights that are too large.
    3. A learning rate so high that the weights grew.

    ## What to do
    Scale the input; keep the default initializer; lower the learning rate; use ReLU in hidden layers.

    ## Known limits
    Output layers are judged only when the run fails and they were saturated before training: a trained classifier is
    sure of itself. Silent about a run that learns unless nearly all outputs are in the tails.

    ## References
    - Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010
    - [Layer activation functions](https://keras.io/api/layers/activations/)
    """

    name = "saturated-activation"
    code = "ACT115"
    family = "activation"
    severity = Severity.WARNING
    confidence = Confidence.MEDIUM

    def check(self, sight: Sight) -> Iterator[Seen]:
        """Look at each layer that has a share of saturated outputs; the first explains those after it."""
        if sight.health.state == "unknown":
            return
        before = False
        for layer in sight.model.layers:
            tails = last(sight, layer.index, "activation_saturated")
            limit = LIMITS["saturated_all"] if sight.health.learns else LIMITS["saturated"]
            if tails is None or tails.value <= limit or not _counts(sight, layer):
                continue
            yield self._saturated(sight, layer, tails, before)
            before = True

    def _saturated(self, sight: Sight, layer: LayerTrace, tails: Reading, before: bool) -> Seen:
        blame = _blame(sight, layer)
        start = at_start(sight, layer.index, "activation_saturated")
        deep = tails.value > LIMITS["saturated_all"] and start is not None and start > LIMITS["saturated_all"]
        hard = sight.health.fails or (sight.health.state == "weak" and deep)
        weight = 0.7 if hard else 0.45 if sight.health.state == "weak" else 0.15
        if blame.cause != "saturation" and hard:
            weight += 0.1
        rows = ", ".join(f"{percent(row.value)} {after(row.epoch)}" for row in _with_start(sight, layer)[-4:])
        return self.seen(
            blame.place,
            f"{percent(tails.value)} of the outputs of {quoted(layer)} were saturated {after(tails.epoch)}",
            weight=weight * (0.5 if before else 1.0),
            cause=blame.cause,
            measure="activation_saturated",
            value=tails.value,
            epochs=[tails.epoch],
            notes=[f"in the tails of {layer.activation or 'the activation'}: {rows}", blame.why, _advice(sight, blame)],
            severity=Severity.WARNING if hard and not before else Severity.INFO,
        )


def _counts(sight: Sight, layer: LayerTrace) -> bool:
    if not is_head(sight, layer):
        return True
    start = at_start(sight, layer.index, "activation_saturated")
    return sight.health.fails and start is not None and start > LIMITS["saturated"]


def _with_start(sight: Sight, layer: LayerTrace) -> list[Reading]:
    start = at_start(sight, layer.index, "activation_saturated")
    rows = series(sight, layer.index, "activation_saturated")
    return rows if start is None else [Reading(-1, start), *rows[-3:]]


def _blame(sight: Sight, layer: LayerTrace) -> Blame:
    start = at_start(sight, layer.index, "activation_saturated")
    spread = last(sight, layer.index, "input_std")
    scale = large_input(sight, layer)
    if scale is not None:
        return scale
    if start is not None and start > LIMITS["saturated"]:
        name = odd_initializer(sight, layer)
        if name:
            place = sight.places.layer(layer.index, name)
            return Blame(place, "initializer", f"saturated before training: `{name}` makes large weights")
        if spread is not None and spread.value > LIMITS["layer_std_high"]:
            why = f"what comes in has a standard deviation of {text_of(spread.value)}"
            return Blame(sight.places.layer(layer.index), "saturation", why)
    rate = steep_rate(sight)
    if rate is not None:
        return rate._replace(why=f"the weights grew while training; {rate.why}")
    place = sight.places.layer(layer.index, "activation")
    return Blame(place, "saturation", "likely causes: inputs of large scale, large weights, a high learning rate")


def _advice(sight: Sight, blame: Blame) -> str:
    if blame.cause == "initializer":
        return 'try: the default `kernel_initializer="glorot_uniform"`'
    otherwise = 'try: `activation="relu"` in hidden layers, or BatchNormalization before the activation'
    return advice(sight, blame, otherwise)
