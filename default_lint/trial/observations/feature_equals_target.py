"""DAT274 feature-equals-target."""

from __future__ import annotations

import math
from collections.abc import Iterator

from default_lint.trial.observations._data import arrays, number, word
from default_lint.trial.observations.base import Observation, Seen, Sight
from default_lint.trial.observations.thresholds import LIMITS
from default_lint.trial.observations.words import quoted, text_of


class FeatureEqualsTarget(Observation):
    """A column of the input is the target.

    ## Why it matters
    The model learns to read the answer off that column. Training and validation are perfect at once, and nothing works
    when the answer is not known yet, which is the only time that it is needed.

    ## What is measured
    The correlation of each input column with the target. From 0.999 on they are the same number.

    ## Likely causes
    1. The target's column was not dropped from the table.
    2. A column that is computed from the target, or known only after it.

    ## What to do
    Select the input columns by name without the target, and drop what is known only afterwards.

    ## Known limits
    Tables of two columns or more; at most 20,000 rows and 512 columns are looked at. A sum of several columns that
    gives the target is not found.

    ## References
    - Kaufman et al., Leakage in data mining: formulation, detection, and avoidance (2012)
    """

    name = "feature-equals-target"
    code = "DAT274"
    family = "data"

    def check(self, sight: Sight) -> Iterator[Seen]:
        """Look at the columns that the probe found."""
        for facts in arrays(sight, "x"):
            pairs = _pairs(facts.get("leak_columns"))
            columns = number(facts, "columns") or 0
            if not pairs or columns < 2:
                continue
            column, correlation = max(pairs, key=lambda pair: abs(pair[1]))
            if abs(correlation) < LIMITS["leak_correlation"]:
                continue
            name = quoted(str(facts["name"])) if facts.get("name") else word(sight, "x")
            yield self.seen(
                sight.places.fit("x") if sight.places.fit("x").how == "source" else sight.places.data("x"),
                f"column {column} of {name} is the target (correlation {correlation:.4f})",
                weight=0.9,
                cause="leak",
                measure="leak_correlation",
                value=correlation,
                notes=[
                    f"{text_of(columns)} columns go in, one of them is the answer",
                    "most likely the target was not dropped from the table",
                    f"try: `np.delete({word(sight, 'x').strip('`')}, {column}, axis=1)`",
                ],
            )


def _pairs(value: object) -> list[tuple[int, float]]:
    pairs = []
    for item in value if isinstance(value, (list, tuple)) else ():
        if not isinstance(item, (list, tuple)) or len(item) != 2:
            continue
        column, correlation = item
        if isinstance(column, int) and isinstance(correlation, (int, float)) and math.isfinite(correlation):
            pairs.append((column, float(correlation)))
    return pairs
