"""DAT246 labels-look-random."""

from __future__ import annotations

import math
from collections.abc import Iterator

from default_lint.findings import Confidence, Severity
from default_lint.trial.observations._data import number
from default_lint.trial.observations.base import Observation, Seen, Sight
from default_lint.trial.observations.thresholds import LIMITS
from default_lint.trial.observations.words import text_of


class LabelsLookRandom(Observation):
    """On rows that were not trained on, the real labels did no better than labels shuffled by us.

    ## Why it matters
    A model that can fit one batch is able to learn. When what it learns from the real labels helps on other rows no
    more than what it learns from permuted ones, inputs and labels do not belong together.

    ## What is measured
    On a copy of the model: whether it fits one batch, and the loss on unseen rows after the same number of steps with
    the real and with permuted labels. And whether validation stays at chance.

    ## Likely causes
    1. Inputs and labels were shuffled, sorted or filtered apart.
    2. Files and labels are listed in different orders.
    3. The inputs hold nothing about these labels.

    ## What to do
    Shuffle both with one permutation (`order = rng.permutation(len(x)); x, y = x[order], y[order]`) and look at a few
    examples next to their labels.

    ## Known limits
    Labels that are very hard to learn look the same in a short test.

    ## References
    - Zhang et al., Understanding deep learning requires rethinking generalization (2017)
    """

    name = "labels-look-random"
    code = "DAT246"
    family = "data"
    confidence = Confidence.MEDIUM

    def check(self, sight: Sight) -> Iterator[Seen]:
        """Compare the two tests with the run."""
        permuted, fitted = sight.test("permuted_labels"), sight.test("overfit_batch")
        if not permuted:
            yield from self._without(sight, fitted)
            return
        if permuted.get("same") is not True or fitted.get("fits") is False or sight.health.learns:
            return
        validation, majority = sight.health.validation, sight.health.majority
        if validation is not None and majority is not None and validation - majority > LIMITS["above_chance"]:
            return
        agreed = sight.found("pairs-shuffled-apart") is not None
        true, other = number(permuted, "true_held"), number(permuted, "permuted_held")
        able = fitted.get("fits") is True
        notes = ["one batch can be learned by heart, so the model itself is able to learn"] if able else []
        if true is not None and other is not None:
            notes.append(f"loss on unseen rows {text_of(true)}, after training on permuted labels {text_of(other)}")
        if validation is not None and majority is not None:
            notes.append(f"validation accuracy {validation:.2f}, the commonest label alone gives {majority:.2f}")
        notes += [
            "most likely inputs and labels were shuffled or filtered apart",
            "try: one permutation for both, `x[order], y[order]`, and a look at a few pairs",
        ]
        yield self.seen(
            sight.places.data("y", reordered=True),
            "on unseen rows the real labels did no better than permuted ones",
            weight=0.9 if agreed else 0.78 if sight.health.fails and able else 0.55,
            cause="labels",
            measure="permuted_labels",
            value=other if other is not None else 1.0,
            notes=notes,
            severity=Severity.WARNING if sight.health.fails or agreed else Severity.INFO,
        )

    def _without(self, sight: Sight, fitted: dict[str, object]) -> Iterator[Seen]:
        """The same from the run alone, when there was no time or the rows were not learned in the test."""
        start, end = number(fitted, "start"), number(fitted, "user_end")
        validation, majority = sight.health.validation, sight.health.majority
        if fitted.get("fits") is not True or start is None or end is None or not sight.health.poor:
            return
        able = end < (1 - LIMITS["able_drop"]) * start and sight.health.steps >= LIMITS["able_steps"]
        if not able or validation is None or majority is None:
            return
        error = math.sqrt(majority * max(1 - majority, 0.0) / _validation_rows(sight))
        if majority > LIMITS["majority"] or validation - majority > LIMITS["validation_errors"] * error:
            return
        yield self.seen(
            sight.places.data("y", reordered=True),
            f"validation stayed at chance ({validation:.2f}) though one batch was learned by heart",
            weight=0.66,
            cause="labels",
            measure="val_accuracy",
            value=validation,
            notes=[
                f"at the learning rate given, the loss of one batch fell from {text_of(start)} to {text_of(end)}",
                f"the commonest label alone gives {majority:.2f}",
                "most likely inputs and labels were shuffled or filtered apart",
                "try: one permutation for both, `x[order], y[order]`, and a look at a few pairs",
            ],
        )


def _validation_rows(sight: Sight) -> float:
    """Rows of the validation data; those that `validation_split` left over when they were not counted."""
    rows, shape = number(sight.model.data, "val_samples"), sight.y.get("shape")
    total = shape[0] if isinstance(shape, list) and shape and isinstance(shape[0], int) else 0
    return max(1.0, rows if rows is not None else total - (number(sight.model.data, "samples") or 0.0))
