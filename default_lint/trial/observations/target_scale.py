"""DAT242 target-scale."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.trial.observations._data import heads, largest, number
from default_lint.trial.observations.base import Observation, Seen, Sight
from default_lint.trial.observations.thresholds import LIMITS
from default_lint.trial.observations.words import text_of


class TargetScale(Observation):
    """The targets of a regression are in the hundreds or more, and training does not reach them.

    ## Why it matters
    The output of a new model lies around 0 and each step moves it by about the learning rate. Targets of 300,000 are
    hundreds of thousands of such steps away; with plain SGD the squared error gives gradients so large that the loss
    ends in NaN instead.

    ## What is measured
    The largest absolute target, mean and standard deviation of the targets, and how far the loss came towards that of
    a good model.

    ## Likely causes
    1. Targets are in their natural unit: a price, a year, a pressure.

    ## What to do
    Train on `(y - y.mean()) / y.std()` and turn predictions back, or on `np.log1p(y)` when they range over decades.

    ## Known limits
    Silent when the run learns all the same, and when the output is not linear.

    ## References
    - LeCun, Bottou, Orr and Müller, Efficient BackProp (1998)
    """

    name = "target-scale"
    code = "DAT242"
    family = "data"

    def check(self, sight: Sight) -> Iterator[Seen]:
        """Look at the targets of each regression output of a run that does not work."""
        state = sight.health.state
        if state not in ("broken", "diverged", "stuck", "weak"):
            return
        for head in heads(sight):
            size = largest(head.labels)
            if not head.regression or head.activation not in ("linear", "") or size is None:
                continue
            if size <= LIMITS["target_size"] or head.loss == "mean_squared_logarithmic_error":
                continue
            mean, std = number(head.labels, "mean"), number(head.labels, "std")
            about = f", mean {text_of(mean)}, deviation {text_of(std)}" if mean is not None and std is not None else ""
            yield self.seen(
                sight.places.data("y"),
                f"targets of up to {text_of(size)} stayed out of reach of an output that starts at 0",
                weight=0.88 if sight.health.fails else 0.6,
                cause="targets",
                measure="target_max",
                value=size,
                notes=[
                    f"largest absolute target {text_of(size)}{about}",
                    "most likely the targets are in their natural unit",
                    "try: train on `(y - y.mean()) / y.std()` and turn the predictions back",
                ],
            )
