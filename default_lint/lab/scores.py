"""How well a trained model does on data that its training never touched, by a measure that no planted fault can move.

A fault in the loss, the metrics or the validation data changes what Keras reports; the lab therefore predicts the
held-out inputs itself, once the script has ended, and scores the predictions here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


@dataclass(frozen=True)
class Scoring:
    """What to score in the globals of a script: `model`, `inputs`, `targets` are expressions, `score` a measure's name.

    `threshold` is where a prediction of binary and multi-label models counts as yes: 0.5, or 0 for logits.
    """

    score: str
    model: str = "model"
    inputs: str = "x_test"
    targets: str = "y_test"
    threshold: float = 0.5

    def of(self, namespace: Mapping[str, Any]) -> float:
        """The score, higher is better; NaN when a prediction is not finite. Raises ValueError when there is none."""
        try:
            model, inputs, targets = (
                eval(expression, dict(namespace)) for expression in (self.model, self.inputs, self.targets)
            )
            predictions = np.asarray(model.predict(inputs, verbose=0), dtype=np.float64)
            return self.judge(predictions, np.asarray(targets))
        except Exception as error:
            message = str(error).strip().partition("\n")[0]
            raise ValueError(f"no score: {type(error).__name__}: {message}") from error

    def judge(self, predictions: Array, targets: Array) -> float:
        """The score of predictions against targets of the same examples. Raises ValueError when they do not fit."""
        if len(predictions) != len(targets):
            raise ValueError(f"{len(predictions)} predictions for {len(targets)} targets")
        if not np.isfinite(predictions).all():
            return float("nan")
        return float(SCORES[self.score](predictions, targets, self.threshold))


def accuracy(predictions: Array, targets: Array, threshold: float = 0.5) -> float:
    """Share of places where the largest output is the class; targets (N, ...) of classes or (N, ..., C) one-hot."""
    del threshold
    chosen = predictions.argmax(axis=-1)
    if targets.ndim == predictions.ndim and targets.shape[-1] == predictions.shape[-1] > 1:
        targets = targets.argmax(axis=-1)
    return float(np.mean(chosen == _fitted(targets, chosen)))


def masked_accuracy(predictions: Array, targets: Array, threshold: float = 0.5) -> float:
    """As `accuracy`, over the places where the target is not 0, the padding."""
    del threshold
    chosen = predictions.argmax(axis=-1)
    targets = _fitted(targets, chosen)
    return float(np.mean(chosen[targets > 0] == targets[targets > 0]))


def binary_accuracy(predictions: Array, targets: Array, threshold: float = 0.5) -> float:
    """Share of entries where the prediction is on the target's side of the threshold; (N,), (N, 1) or (N, labels)."""
    chosen = predictions > threshold
    return float(np.mean(chosen == (_fitted(targets, chosen) > 0.5)))


def r2(predictions: Array, targets: Array, threshold: float = 0.5) -> float:
    """1 - squared error / variance, for each place of the last axis over all else, then the mean over these."""
    del threshold
    targets = _fitted(targets, predictions).astype(np.float64)
    columns = targets.shape[-1] if targets.ndim > 1 else 1
    predictions, targets = (part.reshape(-1, columns) for part in (predictions, targets))
    variance = targets.var(axis=0)
    told = variance > 0
    error = ((predictions - targets) ** 2).mean(axis=0)
    return float(np.mean(1 - error[told] / variance[told]))


def _fitted(targets: Array, predictions: Array) -> Array:
    """The targets in the shape of the predictions, when only axes of size 1 differ."""
    if targets.shape == predictions.shape:
        return targets
    if targets.size != predictions.size:
        raise ValueError(f"targets of shape {targets.shape} for predictions of shape {predictions.shape}")
    return targets.reshape(predictions.shape)


SCORES: Mapping[str, Callable[[Array, Array, float], float]] = {
    "accuracy": accuracy,
    "masked_accuracy": masked_accuracy,
    "binary_accuracy": binary_accuracy,
    "multilabel_accuracy": binary_accuracy,
    "r2": r2,
}
"""Every measure by name; higher is better."""
