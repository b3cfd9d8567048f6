"""How well a run went: did it learn, how far is it from a predictor that knows nothing, did it break."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from default_lint.frozen import dataclass
from default_lint.trial.observations.thresholds import LIMITS
from default_lint.trial.trace import Epoch, ModelTrace

_CATEGORICAL = ("categorical_crossentropy", "sparse_categorical_crossentropy", "kl_divergence")
_BINARY = ("binary_crossentropy", "binary_focal_crossentropy", "hinge", "squared_hinge")
_REGRESSION = (
    "mean_squared_error",
    "mean_absolute_error",
    "huber",
    "log_cosh",
    "mean_squared_logarithmic_error",
    "mean_absolute_percentage_error",
    "poisson",
)
_ALIASES = {
    "mse": "mean_squared_error",
    "mae": "mean_absolute_error",
    "msle": "mean_squared_logarithmic_error",
    "mape": "mean_absolute_percentage_error",
    "categorical_focal_crossentropy": "categorical_crossentropy",
    "categorical_hinge": "categorical_crossentropy",
    "huber_loss": "huber",
    "logcosh": "log_cosh",
}


@dataclass(frozen=True)
class Health:
    """What one trained model achieved.

    task      "classes" (one label of several), "binary", "regression" or "" when it cannot be told
    state     "broken" (not finite), "diverged", "stuck", "weak", "learns", or "unknown" (too little was seen)
    start, last, best   training loss of the first batch or epoch, of the last epoch, and the smallest
    chance    loss of the best constant prediction, None when not known
    accuracy  training accuracy of the last epoch; `validation` that on validation data; `majority` the share of the
              commonest label
    gain      0 for a constant predictor, 1 for a perfect one: of the accuracy above the majority, or of the loss below
              that of the constant prediction; None when neither can be told
    epochs    complete epochs seen
    """

    task: str
    state: str
    start: float
    last: float
    best: float
    chance: float | None
    accuracy: float | None
    validation: float | None
    majority: float | None
    gain: float | None
    epochs: int
    steps: int

    @property
    def fails(self) -> bool:
        """The run shows that training does not work."""
        return self.state in ("broken", "diverged", "stuck")

    @property
    def learns(self) -> bool:
        """The run shows that training works."""
        return self.state == "learns"

    @property
    def drop(self) -> float:
        """Share of the first loss that training removed; NaN when it cannot be told."""
        if not (math.isfinite(self.start) and math.isfinite(self.last)) or self.start <= 0:
            return math.nan
        return 1 - self.last / self.start


def loss_name(model: ModelTrace) -> str:
    """The canonical name of the first loss; "" when it is the user's own."""
    name = model.losses[0] if model.losses else ""
    return _ALIASES.get(name, name)


def task_of(model: ModelTrace) -> str:
    """The task as loss and labels tell it."""
    name = loss_name(model)
    labels = first(model.data.get("y"))
    form = labels.get("form", "")
    if name in _CATEGORICAL:
        return "classes"
    if name in _BINARY:
        return "binary"
    if name in _REGRESSION:
        return "regression"
    return {"integer": "classes", "one-hot": "classes", "binary": "binary", "real": "regression"}.get(form, "")


def first(rows: Any) -> Mapping[str, Any]:
    """The facts about the first array of several; empty when there are none."""
    return rows[0] if isinstance(rows, Sequence) and rows and isinstance(rows[0], Mapping) else {}


def accuracy_of(logs: Mapping[str, float], prefix: str = "") -> float | None:
    """The accuracy that an epoch logged, whatever its name."""
    for name, value in logs.items():
        short = name.removeprefix(prefix)
        if name.startswith(prefix) and (prefix or not name.startswith("val_")):
            if short in ("acc", "accuracy") or short.endswith(("_accuracy", "_acc")):
                if not short.startswith("top_") and math.isfinite(value):
                    return value
    return None


def chance_loss(model: ModelTrace) -> float | None:
    """Loss of the best constant prediction: entropy of the labels, variance, or mean absolute deviation."""
    name = loss_name(model)
    labels = first(model.data.get("y"))
    if name in ("categorical_crossentropy", "sparse_categorical_crossentropy", "binary_crossentropy"):
        counts = [count for count in (labels.get("counts") or {}).values() if count]
        if name == "binary_crossentropy" and labels.get("form") not in ("binary", "integer"):
            return None
        total = sum(counts)
        if not total or (name == "binary_crossentropy" and len(counts) > 2):
            return None
        return -sum(count / total * math.log(count / total) for count in counts)
    if name == "mean_squared_error" and "std" in labels:
        return float(labels["std"]) ** 2
    if name == "mean_absolute_error" and "std" in labels:
        return 0.7979 * float(labels["std"])  # of a normal distribution
    return None


def of(model: ModelTrace) -> Health:
    """The health of one trained model."""
    complete = model.complete or model.epochs
    losses = [epoch.loss for epoch in complete]
    finite = [loss for loss in losses if math.isfinite(loss)]
    start = _start(model.epochs)
    last = losses[-1] if losses else start
    chance = chance_loss(model)
    labels = first(model.data.get("y"))
    majority = labels.get("majority")
    accuracy = accuracy_of(complete[-1].logs) if complete else None
    validation = accuracy_of(complete[-1].logs, "val_") if complete else None
    task = task_of(model)
    gain = _gain(task, accuracy, validation, majority, chance, last)
    steps = sum(epoch.steps for epoch in model.epochs)
    health = Health(
        task=task,
        state="unknown",
        start=start,
        last=last,
        best=min(finite, default=math.nan),
        chance=chance,
        accuracy=accuracy,
        validation=validation,
        majority=float(majority) if majority is not None else None,
        gain=gain,
        epochs=len(model.complete),
        steps=steps,
    )
    return _with_state(health, model)


def _start(epochs: Sequence[Epoch]) -> float:
    if not epochs:
        return math.nan
    return epochs[0].losses[0] if epochs[0].losses else epochs[0].loss


def _gain(
    task: str,
    accuracy: float | None,
    validation: float | None,
    majority: float | None,
    chance: float | None,
    last: float,
) -> float | None:
    best = max((value for value in (accuracy, validation) if value is not None), default=None)
    if task in ("classes", "binary") and best is not None and majority is not None and majority < 1:
        return (best - majority) / (1 - majority)
    if chance and math.isfinite(last):
        return 1 - last / chance
    return None


def _with_state(health: Health, model: ModelTrace) -> Health:
    from dataclasses import replace

    if not model.epochs:
        return health
    if any(epoch.broken is not None for epoch in model.epochs) or not math.isfinite(health.last):
        return replace(health, state="broken")
    if health.steps < LIMITS["warm_up_steps"]:
        return health
    worse = health.last > LIMITS["diverging"] * max(health.best, 1e-12)
    if worse and (health.last > health.start or health.last > 2 * (health.chance or math.inf)):
        return replace(health, state="diverged")
    if health.gain is not None:
        stuck = health.gain < LIMITS["stuck_gain"] and not health.drop > LIMITS["learning_drop"]
        if health.task in ("classes", "binary") and health.accuracy is not None:
            stuck = health.gain < LIMITS["stuck_gain"]
        state = "stuck" if stuck else "learns" if health.gain >= LIMITS["learning_gain"] else "weak"
        return replace(health, state=state)
    if math.isnan(health.drop):
        return health
    if health.drop < LIMITS["stuck_drop"]:
        return replace(health, state="stuck" if health.epochs > 1 else "unknown")
    return replace(health, state="learns" if health.drop >= LIMITS["learning_drop"] else "weak")
