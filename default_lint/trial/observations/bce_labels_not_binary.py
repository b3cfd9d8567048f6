"""LOS124 bce-labels-not-binary."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.trial.observations._data import Head, heads, number
from default_lint.trial.observations.base import Observation, Seen, Sight
from default_lint.trial.observations.thresholds import LIMITS
from default_lint.trial.observations.words import text_of

_LOSSES = ("binary_crossentropy", "binary_focal_crossentropy")


class BceLabelsNotBinary(Observation):
    """Labels for a binary cross-entropy lie outside 0 to 1.

    ## Why it matters
    The loss is y log p + (1 - y) log(1 - p). With a label of -1 or 3 one of the two terms changes its sign: the loss is
    not bounded from below any more, it pays to be sure, and nothing says so. The loss may go far below zero.

    ## What is measured
    Smallest and largest label of the training data.

    ## Likely causes
    1. Two classes are written -1 and 1.
    2. There are more than two classes, numbered 0, 1, 2, ...
    3. Pixels or other values that were not brought to 0..1 are the target of an autoencoder.

    ## What to do
    Write two classes as 0 and 1 (`(y + 1) / 2`), or train -1 and 1 with `hinge` and a tanh or linear output. For more
    classes use `sparse_categorical_crossentropy` with one softmax unit for each. Divide pixels by 255.

    ## Known limits
    At most 20,000 rows of labels are looked at.

    ## References
    - [Keras: BinaryCrossentropy](https://keras.io/api/losses/probabilistic_losses/)
    """

    name = "bce-labels-not-binary"
    code = "LOS124"
    family = "loss"

    def check(self, sight: Sight) -> Iterator[Seen]:
        """Look at the labels of each output under a binary cross-entropy."""
        for head in heads(sight):
            low, high = number(head.labels, "min"), number(head.labels, "max")
            if head.loss not in _LOSSES or low is None or high is None:
                continue
            margin = LIMITS["binary_margin"]
            if low < -margin or high > 1 + margin:
                yield self._report(sight, head, low, high)

    def _report(self, sight: Sight, head: Head, low: float, high: float) -> Seen:
        signs = head.labels.get("form") == "signs"
        classes = head.labels.get("classes") or 0
        many = head.labels.get("form") == "integer" and classes > 2 and head.width == 1
        if signs:
            notes = ["most likely two classes are written -1 and 1", "try: `(y + 1) / 2`, or the loss `hinge`"]
        elif many:
            units = text_of(high + 1)
            notes = [
                f"{classes} different labels were seen: this loss tells two classes apart",
                f"try: `sparse_categorical_crossentropy` with {units} units and softmax",
            ]
        else:
            scaled = f"divide them by {text_of(high)}" if low >= 0 else "`(y - y.min()) / (y.max() - y.min())`"
            notes = ["most likely the targets were not brought to 0..1", f"try: {scaled}"]
        span = f"are {text_of(low)} and {text_of(high)}" if signs else f"go from {text_of(low)} to {text_of(high)}"
        return self.seen(
            sight.places.loss() if many else sight.places.data("y"),
            f"labels {span}, `{head.loss}` takes 0 to 1",
            weight=0.6 if sight.health.learns else 0.93,
            cause="loss" if many else "labels",
            measure="label_max" if high > 1 else "label_min",
            value=high if high > 1 else low,
            notes=notes,
        )
