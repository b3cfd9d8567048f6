"""TRN264 loss-not-decreasing."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.findings import Confidence, Severity
from default_lint.trial.observations.base import Observation, Seen, Sight
from default_lint.trial.observations.thresholds import LIMITS
from default_lint.trial.observations.words import text_of


class LossNotDecreasing(Observation):
    """The training loss fell by less than one part in twenty.

    ## Why it matters
    Training that does not lower its own loss learns nothing, whatever the other numbers say.

    ## What is measured
    The loss of the last epoch against that of the first batch.

    ## Likely causes
    1. Units that are dead or saturated, weights that are all equal, layers that are frozen.
    2. A learning rate that is far too low or too high.
    3. Labels that have nothing to do with the inputs.
    4. An output activation that does not fit the loss.

    ## What to do
    Look at the finding that explains it; when there is none, train on 32 examples until they are learned by heart.

    ## Known limits
    Silent when the loss is near zero from the start.

    ## References
    - Goodfellow, Bengio, Courville, Deep Learning, 2016, section 11.5
    """

    name = "loss-not-decreasing"
    code = "TRN264"
    family = "training"
    severity = Severity.WARNING
    confidence = Confidence.MEDIUM

    def check(self, sight: Sight) -> Iterator[Seen]:
        """The drop of the loss over the run."""
        health = sight.health
        if health.state != "stuck" or not health.drop < LIMITS["stuck_drop"] or health.epochs < 1:
            return
        if health.gain is not None and health.gain > LIMITS["learning_gain"]:
            return
        yield self.seen(
            sight.places.fit(),
            f"the loss hardly fell: {text_of(health.told)} to {text_of(health.last)} in {health.steps} steps",
            weight=0.5,
            cause="training",
            measure="loss",
            value=health.drop,
            epochs=[epoch.number for epoch in sight.model.complete],
            notes=(
                "likely causes: dead units, a learning rate far off, labels unrelated to the inputs, a wrong head",
                "try: train on 32 examples until they are learned by heart; if that fails, model or loss is at fault",
            ),
            symptom=True,
        )
