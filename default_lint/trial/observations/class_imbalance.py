"""DAT241 class-imbalance."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.findings import Severity
from default_lint.trial.observations._data import heads, number
from default_lint.trial.observations.base import Observation, Seen, Sight
from default_lint.trial.observations.thresholds import LIMITS
from default_lint.trial.observations.words import percent, short


class ClassImbalance(Observation):
    """Nearly all examples have the same label, and the predictions have it too.

    ## Why it matters
    With 97 % of the examples in one class a model that always says this class has an accuracy of 0.97. The rare class,
    which is mostly the one of interest, is never found, while loss and accuracy look fine.

    ## What is measured
    Entropy of the label distribution (1: balanced) and share of the commonest label; share of the commonest prediction
    on the held batch; whether `fit` is given `class_weight` or `sample_weight`.

    ## Likely causes
    1. The classes are imbalanced and weigh the same in the loss.

    ## What to do
    Give `fit` a `class_weight` that is inverse to the counts, or repeat the rare rows in the training data only, and
    watch recall, AUC or F1 beside the accuracy.

    ## Known limits
    A remark only when the rare labels are predicted about as often as they occur.

    ## References
    - [Keras: fit](https://keras.io/api/models/model_training_apis/)
    - He and Garcia, Learning from imbalanced data (2009)
    """

    name = "class-imbalance"
    code = "DAT241"
    family = "data"

    def check(self, sight: Sight) -> Iterator[Seen]:
        """Compare the commonest label with the commonest prediction."""
        labels = next(heads(sight)).labels
        majority, entropy = number(labels, "majority"), number(labels, "entropy")
        if majority is None or majority >= 1 or sight.health.task not in ("classes", "binary"):
            return
        classes = number(labels, "classes") or 2
        rare = majority > LIMITS["majority"] if classes <= 2 else entropy is not None and entropy < LIMITS["entropy"]
        if not rare or _weighted(sight):
            return
        top = _last(sight, "prediction_top")
        missed = _missed(sight, majority, top)
        if missed is None or (missed < LIMITS["rare_missed"] and sight.health.learns):
            return
        collapsed = missed >= LIMITS["rare_missed"]
        counts = labels.get("counts")
        yield self.seen(
            sight.places.fit("class_weight"),
            f"{percent(majority)} of the labels are the same, and {percent(max(top or 0.0, 0.0))} of the predictions"
            if top is not None
            else f"{percent(majority)} of the labels are the same, and nearly all predictions",
            weight=(0.85 if collapsed else 0.3),
            cause="imbalance",
            measure="prediction_top" if top is not None else "accuracy",
            value=top if top is not None else sight.health.accuracy or 0.0,
            epochs=[sight.model.epochs[-1].number] if sight.model.epochs else (),
            notes=[
                f"always saying the commonest label has an accuracy of {majority:.3f}",
                "most likely the rare labels weigh too little in the loss",
                f"try: `class_weight={_weights(counts)}`, and `AUC` or `Recall` as a metric",
            ],
            severity=Severity.WARNING if collapsed else Severity.INFO,
        )


def _weighted(sight: Sight) -> bool:
    asked, use = sight.model.asked, sight.places.use
    call = use.call if use is not None else None
    given = call is not None and any(call.given(name) is not None for name in ("class_weight", "sample_weight"))
    return sight.weighted or (given and not asked.get("class_weight"))


def _last(sight: Sight, name: str) -> float | None:
    for epoch in reversed(sight.model.epochs):
        value = number(epoch.measures, name)
        if value is not None:
            return value
    return None


def _missed(sight: Sight, majority: float, top: float | None) -> float | None:
    """The share of the rare labels that goes under: 1 when all predictions are the commonest label."""
    if top is not None:
        return max(0.0, 1 - (1 - top) / (1 - majority))
    gain = sight.health.gain
    return None if gain is None or sight.health.accuracy is None else max(0.0, 1 - gain)


def _weights(counts: object) -> str:
    """Weights inverse to the counts, as a dict of a few classes."""
    if not isinstance(counts, dict) or not 2 <= len(counts) <= 4 or not all(counts.values()):
        return "{0: ..., 1: ...}"
    total = sum(counts.values())
    inner = ", ".join(f"{label}: {short(total / len(counts) / count)}" for label, count in counts.items())
    return "{" + inner + "}"
