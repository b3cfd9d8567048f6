"""LOS133 loss-broadcast."""

from __future__ import annotations

import math
from collections.abc import Iterator

from default_lint.findings import Severity
from default_lint.trial.observations._data import number, text_of
from default_lint.trial.observations.base import Observation, Seen, Sight


class LossBroadcast(Observation):
    """The loss compared every prediction with every target.

    ## Why it matters
    Targets of shape (N,) under predictions of shape (N, 1) become (N, N) when a loss subtracts them. Its mean is
    smallest when all predictions are the mean of the targets: the model learns to say one number, and nothing fails.

    ## What is measured
    On a copy: the loss with the targets as they are and with the targets in the shape of the predictions.

    ## Likely causes
    1. A loss of the user's own, or a loop of the user's own, subtracts arrays of different rank. Keras's own losses
       align the ranks first.

    ## What to do
    Give targets and predictions one shape: `y = y[:, None]` where the data is made, or
    `y_true = ops.reshape(y_true, ops.shape(y_pred))` in the loss.

    ## Known limits
    Needs a compiled loss.

    ## References
    - [NumPy: broadcasting](https://numpy.org/doc/stable/user/basics.broadcasting.html)
    """

    name = "loss-broadcast"
    code = "LOS133"
    family = "loss"

    def check(self, sight: Sight) -> Iterator[Seen]:
        """Read the own test."""
        test = sight.test("broadcast")
        if test.get("broadcast") is not True:
            return
        loss, aligned = number(test, "loss"), number(test, "aligned")
        notes = [f"the loss is {text_of(loss)}, with equal shapes {text_of(aligned)}"] if loss and aligned else []
        yield self.seen(
            sight.places.loss(),
            f"targets {_shape(test.get('target'))} were spread over outputs {_shape(test.get('output'))}",
            weight=0.4 if sight.health.learns else 0.92,
            cause="loss",
            measure="broadcast",
            value=aligned / loss if loss and aligned and math.isfinite(aligned / loss) else 1.0,
            notes=[
                *notes,
                "each prediction is compared with all targets of the batch",
                "try: `y_true = ops.reshape(y_true, ops.shape(y_pred))` first in the loss",
            ],
            severity=Severity.WARNING,
        )


def _shape(value: object) -> str:
    sizes = value if isinstance(value, (list, tuple)) else ()
    inner = ", ".join(["N", *(str(size) for size in sizes[1:4])]) + ("," if len(sizes) == 1 else "")
    return f"({inner})"
