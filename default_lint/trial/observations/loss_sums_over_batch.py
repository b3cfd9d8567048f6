"""LOS134 loss-sums-over-batch."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.findings import Severity
from default_lint.trial.observations._data import number
from default_lint.trial.observations.base import Observation, Seen, Sight
from default_lint.trial.observations.thresholds import LIMITS
from default_lint.trial.observations.words import text_of


class LossSumsOverBatch(Observation):
    """The loss grows with the number of rows in a batch.

    ## Why it matters
    Gradients of a sum are as many times larger as the batch has rows. The learning rate then means something else for
    each batch size: what works with 8 rows diverges with 256, and usual rates are too high.

    ## What is measured
    On a copy: the loss of some rows and of the same rows twice. A mean stays the same, a sum doubles.

    ## Likely causes
    1. `reduction="sum"` on the loss.
    2. A loss of the user's own ends in a sum over all axes.

    ## What to do
    Return one value for each row (`ops.mean(..., axis=-1)`) and leave the reduction to Keras, or divide the learning
    rate by the batch size.

    ## Known limits
    Needs a compiled loss. A remark when the run learns.

    ## References
    - [Keras: losses](https://keras.io/api/losses/)
    """

    name = "loss-sums-over-batch"
    code = "LOS134"
    family = "loss"

    def check(self, sight: Sight) -> Iterator[Seen]:
        """Read the own test."""
        ratio = number(sight.test("batch_sum"), "ratio")
        if ratio is None or not LIMITS["loss_sum"] < ratio < 2 * LIMITS["loss_sum"]:
            return
        rows = number(sight.model.data, "batch")
        harm = sight.health.state in ("broken", "diverged", "stuck")
        yield self.seen(
            sight.places.loss(),
            f"twice the rows gave {ratio:.1f} times the loss",
            weight=0.65 if harm else 0.15,
            cause="loss",
            measure="batch_sum",
            value=ratio,
            notes=[
                f"gradients are {text_of(rows)} times those of a mean" if rows else "gradients grow with the batch",
                "most likely the loss ends in a sum over all axes",
                "try: `ops.mean(..., axis=-1)` in the loss, or the default `reduction`",
            ],
            severity=Severity.WARNING if harm else Severity.INFO,
        )
