"""The observation regularizer-dominates."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from default_lint.features.base import real
from default_lint.findings import Confidence, Severity
from default_lint.trial.observations._layers import after, at_start, given, series, size, units
from default_lint.trial.observations.base import Observation, Seen, Sight
from default_lint.trial.observations.thresholds import LIMITS
from default_lint.trial.observations.words import percent, plain, quoted, short, text_of
from default_lint.trial.trace import Epoch, LayerTrace

_ARGUMENTS = (
    *("kernel_regularizer", "activity_regularizer", "embeddings_regularizer", "recurrent_regularizer"),
    "bias_regularizer",
)


class _Strongest(NamedTuple):
    layer: LayerTrace
    argument: str
    factor: float | None
    left: float | None  # of the norm of its weights


class RegularizerDominates(Observation):
    """Most of the loss is the penalty on the weights, or the penalty pulled the weights to nothing.

    ## Why it matters
    The optimizer lowers what weighs most. A penalty larger than the loss of the data is lowered first, by shrinking the
    weights, and what the data has to say goes under.

    ## What is measured
    The sum of the penalties over the whole loss on the held batch, before training and after each epoch; and the norm
    of the weights of regularized layers against that before training.

    ## Likely causes
    1. The factor of `kernel_regularizer`: 0.1 or 1 instead of 1e-4.
    2. `activity_regularizer` on a wide layer.

    ## What to do
    Divide the factor by a hundred; usual is 1e-5 to 1e-2.

    ## Known limits
    Silent while the run learns. Weight decay of the optimizer is not part of the loss and not seen here.

    ## References
    - [Layer weight regularizers](https://keras.io/api/layers/regularizers/)
    """

    name = "regularizer-dominates"
    code = "REG220"
    family = "regularization"
    severity = Severity.WARNING
    confidence = Confidence.HIGH

    def check(self, sight: Sight) -> Iterator[Seen]:
        """The share of the loss in any epoch, and what became of the weights."""
        if sight.health.state not in ("stuck", "weak", "diverged"):
            return
        strongest = _strongest(sight)
        if strongest is None:
            return
        start = [sight.model.start] if sight.model.start is not None else []
        shares = [(epoch.number, share) for epoch in [*start, *sight.model.epochs] if (share := _share(epoch))]
        number, share = max(shares, key=lambda row: row[1], default=(0, 0.0))
        left = strongest.left
        if share <= LIMITS["penalty_share"] and (left is None or left >= LIMITS["weights_left"]):
            return
        dominates = share > LIMITS["penalty_share"]
        shrunk = left is not None and left < LIMITS["weights_left"]
        factor = strongest.factor
        notes = [f"`{strongest.argument}` of {quoted(strongest.layer)}" + (f": {plain(factor)}" if factor else "")]
        if left is not None:
            notes.append(f"its weights are {short(left)} times what they were before training")
        advice = f"{text_of(min(factor / 100, 1e-4), 1)}" if factor else "1e-4"
        message = f"{percent(min(share, 1.0))} of the loss was the penalty of regularizers {after(number)}"
        if not dominates:
            message = f"the regularizer shrank the weights of {quoted(strongest.layer)} to {percent(left or 0.0)}"
        yield self.seen(
            sight.places.layer(strongest.layer.index, strongest.argument),
            message,
            weight=(0.9 if shrunk and dominates else 0.75) * (0.8 if sight.health.state == "weak" else 1.0),
            cause="regularizer",
            measure="regularization_share" if dominates else "weights_left",
            value=share if dominates else left or 0.0,
            epochs=[number] if dominates else [epoch.number for epoch in sight.model.epochs[-1:]],
            notes=[*notes, f"try: a factor of {advice}"],
        )


def _strongest(sight: Sight) -> _Strongest | None:
    """The regularizer with the largest factor; of equal ones that which left the least of the weights."""
    found: list[_Strongest] = []
    for layer in sight.model.layers:
        for name in _ARGUMENTS:
            if layer.settings.get(name) or given(sight, layer, name):
                parts = [real(layer.settings.get(f"{name}.{part}")) for part in ("l1", "l2", "factor")]
                factor = max((value for value in parts if value is not None), default=None)
                found.append(_Strongest(layer, name, factor, _left(sight, layer)))
    return max(found, key=lambda row: (row.factor or 0.0, -(1.0 if row.left is None else row.left)), default=None)


def _share(epoch: Epoch) -> float | None:
    """Penalty over the loss that contains it, on the held batch."""
    penalty, loss = real(epoch.measures.get("regularization")), real(epoch.measures.get("held_loss"))
    if penalty is None or penalty <= 0:
        return None
    total = loss if loss is not None else real(epoch.loss)
    return penalty / total if total is not None and total >= penalty else None


def _left(sight: Sight, layer: LayerTrace) -> float | None:
    """The norm of the layer's weights over that before training, measured or as its initializer makes it."""
    rows = series(sight, layer.index, "weight_norm")
    start = at_start(sight, layer.index, "weight_norm")
    if start is None:
        start = _initial_norm(sight, layer)
    return rows[-1].value / start if rows and start is not None and start > LIMITS["weights_nothing"] else None


def _initial_norm(sight: Sight, layer: LayerTrace) -> float | None:
    """The norm of a kernel as an initializer that scales the variance makes it: sqrt(size x variance)."""
    width = units(layer)
    kernel = layer.settings.get("kernel_size") or ()
    if not width or not layer.kind.startswith(("Dense", "Conv1D", "Conv2D", "Conv3D")):
        return None
    count = size(sight, layer) - (width if layer.settings.get("use_bias", True) else 0)
    fan_in, fan_out = count / width, width * math.prod(kernel if isinstance(kernel, (list, tuple)) else ())
    kind = str(layer.settings.get("kernel_initializer", ""))
    if fan_in <= 0:
        return None
    for name, variance in (("Glorot", 2 / (fan_in + fan_out)), ("He", 2 / fan_in), ("Lecun", 1 / fan_in)):
        if kind.startswith(name):
            return math.sqrt(count * variance)
    return None
