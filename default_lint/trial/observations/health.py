"""How well a run went: did it learn, how far is it from a predictor that knows nothing, did it break."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from default_lint.features import dynamic_baseline as baseline
from default_lint.features import dynamic_curves as curves
from default_lint.features.base import Run
from default_lint.frozen import dataclass
from default_lint.trial.observations.thresholds import LIMITS
from default_lint.trial.trace import Epoch, ModelTrace

_CLASSES = ("categorical", "kl_divergence", "ctc")
_BINARY = ("binary", "hinge")
_REGRESSION = ("mean_squared", "mean_absolute", "huber", "log_cosh", "logcosh", "poisson", "cosine", "mse", "mae")


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
    opening   mean training loss of the first epoch
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
    opening: float = math.nan

    @property
    def told(self) -> float:
        """The loss at the beginning, for people: of a batch, but beside epochs that hardly differ of an epoch."""
        level = self.state in ("stuck", "weak") and self.epochs > 1 and math.isfinite(self.opening)
        return self.opening if level else self.start

    @property
    def fails(self) -> bool:
        """The run shows that training does not work."""
        return self.state in ("broken", "diverged", "stuck")

    @property
    def learns(self) -> bool:
        """The run shows that training works."""
        return self.state == "learns"

    @property
    def poor(self) -> bool:
        """Training fails, or comes not far."""
        return self.fails or self.state == "weak"

    @property
    def drop(self) -> float:
        """Share of the first loss that training removed; NaN when it cannot be told."""
        if not (math.isfinite(self.start) and math.isfinite(self.last)) or self.start <= 0:
            return math.nan
        return 1 - self.last / self.start


def task_of(model: ModelTrace) -> str:
    """The task as the first loss tells it, else the labels."""
    name = baseline.canonical(model.losses[0]) if model.losses else ""
    for task, words in (("binary", _BINARY), ("classes", _CLASSES), ("regression", _REGRESSION)):
        if any(word in name for word in words):
            return task
    form = str(first(model.data.get("y")).get("form", ""))
    return {"integer": "classes", "one-hot": "classes", "binary": "binary", "real": "regression"}.get(form, "")


def first(rows: Any) -> Mapping[str, Any]:
    """The facts about the first array of several; empty when there are none."""
    return rows[0] if isinstance(rows, Sequence) and rows and isinstance(rows[0], Mapping) else {}


def weighted(model: ModelTrace) -> bool:
    """Whether some examples or classes weigh more than others in training."""
    weights = model.asked.get("class_weight")
    if isinstance(weights, Mapping):
        weights = len(set(map(str, weights.values()))) > 1
    return bool(weights or model.asked.get("sample_weight"))


def of(model: ModelTrace) -> Health:
    """The health of one trained model."""
    run = Run(model)
    end = len(run.epochs) - 1
    losses = [epoch.loss for epoch in run.epochs]
    start = _number(curves.first_loss(run))
    last = losses[-1] if losses else start
    accuracy = curves.accuracy(run, end)
    validation = curves.val_accuracy(run, end)
    majority = baseline.majority(run, curves.metric(run))
    weights = weighted(model)
    chance = baseline.constant_loss(run, weights)
    health = Health(
        task=task_of(model),
        state="unknown",
        start=start,
        last=last,
        best=min((loss for loss in losses if math.isfinite(loss)), default=math.nan),
        chance=chance,
        accuracy=accuracy,
        validation=validation,
        majority=majority,
        gain=_gain(run, None if weights else accuracy, validation, majority, chance),
        epochs=len(model.complete),
        steps=sum(epoch.steps for epoch in model.epochs),
        opening=losses[0] if losses else math.nan,
    )
    return replace(health, state=_state(health, model))


def broken(model: ModelTrace) -> Epoch | None:
    """The first epoch with a batch whose loss was not finite, else the first whose own loss was not.

    A training step of the user's own may name its losses otherwise: an epoch that logged no loss tells nothing.
    """
    logged = [epoch for epoch in model.epochs if "loss" in epoch.logs]
    batch = next((epoch for epoch in logged if epoch.broken is not None), None)
    return batch or next((epoch for epoch in logged if not math.isfinite(epoch.loss)), None)


def _number(value: float | None) -> float:
    return math.nan if value is None else value


def _gain(
    run: Run, accuracy: float | None, validation: float | None, majority: float | None, chance: float | None
) -> float | None:
    """The better of training and validation: what dropout and augmentation hide, validation shows.

    `accuracy` is None where examples are weighted: the model then gives up accuracy for the rare ones.
    """
    best = max((value for value in (accuracy, validation) if value is not None), default=None)
    if accuracy is not None and best is not None and majority is not None and majority < 1:
        return (best - majority) / (1 - majority)
    known = _to_chance(run)
    return 1 - min(known) if chance and known else None


def _to_chance(run: Run) -> list[float]:
    """The losses of training and validation over those of the best constant predictions, as far as they are known."""
    end, weights = len(run.epochs) - 1, weighted(run.model)
    ratios = [curves.to_constant(curves.loss, weights)(run, end)]
    if not weights:
        ratios.append(curves.to_constant(curves.val_loss)(run, end))
    return [ratio for ratio in ratios if ratio is not None]


def _state(health: Health, model: ModelTrace) -> str:
    if broken(model) is not None:
        return "broken"
    if health.steps < LIMITS["warm_up_steps"] or not model.epochs:
        return "unknown"
    if _diverged(health):
        return "diverged"
    if health.gain is not None:
        if health.gain < LIMITS["stuck_gain"] or _blind(model):
            return "stuck"
        return "learns" if health.gain >= LIMITS["learning_gain"] else "weak"
    if math.isnan(health.drop):
        return "unknown"
    if health.drop < LIMITS["stuck_drop"]:
        return "stuck" if health.epochs > 1 else "unknown"
    return "learns" if health.drop >= LIMITS["learning_drop"] else "weak"


def _blind(model: ModelTrace) -> bool:
    """The losses, of training and validation, are still those of a constant prediction, whatever an accuracy says."""
    known = _to_chance(Run(model))
    return bool(known) and min(known) > LIMITS["blind_loss"]


def _diverged(health: Health) -> bool:
    """The loss is far above its best and no better than at the start, or than a constant prediction."""
    if not health.last > LIMITS["diverging"] * max(health.best, 1e-12):
        return False
    return health.last > health.start or (health.chance is not None and health.last > 2 * health.chance)
