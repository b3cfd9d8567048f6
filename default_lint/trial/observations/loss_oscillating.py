"""TRN265 loss-oscillating."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.features import dynamic_curves as curves
from default_lint.features.base import Run
from default_lint.findings import Confidence, Severity
from default_lint.trial.observations.base import Observation, Seen, Sight
from default_lint.trial.observations.rates import blame
from default_lint.trial.observations.thresholds import LIMITS
from default_lint.trial.observations.words import percent


class LossOscillating(Observation):
    """The training loss went up and down from epoch to epoch by more than a tenth of itself.

    ## Why it matters
    A loss that turns back at most epochs is thrown across the valley instead of moving along it.

    ## What is measured
    The share of epochs at which the loss turns back, and the mean size of its steps relative to its mean.

    ## Likely causes
    1. A learning rate or momentum that is too high.
    2. A batch size that is too small for the noise of the data.
    3. Too few steps per epoch to average over.

    ## What to do
    Lower the learning rate three- to tenfold, or enlarge the batch.

    ## Known limits
    Five epochs are needed. Noise of generative and reinforcement training looks the same.

    ## References
    - Goodfellow, Bengio, Courville, Deep Learning, 2016, section 8.3
    """

    name = "loss-oscillating"
    code = "TRN265"
    family = "training"
    severity = Severity.WARNING
    confidence = Confidence.MEDIUM

    def check(self, sight: Sight) -> Iterator[Seen]:
        """Turns and amplitude of the epoch losses."""
        losses = curves.losses(Run(sight.model))
        if len(losses) < LIMITS["oscillation_epochs"]:
            return
        turns, amplitude = curves.turns(losses), curves.amplitude(losses)
        if turns is None or amplitude is None:
            return
        if turns <= LIMITS["oscillation_turns"] or amplitude <= LIMITS["oscillation_size"]:
            return
        poor = sight.health.poor
        fault = blame(sight)
        yield self.seen(
            sight.places.learning_rate(),
            f"the loss turned back at {percent(turns)} of the epochs, by {percent(amplitude)} of itself on average",
            weight=(0.4 + 0.4 * fault) if poor else 0.2,
            cause="learning_rate",
            measure="loss",
            value=turns,
            epochs=[epoch.number for epoch in sight.model.complete],
            notes=(
                "likely causes: a high learning rate or momentum, then a small batch",
                "try: a learning rate three to ten times lower, or a larger batch",
            ),
            severity=Severity.WARNING if poor else Severity.INFO,
            symptom=poor and fault < 0.5,
        )
