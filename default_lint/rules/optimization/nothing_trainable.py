"""The rule nothing-trainable."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.findings import Finding, Note, Severity
from default_lint.program.types import Compile, Event, Fit, Model, Program
from default_lint.rules.base import Rule
from default_lint.rules.shared import in_test


class NothingTrainable(Rule):
    """Every layer of the model is frozen when it is compiled: `fit` changes no weight.

    ## Why it matters
    With no trainable weight there is no gradient to follow. `fit` runs through all epochs, the loss stays where it
    started, and Keras only warns once that the model has no trainable weights.

    ## Example
    ```python
    import keras
    import numpy as np

    x, y = np.random.rand(1000, 8), np.random.randint(0, 2, 1000)
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1, activation="sigmoid")])
    model.trainable = False
    model.compile(optimizer="adam", loss="binary_crossentropy")
    model.fit(x, y, epochs=20, validation_split=0.2)
    ```

    ## Use instead
    ```python
    import keras
    import numpy as np

    x, y = np.random.rand(1000, 8), np.random.randint(0, 2, 1000)
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile(optimizer="adam", loss="binary_crossentropy")
    model.fit(x, y, epochs=20, validation_split=0.2)
    ```

    ## Known limits
    Silent when a layer is not understood, when `trainable` changes again before `fit`, and when the model is only
    evaluated or used to predict.

    ## Fix safety
    No fix: which layers were meant to train cannot be told.

    ## References
    - [Transfer learning and fine-tuning](https://keras.io/guides/transfer_learning/)
    """

    name = "nothing-trainable"
    code = "OPT145"
    family = "optimization"
    severity = Severity.ERROR

    def check(self, program: Program) -> Iterator[Finding]:
        """Look at every compile that is followed by a fit."""
        for model in program.models:
            for compiled in model.compiles:
                fit = _fit_after(model, compiled)
                if compiled.value is not False or fit is None or in_test(program.document, fit.span):
                    continue
                frozen = _last_freeze(model, compiled)
                if frozen is None and not any(layer.trainable is False for layer in model.layers):
                    continue  # nothing is frozen: the layers have no weights
                call = compiled.call
                span = frozen.span if frozen is not None else call.callee if call is not None else compiled.span
                notes = [Note("this `fit` changes no weight", fit.span)]
                if frozen is not None:
                    notes.insert(0, Note("compiled here with all layers frozen", compiled.span))
                yield self.finding(span, "every layer is frozen: no weight is trained", notes=notes)


def _fit_after(model: Model, compiled: Compile) -> Fit | None:
    """The first fit under this compile, unless something that may release a layer comes before it."""
    for event in sorted(model.events, key=lambda item: item.order):
        if event.order <= compiled.order:
            continue
        if isinstance(event, Fit) and event.kind == "fit":
            return event
        released = event.kind == "trainable" and event.value is not False
        handed_out = event.kind == "other" and event.call is None
        if isinstance(event, Compile) or released or handed_out or event.kind == "add":
            return None
    return None


def _last_freeze(model: Model, compiled: Compile) -> Event | None:
    earlier = [e for e in model.events if e.kind == "trainable" and e.order < compiled.order and e.value is False]
    return max(earlier, key=lambda event: event.order, default=None)
