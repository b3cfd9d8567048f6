"""The rule monitor-not-logged."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from default_lint.findings import Edit, Finding, Fix, Note, Safety, Severity
from default_lint.program.types import Call, Fit, Metric, Model, Program
from default_lint.rules.base import Rule
from default_lint.rules.timeline import compile_before, fits_with_model, has_validation
from default_lint.rules.training._common import (
    has_own_callbacks,
    has_own_logs,
    literal_edit,
    logged,
    metric_names,
    watches,
)

_ALWAYS = ("lr", "learning_rate")
_NUMBERED = re.compile(r"_\d+$")


class MonitorNotLogged(Rule):
    """A callback monitors a name that `fit` never logs, so that it does nothing or raises.

    ## Why it matters
    `fit` logs `loss` and the metrics under the names given to `compile`, and the same with `val_` in front when there
    are validation data. For any other name Keras warns in every epoch and the callback does not do its work: training
    never stops early, a checkpoint keeps the last model, not the best. Where Keras cannot tell which direction is
    better, it raises.

    ## Example
    ```python
    import keras
    import numpy as np

    x, y = np.random.rand(1000, 8), np.random.randint(0, 2, 1000)
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    stop = keras.callbacks.EarlyStopping(monitor="val_acc", mode="max", patience=5, restore_best_weights=True)
    model.fit(x, y, epochs=50, validation_split=0.2, callbacks=[stop])
    ```

    ## Use instead
    ```python
    import keras
    import numpy as np

    x, y = np.random.rand(1000, 8), np.random.randint(0, 2, 1000)
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
    stop = keras.callbacks.EarlyStopping(monitor="val_accuracy", mode="max", patience=5, restore_best_weights=True)
    model.fit(x, y, epochs=50, validation_split=0.2, callbacks=[stop])
    ```

    ## Known limits
    Silent for models with their own `train_step` or unknown metrics, next to callbacks of the user's (which may add to
    the logs), and for checkpoints that keep every model. With several outputs only a bare metric name is judged.

    ## Fix safety
    Safe when the new name is that of the very metric that was asked for; otherwise unsafe.

    ## References
    - [EarlyStopping](https://keras.io/api/callbacks/early_stopping/)
    - [ModelCheckpoint](https://keras.io/api/callbacks/model_checkpoint/)
    """

    name = "monitor-not-logged"
    code = "TRN172"
    family = "training"
    severity = Severity.ERROR
    fixable = Safety.SAFE

    def check(self, program: Program) -> Iterator[Finding]:
        """Compare what callbacks watch with what their fit logs."""
        for model, fit in fits_with_model(program):
            if has_own_callbacks(fit):
                continue
            for call in fit.callbacks or ():
                monitor = call["monitor"] if watches(call) else None
                if isinstance(monitor, str) and monitor not in _ALWAYS:
                    yield from self._watched(program, model, fit, call, monitor)

    def _watched(self, program: Program, model: Model, fit: Fit, call: Call, monitor: str) -> Iterator[Finding]:
        names = logged(program, model, fit)
        if monitor.startswith("val_") and has_validation(fit) is False:
            if has_own_logs(program, model) or fit.call is None:
                return
            yield self.finding(
                call.where("monitor"),
                f"`{monitor}` is never logged: `fit` has no validation data",
                notes=[Note("validation data are missing here", fit.call.callee)],
                fixes=_training_fixes(program, call, monitor, names),
                severity=Severity.WARNING if monitor == "val_loss" else None,
            )
            return
        base = monitor.removeprefix("val_")
        if len(model.outputs) > 1:
            yield from self._of_several(program, model, fit, call, base)
        if names is None or _is_logged(base, names) or _is_made_by_layer(program, model, base):
            return
        compiled = compile_before(model, fit)
        prefix = "val_" if monitor.startswith("val_") else ""
        known = ", ".join(f"`{prefix}{name}`" for name in list(names)[:2])
        note = "the metrics are given here" if len(names) > 1 else "compiled without metrics"
        place = compiled.call.where("metrics") if compiled is not None and compiled.call is not None else fit.span
        yield self.finding(
            call.where("monitor"),
            f"`{monitor}` is never logged, `fit` logs {known}"[:100],
            notes=[Note(note, place)],
            fixes=_name_fixes(program, call, monitor, names),
        )

    def _of_several(self, program: Program, model: Model, fit: Fit, call: Call, base: str) -> Iterator[Finding]:
        """With several outputs the name of the output stands before that of the metric."""
        compiled = compile_before(model, fit)
        names = metric_names(program, model, compiled) if compiled is not None else None
        if names is None or compiled is None or compiled.call is None or base not in names:
            return
        yield self.finding(
            call.where("monitor"),
            f"`{call['monitor']}` is never logged: with {len(model.outputs)} outputs names begin with the output's",
            notes=[Note("the metrics are given here", compiled.call.where("metrics"))],
        )


def _is_made_by_layer(program: Program, model: Model, base: str) -> bool:
    """A layer of the user's may keep a metric of its own, which `fit` logs too."""
    own = any(not layer.kind.startswith(("keras.", "operator.")) for layer in model.layers)
    return own and any(call["name"] == base for call in program.calls_of("keras.metrics."))


def _is_logged(base: str, names: Iterable[str]) -> bool:
    return base in names or _NUMBERED.sub("", base) in names


def _training_fixes(program: Program, call: Call, monitor: str, names: dict[str, Metric | None] | None) -> list[Fix]:
    """Watch the same number on the training data, where it is logged."""
    base = monitor.removeprefix("val_")
    if base != "loss" and (names is None or base not in names):
        return []
    argument = call.given("monitor")
    edit: Edit | None = call.add_argument(f'monitor="{base}"')
    if argument is not None:
        edit = literal_edit(program.document, argument, base)
    return [] if edit is None else [Fix(f"Monitor `{base}`", (edit,), Safety.UNSAFE)]


def _name_fixes(program: Program, call: Call, monitor: str, names: dict[str, Metric | None]) -> list[Fix]:
    argument = call.given("monitor")
    found, safety = _meant(monitor.removeprefix("val_"), names)
    if argument is None or not found:
        return []
    text = f"val_{found}" if monitor.startswith("val_") else found
    edit = literal_edit(program.document, argument, text)
    return [] if edit is None else [Fix(f"Replace with `{text}`", (edit,), safety)]


def _meant(base: str, names: dict[str, Metric | None]) -> tuple[str, Safety]:
    """The logged name that was most likely meant, "" when there is none."""
    if base in ("acc", "accuracy"):
        same = [name for name in names if name == "acc" or name.endswith("accuracy")]
    else:
        same = [name for name, metric in names.items() if metric is not None and metric.name == base]
    if len(same) == 1:
        return same[0], Safety.SAFE
    near = get_close_matches(base, names, 1, 0.8)
    return (near[0], Safety.UNSAFE) if near else ("", Safety.SHOWN)
