"""What the training rules share: what a callback monitors, and what a fit logs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from default_lint.findings import Edit
from default_lint.program.types import Argument, Call, Compile, Fit, Metric, Model, Program
from default_lint.rules.timeline import compile_before, mentions
from default_lint.text import Document

MONITORING = ("EarlyStopping", "ModelCheckpoint", "ReduceLROnPlateau", "OrbaxCheckpoint")
_OWN_LOGS = ("train_step", "test_step", "metrics", "compute_metrics", "get_metrics_result", "fit", "evaluate")
_RENAMED = re.compile(r"\.__name__\s*=(?!=)|\badd_metric\b|\.metrics_names\b")


def monitoring_calls(program: Program) -> Iterator[Call]:
    """Callbacks that watch a number in the logs, and use it."""
    for name in MONITORING:
        for call in program.calls_of(f"keras.callbacks.{name}"):
            if watches(call):
                yield call


def watches(call: Call) -> bool:
    """A checkpoint looks at its monitor only when it keeps the best."""
    if call.short not in MONITORING:
        return False
    return not call.short.endswith("Checkpoint") or call["save_best_only"] is True


def has_own_callbacks(fit: Fit) -> bool:
    """True when a callback that we do not know may add to the logs."""
    given = fit.call["callbacks"] if fit.call is not None and "callbacks" in fit.call.arguments else None
    items = given if isinstance(given, (list, tuple)) else [] if given is None else [given]
    return any(
        not isinstance(item, Call) or not item.name.startswith("keras.callbacks.") or item.short == "LambdaCallback"
        for item in items
    )


def has_own_logs(program: Program, model: Model) -> bool:
    """True when the model may log names of its own, or is trained by code that we do not know."""
    if model.kind not in ("sequential", "functional", "subclass") or mentions(_RENAMED, program.document.text):
        return True
    subclass = model.subclass
    if subclass is None:
        return False
    return subclass.base not in ("keras.Model", "keras.Sequential") or any(
        name in subclass.methods for name in _OWN_LOGS
    )


def logged(program: Program, model: Model, fit: Fit) -> dict[str, Metric | None] | None:
    """The names that a fit logs for the training data, with the metric behind each; None when they are not known."""
    compiled = compile_before(model, fit)
    if compiled is None or len(model.outputs) != 1 or compiled.losses is None or len(compiled.losses) > 1:
        return None
    metrics = metric_names(program, model, compiled)
    if metrics is None or any(metric.output for metric in metrics.values()):
        return None
    return {"loss": None, **metrics}


def metric_names(program: Program, model: Model, compiled: Compile) -> dict[str, Metric] | None:
    """The metrics by the names they log, without the name of the output that stands before it in larger models."""
    call = compiled.call
    if call is None or call.spread or call.given("weighted_metrics") or has_own_logs(program, model):
        return None
    names: dict[str, Metric] = {}
    for metric in compiled.metrics if compiled.metrics is not None else (None,):
        name = _log(metric) if metric is not None else None
        if name is None or metric is None:
            return None
        names[name] = metric
    return names


def _log(metric: Metric) -> str | None:
    if isinstance(metric.log, str):
        return metric.log
    call = metric.call
    if call is None or not call.name.startswith("keras.metrics.") or call.spread or call.given("name") or call.extra:
        return None
    return metric.name or None


def literal_edit(document: Document, argument: Argument, text: str) -> Edit | None:
    """Replace a plain string literal, quotes kept; None for anything else."""
    written = document[argument.span]
    quote = written[:1]
    if quote not in ("'", '"') or written != f"{quote}{argument.value}{quote}":
        return None
    return Edit(argument.span, f"{quote}{text}{quote}")
