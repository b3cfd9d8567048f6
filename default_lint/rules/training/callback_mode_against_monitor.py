"""The rule callback-mode-against-monitor."""

from __future__ import annotations

import re
from collections.abc import Iterator

from default_lint.findings import Finding, Fix, Note, Safety, Severity
from default_lint.program.types import Program
from default_lint.rules.base import Rule
from default_lint.rules.timeline import fits_with_model
from default_lint.rules.training._common import literal_edit, logged, monitoring_calls

_RISING = re.compile(r"(.*_)?(acc|accuracy|auc|precision|recall|f1|f1_score|fbeta_score|r2|r2_score|iou|mean_io_u)")
_FALLING = re.compile(
    r"(.*_)?(loss|crossentropy|mse|mae|mape|msle|rmse|mean_(squared|absolute|absolute_percentage|squared_logarithmic)_error"
    r"|root_mean_squared_error)"
)
_NUMBER = re.compile(r"_\d+$")
_AFFIXES = ("neg_", "negative_", "minus_", "inverse_")


class CallbackModeAgainstMonitor(Rule):
    """A callback takes the wrong direction for better: the smallest accuracy, or the largest loss.

    ## Why it matters
    `mode` tells whether smaller or larger is better. Turned around, EarlyStopping ends a training that improves,
    ModelCheckpoint keeps the worst model as the best one, and the learning rate is reduced while all goes well.

    ## Example
    ```python
    import keras
    import numpy as np

    x, y = np.random.rand(1000, 8), np.random.randint(0, 2, 1000)
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    best = keras.callbacks.ModelCheckpoint("best.keras", monitor="val_accuracy", mode="min", save_best_only=True)
    model.fit(x, y, epochs=50, validation_split=0.2, callbacks=[best])
    ```

    ## Use instead
    ```python
    import keras
    import numpy as np

    x, y = np.random.rand(1000, 8), np.random.randint(0, 2, 1000)
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    best = keras.callbacks.ModelCheckpoint("best.keras", monitor="val_accuracy", mode="max", save_best_only=True)
    model.fit(x, y, epochs=50, validation_split=0.2, callbacks=[best])
    ```

    ## Known limits
    The direction is that of the compiled metric, or read off the name of the monitor: names that are not common for
    losses, errors or scores are left alone, and so is `mode="auto"`.

    ## Fix safety
    Unsafe: training stops elsewhere and another model is kept.

    ## References
    - [EarlyStopping](https://keras.io/api/callbacks/early_stopping/)
    - [ModelCheckpoint](https://keras.io/api/callbacks/model_checkpoint/)
    """

    name = "callback-mode-against-monitor"
    code = "TRN175"
    family = "training"
    severity = Severity.ERROR
    fixable = Safety.UNSAFE

    def check(self, program: Program) -> Iterator[Finding]:
        """Compare the mode with the direction that the name tells."""
        meanings = _meanings(program)
        for call in monitoring_calls(program):
            mode, monitor = call.given("mode"), call["monitor"]
            right = _direction(meanings.get(id(call), monitor)) if isinstance(monitor, str) else ""
            if mode is None or mode.value not in ("min", "max") or not right or mode.value == right:
                continue
            edit = literal_edit(program.document, mode, right)
            better = "larger" if right == "max" else "smaller"
            watched = call.given("monitor")
            yield self.finding(
                mode.span,
                f'`mode="{mode.value}"` takes the worst `{monitor}` for the best',
                notes=[Note(f"{better} is better for `{monitor}`", watched.span if watched is not None else None)],
                fixes=[] if edit is None else [Fix(f'Replace with `"{right}"`', (edit,), Safety.UNSAFE)],
            )


def _meanings(program: Program) -> dict[int, str]:
    """The metric that a callback watches under a name of the user's: `AUC(name="pr")`."""
    found: dict[int, str] = {}
    for model, fit in fits_with_model(program):
        names = logged(program, model, fit) or {}
        for call in fit.callbacks or ():
            monitor = call["monitor"]
            metric = names.get(monitor.removeprefix("val_")) if isinstance(monitor, str) else None
            if metric is not None and metric.name:
                found[id(call)] = metric.name
    return found


def _direction(monitor: str) -> str:
    name = _NUMBER.sub("", monitor.removeprefix("val_").lower())
    if any(affix in name for affix in _AFFIXES):
        return ""
    if _FALLING.fullmatch(name):
        return "min"
    return "max" if _RISING.fullmatch(name) else ""
