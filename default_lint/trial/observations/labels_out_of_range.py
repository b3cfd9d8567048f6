"""LOS123 labels-out-of-range."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.findings import Note, Severity
from default_lint.trial.observations._crash import refused_label
from default_lint.trial.observations._data import Head, heads, number
from default_lint.trial.observations.base import Observation, Seen, Sight
from default_lint.trial.observations.words import text_of


class LabelsOutOfRange(Observation):
    """Integer labels lie outside of what the number of output units allows.

    ## Why it matters
    A sparse categorical loss takes label k as the index of unit k, so that with C units only 0 to C - 1 exist. Others
    stop the run on PyTorch and on TensorFlow's CPU kernels, make the loss NaN on a GPU, and count as no class on JAX.

    ## What is measured
    Smallest and largest label of the training data against the units of the output, and the backend's own message.

    ## Likely causes
    1. The classes are numbered from 1.
    2. The output has fewer units than there are classes.
    3. -1 or 255 marks examples to be ignored, and the loss does not know.

    ## What to do
    Number the labels from 0 (`y - 1`), or give the output one unit for each class; to ignore a label, pass
    `ignore_class=` to the loss.

    ## Known limits
    Silent when the loss is given `ignore_class`. At most 20,000 labels are looked at.

    ## References
    - [Keras: SparseCategoricalCrossentropy](https://keras.io/api/losses/probabilistic_losses/)
    """

    name = "labels-out-of-range"
    code = "LOS123"
    family = "loss"
    severity = Severity.ERROR

    def check(self, sight: Sight) -> Iterator[Seen]:
        """Compare the labels with the units of each output."""
        refused = refused_label(sight)
        for head in heads(sight):
            if head.loss != "sparse_categorical_crossentropy" or _ignores(sight, head):
                continue
            low, high, units = number(head.labels, "min"), number(head.labels, "max"), head.units
            if refused is not None and (refused[1] is None or not units or refused[1] == units):
                label = float(refused[0])
                low, high = min(label, label if low is None else low), max(label, label if high is None else high)
                units = refused[1] or units
            if low is None or high is None or not units or (low >= 0 and high < units):
                continue
            yield self._report(sight, head, low, high, units)

    def _report(self, sight: Sight, head: Head, low: float, high: float, units: int) -> Seen:
        output = sight.places.layer(head.layer.index, "units") if head.layer is not None else sight.places.loss()
        shifted = low != 0 and 0 < high - low < units
        place = sight.places.data("y") if shifted or low < 0 else output
        other = output if place is not output else sight.places.data("y")
        span = other.span if other.document is place.document else None
        if shifted:
            advice = f"try: `y - {text_of(low)}`" if low > 0 else f"try: `y + {text_of(-low)}`"
            why = f"most likely the classes are numbered from {text_of(low)}"
        elif low < 0:
            advice = f"try: `ignore_class={text_of(low)}` of the loss, or drop these rows"
            why = "most likely a negative label marks rows without one"
        else:
            advice = f"try: {text_of(high + 1)} units"
            why = "most likely the output has fewer units than there are classes"
        return self.seen(
            place,
            f"{_span_of(low, high)}, {units} units take 0 to {units - 1}",
            weight=0.96,
            cause="labels" if place is not output else "units",
            measure="label_max" if high >= units else "label_min",
            value=high if high >= units else low,
            notes=[Note("the other half" if span is not None else f"the output has {units} units", span), why, advice],
        )


def _span_of(low: float, high: float) -> str:
    """The labels that were seen, one or several."""
    return f"labels go from {text_of(low)} to {text_of(high)}" if low != high else f"a label is {text_of(low)}"


def _ignores(sight: Sight, head: Head) -> bool:
    compiled = sight.places.compiled
    losses = compiled.losses if compiled is not None else None
    return any(
        loss.output == head.number and loss.call is not None and loss.call.given("ignore_class") is not None
        for loss in losses or ()
    )
