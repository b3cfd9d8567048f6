"""ACT306 target-outside-output."""

from __future__ import annotations

import math
from collections.abc import Iterator

from default_lint.findings import Note, Severity
from default_lint.trial.observations._data import Head, heads, number
from default_lint.trial.observations.base import Observation, Seen, Sight
from default_lint.trial.observations.thresholds import LIMITS
from default_lint.trial.observations.words import plain, text_of

_RANGES = {
    "sigmoid": (0.0, 1.0),
    "hard_sigmoid": (0.0, 1.0),
    "softmax": (0.0, 1.0),
    "tanh": (-1.0, 1.0),
    "hard_tanh": (-1.0, 1.0),
    "softsign": (-1.0, 1.0),
    "relu": (0.0, math.inf),
    "relu6": (0.0, 6.0),
    "softplus": (0.0, math.inf),
    "exponential": (0.0, math.inf),
}
_HINGE = ("hinge", "squared_hinge")


class TargetOutsideOutput(Observation):
    """Targets lie where the output activation cannot go.

    ## Why it matters
    A sigmoid stays between 0 and 1, a tanh between -1 and 1, a relu never goes below 0. For targets outside, the output
    settles at the edge of its range, where its gradient is 0: these examples stay wrong however long the training, and
    a relu output that goes under may never come back.

    ## What is measured
    Smallest, largest and mean target against the range of the last activation.

    ## Likely causes
    1. An activation on the output of a regression.
    2. Targets that were standardized (half of them negative) after the activation was chosen, or never scaled to 0..1.

    ## What to do
    Leave the activation of the output away, or scale the targets into its range.

    ## Known limits
    The share of targets outside is estimated from mean and deviation. A run that learns although a few targets lie
    outside gets a remark only.

    ## References
    - [Keras: layer activation functions](https://keras.io/api/layers/activations/)
    """

    name = "target-outside-output"
    code = "ACT306"
    family = "activation"

    def check(self, sight: Sight) -> Iterator[Seen]:
        """Compare the targets of each output with the range of its activation."""
        for head in heads(sight):
            low, high = number(head.labels, "min"), number(head.labels, "max")
            bounds = _RANGES.get(head.activation)
            if bounds is None or low is None or high is None or not (head.regression or head.loss in _HINGE):
                continue
            if head.loss in _HINGE and low >= 0 and high <= 1:
                low = -1.0  # Keras turns labels 0 and 1 into -1 and 1
            margin = LIMITS["outside_share"] * (high - low)
            if low < bounds[0] - margin or high > bounds[1] + margin:
                yield self._report(sight, head, low, high, bounds)

    def _report(self, sight: Sight, head: Head, low: float, high: float, bounds: tuple[float, float]) -> Seen:
        many = _many(head, bounds)
        silent = sight.health.learns and not many
        row = head.layer
        place = sight.places.layer(row.index, "activation") if row is not None else sight.places.loss()
        source = sight.places.data("y")
        where = source.span if source.document is place.document else None
        takes = (
            f"{plain(bounds[0])} to {plain(bounds[1])}" if math.isfinite(bounds[1]) else f"{plain(bounds[0])} and more"
        )
        return self.seen(
            place,
            f"targets go from {text_of(low)} to {text_of(high)}, `{head.activation}` gives {takes}",
            weight=0.92 if many and not sight.health.learns else 0.8 if many else 0.15 if silent else 0.55,
            cause="activation",
            measure="target_min" if low < bounds[0] else "target_max",
            value=low if low < bounds[0] else high,
            notes=[
                Note("the targets are made here" if where is not None else "see where the targets are made", where),
                "most likely a regression with an activation on its output",
                "try: no activation on the output, or targets scaled into its range",
            ],
            severity=Severity.INFO if silent else None,
        )


def _many(head: Head, bounds: tuple[float, float]) -> bool:
    """Whether about a sixth of the targets or more lie outside: the mean is within a deviation of an edge."""
    mean, std = number(head.labels, "mean"), number(head.labels, "std")
    low, high = number(head.labels, "min"), number(head.labels, "max")
    if mean is None or std is None or low is None or high is None:
        return False
    if head.loss in _HINGE:
        return True
    near = LIMITS["outside_deviations"] * std
    return (low < bounds[0] and mean - near < bounds[0]) or (high > bounds[1] and mean + near > bounds[1])
