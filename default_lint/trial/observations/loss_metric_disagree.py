"""LOS136 loss-metric-disagree."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from default_lint.findings import Confidence
from default_lint.trial.observations._data import accuracy, metrics
from default_lint.trial.observations.base import Observation, Seen, Sight
from default_lint.trial.observations.thresholds import LIMITS
from default_lint.trial.observations.words import percent, text_of


class LossMetricDisagree(Observation):
    """The loss fell while the accuracy did not move.

    ## Why it matters
    Loss and accuracy see the same predictions. When one improves for epochs and the other stands still, they do not
    measure the same thing: what is optimized is not what is wanted, or the metric compares the wrong numbers.

    ## What is measured
    Over the complete epochs, the correlation of loss and accuracy, how far the loss fell, and how far the accuracy
    moved in all.

    ## Likely causes
    1. Nearly all examples have the same label, so that the accuracy cannot move.
    2. The metric reads labels or outputs in another form than the loss (logits under a threshold of 0.5, labels -1 and
       1, one-hot against integers).
    3. The task is a regression, where accuracy counts exact hits.

    ## What to do
    Let Keras choose the metric by the name "accuracy"; measure an imbalanced task with AUC or F1, a regression with
    the mean absolute error.

    ## Known limits
    Needs five epochs. An accuracy that is nearly full cannot rise and is not judged.

    ## References
    - [Keras: metrics](https://keras.io/api/metrics/)
    """

    name = "loss-metric-disagree"
    code = "LOS136"
    family = "loss"
    confidence = Confidence.MEDIUM

    def check(self, sight: Sight) -> Iterator[Seen]:
        """Compare the two curves."""
        pairs = [
            (epoch.loss, score)
            for epoch in sight.model.complete
            if (score := accuracy(epoch)) is not None and math.isfinite(epoch.loss)
        ]
        if len(pairs) < LIMITS["agreement_epochs"] or sight.health.learns:
            return
        losses, scores = [loss for loss, _ in pairs], [score for _, score in pairs]
        fell = 1 - losses[-1] / losses[0] if losses[0] > 0 else 0.0
        moved = max(scores) - min(scores)
        agreement = abs(correlation(losses, scores))
        if (
            fell < LIMITS["agreement_fall"]
            or moved > LIMITS["agreement_still"]
            or max(scores) > LIMITS["agreement_full"]
            or agreement >= LIMITS["agreement"]
        ):
            return
        rare = (sight.health.majority or 0.0) > LIMITS["majority"]
        why = "nearly all labels are the same" if rare else "the metric reads labels or outputs in another form"
        advice = "`AUC` or `F1Score` as the metric" if rare else 'the metric by its plain name "accuracy"'
        if sight.health.task == "regression":
            why, advice = "accuracy counts exact hits, which a regression never makes", '`metrics=["mae"]`'
        yield self.seen(
            metrics(sight),
            f"the loss fell by {percent(fell)} while the accuracy stayed at {text_of(scores[-1])}",
            weight=0.4,
            cause="imbalance" if rare else "loss",
            measure="loss_accuracy_correlation",
            value=agreement,
            epochs=[sight.model.complete[0].number, sight.model.complete[-1].number],
            notes=[
                f"over {len(pairs)} epochs their correlation was {agreement:.2f}",
                f"most likely {why}",
                f"try: {advice}",
            ],
            symptom=True,
        )


def correlation(first: Sequence[float], second: Sequence[float]) -> float:
    """Pearson's correlation; 0 when one of the two does not move."""
    count = len(first)
    mean_first, mean_second = math.fsum(first) / count, math.fsum(second) / count
    pairs = [(a - mean_first, b - mean_second) for a, b in zip(first, second, strict=True)]
    across = math.fsum(a * b for a, b in pairs)
    scale = math.sqrt(math.fsum(a * a for a, _ in pairs)) * math.sqrt(math.fsum(b * b for _, b in pairs))
    return across / scale if scale > 0 and math.isfinite(scale) and math.isfinite(across) else 0.0
