"""DAT243 rows-do-not-match."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.findings import Severity
from default_lint.trial.observations._crash import row_counts
from default_lint.trial.observations._data import arrays
from default_lint.trial.observations.base import Observation, Seen, Sight


class RowsDoNotMatch(Observation):
    """Inputs and labels have different numbers of rows.

    ## Why it matters
    Row i of the labels belongs to row i of the inputs. With different counts `fit` stops at once; a generator that
    pairs them by itself may go on with pairs that do not belong together.

    ## What is measured
    The lengths of all arrays that `fit` is given, and Keras's own message.

    ## Likely causes
    1. The two were split, filtered or cut into windows differently.
    2. The axes are swapped: examples stand in columns.
    3. The results of `train_test_split` are unpacked in the wrong order.

    ## What to do
    Filter and split inputs and labels in one step: `train_test_split(x, y)` gives `x_train, x_test, y_train, y_test`.

    ## Known limits
    Arrays only; the elements of generators and datasets are not compared.

    ## References
    - [Keras: fit](https://keras.io/api/models/model_training_apis/)
    """

    name = "rows-do-not-match"
    code = "DAT243"
    family = "data"
    severity = Severity.ERROR

    def check(self, sight: Sight) -> Iterator[Seen]:
        """Compare the lengths."""
        counts = row_counts(sight)
        if not counts and sight.model.data.get("lengths_differ") is True:
            counts = {
                which: int(shape[0])
                for which in ("x", "y")
                for facts in arrays(sight, which)[:1]
                if isinstance(shape := facts.get("shape"), (list, tuple)) and shape and isinstance(shape[0], int)
            }
        rows = list(counts.items())
        if len(rows) < 2 or len(set(counts.values())) < 2:
            return
        (first, many), (second, few) = rows[0], next(item for item in rows if item[1] != rows[0][1])
        yield self.seen(
            sight.places.fit("y"),
            f"`{first}` had {many} rows and `{second}` had {few}",
            weight=0.97,
            cause="labels",
            measure="rows_apart",
            value=float(abs(many - few)),
            notes=[
                "row i of one belongs to row i of the other",
                "most likely they were split or filtered differently, or unpacked in the wrong order",
                "try: print both shapes where they are made, and split them in one call",
            ],
        )
