"""The rule trainable-set-after-compile."""

from __future__ import annotations

import re
from collections.abc import Iterator

from default_lint.findings import Edit, Finding, Fix, Note, Safety
from default_lint.program.types import Compile, Event, Model, Program
from default_lint.rules.base import Rule
from default_lint.text import Document, Span

_RECEIVER = re.compile(r"[\w.]+?(?=\.(compile|fit)\b)")
_STATEMENT = re.compile(r"\s*(?:[\w, ]+=\s*)?")


class TrainableSetAfterCompile(Rule):
    """`trainable` is changed between two calls of `fit` without compiling again: the second fit ignores it.

    ## Why it matters
    Keras decides which weights it trains when the training step is built, at the first `fit` after `compile`. A layer
    that is frozen or released later keeps its old state in every further `fit`, without a warning: the fine-tuning
    that was meant never happens.

    ## Example
    ```python
    import keras
    import numpy as np

    x, y = np.random.rand(1000, 8), np.random.randint(0, 2, 1000)
    hidden = keras.layers.Dense(16, activation="relu", trainable=False)
    model = keras.Sequential([keras.Input((8,)), hidden, keras.layers.Dense(1, activation="sigmoid")])
    model.compile(optimizer="adam", loss="binary_crossentropy")
    model.fit(x, y, epochs=20, validation_split=0.2)
    hidden.trainable = True
    model.fit(x, y, epochs=20, validation_split=0.2)
    ```

    ## Use instead
    ```python
    import keras
    import numpy as np

    x, y = np.random.rand(1000, 8), np.random.randint(0, 2, 1000)
    hidden = keras.layers.Dense(16, activation="relu", trainable=False)
    model = keras.Sequential([keras.Input((8,)), hidden, keras.layers.Dense(1, activation="sigmoid")])
    model.compile(optimizer="adam", loss="binary_crossentropy")
    model.fit(x, y, epochs=20, validation_split=0.2)
    hidden.trainable = True
    model.compile(optimizer="adam", loss="binary_crossentropy")
    model.fit(x, y, epochs=20, validation_split=0.2)
    ```

    ## Known limits
    Silent before the first fit, where Keras 3 obeys the change; when the model is handed to code that we cannot read
    in between; in custom loops; and when another model that holds the layer is compiled afterwards, as GANs do.

    ## Fix safety
    Unsafe: other weights are trained then, and the optimizer starts anew.

    ## References
    - [Transfer learning and fine-tuning](https://keras.io/guides/transfer_learning/)
    """

    name = "trainable-set-after-compile"
    code = "OPT144"
    family = "optimization"
    fixable = Safety.UNSAFE

    def check(self, program: Program) -> Iterator[Finding]:
        """Walk through the events of each model."""
        for model in program.models:
            for changed, compiled, fit in _ignored(model):
                if any(_compiled_with(other, changed) for other in program.models if other is not model):
                    continue
                yield self.finding(
                    changed.span,
                    "`trainable` is set after the model was compiled and trained: `fit` ignores it",
                    notes=[
                        Note("compiled here", compiled.span),
                        Note("this `fit` still trains the weights of the first one", fit.span),
                    ],
                    fixes=_fixes(program.document, compiled, fit),
                )


def _ignored(model: Model) -> Iterator[tuple[Event, Compile, Event]]:
    """Changes of `trainable` after a fit, with the compile in force and the fit that ignores them."""
    compiled: Compile | None = None
    trained = False
    pending: list[Event] = []
    state: dict[int, object] = {}
    for event in sorted(model.events, key=lambda item: item.order):
        if isinstance(event, Compile):
            compiled, trained, pending = event, False, []
        elif event.kind == "other" and event.call is None:
            compiled, trained, pending = None, False, []
        elif event.kind == "train_on_batch":
            pending = []
        elif event.kind == "fit" and compiled is not None:
            if pending:
                yield pending[0], compiled, event
            trained, pending = True, []
        elif event.kind == "trainable":
            changes = isinstance(event.value, bool) and state.get(id(event.layer)) is not event.value
            state[id(event.layer)] = event.value
            if trained and changes:
                pending.append(event)


def _compiled_with(model: Model, changed: Event) -> bool:
    """True when the change is an event of this model too, and it is compiled afterwards."""
    mine = [event for event in model.events if event.kind == "trainable" and event.span == changed.span]
    return bool(mine) and any(compiled.order > changed.order for compiled in model.compiles)


def _fixes(document: Document, compiled: Compile, fit: Event) -> list[Fix]:
    """Repeat the compile call before the fit, where both stand in one block as plain statements."""
    line = document.line_span(fit.span.start)
    start = document.text[line.start : fit.span.start]
    indent = start[: len(start) - len(start.lstrip())]
    above = document.line_span(compiled.span.start)
    same_block = document.text[above.start : compiled.span.start] == indent
    one, two = _RECEIVER.match(document[compiled.span]), _RECEIVER.match(document[fit.span])
    if not same_block or not _STATEMENT.fullmatch(start) or one is None or two is None or one[0] != two[0]:
        return []
    edit = Edit(Span(line.start, line.start), f"{indent}{document[compiled.span]}\n")
    return [Fix(f"Call `{one[0]}.compile` again before `fit`", (edit,), Safety.UNSAFE)]
