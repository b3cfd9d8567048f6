"""The rule embedding-too-small."""

from __future__ import annotations

import re
from collections.abc import Iterator

from default_lint.findings import Confidence, Edit, Finding, Fix, Note, Safety, Severity
from default_lint.program.data_values import Array, Dataset
from default_lint.program.types import Argument, Layer, Model, Program
from default_lint.program.values import Value, is_integer, is_number
from default_lint.rules.base import Rule
from default_lint.rules.timeline import is_number_literal
from default_lint.text import Span

_TOKENIZER = re.compile(r"\bTokenizer\(")
_OWN = re.compile(r"\bclass Tokenizer\b")
_LENGTH = re.compile(r"len\(\s*[\w.]*word_index\s*\)")


class EmbeddingTooSmall(Rule):
    """The embedding has fewer rows than the largest index that it is given.

    ## Why it matters
    `input_dim` is the number of rows, so the largest index it can take is `input_dim - 1`. A larger one raises on a
    CPU; on a GPU it silently gives zeros. A Tokenizer counts words from 1 and needs `len(word_index) + 1` rows.

    ## Example
    ```python
    import keras
    from keras import layers

    (x, y), _ = keras.datasets.imdb.load_data(num_words=20000)
    x = keras.utils.pad_sequences(x, maxlen=200)
    model = keras.Sequential([keras.Input(shape=(200,))])
    model.add(layers.Embedding(10000, 32))
    model.add(layers.GlobalAveragePooling1D())
    model.add(layers.Dense(1, activation="sigmoid"))
    model.compile(optimizer="adam", loss="binary_crossentropy")
    model.fit(x, y, epochs=5, validation_split=0.2)
    ```

    ## Use instead
    ```python
    import keras
    from keras import layers

    (x, y), _ = keras.datasets.imdb.load_data(num_words=20000)
    x = keras.utils.pad_sequences(x, maxlen=200)
    model = keras.Sequential([keras.Input(shape=(200,))])
    model.add(layers.Embedding(20000, 32))
    model.add(layers.GlobalAveragePooling1D())
    model.add(layers.Dense(1, activation="sigmoid"))
    model.compile(optimizer="adam", loss="binary_crossentropy")
    model.fit(x, y, epochs=5, validation_split=0.2)
    ```

    ## Known limits
    Only an embedding that gets the data of `fit` straight from the model's one input, with a known range, or
    `len(...word_index)` without `+ 1` from a Tokenizer without `num_words`.

    ## Fix safety
    Unsafe: fewer words may be what is meant.

    ## References
    - [Embedding layer](https://keras.io/api/layers/core_layers/embedding/)
    """

    name = "embedding-too-small"
    code = "LAY191"
    family = "layer"
    severity = Severity.ERROR
    fixable = Safety.UNSAFE

    def check(self, program: Program) -> Iterator[Finding]:
        """Look at every embedding at the beginning of a model."""
        for model in program.models:
            for layer in model.layers:
                if layer.kind == "keras.layers.Embedding" and (rows := layer.call.given("input_dim")) is not None:
                    yield from self._range(program, model, layer, rows)
                    if "set_vocabulary" not in program.document.text:
                        yield from self._vectorizer(model, layer, rows)
        yield from self._words(program)

    def _range(self, program: Program, model: Model, layer: Layer, rows: Argument) -> Iterator[Finding]:
        array = _fed(model, layer)
        if array is None or not is_integer(rows.value) or not is_number(array.high) or array.high < rows.value:
            return
        needed = int(array.high) + 1
        literal = is_number_literal(program.document, rows.span)
        fix = Fix(
            f"Use {needed} rows",
            (Edit(rows.span, str(needed)),) if literal else (),
            Safety.UNSAFE if literal else Safety.SHOWN,
        )
        notes = (Note(f"the data goes up to index {int(array.high)}", array.span),)
        sure = Confidence.HIGH if array.exact else Confidence.MEDIUM
        message = f"{rows.value} rows for indices up to {int(array.high)}"
        yield self.finding(rows.span, message, notes=notes, fixes=(fix,), confidence=sure)

    def _vectorizer(self, model: Model, layer: Layer, rows: Argument) -> Iterator[Finding]:
        for source in model.sources(layer):
            most = source.call.given("max_tokens") if source.kind == "keras.layers.TextVectorization" else None
            if (
                most is None
                or source.call.given("vocabulary") is not None
                or not is_integer(most.value)
                or not is_integer(rows.value)
                or most.value <= rows.value
            ):
                continue
            notes = (Note(f"indices go up to {most.value - 1}", most.span),)
            message = f"{rows.value} rows for a vocabulary of {most.value} words"
            yield self.finding(rows.span, message, notes=notes, confidence=Confidence.MEDIUM)

    def _words(self, program: Program) -> Iterator[Finding]:
        text = program.document.text
        if not _TOKENIZER.search(text) or _OWN.search(text) or "num_words" in text:
            return
        for call in program.calls_of("keras.layers.Embedding"):
            rows = call.given("input_dim")
            place = None if rows is None else _length(text, rows.span)
            if rows is None or place is None:
                continue
            fix = Fix("Add 1", (Edit(Span(place.end, place.end), " + 1"),), Safety.UNSAFE)
            notes = (Note("a Tokenizer counts words from 1", place),) if place != rows.span else ()
            message = f"`{text[place.start : place.end]}` rows leave none for the last word"
            yield self.finding(rows.span, message, notes=notes, fixes=(fix,), confidence=Confidence.MEDIUM)


def _fed(model: Model, layer: Layer) -> Array | None:
    """The array that reaches the embedding unchanged, when there is only one input."""
    sources = model.sources(layer)
    direct = not sources or (len(sources) == 1 and sources[0].kind == "keras.Input")
    if not direct or len(model.inputs) != 1 or model.kind not in ("sequential", "functional") or layer.index > 1:
        return None
    for fit in model.fits:
        value: Value = fit.x.inputs if isinstance(fit.x, Dataset) else fit.x
        if isinstance(value, Array) and isinstance(value.dtype, str) and "int" in value.dtype:
            return value
    return None


def _length(text: str, span: Span) -> Span | None:
    """Where `len(...word_index)` stands that is the number of rows: here, or where the one name is set once."""
    source = text[span.start : span.end]
    if _LENGTH.fullmatch(source):
        return span
    if not source.isidentifier():
        return None
    found = list(re.finditer(rf"^[ \t]*{source}[ \t]*=(?!=)[ \t]*(.*?)[ \t]*(?:#.*)?$", text, re.MULTILINE))
    if len(found) != 1 or not _LENGTH.fullmatch(found[0].group(1)):
        return None
    return Span(found[0].start(1), found[0].end(1))
