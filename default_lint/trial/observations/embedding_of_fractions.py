"""LAY392 embedding-of-fractions."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.findings import Note, Severity
from default_lint.trial.observations._data import number
from default_lint.trial.observations.base import Observation, Seen, Sight
from default_lint.trial.observations.embedding_range import fed_embedding, rows_of
from default_lint.trial.observations.words import text_of


class EmbeddingOfFractions(Observation):
    """An Embedding was given numbers that are no ids.

    ## Why it matters
    An Embedding cuts its input down to whole numbers and looks up that row. Ids that were divided by the size of the
    vocabulary all become 0: every word is the same word, and there is nothing to learn from.

    ## What is measured
    Whether the input holds fractions, and its range.

    ## Likely causes
    1. The scaling of other inputs was applied to word ids too.
    2. Features that are quantities, not ids, meet an Embedding.

    ## What to do
    Give the Embedding the ids as they are; give quantities to a Dense layer.

    ## Known limits
    Judged for models with one input that goes straight into the Embedding.

    ## References
    - [Keras: Embedding](https://keras.io/api/layers/core_layers/embedding/)
    """

    name = "embedding-of-fractions"
    code = "LAY392"
    family = "layer"
    severity = Severity.ERROR

    def check(self, sight: Sight) -> Iterator[Seen]:
        """Look at the input of the Embedding."""
        fed = fed_embedding(sight)
        if fed is None or fed[1].get("integers") is not False:
            return
        layer, facts = fed
        low, high = number(facts, "min"), number(facts, "max")
        if low is None or high is None:
            return
        place, source = sight.places.layer(layer.index), sight.places.data("x")
        where = source.span if source.document is place.document and source.span != place.span else None
        one = int(low) == int(high)
        ids = f"are all the id {int(low)}" if one else f"become the ids {int(low)} to {int(high)}"
        notes = [Note("the input is made here", where)] if where is not None else []
        notes.append(Note("most likely the ids were scaled as other inputs are"))
        rows = rows_of(layer)
        notes.append(Note("try: the ids as they are" + (f", whole numbers from 0 to {rows - 1}" if rows else "")))
        yield self.seen(
            place,
            f"inputs from {text_of(low)} to {text_of(high)} {ids} in `Embedding`",
            weight=0.95 if one else 0.85,
            cause="x",
            measure="token_max",
            value=high,
            notes=notes,
            severity=Severity.WARNING if sight.health.learns else None,
        )
