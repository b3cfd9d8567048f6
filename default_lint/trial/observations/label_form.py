"""LOS320 label-form."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from default_lint.findings import Fix, Safety, Severity
from default_lint.rules.loss._edits import replace_loss
from default_lint.trial.observations._crash import label_shapes
from default_lint.trial.observations._data import Head, heads, number, word
from default_lint.trial.observations.base import Observation, Seen, Sight
from default_lint.trial.observations.place import Place
from default_lint.trial.observations.words import percent

_BINARY = ("binary_crossentropy", "binary_focal_crossentropy")
_SPARSE = "sparse_categorical_crossentropy"
_CATEGORICAL = "categorical_crossentropy"


class LabelForm(Observation):
    """Labels are not in the form that loss and output take.

    ## Why it matters
    Each loss takes labels in one form: `sparse_categorical_crossentropy` whole numbers, `categorical_crossentropy` one
    column for each class with a single 1, `binary_crossentropy` as many columns as the output has units. Other forms
    stop the run at the first step, or are paired wrongly without a word.

    ## What is measured
    The form and shape of the labels that `fit` was given, the units of the output, and the exception.

    ## Likely causes
    1. The loss is that of the other label form.
    2. The output has another number of units than there are classes.
    3. Examples have several labels at once, which a categorical loss cannot say.

    ## What to do
    Swap the loss: sparse for integers, categorical for one-hot labels, binary with sigmoid for several labels. Or
    change the number of units.

    ## Known limits
    Losses of the user's own are not judged.

    ## Fix safety
    Unsafe: another loss trains another model. Offered where the loss alone is to be swapped.

    ## References
    - [Keras: probabilistic losses](https://keras.io/api/losses/probabilistic_losses/)
    """

    name = "label-form"
    code = "LOS320"
    family = "loss"
    severity = Severity.ERROR
    fixable = Safety.UNSAFE

    def check(self, sight: Sight) -> Iterator[Seen]:
        """Judge each output; the exception only confirms."""
        shapes = label_shapes(sight)
        found = False
        for head in heads(sight):
            seen = self._judged(sight, head)
            if seen is not None:
                found = True
                yield seen
        if shapes is not None and not found:
            yield self._report(
                sight,
                sight.places.loss(),
                f"labels of shape {shapes[0]} met an output of shape {shapes[1]}",
                "loss",
                ["most likely the output needs other units, or the labels another form", "try: equal last axes"],
            )

    def _judged(self, sight: Sight, head: Head) -> Seen | None:
        form, units, width = head.labels.get("form"), head.units, head.width
        single = width == 1
        if units is None or not form or len(head.layer.output if head.layer else ()) != 2:
            return None
        if head.loss == _CATEGORICAL:
            if single and units > 1 and form in ("integer", "binary"):
                notes = [f"`{_CATEGORICAL}` takes one column for each class", f"try: `{_SPARSE}`"]
                return self._report(
                    sight,
                    sight.places.loss(),
                    f"labels are integers, {units} units want one-hot",
                    "loss",
                    notes,
                    fixes=_swapped(sight, _SPARSE),
                )
            if form == "multi-hot" and width == units:
                return self._several(sight, head)
            if form == "one-hot" and width != units:
                return self._units(sight, head, units, width)
        elif head.loss == _SPARSE and form == "one-hot" and not single:
            notes = [f"`{_SPARSE}` takes whole numbers from 0 to {units - 1}", f"try: `{_CATEGORICAL}`"]
            return self._report(
                sight,
                sight.places.loss(),
                f"labels are one-hot with {width} columns, not integers",
                "loss",
                notes,
                fixes=_swapped(sight, _CATEGORICAL),
            )
        elif head.loss in _BINARY and width != units:
            return self._binary(sight, head, units, width)
        elif head.regression and single and units > 1 and form in ("integer", "binary"):
            notes = [
                "each label meets all units of all rows",
                f"try: `{_SPARSE}`" if head.activation == "softmax" else "try: 1 unit",
            ]
            return self._report(
                sight,
                sight.places.loss(),
                f"labels are single numbers, the output has {units} units",
                "loss",
                notes,
                fixes=_swapped(sight, _SPARSE) if head.activation == "softmax" else (),
            )
        return None

    def _several(self, sight: Sight, head: Head) -> Seen:
        empty = number(head.labels, "empty_rows") or 0.0
        if number(head.labels, "most_in_row") == 1 and empty > 0:
            notes = [
                "one-hot encoding leaves a row empty when its label is not below the number of columns",
                "most likely labels that count from 1: the columns count from 0",
                "try: `y - 1` before the encoding, or one more column",
            ]
            text = f"{percent(empty)} of the one-hot rows of {word(sight, 'y')} hold no 1 at all"
            return self._report(sight, sight.places.data("y"), text, "labels", notes, Severity.WARNING, 0.93)
        notes = [
            "a categorical loss has the classes compete for a single 1",
            "try: `binary_crossentropy` with a sigmoid output, one unit for each label",
        ]
        text = "rows have several labels or none, `categorical_crossentropy` wants one"
        return self._report(sight, sight.places.loss(), text, "loss", notes, Severity.WARNING, 0.87)

    def _binary(self, sight: Sight, head: Head, units: int, width: int) -> Seen | None:
        if width == 1 and units > 1:
            notes = [
                f"each row has one label and {units} outputs",
                f"try: 1 unit with sigmoid, or `{_SPARSE}` with softmax",
            ]
            return self._report(
                sight, _units_place(sight, head), f"one label for {units} units of a binary loss", "units", notes
            )
        if head.labels.get("form") == "one-hot" and units == 1:
            notes = [f"labels have {width} columns", f"try: {width} units with softmax and `{_CATEGORICAL}`"]
            return self._report(
                sight,
                _units_place(sight, head),
                f"labels are one-hot with {width} columns, the output has 1 unit",
                "units",
                notes,
            )
        return self._units(sight, head, units, width)

    def _units(self, sight: Sight, head: Head, units: int, width: int) -> Seen:
        notes = ["each class has its column and its unit", f"try: {width} units"]
        return self._report(
            sight, _units_place(sight, head), f"labels have {width} columns, the output {units} units", "units", notes
        )

    def _report(
        self,
        sight: Sight,
        place: Place,
        text: str,
        cause: str,
        notes: list[str],
        severity: Severity | None = None,
        weight: float = 0.95,
        fixes: Sequence[Fix] = (),
    ) -> Seen:
        source = sight.places.data("y")
        where = [] if source.how == "fit" else [f"the labels are made in line {source.line}"]
        return self.seen(
            place,
            text,
            weight=weight,
            cause=cause,
            measure="label_form",
            value=0.0,
            notes=[*notes[:-1], *where, notes[-1]],
            fixes=fixes,
            severity=severity,
        )


def _swapped(sight: Sight, name: str) -> tuple[Fix, ...]:
    """The fix that takes another loss, where the model has one and it can be edited."""
    program, compiled = sight.places.program, sight.places.compiled
    if program is None or compiled is None or compiled.losses is None or len(compiled.losses) != 1:
        return ()
    fix = replace_loss(program.document.text, compiled.losses[0], name)
    return (fix,) if fix.edits else ()


def _units_place(sight: Sight, head: Head) -> Place:
    return sight.places.layer(head.layer.index, "units") if head.layer is not None else sight.places.loss()
