"""REG224 overfitting."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.features import dynamic_curves as curves
from default_lint.features.base import Run
from default_lint.findings import Confidence, Severity
from default_lint.trial.observations.base import Observation, Seen, Sight
from default_lint.trial.observations.thresholds import LIMITS
from default_lint.trial.observations.words import percent, text_of


class Overfitting(Observation):
    """The validation loss rose for several epochs while the training loss fell.

    ## Why it matters
    From its lowest point on, further training made the model worse on data that it has not seen.

    ## What is measured
    Epochs since the lowest validation loss, its rise since, the fall of the training loss in the same epochs, and the
    gap between training and validation accuracy.

    ## Likely causes
    1. More weights than the examples can pin down, without dropout, weight decay or augmentation.
    2. More epochs than needed, without early stopping.
    3. Validation data of another kind than the training data.

    ## What to do
    `EarlyStopping(monitor="val_loss", patience=3, restore_best_weights=True)`; then dropout or fewer units.

    ## Known limits
    A trend over three epochs is asked for. A small gap that lasts is common in good models and only information.

    ## References
    - Prechelt, Early Stopping - But When?, 1998
    """

    name = "overfitting"
    code = "REG224"
    family = "regularization"
    severity = Severity.INFO
    confidence = Confidence.MEDIUM

    def check(self, sight: Sight) -> Iterator[Seen]:
        """Validation loss after its lowest point."""
        run = Run(sight.model)
        count = len(run.epochs)
        points = [(curves.val_loss(run, epoch), curves.loss(run, epoch)) for epoch in range(count)]
        known = [(val, train, at) for at, (val, train) in enumerate(points) if val is not None and train is not None]
        if len(known) < LIMITS["overfit_epochs"] + 1:
            return
        best = min(known)
        last = known[-1]
        rise = last[0] / best[0] - 1 if best[0] > 0 else 0.0
        if last[2] - best[2] < LIMITS["overfit_epochs"] or rise <= LIMITS["overfit_rise"] or last[1] >= best[1]:
            return
        gap = curves.points_apart(run, count - 1) or 0.0
        serious = rise > LIMITS["overfit_much"] and gap > LIMITS["overfit_gap"] and not _stops_early(sight)
        yield self.seen(
            sight.places.fit("epochs"),
            f"validation loss rose by {percent(rise)} after epoch {best[2] + 1} while training loss fell",
            weight=0.6 if serious else 0.2,
            cause="overfitting",
            measure="val_loss",
            value=rise,
            epochs=[run.epochs[at].number for at in range(best[2], count)],
            notes=(
                f"validation loss {text_of(best[0])} to {text_of(last[0])}, "
                f"training loss {text_of(best[1])} to {text_of(last[1])}",
                "try: EarlyStopping(patience=3, restore_best_weights=True), then dropout or fewer units",
            ),
            severity=Severity.WARNING if serious else Severity.INFO,
        )


def _stops_early(sight: Sight) -> bool:
    use = sight.places.use
    return use is not None and (use.callbacks is None or any(call.short == "EarlyStopping" for call in use.callbacks))
