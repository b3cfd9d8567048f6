"""DAT240 constant-feature."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from default_lint.findings import Severity
from default_lint.trial.observations._data import Facts, arrays, number, word
from default_lint.trial.observations.base import Observation, Seen, Sight
from default_lint.trial.observations.thresholds import LIMITS
from default_lint.trial.observations.words import text_of


class ConstantFeature(Observation):
    """All labels, or whole columns of the input, hold a single value.

    ## Why it matters
    A model that is to predict one value learns to say that value and nothing of the inputs; its accuracy is 1.0 and it
    is worthless. A column of one value, or a copy of another column, carries nothing to learn from.

    ## What is measured
    Whether all labels are equal; columns of a single value and columns that equal an earlier one, in tables.

    ## Likely causes
    1. A comparison that is never, or always, true: a threshold in other units, a typing error in a label's name.
    2. Only the first rows of data sorted by label are used.
    3. A column of the table that was never filled.

    ## What to do
    Count the labels where they are made (`np.unique(y, return_counts=True)`); drop the columns.

    ## Known limits
    At most 20,000 rows are looked at, and 512 columns for copies. Wide inputs, such as pixels, always have constant
    columns: they are judged when more than half of the columns are constant and the run fails.

    ## References
    - [numpy.unique](https://numpy.org/doc/stable/reference/generated/numpy.unique.html)
    """

    name = "constant-feature"
    code = "DAT240"
    family = "data"

    def check(self, sight: Sight) -> Iterator[Seen]:
        """Look at labels, then at columns."""
        for facts in arrays(sight, "y"):
            if facts.get("constant") is True and (number(facts, "rows") or 0) > 1:
                yield self._labels(sight, facts)
        for facts in arrays(sight, "x"):
            columns = number(facts, "columns")
            if number(facts, "std") == 0 and (number(facts, "rows") or 0) > 1:
                yield self._same(sight, facts)
            elif columns:
                yield from self._columns(sight, facts, columns)

    def _labels(self, sight: Sight, facts: Facts) -> Seen:
        value, rows = number(facts, "min"), number(facts, "rows") or 0.0
        same = value is not None and value == number(facts, "max")
        what = text_of(value) if same and value is not None else "the same"
        return self.seen(
            sight.places.data("y"),
            f"all {text_of(rows)} labels are {what}",
            weight=0.97,
            cause="labels",
            measure="label_classes",
            value=1.0,
            notes=[
                "a model learns to say this one value, whatever comes in",
                "most likely a comparison that is never (or always) true, or rows of one class only",
                "try: `np.unique(y, return_counts=True)` where the labels are made",
            ],
            severity=Severity.ERROR,
        )

    def _same(self, sight: Sight, facts: Facts) -> Seen:
        return self.seen(
            sight.places.data("x"),
            f"every value of {word(sight, 'x')} is {text_of(number(facts, 'min') or 0.0)}",
            weight=0.98,
            cause="x",
            measure="input_constant",
            value=1.0,
            notes=[
                "inputs that are all the same tell nothing about the labels",
                "most likely a whole division (`//`), a cast to integers after scaling, or an array never filled",
                "try: `x.min(), x.max()` after each step that prepares it",
            ],
            severity=Severity.ERROR,
        )

    def _columns(self, sight: Sight, facts: Facts, columns: float) -> Iterator[Seen]:
        constant, copies = _listed(facts, "constant_columns"), _listed(facts, "duplicate_columns")
        count = int(max(number(facts, "constant_count") or 0.0, len(constant)))
        narrow, every = columns <= LIMITS["narrow_columns"], count >= columns
        most = count > LIMITS["constant_columns"] * columns
        if constant and (narrow or every or (most and sight.health.fails)):
            text = "all" if every else f"{count}"
            yield self.seen(
                sight.places.data("x"),
                f"{text} of {text_of(columns)} columns of {word(sight, 'x')} hold a single value",
                weight=0.9 if every else 0.5 if most and sight.health.fails else 0.1,
                cause="x",
                measure="constant_columns",
                value=float(count),
                notes=[f"columns {_some(constant)} carry nothing to learn from", "try: drop them, or see why"],
                severity=Severity.ERROR
                if every
                else Severity.WARNING
                if most and sight.health.fails
                else Severity.INFO,
            )
        if copies and narrow:
            yield self.seen(
                sight.places.data("x"),
                f"{len(copies)} of {text_of(columns)} columns of {word(sight, 'x')} are copies of others",
                weight=0.1,
                cause="x",
                measure="duplicate_columns",
                value=float(len(copies)),
                notes=["equal columns: " + ", ".join(f"{a} and {b}" for a, b in copies[:5]), "try: drop the copies"],
                severity=Severity.INFO,
            )


def _listed(facts: Facts, name: str) -> list[Any]:
    value = facts.get(name)
    return list(value) if isinstance(value, (list, tuple)) else []


def _some(columns: list[Any]) -> str:
    return ", ".join(str(column) for column in columns[:10]) + (", ..." if len(columns) > 10 else "")
