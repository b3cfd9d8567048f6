"""TRN266 loss-diverging."""

from __future__ import annotations

import math
from collections.abc import Iterator

from default_lint.findings import Confidence, Severity
from default_lint.trial.observations.base import Observation, Seen, Sight
from default_lint.trial.observations.rates import blame
from default_lint.trial.observations.words import text_of


class LossDiverging(Observation):
    """The training loss ended at more than twice its smallest value, no better than at the start.

    ## Why it matters
    Each update made things worse: the steps are larger than the valley is wide.

    ## What is measured
    The training loss of each epoch against the smallest, the first, and that of a constant prediction.

    ## Likely causes
    1. A learning rate that is too high.
    2. Too much momentum for the rate.
    3. Unscaled inputs or targets.
    4. A loss that can fall without bound.

    ## What to do
    Lower the learning rate tenfold; scale inputs and targets; `clipnorm=1.0`.

    ## Known limits
    A rise that a change of the data causes looks the same.

    ## References
    - Goodfellow, Bengio, Courville, Deep Learning, 2016, section 8.2
    """

    name = "loss-diverging"
    code = "TRN266"
    family = "training"
    severity = Severity.WARNING
    confidence = Confidence.HIGH

    def check(self, sight: Sight) -> Iterator[Seen]:
        """The last loss against the best one."""
        health = sight.health
        if health.state != "diverged" or not math.isfinite(health.last):
            return
        fault = blame(sight)
        yield self.seen(
            sight.places.learning_rate(),
            f"the loss rose to {text_of(health.last)}, from {text_of(health.best)} at its best",
            weight=0.5 + 0.4 * fault,
            cause="learning_rate",
            measure="loss",
            value=health.last / health.best if health.best else math.inf,
            epochs=[epoch.number for epoch in sight.model.complete],
            notes=(
                "likely causes: a learning rate or momentum that is too high, unscaled inputs or targets",
                "try: a learning rate ten times lower, and `clipnorm=1.0`",
            ),
            symptom=fault < 0.5,
        )
