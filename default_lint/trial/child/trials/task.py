"""What a loss means: chance levels, constant predictions and accuracy for each output of a model."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..nest import by_output
from .structure import leaves

SPARSE = ("sparse_categorical_crossentropy",)
ONE_HOT = ("categorical_crossentropy", "categorical_focal_crossentropy", "kl_divergence")
BINARY = ("binary_crossentropy", "binary_focal_crossentropy")
HINGE = ("hinge", "squared_hinge", "categorical_hinge")
SQUARE = ("mean_squared_error",)
ABSOLUTE = ("mean_absolute_error", "mean_absolute_percentage_error")
SHORT = {
    "mse": "mean_squared_error",
    "mae": "mean_absolute_error",
    "mape": "mean_absolute_percentage_error",
    "kld": "kl_divergence",
    "bce": "binary_crossentropy",
}
TINY = 1e-7  # Keras's epsilon, by which it keeps probabilities off 0 and 1


@dataclass(frozen=True)
class Part:
    """One output with its target.

    loss    name of its loss in snake_case, "" when unknown; `logits` its from_logits
    y       target, numpy (N, ...); `output` shape of the output on the same rows
    """

    loss: str
    logits: bool
    y: Any
    output: tuple[int, ...]

    @property
    def classes(self) -> int:
        """Number of classes that the loss distinguishes; 0 when it does not classify."""
        if self.loss in SPARSE or self.loss in ONE_HOT:
            return self.output[-1]
        return 2 if self.loss in BINARY or self.loss in HINGE else 0

    def blind(self) -> tuple[Any, str]:
        """The output of a model that knows nothing, not even the share of each class, and a name for its loss."""
        if self.loss in SPARSE or self.loss in ONE_HOT:
            name = f"ln({self.output[-1]})" if self.loss.endswith("categorical_crossentropy") else "equal shares"
            return self._shares(np.full(self.output, 1.0 / self.output[-1])), name
        if self.loss in BINARY:
            name = "ln(2)" if self.loss == "binary_crossentropy" else "equal shares"
            return np.zeros(self.output) if self.logits else np.full(self.output, 0.5), name
        if self.loss in HINGE:
            return np.zeros(self.output), "output 0"
        names = {**dict.fromkeys(SQUARE, "variance"), "mean_absolute_error": "mean absolute deviation"}
        return self.constant(), names.get(self.loss, "best constant")

    def constant(self) -> Any:
        """The best output that is the same for every row: shares of the classes, mean or median of the target."""
        shape = self.output
        if self.loss in SPARSE:
            labels = np.asarray(self.y).astype(int).ravel()
            counts = np.bincount(labels[(labels >= 0) & (labels < shape[-1])], minlength=shape[-1])
            return self._shares(np.broadcast_to(counts / max(1, counts.sum()), shape))
        y = np.asarray(self.y, dtype=float)
        if self.loss in ONE_HOT:
            return self._shares(np.broadcast_to(y.reshape(-1, y.shape[-1]).mean(axis=0), shape))
        if y.size == np.prod(shape):
            y = y.reshape(shape)
        middle = np.median if self.loss in ABSOLUTE else np.mean
        value = middle(y, axis=0, keepdims=True)
        if self.loss in BINARY:
            value = np.clip(value, TINY, 1 - TINY)
            value = np.log(value / (1 - value)) if self.logits else value
        return np.array(np.broadcast_to(value, shape))

    def _shares(self, share: Any) -> Any:
        return np.log(np.clip(share, TINY, 1.0)) if self.logits else np.array(share)

    def right(self, prediction: Any) -> Any | None:
        """Whether each label is predicted, as a flat array, rows first; None when it is no classification."""
        y = np.asarray(self.y)
        return _right(self.loss, self.logits, y, np.asarray(prediction))


def _right(loss: str, logits: bool, y: Any, prediction: Any) -> Any | None:
    if loss in SPARSE:
        labels = prediction.argmax(axis=-1)
        return (labels == y.reshape(labels.shape)).ravel() if labels.size == y.size else None
    if loss in ONE_HOT or (loss == "categorical_hinge"):
        return (prediction.argmax(axis=-1) == y.argmax(axis=-1)).ravel() if y.shape == prediction.shape else None
    if y.size != prediction.size or loss not in BINARY + HINGE:
        return None
    y = y.reshape(prediction.shape)
    if loss in BINARY and y.ndim == 2 and y.shape[1] > 1 and np.all(y.sum(axis=1) == 1):
        return prediction.argmax(axis=-1) == y.argmax(axis=-1)  # one-hot labels under a binary loss
    return ((prediction > (0.0 if logits or loss in HINGE else 0.5)) == (y > (0.5 if loss in BINARY else 0.0))).ravel()


def majority(part: Part) -> float:
    """The accuracy of always predicting the commonest class; 0 when it is no classification."""
    y = np.asarray(part.y)
    if part.loss in SPARSE:
        _, counts = np.unique(y, return_counts=True)
        return float(counts.max() / max(1, y.size))
    if part.loss in ONE_HOT:
        return float(y.reshape(-1, y.shape[-1]).mean(axis=0).max())
    if part.loss in BINARY + HINGE:
        share = (y > (0.5 if part.loss in BINARY else 0.0)).mean(axis=0)
        return float(np.maximum(share, 1 - share).mean())
    return 0.0


def parts(losses: list[tuple[str, bool]], y: Any, outputs: Any, names: Any = ()) -> list[Part]:
    """The outputs of a model with their targets and losses; empty when they do not pair up.

    A dict of targets pairs up by the keys of a dict of outputs, else by the names of the outputs.
    """
    y = by_output(y, outputs if isinstance(outputs, dict) else names)
    targets, shapes = leaves(y), [tuple(output.shape) for output in leaves(outputs)]
    if len(targets) != len(shapes) or not targets:
        return []
    if len(losses) == 1:
        losses = losses * len(targets)
    if len(losses) != len(targets):
        losses = [("", False)] * len(targets)
    return [Part(*loss, target, shape) for loss, target, shape in zip(losses, targets, shapes)]


def losses_of(model: Any, given: list[Any]) -> list[tuple[str, bool]]:
    """Name in snake_case and from_logits of each loss, in the order of the outputs: compiled, else as `given`."""
    compiled = getattr(model, "_compile_loss", None)
    flat = getattr(compiled, "_flat_losses", None)
    if flat:
        return [named(loss.loss) for loss in flat]
    return [named(loss) for loss in leaves(getattr(model, "loss", None)) or given]


def named(loss: Any) -> tuple[str, bool]:
    """Name in snake_case and from_logits of a loss object, function or string."""
    settings = getattr(loss, "_fn_kwargs", None) or {}
    function = getattr(loss, "fn", None)
    if isinstance(loss, str):
        name = loss
    elif function is not None:
        name = getattr(function, "__name__", "")
        if getattr(function, "__module__", "").split(".")[0] not in ("keras", "tf_keras"):
            return "", False
    else:
        name = getattr(loss, "__name__", "") or type(loss).__name__
        if getattr(loss, "__module__", "").split(".")[0] not in ("keras", "tf_keras"):
            return "", False
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()
    return SHORT.get(name, name), bool(settings.get("from_logits", False))


def entropy(shares: Any) -> float:
    """Shannon entropy in nats."""
    shares = np.asarray(shares, dtype=float)
    shares = shares[shares > 0]
    return float(-(shares * np.log(shares)).sum()) if shares.size else math.nan
