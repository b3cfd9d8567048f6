"""Metrics judged against the output, the loss and the labels of the same head."""

from __future__ import annotations

from collections.abc import Sequence

from default_lint.findings import Confidence, Fix, Note, Safety, Severity
from default_lint.program.heads import Head
from default_lint.program.types import Metric
from default_lint.rules.loss._edits import (
    activation_note,
    cut,
    label_note,
    layer_words,
    loss_note,
    name_of,
    replace_metric,
)
from default_lint.rules.loss._verdict import (
    BINARY,
    CATEGORICAL,
    RANGES,
    REGRESSION,
    Verdict,
    class_numbers,
    many_units,
    one_hot,
    one_unit,
    real_classes,
)

_ACCURACY = frozenset(("accuracy", "binary_accuracy", "categorical_accuracy", "sparse_categorical_accuracy"))
_DENSE = frozenset(("categorical_accuracy", "top_k_categorical_accuracy"))
_SPARSE = frozenset(("sparse_categorical_accuracy", "sparse_top_k_categorical_accuracy"))
_COUNTS = frozenset(("auc", "precision", "recall", "binary_accuracy", "f1_score", "fbeta_score"))
_COUNTS |= frozenset(("true_positives", "true_negatives", "false_positives", "false_negatives"))
_THRESHOLDS = {"binary_accuracy": "threshold", "precision": "thresholds", "recall": "thresholds"}
_OTHER = {
    "categorical_accuracy": "sparse_categorical_accuracy",
    "sparse_categorical_accuracy": "categorical_accuracy",
}


def judge_metrics(head: Head, text: str, own: Sequence[Verdict]) -> list[Verdict]:
    """The verdicts on the metrics of one output, given the verdicts on the output itself."""
    found: list[Verdict] = []
    rules = {verdict.rule for verdict in own}
    for metric in head.metrics:
        verdict: Verdict | None = None
        if head.loss.name in REGRESSION and metric.name in _ACCURACY:
            verdict = _accuracy_of_numbers(head, text, metric, rules)
        elif head.loss.name in CATEGORICAL | BINARY:
            verdict = _against_output(head, text, metric, rules)
            if verdict is None and not rules:
                verdict = _on_logits(head, text, metric)
        if verdict is not None:
            found.append(verdict)
    return found


def _accuracy_of_numbers(head: Head, text: str, metric: Metric, rules: set[str]) -> Verdict | None:
    """Accuracy beside a regression loss."""
    name, labels = head.activation, head.labels
    if rules - {"bounded-output-for-regression", "softmax-on-one-unit"} or labels.form in ("one-hot", "binary"):
        return None
    if labels.predicted or (class_numbers(head) and real_classes(head)) or metric.name in ("categorical_accuracy",):
        return None
    numbers = labels.form == "continuous" or labels.own
    constant = name == "softmax" and one_unit(head)
    speaks = constant or name == "linear" or (name in RANGES and name != "tanh")
    if not numbers and not speaks:
        return None
    sure = Confidence.HIGH if numbers else Confidence.MEDIUM
    word = name_of(text, metric)
    message = f"`{word}` of a regression counts exact matches, close to 0"
    notes = (*loss_note(text, head.loss), *activation_note(head.final), *label_note(head))
    fixes = (replace_metric(text, metric, "mae"),)
    return Verdict("accuracy-for-regression", metric.span, message, sure, notes=notes, fixes=fixes)


def _numbers(head: Head) -> bool:
    """True when the metric meets one class number per example."""
    if class_numbers(head) or one_hot(head):
        return class_numbers(head)
    return head.loss.name == "sparse_categorical_crossentropy"


def _against_output(head: Head, text: str, metric: Metric, rules: set[str]) -> Verdict | None:
    """A metric that reads labels or outputs of another form."""
    name, word = metric.name, name_of(text, metric)
    rule = "metric-against-output"
    notes = (*loss_note(text, head.loss), *label_note(head))
    fixes: tuple[Fix, ...]
    if name == "accuracy" and metric.call is not None and head.activation in ("softmax", "sigmoid", "linear"):
        message = "`Accuracy` compares for equality, outputs are never exactly 0 or 1"
        right = "sparse_categorical_accuracy" if _numbers(head) else "categorical_accuracy"
        right = "binary_accuracy" if head.loss.name in BINARY else right
        fixes = (replace_metric(text, metric, right),)
        return Verdict(rule, metric.call.callee, message, notes=(*notes, *activation_note(head.final)), fixes=fixes)
    if name in _DENSE | _SPARSE and one_unit(head) and head.loss.name in BINARY:
        message = f"`{word}` over 1 unit always picks class 0"
        fixes = (replace_metric(text, metric, "binary_accuracy"),)
        return Verdict(rule, metric.span, message, notes=notes, fixes=fixes)
    if head.loss.name not in CATEGORICAL or one_unit(head):
        return None
    numbers = _numbers(head)
    if name in (_DENSE if numbers else _SPARSE):
        have, takes = ("integers", "one-hot") if numbers else ("one-hot", "integers")
        message = f"`{word}` takes {takes} labels, these are {have}"
        fixes = (replace_metric(text, metric, _OTHER[name]),) if name in _OTHER else ()
        return Verdict(rule, metric.span, message, notes=notes, fixes=fixes)
    if name in _COUNTS and numbers and many_units(head):
        message = f"`{word}` takes a label per unit, these are class numbers"
        fixes = (replace_metric(text, metric, "sparse_categorical_accuracy"),) if name == "binary_accuracy" else ()
        return Verdict(rule, metric.span, message, notes=notes, fixes=fixes)
    if name == "binary_accuracy" and head.activation == "softmax" and isinstance(head.units, int) and head.units > 2:
        message = f"`{word}` counts each of the {head.units} outputs as an answer"
        floor = 1 - 2 / head.units
        notes = (Note(f"a wrong class still scores {floor:.2f}"), *activation_note(head.final))
        fixes = (replace_metric(text, metric, "categorical_accuracy"),)
        return Verdict(rule, metric.span, message, notes=notes, fixes=fixes)
    return None


def _on_logits(head: Head, text: str, metric: Metric) -> Verdict | None:
    """A metric with thresholds between 0 and 1 on logits."""
    if head.loss.from_logits is not True or head.activation != "linear":
        return None
    name, call, word = metric.name, metric.call, name_of(text, metric)
    rule, notes = "probability-metric-on-logits", (*loss_note(text, head.loss), *activation_note(head.final))
    words = layer_words(text, head)
    if name == "accuracy" and call is None and one_unit(head) and head.loss.name in BINARY:
        message = f"`{word}` counts logits above 0.5, a probability of 0.62"
        fix = Fix("Replace with `BinaryAccuracy(threshold=0.0)`", (), Safety.SHOWN)
        return Verdict(rule, metric.span, message, Confidence.LOW, Severity.INFO, notes, (fix,))
    argument = "from_logits" if name == "auc" else _THRESHOLDS.get(name)
    if argument is None or (call is not None and (call.spread or call.given(argument) is not None)):
        return None
    setting = "from_logits=True" if name == "auc" else f"{argument}=0.0"
    edits = (call.add_argument(setting),) if call is not None and cut(text, call.callee) == call.short else ()
    fix = Fix(f"Add `{setting}`", edits, Safety.UNSAFE if edits else Safety.SHOWN)
    message = f"`{word}` has thresholds from 0 to 1, {words} outputs logits" if name == "auc" else ""
    message = message or f"`{word}` has its threshold at 0.5, {words} outputs logits"
    span = call.callee if call is not None else metric.span
    return Verdict(rule, span, message, notes=notes, fixes=(fix,))


__all__ = ["judge_metrics"]
