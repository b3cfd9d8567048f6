"""The one verdict on an output: units, activation, loss and labels judged together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar
from weakref import WeakKeyDictionary

from default_lint.findings import Confidence, Edit, Finding, Fix, Note, Safety, Severity
from default_lint.program.heads import Head, heads, loop_heads
from default_lint.program.types import Program
from default_lint.program.values import Unknown, is_integer, is_number
from default_lint.rules.base import Rule
from default_lint.rules.loss._edits import (
    activation_note,
    both,
    label_note,
    layer_words,
    loss_note,
    name_of,
    replace_activation,
    replace_loss,
    replace_units,
)
from default_lint.rules.shared import one_dimensional
from default_lint.text import Span

CATEGORICAL = frozenset(
    ("categorical_crossentropy", "sparse_categorical_crossentropy", "categorical_focal_crossentropy")
)
BINARY = frozenset(("binary_crossentropy", "binary_focal_crossentropy"))
REGRESSION = frozenset(
    (
        "mean_squared_error",
        "mean_absolute_error",
        "mean_absolute_percentage_error",
        "mean_squared_logarithmic_error",
        "huber",
        "log_cosh",
    )
)
RANGES = {
    "relu": "goes beyond 1",
    "relu6": "goes beyond 1",
    "leaky_relu": "goes beyond 0 and 1",
    "prelu": "goes beyond 0 and 1",
    "elu": "goes beyond 0 and 1",
    "selu": "goes beyond 0 and 1",
    "gelu": "goes beyond 0 and 1",
    "silu": "goes beyond 0 and 1",
    "mish": "goes beyond 0 and 1",
    "softplus": "goes beyond 1",
    "exponential": "goes beyond 1",
    "tanh": "goes below 0",
    "softsign": "goes below 0",
}
"""Activations whose output is no probability, and why."""

BOUNDS = {"sigmoid": (0.0, 1.0), "hard_sigmoid": (0.0, 1.0), "tanh": (-1.0, 1.0), "softsign": (-1.0, 1.0)}
TARGETS: dict[str, tuple[float, float, str]] = {
    "keras.datasets.boston_housing": (5.0, 50.0, "prices from 5 to 50"),
    "keras.datasets.california_housing": (14999.0, 500001.0, "prices up to 500,001"),
    "sklearn.datasets.load_diabetes": (25.0, 346.0, "values from 25 to 346"),
    "sklearn.datasets.fetch_california_housing": (0.15, 5.0, "prices from 0.15 to 5"),
    "sklearn.datasets.make_regression": (-100.0, 100.0, "values in the hundreds, of both signs"),
    "numpy.random.randn": (-3.0, 3.0, "normally distributed values of both signs"),
    "numpy.random.standard_normal": (-3.0, 3.0, "normally distributed values of both signs"),
}
"""What the targets of well-known sources range over."""

_SIGMOID = "Use `sigmoid` with `binary_crossentropy`"
_CLASS_SOURCES = ("keras.datasets.", "sklearn.datasets.", "image_dataset", "text_dataset", "audio_dataset", "flow")


@dataclass(frozen=True)
class Verdict:
    """What is wrong with an output, and which rule says so."""

    rule: str
    span: Span
    message: str
    confidence: Confidence = Confidence.HIGH
    severity: Severity | None = None  # None: the rule's own
    notes: tuple[Note, ...] = ()
    fixes: tuple[Fix, ...] = ()


class VerdictRule(Rule):
    """A rule that reports the verdicts of its own name."""

    name: ClassVar[str] = ""

    def check(self, program: Program) -> Iterator[Finding]:
        """Findings for the outputs whose verdict is this rule's."""
        for verdict in verdicts(program):
            if verdict.rule == self.name:
                yield self.finding(
                    verdict.span,
                    verdict.message,
                    notes=verdict.notes,
                    fixes=verdict.fixes[:2],
                    confidence=verdict.confidence,
                    severity=verdict.severity,
                )


_MADE: WeakKeyDictionary[Program, tuple[Verdict, ...]] = WeakKeyDictionary()


def verdicts(program: Program) -> tuple[Verdict, ...]:
    """All verdicts on a program's outputs, made once."""
    from default_lint.rules.loss._metrics import judge_metrics

    made = _MADE.get(program)
    if made is None:
        text = program.document.text
        found: list[Verdict] = []
        for head in (*(head for model in program.models for head in heads(model)), *loop_heads(program)):
            own = judge(head, text)
            found += [*own, *judge_metrics(head, text, own)]
        made = _MADE[program] = tuple(found)
    return made


def judge(head: Head, text: str) -> list[Verdict]:
    """The verdicts on one output; two only when both faults have to be mended on their own."""
    loss = head.loss
    if loss.call is not None and loss.call.given("axis") is not None:
        return []
    if head.activation == "softmax" and head.final is not None and head.final.units == 1:
        return [_constant(head, text)]
    if loss.name in CATEGORICAL:
        return _categorical(head, text)
    if loss.name in BINARY:
        return _binary(head, text)
    if loss.name in REGRESSION:
        return _regression(head, text)
    return []


def one_unit(head: Head) -> bool:
    """True when the output certainly has one unit."""
    return is_integer(head.units) and head.units == 1


def many_units(head: Head) -> bool:
    """True when the output certainly has two units or more."""
    return is_integer(head.units) and head.units >= 2


def class_numbers(head: Head) -> bool:
    """True when the labels are one class number per example."""
    labels = head.labels
    if labels.form == "binary":
        return is_integer(labels.columns) and labels.columns == 1
    if labels.form != "integer":
        return False
    return not is_integer(labels.columns) or labels.columns == 1 or not isinstance(head.units, int) or head.units == 1


def several_marks(head: Head) -> bool:
    """True when the labels are several columns of 0 and 1 that are not one-hot."""
    labels = head.labels
    return labels.form == "binary" and is_integer(labels.columns) and labels.columns >= 2


def one_hot(head: Head) -> bool:
    """True when the labels are one-hot."""
    return head.labels.form == "one-hot"


def _categorical_name(head: Head) -> str:
    return "sparse_categorical_crossentropy" if class_numbers(head) else "categorical_crossentropy"


def _constant(head: Head, text: str) -> Verdict:
    final = head.final
    assert final is not None
    name = head.loss.name
    sigmoid, linear = replace_activation(text, final, "sigmoid"), replace_activation(text, final, "linear")
    if name in CATEGORICAL:
        fixes: tuple[Fix, ...] = (both(_SIGMOID, sigmoid, replace_loss(text, head.loss, "binary_crossentropy")),)
        classes = head.labels.classes
        if is_integer(classes) and classes > 2:
            fixes = (replace_units(text, head, classes),)
    else:
        fixes = (linear,) if name in REGRESSION and head.labels.form != "binary" else (sigmoid,)
    notes = (*loss_note(text, head.loss), *label_note(head))
    message = "`softmax` over 1 unit always outputs 1.0"
    return Verdict("softmax-on-one-unit", final.span, message, notes=notes, fixes=fixes)


# Losses over classes


def _categorical(head: Head, text: str) -> list[Verdict]:
    if one_unit(head):
        return [_one_unit(head, text)]
    found = _activation_against_categorical(head, text)
    labels = _labels_against_categorical(head, text)
    if found is not None and found.rule == "sigmoid-with-categorical-loss" and several_marks(head):
        labels = None
    return [verdict for verdict in (found, labels) if verdict is not None]


def _one_unit(head: Head, text: str) -> Verdict:
    loss, labels = head.loss, head.labels
    classes = labels.classes
    message = f"`{name_of(text, loss)}` needs a unit per class, the output has 1"
    notes = (*activation_note(head.final), *label_note(head))
    if is_integer(classes) and classes > 2 and head.where is not None:
        notes = (*loss_note(text, loss), *label_note(head))
        fixes: tuple[Fix, ...] = (replace_units(text, head, classes),)
        return Verdict("categorical-loss-on-one-unit", head.where.span, message, notes=notes, fixes=fixes)
    binary = replace_loss(text, loss, "binary_crossentropy")
    fixes = (binary,)
    if head.activation == "linear" and loss.from_logits is False and head.final is not None:
        sigmoid = replace_activation(text, head.final, "sigmoid")
        fixes = (both(_SIGMOID, sigmoid, binary),)
    return Verdict("categorical-loss-on-one-unit", loss.span, message, notes=notes, fixes=fixes)


def _activation_against_categorical(head: Head, text: str) -> Verdict | None:
    loss, final, name = head.loss, head.final, head.activation
    if final is None or not name or isinstance(loss.from_logits, Unknown):
        return None
    if loss.from_logits is True:
        return _against_logits(head, text, matching="softmax")
    if name in ("sigmoid", "hard_sigmoid"):
        count = f" over {head.units} units" if many_units(head) else ""
        sure = Confidence.HIGH if many_units(head) else Confidence.MEDIUM
        notes = (Note(f"`{name_of(text, loss)}` takes one distribution over the classes", loss.span), *label_note(head))
        softmax, binary = replace_activation(text, final, "softmax"), replace_loss(text, loss, "binary_crossentropy")
        span, message, fixes = final.span, f"`{name}`{count} does not add up to 1", (softmax, binary)
        if several_marks(head):
            message = f"`{name_of(text, loss)}` takes one class, the labels mark several"
            span, fixes, notes = loss.span, (binary, softmax), (*activation_note(final), *label_note(head))
        return Verdict("sigmoid-with-categorical-loss", span, message, sure, notes=notes, fixes=fixes)
    if name == "linear":
        return _missing(head, text, "softmax")
    if name in RANGES and name != "exponential":
        return _unbounded(head, text, "softmax")
    return None


def _missing(head: Head, text: str, activation: str) -> Verdict:
    """No activation and no `from_logits=True`."""
    loss, final = head.loss, head.final
    assert final is not None
    words = layer_words(text, head)
    add = replace_activation(text, final, activation)
    rule = "logits-without-from-logits"
    if loss.call is not None and loss.call.name.startswith("keras.losses."):
        flag = loss.call.given("from_logits")
        note = Note(f"this output has no activation; {name_of(text, loss)} takes probabilities by default", final.span)
        if flag is not None:
            fix = Fix("Set `from_logits=True`", (Edit(flag.span, "True"),))
            message = f"`from_logits=False` on logits of {words}"
            return Verdict(rule, flag.span, message, notes=(note,), fixes=(fix, add))
        fix = Fix("Add `from_logits=True`", (loss.call.add_argument("from_logits=True"),))
        message = f"`from_logits=True` is missing, {words} outputs logits"
        return Verdict(rule, loss.call.callee, message, notes=(note,), fixes=(fix, add))
    message = f"{words} outputs logits, `{name_of(text, loss)}` takes probabilities"
    return Verdict(rule, final.span, message, notes=loss_note(text, loss), fixes=(add,))


def _unbounded(head: Head, text: str, activation: str) -> Verdict:
    final, name = head.final, head.activation
    assert final is not None
    message = f"`{name}` {RANGES[name]}, `{name_of(text, head.loss)}` takes probabilities"
    fixes = (replace_activation(text, final, activation),)
    notes = (*loss_note(text, head.loss), *label_note(head))
    return Verdict("unbounded-output-with-probability-loss", final.span, message, notes=notes, fixes=fixes)


def _against_logits(head: Head, text: str, matching: str) -> Verdict | None:
    """An activation before a loss that applies its own."""
    loss, final, name = head.loss, head.final, head.activation
    flag = loss.call.given("from_logits") if loss.call is not None else None
    if final is None or flag is None:
        return None
    drop = replace_activation(text, final, "linear")
    if name in ("softmax", "sigmoid", "hard_sigmoid"):
        message = f"`from_logits=True` on `{name}` output, which is probabilities already"
        edits = (Edit(flag.removal, ""),) if flag.removal is not None else ()
        fixes = (Fix("Remove `from_logits=True`", edits), drop) if name == matching and edits else (drop,)
        span = flag.span if flag.keyword is None else Span(flag.keyword.start, flag.span.end)
        notes: tuple[Note, ...] = activation_note(final)
        if name != matching:
            span, notes = final.span, (Note("the loss applies its own activation to logits", loss.span),)
        return Verdict("probabilities-with-from-logits", span, message, notes=notes, fixes=fixes)
    if name in ("relu", "relu6", "tanh", "softplus", "exponential"):
        message = f"`{name}` cuts off the logits that `{name_of(text, loss)}` takes"
        notes = (Note("`from_logits=True` makes the loss apply its own activation", flag.span),)
        rule = "unbounded-output-with-probability-loss"
        return Verdict(rule, final.span, message, Confidence.MEDIUM, notes=notes, fixes=(drop,))
    return None


def _labels_against_categorical(head: Head, text: str) -> Verdict | None:
    loss, labels = head.loss, head.labels
    sparse = loss.name == "sparse_categorical_crossentropy"
    wrong = one_hot(head) if sparse else class_numbers(head) or _one_number_each(head)
    if wrong:
        other = "categorical_crossentropy" if sparse else "sparse_categorical_crossentropy"
        return _label_form(head, text, replace_loss(text, loss, other))
    if _continuous_source(head):
        return _continuous(head, text)
    classes = labels.columns if one_hot(head) and is_integer(labels.columns) else labels.classes
    known = is_integer(classes) and is_integer(head.units) and classes > 1
    if not known or not is_integer(classes) or classes == head.units or head.final is None:
        return None
    return _units(head, text, classes) if one_hot(head) or class_numbers(head) else None


def _one_number_each(head: Head) -> bool:
    """True when labels of one axis, whatever they hold, meet an output of several units."""
    array = head.labels.array
    flat = array is not None and not head.labels.own and not head.labels.predicted and one_dimensional(array)
    return flat and many_units(head) and isinstance(head.labels.form, Unknown)


def _units(head: Head, text: str, classes: int) -> Verdict | None:
    """Units that are not as many as the classes."""
    assert isinstance(head.units, int)
    severity: Severity | None = None
    sure = Confidence.HIGH
    if not one_hot(head) and head.units > classes:
        known = head.labels.array is not None and head.labels.array.exact
        if not known:
            return None
        severity, sure = Severity.WARNING, Confidence.MEDIUM
        if head.units == classes + 1:
            severity, sure = Severity.INFO, Confidence.LOW
    span = head.where.span if head.where is not None else head.final.span if head.final is not None else head.loss.span
    unit = "unit" if head.units == 1 else "units"
    message = f"{head.units} {unit} for {classes} classes"
    notes = (*label_note(head), *loss_note(text, head.loss))
    fixes = (replace_units(text, head, classes),)
    return Verdict("units-against-classes", span, message, sure, severity, notes, fixes)


def _label_form(head: Head, text: str, fix: Fix) -> Verdict:
    """Labels of one form against a loss that takes another."""
    loss, labels = head.loss, head.labels
    forms = {"one-hot": "one-hot", "integer": "integers", "binary": "single 0 or 1"}
    have = forms.get(str(labels.form), "one number each")
    takes = "integer" if loss.name == "sparse_categorical_crossentropy" else "one-hot"
    if loss.name in BINARY:
        takes = "0-or-1"
    if labels.loader is not None and isinstance(labels.mode, str):
        return _label_mode(head, text, takes, fix)
    message = f"`{name_of(text, loss)}` takes {takes} labels, these are {have}"
    return Verdict("label-form-against-loss", loss.span, message, notes=label_note(head), fixes=(fix,))


def _label_mode(head: Head, text: str, takes: str, fix: Fix) -> Verdict:
    """The loss is at fault where swapping it is enough; the mode where units and loss agree against it."""
    labels, loss, loader = head.labels, head.loss, head.labels.loader
    assert loader is not None
    directory = loader.short.endswith("_from_directory") and not loader.short.startswith("flow")
    name = "label_mode" if directory else "class_mode"
    mode = {"one-hot": "categorical", "integer": "int" if directory else "sparse"}.get(takes, "binary")
    given = loader.given(name) or loader.extra_named(name)
    what = {"categorical": "one-hot labels", "binary": "0 or 1"}.get(str(labels.mode), "integers")
    place = loader.callee if given is None else given.span
    edit = Edit(place, f'"{mode}"') if given is not None else loader.add_argument(f'{name}="{mode}"')
    set_mode = Fix(f'Set `{name}="{mode}"`', (edit,))
    default = "" if given is not None else ", the default,"
    note = Note(f'`{name}="{labels.mode}"`{default} gives {what}', place)
    message = f"`{name_of(text, loss)}` takes {takes} labels, not {what}"
    rule = "label-mode-against-loss"
    if loss.name in BINARY and one_unit(head):
        message = f'`{name}="{labels.mode}"` gives {what}, the output has 1 unit'
        notes = (*loss_note(text, loss), Note("the loaders of all splits need the same mode"))
        return Verdict(rule, place, message, notes=notes, fixes=(set_mode,))
    return Verdict(rule, loss.span, message, notes=(note,), fixes=(fix, set_mode))


def _continuous_source(head: Head) -> bool:
    array = head.labels.array
    return array is not None and head.labels.form == "continuous" and array.source in TARGETS and array.scaling == "raw"


def _continuous(head: Head, text: str) -> Verdict:
    array = head.labels.array
    assert array is not None
    message = f"`{name_of(text, head.loss)}` takes classes, these labels are continuous"
    note = Note(f"{array.source.rpartition('.')[2]} has {TARGETS[array.source][2]}", head.labels.span)
    fix = replace_loss(text, head.loss, "mean_squared_error")
    return Verdict("label-form-against-loss", head.loss.span, message, notes=(note,), fixes=(fix,))


# Losses over yes-or-no answers


def _binary(head: Head, text: str) -> list[Verdict]:
    found = _activation_against_binary(head, text)
    if found is not None and found.rule == "softmax-with-binary-loss":
        return [found]
    labels = _labels_against_binary(head, text)
    return [verdict for verdict in (found, labels) if verdict is not None]


def _activation_against_binary(head: Head, text: str) -> Verdict | None:
    loss, final, name = head.loss, head.final, head.activation
    if final is None or not name:
        return None
    if name == "softmax":
        return _softmax_against_binary(head, text)
    if isinstance(loss.from_logits, Unknown):
        return None
    if loss.from_logits is True:
        return _against_logits(head, text, matching="sigmoid")
    if name == "linear":
        return _missing(head, text, "sigmoid")
    return _unbounded(head, text, "sigmoid") if name in RANGES else None


def _softmax_against_binary(head: Head, text: str) -> Verdict:
    loss, final = head.loss, head.final
    assert final is not None
    right = replace_loss(text, loss, _categorical_name(head))
    sigmoid = replace_activation(text, final, "sigmoid")
    sure = Confidence.HIGH if isinstance(head.units, int) and head.units > 2 else Confidence.MEDIUM
    count = f"`softmax` over {head.units} units" if many_units(head) else "`softmax`"
    rule = "softmax-with-binary-loss"
    if several_marks(head):
        message = f"{count} picks one class, the labels mark several"
        notes = (*loss_note(text, loss), *label_note(head))
        return Verdict(rule, final.span, message, sure, notes=notes, fixes=(sigmoid,))
    each = f"each of {head.units} `softmax` outputs" if many_units(head) else "each `softmax` output"
    message = f"`{name_of(text, loss)}` scores {each} on its own"
    notes = (*activation_note(final), *label_note(head))
    return Verdict(rule, loss.span, message, sure, notes=notes, fixes=(right, sigmoid))


def _labels_against_binary(head: Head, text: str) -> Verdict | None:
    labels = head.labels
    if _continuous_source(head):
        return _continuous(head, text)
    if one_hot(head) and one_unit(head):
        if labels.mode == "categorical":
            return _label_form(head, text, replace_loss(text, head.loss, "categorical_crossentropy"))
        count = labels.columns if is_integer(labels.columns) else labels.classes
        return _units(head, text, count) if is_integer(count) and count > 1 else None
    many = is_integer(labels.classes) and labels.classes > 2 and labels.form == "integer" and class_numbers(head)
    if not many or not isinstance(labels.classes, int):
        return None
    if one_unit(head):
        return _units(head, text, labels.classes)
    if many_units(head) and isinstance(head.units, int) and head.units >= labels.classes:
        return _label_form(head, text, replace_loss(text, head.loss, "sparse_categorical_crossentropy"))
    return None


# Losses over numbers


def _regression(head: Head, text: str) -> list[Verdict]:
    if head.labels.own or head.labels.predicted:
        return []
    found = _classes_as_numbers(head, text) or _softmax_as_numbers(head, text) or _bounded(head, text)
    return [found] if found is not None else []


def real_classes(head: Head) -> bool:
    """True when the labels are the classes of a data set for classification."""
    array = head.labels.array
    if array is None or not array.source.startswith(_CLASS_SOURCES):
        return False
    return is_integer(head.labels.classes) or head.labels.loader is not None


def _classes_as_numbers(head: Head, text: str) -> Verdict | None:
    loss, labels, final = head.loss, head.labels, head.final
    name = name_of(text, loss)
    numbers = class_numbers(head) and real_classes(head)
    if final is None or not (one_hot(head) or numbers):
        return None
    count = f"{labels.classes} classes" if is_integer(labels.classes) else "classes"
    message = f"`{name}` treats {count} as numbers"
    notes = (*activation_note(final), *label_note(head))
    if one_unit(head) or labels.form == "binary":
        if labels.form == "binary" and head.activation in ("sigmoid", "linear") and not one_hot(head):
            fixes: tuple[Fix, ...] = (replace_loss(text, loss, "binary_crossentropy"),)
        else:
            fixes = (Fix(f"Use {count} of `softmax` units with a cross-entropy", (), Safety.SHOWN),)
    else:
        fixes = (replace_loss(text, loss, _categorical_name(head)),)
        if head.activation not in ("softmax", ""):
            softmax = replace_activation(text, final, "softmax")
            fixes = (both("Use `softmax` with a cross-entropy", softmax, fixes[0]),)
    return Verdict("regression-loss-for-classes", loss.span, message, Confidence.MEDIUM, notes=notes, fixes=fixes)


def _softmax_as_numbers(head: Head, text: str) -> Verdict | None:
    loss, final = head.loss, head.final
    if head.activation != "softmax" or final is None or not many_units(head):
        return None
    name = name_of(text, loss)
    rule = "softmax-with-regression-loss"
    linear = replace_activation(text, final, "linear")
    if head.labels.form == "continuous":
        if not _continuous_source(head):
            return None
        notes = (*loss_note(text, loss), *label_note(head))
        message = f"`softmax` output adds up to 1, the targets of `{name}` do not"
        return Verdict(rule, final.span, message, notes=notes, fixes=(linear,))
    counts = any("accuracy" in metric.name for metric in head.metrics)
    sure, severity = (Confidence.MEDIUM, None) if counts else (Confidence.LOW, Severity.INFO)
    message = f"`{name}` trains `softmax` over {head.units} units as plain numbers"
    metric = next((m for m in head.metrics if "accuracy" in m.name), None)
    spoken = (Note("accuracy speaks of classes", metric.span),) if metric is not None else ()
    notes = (*activation_note(final), *spoken)
    fixes = (replace_loss(text, loss, "categorical_crossentropy"), linear)
    return Verdict(rule, loss.span, message, sure, severity, notes, fixes)


def _bounded(head: Head, text: str) -> Verdict | None:
    """An output that cannot reach the targets."""
    final, name, array = head.final, head.activation, head.labels.array
    if final is None or (name not in BOUNDS and name != "relu"):
        return None
    limits = BOUNDS.get(name, (0.0, float("inf")))
    reach = {"relu": "never goes below 0"}.get(name, f"stays within {limits[0]:g} and {limits[1]:g}")
    linear = replace_activation(text, final, "linear")
    rule = "bounded-output-for-regression"
    words, sure = _beyond(head, limits)
    if words:
        notes = (Note(f"the targets {words}", head.labels.span), *loss_note(text, head.loss))
        message = f"`{name}` output {reach}, the targets do not"
        return Verdict(rule, final.span, message, sure, notes=notes, fixes=(linear,))
    flat = isinstance(head.shape, tuple) and len(head.shape) == 2 and one_unit(head)
    if array is not None or not flat or name == "relu" or any("accuracy" in metric.name for metric in head.metrics):
        return None
    message = f"`{name}` output {reach}; targets beyond that are out of reach"
    return Verdict(rule, final.span, message, Confidence.LOW, Severity.INFO, loss_note(text, head.loss), (linear,))


def _beyond(head: Head, limits: tuple[float, float]) -> tuple[str, Confidence]:
    """How the targets leave the limits, as far as that is known; "" otherwise."""
    array = head.labels.array
    if array is None:
        return "", Confidence.LOW
    if array.scaling == "scaled" and any(step.name.endswith("StandardScaler") for step in array.steps):
        return "are standardized, so they lie on both sides of 0 and beyond 1", Confidence.MEDIUM
    if head.labels.form != "continuous":
        return "", Confidence.LOW
    if is_number(array.low) and is_number(array.high):
        outside = array.low < limits[0] or array.high > limits[1]
        sure = Confidence.HIGH if array.exact else Confidence.MEDIUM
        return (f"range from {array.low:g} to {array.high:g}" if outside else ""), sure
    if array.source in TARGETS and array.scaling == "raw":
        low, high, said = TARGETS[array.source]
        return (f"are {said}" if low < limits[0] or high > limits[1] else ""), Confidence.HIGH
    return "", Confidence.LOW
