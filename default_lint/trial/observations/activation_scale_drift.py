"""The observation activation-scale-drift."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.findings import Confidence, Severity
from default_lint.trial.observations._layers import (
    BOUNDED,
    Blame,
    Reading,
    advice,
    after,
    at_start,
    is_head,
    large_input,
    odd_initializer,
    series,
)
from default_lint.trial.observations.base import Observation, Seen, Sight
from default_lint.trial.observations.thresholds import LIMITS
from default_lint.trial.observations.words import quoted, short
from default_lint.trial.trace import LayerTrace


class ActivationScaleDrift(Observation):
    """The outputs of a hidden layer are far smaller or larger than those of a layer that can learn.

    ## Why it matters
    A signal that shrinks from layer to layer leaves the last ones with nothing to tell examples apart; one that grows
    saturates activations and makes gradients explode. Initializers are made to keep its size near 1.

    ## What is measured
    The standard deviation of each hidden layer's outputs on the held batch before training (else after the first
    epoch): outside of 0.05 to 20, or more than 10 times the variance of the layer before, up or down.

    ## Likely causes
    1. An input far from unit scale.
    2. Initial weights of a scale of their own.
    3. Bounded activations, one after another.

    ## What to do
    Scale the input, keep the default initializers (`he_normal` for ReLU), or put BatchNormalization between.

    ## Known limits
    Silent while the run learns. The first layer that is off is reported; those after it follow.

    ## References
    - He et al., "Delving Deep into Rectifiers", 2015
    - Mishkin and Matas, "All you need is a good init", 2016
    """

    name = "activation-scale-drift"
    code = "ACT272"
    family = "activation"
    severity = Severity.INFO
    confidence = Confidence.MEDIUM

    def check(self, sight: Sight) -> Iterator[Seen]:
        """Walk through the network, and stop at the first layer that is off."""
        if sight.health.state in ("unknown", "learns"):
            return
        previous: float | None = None
        for layer in sight.model.layers:
            spread = _spread(sight, layer)
            if spread is None or spread.value <= 0 or _passes(sight, layer):
                continue
            low, high = LIMITS["layer_std_low"], LIMITS["layer_std_high"]
            jump = max(spread.value / previous, previous / spread.value) ** 2 if previous else 1.0
            outside = not low <= spread.value <= high
            if outside or jump > LIMITS["variance_jump"]:
                yield self._drift(sight, layer, spread, previous, outside=outside)
                return
            previous = spread.value

    def _drift(
        self, sight: Sight, layer: LayerTrace, spread: Reading, previous: float | None, *, outside: bool
    ) -> Seen:
        blame = _blame(sight, layer, spread.value)
        limit = LIMITS["layer_std_low"] / 10, LIMITS["layer_std_high"] * 10
        extreme = not limit[0] <= spread.value <= limit[1]
        weight = 0.5 if extreme else 0.3 if outside else 0.15
        before = f", {short(previous)} in the layer before" if previous else ""
        otherwise = "try: the default initializer, or BatchNormalization after this layer"
        return self.seen(
            blame.place,
            f"the outputs of {quoted(layer)} had a standard deviation of {short(spread.value)}",
            weight=weight if sight.health.fails else weight * 0.7,
            cause=blame.cause,
            measure="activation_std",
            value=spread.value,
            epochs=[spread.epoch],
            notes=[
                f"{after(spread.epoch)}: {short(spread.value)}{before}; usual 0.05 to 20",
                blame.why,
                advice(sight, blame, otherwise),
            ],
            severity=Severity.WARNING if extreme and sight.health.fails else Severity.INFO,
        )


def _spread(sight: Sight, layer: LayerTrace) -> Reading | None:
    start = at_start(sight, layer.index, "activation_std")
    if start is not None:
        return Reading(-1, start)
    rows = series(sight, layer.index, "activation_std")
    return rows[0] if rows else None


def _passes(sight: Sight, layer: LayerTrace) -> bool:
    """Whether the scale of the layer's output means nothing: inputs, embeddings, pooling, outputs."""
    plain = layer.kind.startswith(("Dense", "Conv", "Separable", "LSTM", "GRU", "SimpleRNN", "BatchNorm"))
    activation = layer.kind in ("Activation", "ReLU", "LeakyReLU", "ELU", "PReLU")
    return is_head(sight, layer) or not (plain or activation)


def _blame(sight: Sight, layer: LayerTrace, spread: float) -> Blame:
    scale = large_input(sight, layer)
    if scale is not None and spread > 1:
        return scale
    name = odd_initializer(sight, layer)
    if name:
        return Blame(sight.places.layer(layer.index, name), "initializer", f"`{name}` sets a scale of its own")
    if layer.activation in BOUNDED and spread < 1:
        place = sight.places.layer(layer.index, "activation")
        return Blame(place, "activation", f"{layer.activation} makes the signal smaller in each layer")
    return Blame(
        sight.places.layer(layer.index), "initializer", "likely causes: initial weights, depth, the input's scale"
    )
