"""The rule input-shape-on-layer."""

from __future__ import annotations

import re
from collections.abc import Iterator

from default_lint.findings import Edit, Finding, Fix, Safety, Severity
from default_lint.program.types import Argument, Call, Layer, Program
from default_lint.rules.api._common import meant_for_keras2
from default_lint.rules.base import Rule
from default_lint.text import Document, Span

_NAMES = ("input_shape", "input_dim", "batch_input_shape")
_ADD = re.compile(r"([\w.]+)\.add\(")


class InputShapeOnLayer(Rule):
    """A layer is told its input's shape, which Keras 3 wants from an `Input` in front.

    ## Why it matters
    Keras 3 warns on `input_shape` and `input_dim` of a layer and ignores them anywhere but on the first layer of a
    Sequential. On `batch_input_shape` it raises.

    ## Example
    ```python
    import keras
    import numpy as np

    x, y = np.random.rand(1000, 8), np.random.randint(0, 2, 1000)
    model = keras.Sequential()
    model.add(keras.layers.Dense(16, activation="relu", input_shape=(8,)))
    model.add(keras.layers.Dense(1, activation="sigmoid"))
    model.compile(optimizer="adam", loss="binary_crossentropy")
    model.fit(x, y, epochs=20, validation_split=0.2)
    ```

    ## Use instead
    ```python
    import keras
    import numpy as np

    x, y = np.random.rand(1000, 8), np.random.randint(0, 2, 1000)
    model = keras.Sequential()
    model.add(keras.layers.Input(shape=(8,)))
    model.add(keras.layers.Dense(16, activation="relu"))
    model.add(keras.layers.Dense(1, activation="sigmoid"))
    model.compile(optimizer="adam", loss="binary_crossentropy")
    model.fit(x, y, epochs=20, validation_split=0.2)
    ```

    ## Known limits
    Silent in a file that pins Keras 2 or TensorFlow before 2.16. For `input_shape` and `input_dim`, which work, only
    the curious audience hears of it.

    ## Fix safety
    Safe: Keras makes the same `Input` from the argument. Only for the first layer of a Sequential.

    ## References
    - [The Sequential model](https://keras.io/guides/sequential_model/)
    """

    name = "input-shape-on-layer"
    code = "API251"
    family = "api"
    severity = Severity.INFO
    fixable = Safety.SAFE
    tag = "deprecated"

    def check(self, program: Program) -> Iterator[Finding]:
        """Look at the arguments that layers do not declare."""
        if meant_for_keras2(program):
            return
        for call in program.calls_of("keras.layers."):
            for name in _NAMES:
                argument = call.extra_named(name)
                if argument is None or argument.keyword is None or call.short == "InputLayer":
                    continue
                raises = name == "batch_input_shape"
                yield self.finding(
                    argument.keyword,
                    f"Keras 3 {'raises' if raises else 'warns'}: `{name}` goes to an `Input` in front",
                    severity=Severity.ERROR if raises else Severity.INFO,
                    fixes=_fixes(program, call, argument),
                )


def _fixes(program: Program, call: Call, argument: Argument) -> list[Fix]:
    layer = _first_of_sequential(program, call)
    if layer is None or argument.removal is None or argument.keyword is None:
        return [Fix("Put an `Input` in front of the first layer", (), Safety.SHOWN)]
    text = _written(program.document, argument.keyword.end, argument.span.end)
    passed = {
        "input_shape": f"shape={text}",
        "input_dim": f"shape=({text},)",
        "batch_input_shape": f"batch_shape={text}",
    }[argument.name]
    spelled, edits = _input_name(program, call)
    inserted = _insertion(program.document, layer, f"{spelled}({passed})") if spelled else None
    if inserted is None:
        return [Fix(f"Put `Input({passed})` in front", (), Safety.SHOWN)]
    return [Fix(f"Put `{spelled}({passed})` in front", (*edits, inserted, Edit(argument.removal, "")), Safety.SAFE)]


def _written(document: Document, start: int, end: int) -> str:
    """The value behind a keyword with the parentheses around it, which its span leaves out."""
    start = document.text.index("=", start) + 1
    while document.text.count("(", start, end) > document.text.count(")", start, end):
        end = document.text.index(")", end) + 1
    return document.text[start:end].strip()


def _first_of_sequential(program: Program, call: Call) -> Layer | None:
    for model in program.models:
        if model.kind == "sequential" and model.layers and model.layers[0].call is call:
            return model.layers[0]
    return None


def _input_name(program: Program, call: Call) -> tuple[str, list[Edit]]:
    """How to write `Input` here, and what to import for it."""
    known = next((item for item in program.imports if item.canonical == "keras.Input" and item.name), None)
    if known is not None:
        return known.alias, []
    home = call.spelled.rpartition(".")[0]
    if home:
        return f"{home}.Input", []
    source = next((item for item in program.imports if item.alias == call.spelled and item.name == item.alias), None)
    if source is None or source.name_span is None or not source.module.endswith("keras.layers"):
        return "", []
    return "Input", [Edit(Span(source.name_span.end, source.name_span.end), ", Input")]


def _insertion(document: Document, layer: Layer, text: str) -> Edit | None:
    """The edit that puts `text` in front of the first layer: one more `add`, or one more element of the list."""
    site, statement = layer.site, layer.statement
    if statement is None:
        return None
    line = document.line_span(statement.start)
    indent = document.text[line.start : line.end][: -len(document.text[line.start : line.end].lstrip()) or None]
    added = _ADD.match(document[statement].lstrip())
    if added is not None and not document.text[line.start : statement.start].strip():
        return Edit(Span(line.start, line.start), f"{indent}{added[1]}.add({text})\n")
    if not statement.overlaps(site) or added is not None:
        return None
    line = document.line_span(site.start)
    before = document.text[line.start : site.start]
    separator = ", " if before.strip() else f",\n{before}"
    return Edit(Span(site.start, site.start), text + separator)
