"""TRN268 accuracy-at-chance."""

from __future__ import annotations

import math
from collections.abc import Iterator

from default_lint.features import dynamic_curves as curves
from default_lint.features.base import Run
from default_lint.findings import Confidence, Severity
from default_lint.trial.observations.base import Observation, Seen, Sight
from default_lint.trial.observations.thresholds import LIMITS
from default_lint.trial.trace import windows


class AccuracyAtChance(Observation):
    """Accuracy stayed within two standard errors of always saying the commonest label.

    ## Why it matters
    A model at that level has learned the share of the labels and nothing about the inputs.

    ## What is measured
    Training accuracy, or that on validation data, against the share of the commonest label, in standard errors for the
    number of examples.

    ## Likely causes
    1. An output activation that does not fit the loss.
    2. Dead units, or a learning rate far off.
    3. Labels shuffled apart from their inputs.

    ## What to do
    Look at the finding that explains it.

    ## Known limits
    Silent before a few dozen steps, and where examples are weighted: accuracy is then given up for the rare ones. Very
    hard tasks begin like this.

    ## References
    - [Keras: Accuracy metrics](https://keras.io/api/metrics/accuracy_metrics/)
    """

    name = "accuracy-at-chance"
    code = "TRN268"
    family = "training"
    severity = Severity.WARNING
    confidence = Confidence.MEDIUM

    def check(self, sight: Sight) -> Iterator[Seen]:
        """The last accuracies against the majority."""
        health, run = sight.health, Run(sight.model)
        end = len(run.epochs) - 1
        errors = curves.standard_errors(curves.accuracy)(run, end)
        held = curves.standard_errors(curves.val_accuracy, validation=True)(run, end)
        if sight.weighted or errors is None or health.accuracy is None or health.majority is None:
            return
        if health.steps < LIMITS["chance_steps"]:
            return
        if errors > LIMITS["chance_errors"] or (held is not None and held > LIMITS["chance_errors"]):
            return
        epochs = windows(health.epochs, sight.model.window)
        yield self.seen(
            sight.places.fit(),
            f"accuracy {health.accuracy:.2f} is no better than the commonest label's {health.majority:.2f}",
            weight=0.5,
            cause="training",
            measure="accuracy",
            value=health.accuracy if math.isfinite(health.accuracy) else 0.0,
            epochs=[epoch.number for epoch in sight.model.complete],
            notes=(
                f"{abs(errors):.1f} standard errors {'above' if errors >= 0 else 'below'} it after {epochs}",
                "likely causes: a head that does not fit, dead units, a learning rate far off, shuffled labels",
            ),
            symptom=True,
        )
