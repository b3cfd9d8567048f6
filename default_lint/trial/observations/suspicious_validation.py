"""TRN270 suspicious-validation."""

from __future__ import annotations

import math
from collections.abc import Iterator

from default_lint.findings import Confidence, Severity
from default_lint.trial.observations._data import accuracy, number
from default_lint.trial.observations.base import Observation, Seen, Sight
from default_lint.trial.observations.thresholds import LIMITS


class SuspiciousValidation(Observation):
    """The model did better on validation data than on the data that it was trained on.

    ## Why it matters
    New data is harder than known data. When validation is clearly better, its rows are easier or different (another
    share of classes, another preparation), or the answer is in the input.

    ## What is measured
    Validation accuracy against the accuracy on held training rows with dropout off, in the last two epochs, beyond
    three standard errors; and a validation accuracy of 1.0 after the first epoch.

    ## Likely causes
    1. Validation holds mostly one class: data sorted by label, split at the end.
    2. Training data is augmented or prepared in another way than validation.
    3. The target, or something that follows from it, is among the inputs.

    ## What to do
    Split at random and stratified (`train_test_split(..., stratify=y)`), and compare the class counts of both parts.

    ## Known limits
    Without an accuracy on held training rows the observation is silent, since dropout and the average over an epoch
    lower the training accuracy by themselves.

    ## References
    - Kaufman et al., Leakage in data mining: formulation, detection, and avoidance (2012)
    """

    name = "suspicious-validation"
    code = "TRN270"
    family = "training"
    confidence = Confidence.MEDIUM

    def check(self, sight: Sight) -> Iterator[Seen]:
        """Compare validation with training, then look at the first epoch."""
        leads = [lead for epoch in sight.model.complete[-2:] if (lead := _lead(sight, epoch.number)) is not None]
        if len(leads) == 2 and all(lead > 0 for _, _, lead in leads):
            validation, training, _ = leads[-1]
            yield self.seen(
                sight.places.data("validation"),
                f"accuracy {validation:.2f} on validation, {training:.2f} on training rows",
                weight=0.35,
                cause="validation",
                measure="validation_lead",
                value=validation - training,
                epochs=[epoch.number for epoch in sight.model.complete[-2:]],
                notes=[
                    "both were measured without dropout, so the validation rows are easier",
                    "most likely the two parts differ in their classes or in their preparation",
                    "try: `train_test_split(x, y, stratify=y)`",
                ],
                severity=Severity.INFO,
            )
            return
        first = sight.model.complete[0] if sight.model.complete else None
        score = accuracy(first, "val_") if first is not None else None
        majority = sight.health.majority
        if score is None or score < LIMITS["validation_perfect"] or (majority or 1.0) > LIMITS["majority"]:
            return
        yield self.seen(
            sight.places.data("validation"),
            "validation accuracy was 1.0 after the first epoch",
            weight=0.1,
            cause="validation",
            measure="val_accuracy",
            value=score,
            epochs=[0],
            notes=["an easy task, or the answer is in the input", "try: look for columns that follow from the target"],
            severity=Severity.INFO,
        )


def _lead(sight: Sight, which: int) -> tuple[float, float, float] | None:
    """Accuracy on validation and on held rows, and by how much the former exceeds what chance explains."""
    epoch = next((epoch for epoch in sight.model.complete if epoch.number == which), None)
    if epoch is None:
        return None
    validation, training = accuracy(epoch, "val_"), number(epoch.measures, "held_accuracy")
    rows = number(epoch.measures, "measured_samples")
    if validation is None or training is None or not rows or rows < 1 or not 0 <= training <= 1:
        return None
    others = max(number(sight.model.data, "val_samples") or rows, 1)
    error = math.sqrt(max(training * (1 - training), 1 / rows) * (1 / rows + 1 / others))
    return validation, training, validation - training - LIMITS["validation_lead"] - LIMITS["validation_errors"] * error
