"""The rule super-init-missing."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.findings import Edit, Finding, Fix, Note, Safety, Severity
from default_lint.program.types import Program, Subclass
from default_lint.rules.base import Rule
from default_lint.text import Document, Span


class SuperInitMissing(Rule):
    """A subclass of Model or Layer has an `__init__` that never calls `super().__init__()`.

    ## Why it matters
    `__init__` of the base class sets up the tracking of layers and weights. Without it Keras raises as soon as the
    object is called: "you forgot to call `super().__init__()`".

    ## Example
    ```python
    import keras

    class Net(keras.Model):
        def __init__(self):
            self.head = keras.layers.Dense(1)

        def call(self, x):
            return self.head(x)
    ```

    ## Use instead
    ```python
    import keras

    class Net(keras.Model):
        def __init__(self):
            super().__init__()
            self.head = keras.layers.Dense(1)

        def call(self, x):
            return self.head(x)
    ```

    ## Known limits
    A `super().__init__()` that comes late is fine with Keras 3 and not reported.

    ## Fix safety
    Safe: the class cannot be used without it.

    ## References
    - [Making new layers and models via subclassing](https://keras.io/guides/making_new_layers_and_models_via_subclassing/)
    """

    name = "super-init-missing"
    code = "LAY198"
    family = "layer"
    severity = Severity.ERROR
    fixable = Safety.SAFE

    def check(self, program: Program) -> Iterator[Finding]:
        """Look at every class with an `__init__` of its own."""
        for info in program.subclasses:
            tracks = info.base in ("keras.Model", "keras.Sequential") or info.base.startswith("keras.layers.")
            if not tracks or info.super_init is not None or info.first_layer is None:
                continue
            message = f"`super().__init__()` is missing in `{info.name}`: Keras raises"
            notes = (Note("the first attribute is set here", info.first_layer),)
            span = _header(program.document, info)
            yield self.finding(span, message, notes=notes, fixes=_fix(program.document, info.first_layer))


def _header(document: Document, info: Subclass) -> Span:
    """The name `__init__` above the first attribute, else the class."""
    if info.first_layer is None:
        return info.span
    start = document.text.rfind("def __init__", 0, info.first_layer.start)
    return info.span if start < 0 else Span(start + 4, start + 12)


def _fix(document: Document, first: Span) -> tuple[Fix, ...]:
    line = document.text[document.line_starts[document.locate(first.start).line - 1] : first.start]
    if document.cells or line.strip():
        return ()
    edit = Edit(Span(first.start, first.start), f"super().__init__()\n{line}")
    return (Fix("Call `super().__init__()` first", (edit,), Safety.SAFE),)
