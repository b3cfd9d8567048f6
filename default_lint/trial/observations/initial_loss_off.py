"""LOS135 initial-loss-off."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from default_lint.findings import Severity
from default_lint.trial.observations._data import heads, largest, number
from default_lint.trial.observations.base import Observation, Seen, Sight
from default_lint.trial.observations.place import Place
from default_lint.trial.observations.thresholds import LIMITS
from default_lint.trial.observations.words import text_of

_USUAL = ("glorot", "he_", "lecun", "henormal", "heuniform", "orthogonal", "variance", "zeros")


class _Cause(NamedTuple):
    place: Place
    name: str
    note: str
    advice: str
    symptom: bool = False


class InitialLossOff(Observation):
    """The loss before training is far above that of a model that knows nothing.

    ## Why it matters
    An untrained model with well scaled inputs and weights gives nearly the same output for everything: its loss is
    ln(C) for C classes, or about the variance of the targets. A loss of several times that means that the first steps
    are spent, at best, on undoing what the start got wrong.

    ## What is measured
    The loss on the held batch with the initial weights (or that of the first batch) against the loss of a prediction
    that knows nothing. Penalties of regularizers are taken off.

    ## Likely causes
    1. Inputs of large values (raw pixels, raw columns).
    2. Targets far from 0 in regression.
    3. Initial weights of the last layer that are too large.
    4. Loss and output that do not belong together: softmax twice, logits taken for probabilities.

    ## What to do
    Scale inputs and targets, leave the initializer of the output layer at its default, and give the loss
    `from_logits=True` exactly when the output has no softmax or sigmoid.

    ## Known limits
    A run that learns all the same is left alone. Says nothing for a loss of the user's own.

    ## References
    - Karpathy, A recipe for training neural networks (2019): verify loss at init
    """

    name = "initial-loss-off"
    code = "LOS135"
    family = "loss"

    def check(self, sight: Sight) -> Iterator[Seen]:
        """Compare the first loss with what is expected of a model that knows nothing."""
        if sight.health.state in ("learns", "unknown"):
            return
        observed, expected = _losses(sight)
        if not observed > LIMITS["initial_loss"] * expected:
            return
        cause = _cause(sight)
        yield self.seen(
            cause.place,
            f"the loss began at {text_of(observed)}, {text_of(expected)} was to be expected",
            weight=0.6 if sight.health.fails else 0.4,
            cause=cause.name,
            measure="initial_loss",
            value=observed / expected,
            notes=[
                f"{text_of(expected)} is the loss of a prediction that knows nothing",
                f"most likely {cause.note}",
                f"try: {cause.advice}",
            ],
            severity=Severity.WARNING if sight.health.fails else Severity.INFO,
            symptom=cause.symptom,
        )


def _losses(sight: Sight) -> tuple[float, float]:
    """The loss before training and what it should be; NaN when not known."""
    test = sight.test("initial_loss")
    observed, expected = number(test, "observed"), number(test, "expected")
    if observed is None or expected is None:
        first = sight.model.epochs[0].losses[:1] if sight.model.epochs else ()
        observed, expected = (first[0] - _penalty(sight) if first else math.nan), _blind(sight)
    if expected is None or not expected > 0 or not math.isfinite(observed):
        return math.nan, math.nan
    return observed, expected


def _penalty(sight: Sight) -> float:
    """What regularizers add to the logged loss before training."""
    start = sight.model.start
    penalty = start.measures.get("regularization", 0.0) if start is not None else 0.0
    return penalty if math.isfinite(penalty) else 0.0


def _blind(sight: Sight) -> float | None:
    """The loss of equal shares for all classes, or of the best constant prediction in a regression."""
    head = next(heads(sight))
    if head.loss == "binary_crossentropy":
        return math.log(2)
    if head.loss in ("categorical_crossentropy", "sparse_categorical_crossentropy"):
        return math.log(head.units) if head.units and head.units > 1 else None
    return sight.health.chance


def _cause(sight: Sight) -> _Cause:
    inputs = largest(sight.x)
    head = next(heads(sight))
    mean, std = number(head.labels, "mean"), number(head.labels, "std")
    if inputs is not None and inputs > LIMITS["input_size"]:
        note = f"the size of the inputs, up to {text_of(inputs)}"
        return _Cause(sight.places.data("x"), "x_scale", note, "scale the inputs to about -1..1")
    if head.regression and mean is not None and std is not None and abs(mean) > max(std, 1.0):
        note = f"the distance of the targets from 0 (mean {text_of(mean)})"
        return _Cause(sight.places.data("y"), "targets", note, "standardize the targets: `(y - y.mean()) / y.std()`")
    if head.layer is not None:
        initializer = str(head.layer.settings.get("kernel_initializer") or "").lower()
        if initializer and not any(usual in initializer for usual in _USUAL):
            place = sight.places.layer(head.layer.index, "kernel_initializer")
            return _Cause(place, "initializer", "large initial weights of the output", "the default initializer")
    advice = "`from_logits=True` without softmax or sigmoid on the output, not with it"
    return _Cause(sight.places.loss(), "logits", "a loss that does not fit the output", advice, symptom=True)
