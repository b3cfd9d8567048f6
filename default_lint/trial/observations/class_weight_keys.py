"""HYP177 class-weight-keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from default_lint.findings import Severity
from default_lint.trial.observations._crash import message
from default_lint.trial.observations._data import heads
from default_lint.trial.observations.base import Observation, Seen, Sight


class ClassWeightKeys(Observation):
    """`class_weight` is not a dict from class number to weight.

    ## Why it matters
    `fit` looks up the weight of label k under the key k. A list or an array has no keys and stops the run; names of
    classes are never looked up, so that all classes weigh 1 and nothing says so.

    ## What is measured
    The keys that `fit` was given, the labels that occur, and the exception.

    ## Likely causes
    1. The array of `compute_class_weight` is passed as it is.
    2. The keys are names of classes.

    ## What to do
    `class_weight=dict(enumerate(weights))`.

    ## Known limits
    Labels beyond the 100 commonest are not compared.

    ## References
    - [Keras: fit](https://keras.io/api/models/model_training_apis/)
    """

    name = "class-weight-keys"
    code = "HYP177"
    family = "hyperparameter"

    def check(self, sight: Sight) -> Iterator[Seen]:
        """Look at the exception, then at the keys."""
        text = message(sight)
        use = sight.places.use
        given = use is not None and use.call is not None and use.call.given("class_weight") is not None
        asked = sight.model.asked.get("class_weight")
        if text.endswith("object has no attribute 'get'") and (given or asked):
            kind = text.partition("'")[2].partition("'")[0]
            yield self._report(sight, f"`class_weight` was a {kind}, a dict is needed", 0.95, Severity.ERROR)
            return
        counts = next(heads(sight)).labels.get("counts")
        if not isinstance(asked, Mapping) or not asked or not isinstance(counts, Mapping) or not counts:
            return
        if not set(map(str, asked)) & set(map(str, counts)):
            yield self._report(sight, "no key of `class_weight` is a label", 0.5, Severity.WARNING)

    def _report(self, sight: Sight, text: str, weight: float, severity: Severity) -> Seen:
        return self.seen(
            sight.places.fit("class_weight"),
            text,
            weight=weight,
            cause="imbalance",
            measure="class_weight",
            value=0.0,
            notes=["the weight of label k is looked up under the integer k", "try: `dict(enumerate(weights))`"],
            severity=severity,
        )
