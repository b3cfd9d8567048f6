"""DAT239 nan-or-inf-input."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.features.base import real
from default_lint.findings import Severity
from default_lint.trial.observations._data import Facts, arrays, number, word
from default_lint.trial.observations.base import Observation, Seen, Sight
from default_lint.trial.observations.words import quoted, text_of


class NanOrInfInput(Observation):
    """The data holds values that are not numbers.

    ## Why it matters
    One NaN or infinity in a batch makes the loss of that batch NaN, its gradients NaN, and with them every weight: from
    then on nothing is learned, and nothing undoes it.

    ## What is measured
    NaN and infinite values in the inputs and labels, for training and for validation.

    ## Likely causes
    1. Missing entries of a table, which readers of CSV files turn into NaN.
    2. A division by a standard deviation of 0, or a logarithm of 0, while the data was prepared.

    ## What to do
    Fill missing values (`np.nan_to_num(x)`, `SimpleImputer`) or drop their rows; add a small number to divisors.

    ## Known limits
    At most 20,000 rows are looked at. A remark only when loss and weights stayed finite all the same, as with a
    loss that masks.

    ## References
    - [numpy.nan_to_num](https://numpy.org/doc/stable/reference/generated/numpy.nan_to_num.html)
    """

    name = "nan-or-inf-input"
    code = "DAT239"
    family = "data"
    severity = Severity.ERROR

    def check(self, sight: Sight) -> Iterator[Seen]:
        """Count them in all arrays; the first array of each kind that has some is told."""
        for which in ("x", "y"):
            spoiled = next((facts for facts in arrays(sight, which) if _count(facts)), None)
            if spoiled is not None:
                yield self._training(sight, which, spoiled)
        for which in ("val_x", "val_y"):
            spoiled = next((facts for facts in arrays(sight, which) if _count(facts)), None)
            if spoiled is not None:
                yield self.seen(
                    sight.places.data("validation"),
                    f"the validation data held {_told(spoiled)}",
                    weight=0.3,
                    cause="validation",
                    measure="nonfinite_values",
                    value=_count(spoiled),
                    notes=["the validation loss is NaN", "try: fill them as in the training data"],
                    severity=Severity.WARNING,
                )
                return

    def _training(self, sight: Sight, which: str, facts: Facts) -> Seen:
        # Some processors take relu(NaN) for 0: the loss stays finite while weights are NaN.
        harmed = any(real(epoch.measures.get("nonfinite_weights")) for epoch in sight.model.epochs)
        unharmed = sight.health.state in ("learns", "weak") and not harmed
        name = str(facts.get("name") or "")
        called = quoted(name) if name else word(sight, which)
        filled = f"`np.nan_to_num({called.strip('`')})`" if number(facts, "nan") else "divide by nothing that can be 0"
        return self.seen(
            sight.places.data(which),
            f"{called} held {_told(facts)}",
            weight=0.4 if unharmed else 0.98,
            cause="x" if which == "x" else "labels",
            measure="nonfinite_values",
            value=_count(facts),
            notes=[
                "one of them makes the loss and then every weight NaN",
                "most likely entries are missing, or the preparation divided by 0",
                f"try: {filled}, or drop these rows",
            ],
            severity=Severity.INFO if unharmed else None,
        )


def _count(facts: Facts) -> float:
    return (number(facts, "nan") or 0.0) + (number(facts, "inf") or 0.0)


def _told(facts: Facts) -> str:
    """Such as 127 NaN values in 1900 rows."""
    nan, rows = number(facts, "nan") or 0.0, number(facts, "rows")
    kind = "NaN" if nan else "infinite"
    count = nan if nan else _count(facts)
    return f"{text_of(count)} {kind} value{'s' if count != 1 else ''}" + (f" in {text_of(rows)} rows" if rows else "")
