"""The rule early-stopping-patience."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.findings import Confidence, Edit, Finding, Fix, Note, Safety, Severity
from default_lint.program.types import Call, Fit, Program
from default_lint.program.values import is_integer, is_number
from default_lint.rules.base import Rule
from default_lint.rules.timeline import callbacks_of, fits_with_model, is_number_literal

_SMOKE_TEST = 5  # with fewer epochs than this nobody expects an early stop


class EarlyStoppingPatience(Rule):
    """The patience of early stopping is 0, or so large that training never stops early.

    ## Why it matters
    Validation loss goes up and down from epoch to epoch. With patience 0, the default, the first epoch that is not a
    new best ends the training, often while the model is still learning. With a patience of all epochs or more the
    callback never stops anything.

    ## Example
    ```python
    import keras
    import numpy as np

    x, y = np.random.rand(1000, 8), np.random.randint(0, 2, 1000)
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile(optimizer="adam", loss="binary_crossentropy")
    stop = keras.callbacks.EarlyStopping(monitor="val_loss", restore_best_weights=True)
    model.fit(x, y, epochs=50, validation_split=0.2, callbacks=[stop])
    ```

    ## Use instead
    ```python
    import keras
    import numpy as np

    x, y = np.random.rand(1000, 8), np.random.randint(0, 2, 1000)
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile(optimizer="adam", loss="binary_crossentropy")
    stop = keras.callbacks.EarlyStopping(monitor="val_loss", restore_best_weights=True, patience=5)
    model.fit(x, y, epochs=50, validation_split=0.2, callbacks=[stop])
    ```

    ## Known limits
    Patience 0 that is written out, or comes with a baseline, is taken as meant; so is a long patience in a fit of fewer
    than 5 epochs. With `restore_best_weights=True` a long patience still brings back the best epoch, so it is
    information only.

    ## Fix safety
    Unsafe: training stops elsewhere.

    ## References
    - [EarlyStopping](https://keras.io/api/callbacks/early_stopping/)
    """

    name = "early-stopping-patience"
    code = "TRN174"
    family = "training"
    confidence = Confidence.MEDIUM
    fixable = Safety.UNSAFE

    def check(self, program: Program) -> Iterator[Finding]:
        """Look at the default first, then at the fits that each callback serves."""
        for call in program.calls_of("keras.callbacks.EarlyStopping"):
            given = call.given("patience")
            if call.spread or call.given("baseline") or not is_number(call["patience"]) or call["patience"] != 0:
                continue
            edit = call.add_argument("patience=5") if given is None else Edit(given.span, "5")
            literal = given is None or is_number_literal(program.document, given.span)
            yield self.finding(
                call.where("patience"),
                "patience 0 stops training at the first epoch that is no new best",
                fixes=[Fix("Set `patience=5`", (edit,), Safety.UNSAFE)] if literal else [],
                severity=None if given is None else Severity.INFO,
            )
        served: dict[int, tuple[Call, list[Fit]]] = {}
        for _, fit in fits_with_model(program):
            for call in callbacks_of(fit, "EarlyStopping"):
                served.setdefault(id(call), (call, []))[1].append(fit)
        for call, fits in served.values():
            yield from self._too_long(call, fits)

    def _too_long(self, call: Call, fits: list[Fit]) -> Iterator[Finding]:
        patience = call.given("patience")
        epochs = [_epochs(fit) for fit in fits]
        if patience is None or not is_integer(patience.value) or None in epochs:
            return
        longest = max(number for number in epochs if number is not None)
        if longest < _SMOKE_TEST or patience.value < longest:
            return
        fit = next(fit for fit, number in zip(fits, epochs, strict=True) if number == longest)
        assert fit.call is not None
        yield self.finding(
            patience.span,
            f"patience {patience.value} in {longest} epochs never stops training early",
            notes=[Note(f"{longest} epochs", fit.call.where("epochs"))],
            severity=Severity.INFO if call["restore_best_weights"] is not False else None,
        )


def _epochs(fit: Fit) -> int | None:
    call = fit.call
    if call is None or fit.loop or call.given("initial_epoch"):
        return None
    epochs = call["epochs"]
    return epochs if is_integer(epochs) else None
