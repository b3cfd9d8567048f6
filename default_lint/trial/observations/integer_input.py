"""DAT244 integer-input."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.findings import Severity
from default_lint.trial.observations._crash import message
from default_lint.trial.observations._data import arrays, largest, word
from default_lint.trial.observations.base import Observation, Seen, Sight
from default_lint.trial.observations.input_scale import raw_meeting
from default_lint.trial.observations.thresholds import LIMITS
from default_lint.trial.observations.words import text_of


class IntegerInput(Observation):
    """Inputs of an integer or object type reached weights.

    ## Why it matters
    Keras casts integers to floats, so that nothing fails, but an integer type is the mark of data nobody prepared:
    pixels 0..255, category codes that mean no quantity. Arrays of Python objects or strings cannot be cast at all.

    ## What is measured
    The type of each input array, its largest value, and the kind of the first layer with weights.

    ## Likely causes
    1. Images as they come from a file.
    2. Category codes that were not turned into one-hot columns or given to an Embedding.
    3. A pandas table with text or mixed columns.

    ## What to do
    `x.astype("float32") / 255` for pixels; `CategoryEncoding` or `Embedding` for codes; `pd.to_numeric` or
    `pd.get_dummies` for mixed tables.

    ## Known limits
    Integers are a remark, and only when they are large.

    ## References
    - [Keras: preprocessing layers](https://keras.io/api/layers/preprocessing_layers/)
    """

    name = "integer-input"
    code = "DAT244"
    family = "data"

    def check(self, sight: Sight) -> Iterator[Seen]:
        """Look at the types."""
        refused = "Invalid dtype" in message(sight) or "Unsupported object type" in message(sight)
        for which in ("x", "y"):
            for facts in arrays(sight, which):
                kind = str(facts.get("dtype") or "")
                if refused and kind.startswith(("object", "str", "<U", "mixed")):
                    yield self._refused(sight, which, kind)
                    return
        meeting = raw_meeting(sight)
        for facts in arrays(sight, "x"):
            kind, size = str(facts.get("dtype") or ""), largest(facts)
            if meeting is None or size is None or size <= LIMITS["input_size"] or not kind.startswith(("int", "uint")):
                continue
            yield self.seen(
                sight.places.data("x"),
                f"{word(sight, 'x')} is {kind} with values up to {text_of(size)}",
                weight=0.12,
                cause="x_scale",
                measure="input_max",
                value=size,
                notes=[
                    f"they meet `{meeting.kind}` as they are",
                    'try: `astype("float32")` and a scale of about -1..1',
                ],
                severity=Severity.INFO,
            )
            return

    def _refused(self, sight: Sight, which: str, kind: str) -> Seen:
        return self.seen(
            sight.places.data(which),
            f"{word(sight, which)} has the type {kind}, which holds no numbers",
            weight=0.95,
            cause="x" if which == "x" else "labels",
            measure="dtype",
            value=0.0,
            notes=[
                "most likely text or mixed columns, or rows of different length",
                "try: `astype('float32')` after every column is a number; integers for labels",
            ],
            severity=Severity.ERROR,
        )
