"""The observation vanishing-gradient."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.features.base import DECADES, decades, median, real
from default_lint.findings import Confidence, Severity
from default_lint.trial.observations._layers import BOUNDED, hidden, last, odd_initializer, trains, weighted
from default_lint.trial.observations.base import Observation, Seen, Sight
from default_lint.trial.observations.place import Place
from default_lint.trial.observations.thresholds import LIMITS
from default_lint.trial.observations.words import quoted, text_of
from default_lint.trial.trace import Epoch, LayerTrace

_SHOWN = 4  # layers in a note


class VanishingGradient(Observation):
    """The gradient of the first layers is a tiny part of that of the last ones, and the loss does not fall.

    ## Why it matters
    On its way back through the network the gradient is multiplied by the slope of each activation: at most 0.25 for a
    sigmoid. After several such layers nothing is left for the first ones: they keep their random weights.

    ## What is measured
    For each layer the norm of the gradient over the norm of the weights, on the held batch; then the smallest of the
    first half of the layers over that of the last layer, in the middle epoch.

    ## Likely causes
    1. Sigmoid, tanh or softmax in many hidden layers.
    2. Many layers without normalization or shortcuts.
    3. Initial weights that are too small.

    ## What to do
    Use ReLU with `kernel_initializer="he_normal"` in hidden layers, fewer layers, BatchNormalization, or shortcuts.

    ## Known limits
    Needs three layers with weights, and a run that is stuck: in networks that learn the gradients of the first layers
    are often smaller, too. Dead units and weights of 0 stop gradients as well; those are reported by their own names.

    ## References
    - Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural networks", 2010
    - Hochreiter, "The Vanishing Gradient Problem During Learning Recurrent Neural Nets", 1998
    """

    name = "vanishing-gradient"
    code = "WEI154"
    family = "weights"
    severity = Severity.WARNING
    confidence = Confidence.MEDIUM

    def check(self, sight: Sight) -> Iterator[Seen]:
        """Compare the ends of the network in the middle epoch of a run that is stuck."""
        layers = [layer for layer in weighted(sight) if "Embedding" not in layer.kind]
        if sight.health.state != "stuck" or len(layers) < LIMITS["vanishing_layers"]:
            return
        ends = [(epoch, ratio) for epoch in sight.model.epochs if (ratio := _ends(epoch, layers)) is not None]
        middle = median([ratio for _, ratio in ends])
        if middle is None or middle >= LIMITS["vanishing"]:
            return
        stopped = _stopped(sight)
        place, layer, cause = _place(sight)
        amount = "below 1e-12" if middle <= -DECADES else f"{text_of(10**middle, 1)}"
        shown = layers if len(layers) <= _SHOWN else [*layers[: _SHOWN - 1], layers[-1]]
        yield self.seen(
            place,
            f"the gradient of the first layers was {amount} of that of the last",
            weight=0.35 if stopped else 0.85,
            cause=cause,
            measure="gradient_ends",
            value=middle,
            epochs=[epoch.number for epoch, _ in ends],
            notes=[
                f"gradient over weights: {', '.join(_row(sight, other) for other in shown)}",
                *([stopped] if stopped else []),
                *([f"{quoted(layer)} is the first with {layer.activation}"] if layer.activation in BOUNDED else []),
                _advice(layer),
            ],
            severity=Severity.INFO if stopped else Severity.WARNING,
        )


def _relative(epoch: Epoch, layer: LayerTrace) -> float | None:
    row = epoch.layers.get(layer.index, {})
    gradient, weights = real(row.get("gradient_norm")), real(row.get("weight_norm"))
    return None if gradient is None or gradient < 0 or not weights or weights <= 0 else gradient / weights


def _ends(epoch: Epoch, layers: list[LayerTrace]) -> float | None:
    rows = [_relative(epoch, layer) for layer in layers]
    early = [row for row in rows[: len(rows) // 2] if row is not None]
    return decades(min(early), real(rows[-1])) if early else None


def _row(sight: Sight, layer: LayerTrace) -> str:
    values = [value for epoch in sight.model.epochs if (value := _relative(epoch, layer)) is not None]
    middle = median(values)
    return f"{quoted(layer)} {'unknown' if middle is None else f'{text_of(middle, 1)}'}"


def _stopped(sight: Sight) -> str:
    """What else stops the gradient: dead units or weights of 0."""
    for layer in sight.model.layers:
        dead = last(sight, layer.index, "activation_dead")
        if dead is not None and dead.value >= LIMITS["dead_most"]:
            return f"the units of {quoted(layer)} are dead, which stops the gradient"
        small = last(sight, layer.index, "weights_small")
        if small is not None and small.value > LIMITS["weights_small"] and trains(sight, layer):
            return f"the weights of {quoted(layer)} are 0, which stops the gradient"
    return ""


def _place(sight: Sight) -> tuple[Place, LayerTrace, str]:
    """The first hidden activation that flattens, else initial weights of an odd scale, else the first hidden layer."""
    made = hidden(sight) or list(sight.model.layers)
    end = max(layer.index for layer in made) if made else 0
    for layer in sight.model.layers:
        if layer.activation in BOUNDED and layer.index <= end and not layer.kind.startswith(("LSTM", "GRU", "Simple")):
            return sight.places.layer(layer.index, "activation"), layer, "activation"
    for layer in made:
        name = odd_initializer(sight, layer)
        if name:
            return sight.places.layer(layer.index, name), layer, "initializer"
    return sight.places.layer(made[0].index), made[0], "depth"


def _advice(layer: LayerTrace) -> str:
    if layer.activation in BOUNDED:
        return 'try: `activation="relu"` with `kernel_initializer="he_normal"` in the hidden layers, or fewer of them'
    return "try: fewer layers, BatchNormalization between them, or shortcuts around them"
