"""The rule early-stopping-without-restore."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.findings import Confidence, Finding, Fix, Note, Safety, Severity
from default_lint.program.types import Call, Event, Fit, Model, Program
from default_lint.program.values import is_integer
from default_lint.rules.base import Rule
from default_lint.rules.timeline import after, callbacks_of, fits_with_model, has_validation


class EarlyStoppingWithoutRestore(Rule):
    """Early stopping keeps the last weights, not the best ones, and the model is used afterwards.

    ## Why it matters
    EarlyStopping stops `patience` epochs after the best one. Unless it is told to restore the best weights, the model
    stays as it was in the last epoch: by its own measure worse than before, and that is the one that gets evaluated.

    ## Example
    ```python
    import keras
    import numpy as np

    x, y = np.random.rand(1000, 8), np.random.randint(0, 2, 1000)
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile(optimizer="adam", loss="binary_crossentropy")
    stop = keras.callbacks.EarlyStopping(monitor="val_loss", patience=5)
    model.fit(x[:800], y[:800], epochs=50, validation_split=0.2, callbacks=[stop])
    print(model.evaluate(x[800:], y[800:]))
    ```

    ## Use instead
    ```python
    import keras
    import numpy as np

    x, y = np.random.rand(1000, 8), np.random.randint(0, 2, 1000)
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile(optimizer="adam", loss="binary_crossentropy")
    stop = keras.callbacks.EarlyStopping(monitor="val_loss", patience=5, restore_best_weights=True)
    model.fit(x[:800], y[:800], epochs=50, validation_split=0.2, callbacks=[stop])
    print(model.evaluate(x[800:], y[800:]))
    ```

    ## Known limits
    Silent when a checkpoint keeps the best model or weights are loaded afterwards, when `restore_best_weights` is
    given at all, and when a number of the training data is watched. Information only when the model is not used
    after `fit` in the same file.

    ## Fix safety
    Unsafe: the model ends with other weights.

    ## References
    - [EarlyStopping](https://keras.io/api/callbacks/early_stopping/)
    """

    name = "early-stopping-without-restore"
    code = "TRN173"
    family = "training"
    confidence = Confidence.MEDIUM
    fixable = Safety.UNSAFE

    def check(self, program: Program) -> Iterator[Finding]:
        """Look at fits that may stop early and keep no best weights."""
        for model, fit in fits_with_model(program):
            checkpoints = callbacks_of(fit, "ModelCheckpoint", "OrbaxCheckpoint", "BackupAndRestore")
            if checkpoints or has_validation(fit) is False or after(model, fit, "load_weights"):
                continue
            use = _first_use(model, fit)
            for call in callbacks_of(fit, "EarlyStopping"):
                if not _keeps_last(call) or _never_stops(call, fit):
                    continue
                place = use.span if use is not None else None
                yield self.finding(
                    call.callee,
                    "stops after the best epoch, but keeps the weights of the last one",
                    notes=[Note("the last weights are used here", place)] if place is not None else [],
                    fixes=[
                        Fix(
                            "Add `restore_best_weights=True`",
                            (call.add_argument("restore_best_weights=True"),),
                            Safety.UNSAFE,
                        )
                    ],
                    severity=Severity.INFO if use is None else None,
                )


def _first_use(model: Model, fit: Fit) -> Event | None:
    uses = after(model, fit, "evaluate", "predict", "save", "call")
    return min(uses, key=lambda event: event.order, default=None)


def _keeps_last(call: Call) -> bool:
    monitor = call["monitor"]
    if call.spread or call.given("restore_best_weights") is not None:
        return False
    return isinstance(monitor, str) and monitor.startswith("val_")


def _never_stops(call: Call, fit: Fit) -> bool:
    patience, epochs = call["patience"], fit.call["epochs"] if fit.call is not None else None
    return is_integer(patience) and is_integer(epochs) and patience >= epochs
