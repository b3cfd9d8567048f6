"""What a predictor that ignores its input reaches: its loss, from facts about the targets, and its accuracy."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from default_lint.features.base import Run, mean, number, real

ALIASES = {
    "mse": "mean_squared_error",
    "mae": "mean_absolute_error",
    "kld": "kl_divergence",
    "k_l_divergence": "kl_divergence",
    "kullback_leibler_divergence": "kl_divergence",
    "bce": "binary_crossentropy",
    "binary_focal_cross_entropy": "binary_focal_crossentropy",
    "msle": "mean_squared_logarithmic_error",
    "mape": "mean_absolute_percentage_error",
    "huber_loss": "huber",
    "logcosh": "log_cosh",
}
LABELS = ("integer", "one-hot", "binary", "signs")  # forms in which each row has one of several labels
NORMAL = math.sqrt(2 / math.pi)  # mean absolute deviation of a normal distribution of variance 1
Facts = Mapping[str, Any]


def canonical(loss: str) -> str:
    """The full name of a loss of Keras."""
    return ALIASES.get(loss, loss)


def counts(facts: Facts, weights: Mapping[Any, Any] | None = None) -> dict[str, float]:
    """Rows of each label, times its class weight when weights are given; empty when not all labels were counted."""
    rows, classes = facts.get("counts"), number(facts, "classes")
    if isinstance(rows, Mapping) and classes is not None and len(rows) < classes:
        return {}
    found: dict[str, float] = {}
    for label, value in rows.items() if isinstance(rows, Mapping) else ():
        count = real(value)
        if count is not None and count > 0:
            found[_key(label)] = count
    scale = {_key(label): real(value) for label, value in (weights or {}).items()}
    return {label: count * _or_one(scale.get(label)) for label, count in found.items()}


def _key(label: Any) -> str:
    value = None if isinstance(label, bool) else _float(label)
    return str(label) if value is None else f"{value:g}"


def _float(label: Any) -> float | None:
    try:
        return float(label)
    except (TypeError, ValueError, OverflowError):
        return None


def _or_one(value: float | None) -> float:
    return 1.0 if value is None else value


def shares(facts: Facts) -> list[float]:
    """The share of each label."""
    rows = counts(facts)
    total = sum(rows.values())
    return [count / total for count in rows.values()] if total > 0 else []


def entropy(parts: Sequence[float]) -> float:
    """Shannon entropy in nats."""
    return -sum(part * math.log(part) for part in parts if part > 0)


def constant_loss(run: Run, weighted: bool = False) -> float | None:
    """The loss of the best constant prediction, summed over the outputs; None unless it is known for each.

    With `weighted`, as `class_weight` of fit changes the training loss. None then, too, for weighted samples.
    """
    return run.keep(("constant_loss", weighted), lambda: _all_constant(run, weighted))


def _all_constant(run: Run, weighted: bool) -> float | None:
    targets, losses = run.targets, run.model.losses
    asked = run.model.asked
    if not targets or len(losses) != len(targets) or (weighted and asked.get("sample_weight")):
        return None
    weights = asked.get("class_weight") if weighted else None
    scales = asked.get("loss_weights")
    if not isinstance(scales, Sequence) or isinstance(scales, str) or len(scales) != len(targets):
        scales = [1.0] * len(targets)
    total = 0.0
    for facts, loss, scale in zip(targets, losses, scales, strict=True):
        one = _constant_loss(facts, canonical(loss), weights if isinstance(weights, Mapping) else None)
        if one is None:
            return None
        total += one * _or_one(real(scale))
    return real(total)


def _constant_loss(facts: Facts, loss: str, weights: Mapping[Any, Any] | None) -> float | None:
    if "crossentropy" in loss or loss == "kl_divergence":
        return _cross_entropy(facts, loss, weights)
    if weights:
        return None
    center, spread = number(facts, "mean"), number(facts, "std")
    if loss == "mean_squared_error":
        return None if spread is None else real(spread * spread)
    if loss == "mean_absolute_error":
        return absolute_deviation(facts)
    if loss == "poisson" and center is not None and center > 0:
        return center - center * math.log(center)
    parts = shares(facts)
    if loss in ("hinge", "squared_hinge") and facts.get("form") in ("signs", "binary") and parts:
        top = max(parts)
        return 2 * (1 - top) if loss == "hinge" else 4 * top * (1 - top)
    return None


def _cross_entropy(facts: Facts, loss: str, weights: Mapping[Any, Any] | None) -> float | None:
    form = facts.get("form")
    if loss == "binary_crossentropy":
        if weights and form != "binary":
            return None
        if form == "one-hot" and shares(facts):
            return mean([entropy((part, 1 - part)) for part in shares(facts)])
        if form == "binary" and counts(facts):
            return _label_entropy(facts, weights)
        center = number(facts, "mean")
        if form not in ("binary", "one-hot", "multi-hot", "probabilities") or center is None or not 0 <= center <= 1:
            return None
        return entropy((center, 1 - center))
    if loss not in ("sparse_categorical_crossentropy", "categorical_crossentropy", "kl_divergence"):
        return None
    if form not in ("integer", "binary", "one-hot") or (loss == "kl_divergence" and form != "one-hot"):
        return None
    if counts(facts):
        return _label_entropy(facts, weights)
    part, classes = number(facts, "entropy"), number(facts, "classes")
    if weights or part is None or classes is None or classes < 1:
        return None
    return part * math.log(classes)


def _label_entropy(facts: Facts, weights: Mapping[Any, Any] | None) -> float | None:
    """Minimum over q of the mean of -w ln q(label), w not normalized, as Keras reduces."""
    rows = counts(facts, weights)
    total, plain = sum(rows.values()), sum(counts(facts).values())
    if total <= 0:
        return None
    return entropy([count / total for count in rows.values()]) * total / plain


def absolute_deviation(facts: Facts) -> float | None:
    """Mean absolute deviation from the median: of counted labels exactly, else 0.798 std, as of a normal target."""
    points = sorted((value, count) for label, count in counts(facts).items() if (value := _float(label)) is not None)
    if points and facts.get("form") in ("integer", "binary", "signs"):
        total, passed, center = sum(count for _, count in points), 0.0, points[-1][0]
        for value, count in points:
            passed += count
            if passed >= total / 2:
                center = value
                break
        return sum(count * abs(value - center) for value, count in points) / total
    spread = number(facts, "std")
    return None if spread is None else spread * NORMAL


def target_deviation(facts: Facts, loss: str = "") -> float | None:
    """Standard deviation of what an output's units should say: of the target, for labels mean over one-hot units."""
    parts = shares(facts)
    if parts and classified(facts, loss) and len(parts) > 1:
        return mean([math.sqrt(part * (1 - part)) for part in parts])
    return number(facts, "std")


def classified(facts: Facts, loss: str) -> bool:
    """Whether there is an output unit for each label."""
    sparse = facts.get("form") == "integer" and canonical(loss) == "sparse_categorical_crossentropy"
    return sparse or facts.get("form") == "one-hot"


def labels(run: Run) -> Facts | None:
    """Facts about the first target that holds labels."""
    return next((facts for facts in run.targets if facts.get("form") in (*LABELS, "multi-hot")), None)


def majority(run: Run, metric: str = "", validation: bool = False) -> float | None:
    """The accuracy of always saying the commonest label; of each unit for `binary_accuracy`. None without labels."""
    facts = labels(run)
    if validation:
        rows = run.model.data.get("val_y")
        own = rows[0] if isinstance(rows, Sequence) and rows else rows
        if isinstance(own, Mapping) and own.get("form") in (*LABELS, "multi-hot"):
            facts = own
    if facts is None:
        return None
    form = facts.get("form")
    if form == "multi-hot" or ("binary" in metric and form == "one-hot"):
        center = number(facts, "mean")
        return None if center is None or not 0 <= center <= 1 else max(center, 1 - center)
    stated = number(facts, "majority")
    if stated is not None:
        return stated
    parts = shares(facts)
    return max(parts) if parts else None
