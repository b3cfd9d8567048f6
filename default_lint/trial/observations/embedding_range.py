"""LAY391 embedding-range."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.findings import Edit, Fix, Safety, Severity
from default_lint.rules.timeline import is_number_literal
from default_lint.trial.observations._crash import message, refused_index
from default_lint.trial.observations._data import Facts, arrays, number
from default_lint.trial.observations.base import Observation, Seen, Sight
from default_lint.trial.observations.words import text_of
from default_lint.trial.trace import LayerTrace


class EmbeddingRange(Observation):
    """An Embedding was given ids beyond its rows.

    ## Why it matters
    `Embedding(input_dim=N)` has rows for the ids 0 to N - 1. Others stop the run on a CPU; on a GPU and on JAX they
    give zeros or the last row, without a word.

    ## What is measured
    The largest and smallest id in the input, and the message of the backend.

    ## Likely causes
    1. `input_dim` is the number of words without the one for padding (id 0): `len(word_index)` instead of + 1.
    2. The vocabulary was cut to a number of words in one place and not in the other.

    ## What to do
    Give `input_dim` the largest id + 1.

    ## Known limits
    Judged for models with one input that goes straight into the Embedding. At most 20,000 rows are looked at.

    ## Fix safety
    Unsafe: an `Embedding` of another size. Offered where `input_dim` is a number and the ids were seen.

    ## References
    - [Keras: Embedding](https://keras.io/api/layers/core_layers/embedding/)
    """

    name = "embedding-range"
    code = "LAY391"
    family = "layer"
    severity = Severity.ERROR
    fixable = Safety.UNSAFE

    def check(self, sight: Sight) -> Iterator[Seen]:
        """Compare ids with rows."""
        fed = fed_embedding(sight)
        refused = refused_index(sight)
        unnamed = "index out of range in self" in message(sight)
        layer = fed[0] if fed is not None else _only(sight) if refused is not None else None
        if layer is None:
            return
        rows = rows_of(layer)
        low, high = (number(fed[1], "min"), number(fed[1], "max")) if fed is not None else (None, None)
        if refused is not None:
            wrong, rows = float(refused[0]), refused[1]
            low, high = min(wrong, low if low is not None else 0.0), max(wrong, high if high is not None else wrong)
        if rows is None or low is None or high is None or (low >= 0 and high < rows):
            return
        if fed is not None and refused is None and not unnamed and fed[1].get("integers") is not True:
            return
        above = high >= rows
        yield self.seen(
            sight.places.layer(layer.index, "input_dim"),
            f"ids go {'up' if above else 'down'} to {text_of(high if above else low)}, `Embedding` has {rows} rows",
            weight=0.95,
            cause="layer",
            measure="token_max" if above else "token_min",
            value=high if above else low,
            notes=[
                f"it takes the ids 0 to {rows - 1}",
                "most likely the id 0 for padding was not counted"
                if high == rows
                else "most likely another vocabulary",
                f"try: `input_dim={text_of(high + 1)}`" if above else "try: ids from 0 on",
            ],
            fixes=_enough(sight, layer, int(high) + 1) if above and fed is not None else (),
        )


def _enough(sight: Sight, layer: LayerTrace, rows: int) -> tuple[Fix, ...]:
    """The fix that gives the layer a row for each id."""
    program, source = sight.places.program, sight.places.source_layer(layer.index)
    argument = source.call.given("input_dim") if source is not None else None
    if program is None or argument is None or sight.places.layer(layer.index).document is not program.document:
        return ()
    if not is_number_literal(program.document, argument.span):
        return ()
    return (Fix(f"Use {rows} rows", (Edit(argument.span, str(rows)),), Safety.UNSAFE),)


def fed_embedding(sight: Sight) -> tuple[LayerTrace, Facts] | None:
    """The Embedding that the only input goes straight into, and the facts about that input."""
    inputs = arrays(sight, "x")
    first = next((row for row in sight.model.layers if row.kind != "InputLayer"), None)
    if len(inputs) != 1 or first is None or first.kind != "Embedding":
        return None
    return first, inputs[0]


def rows_of(layer: LayerTrace) -> int | None:
    """How many ids an Embedding takes."""
    given = layer.settings.get("input_dim")
    if isinstance(given, int):
        return given
    width = layer.output[-1] if layer.output else None
    return layer.parameters // width if width and layer.parameters else None


def _only(sight: Sight) -> LayerTrace | None:
    found = [row for row in sight.model.layers if row.kind == "Embedding"]
    return found[0] if len(found) == 1 else None
