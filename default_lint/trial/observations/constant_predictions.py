"""TRN267 constant-predictions."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.features import dynamic_baseline as baseline
from default_lint.features.base import Run, number
from default_lint.findings import Confidence, Severity
from default_lint.trial.observations.base import Observation, Seen, Sight
from default_lint.trial.observations.thresholds import LIMITS
from default_lint.trial.observations.words import plain, short


class ConstantPredictions(Observation):
    """The model predicted the same for every example.

    ## Why it matters
    An output that does not depend on the input is a constant, whatever its loss.

    ## What is measured
    The standard deviation of each output over the held examples against that of the targets, and for classes how many
    different ones were predicted.

    ## Likely causes
    1. Softmax over one unit.
    2. Units that are all dead or saturated.
    3. Labels of which nearly all are the same.
    4. Inputs so large that the network ignores them.

    ## What to do
    Look at the finding that explains it.

    ## Known limits
    On strongly imbalanced labels one predicted class is expected at first.

    ## References
    - Goodfellow, Bengio, Courville, Deep Learning, 2016, section 11.5
    """

    name = "constant-predictions"
    code = "TRN267"
    family = "training"
    severity = Severity.WARNING
    confidence = Confidence.HIGH

    def check(self, sight: Sight) -> Iterator[Seen]:
        """The spread of the predictions after the last epoch."""
        run = Run(sight.model)
        end = len(run.epochs) - 1
        spread = run.measure(end, "prediction_std")
        classes, top = run.measure(end, "prediction_classes"), run.measure(end, "prediction_top")
        labels = baseline.labels(run)
        loss = sight.model.losses[0] if sight.model.losses else ""
        targets = baseline.target_deviation(run.targets[0], loss) if run.targets else None
        if sight.health.learns or sight.health.state == "unknown" or end < 0:
            return
        constant = spread is not None and targets and spread < LIMITS["constant_spread"] * targets
        single = classes == 1 and top == 1 and labels is not None and (number(labels, "majority") or 0) < 0.95
        if not (constant or single):
            return
        what = (
            f"every prediction was the same class on {plain(run.measure(end, 'measured_samples') or 0)} held examples"
            if single and not constant
            else f"predictions hardly differed: std {short(spread or 0.0)}, that of the targets {short(targets or 0.0)}"
        )
        outputs = sight.model.outputs or tuple(row.index for row in sight.model.layers[-1:])
        place = sight.places.layer(outputs[0]) if outputs else sight.places.fit()
        yield self.seen(
            place,
            what,
            weight=0.55,
            cause="output",
            measure="prediction_std",
            value=spread if spread is not None else 0.0,
            epochs=(run.epochs[end].number,),
            notes=("likely causes: softmax over one unit, dead or saturated units, imbalance, inputs out of scale",),
            symptom=True,
        )
