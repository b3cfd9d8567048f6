"""Words and edits for the halves of an output: its activation, its units, its loss, its metrics."""

from __future__ import annotations

from default_lint.findings import Edit, Fix, Note, Safety
from default_lint.program.heads import Applied, Head, decisive_call
from default_lint.program.types import Call, Loss, Metric
from default_lint.text import Span

_CLASSES = {
    "binary_crossentropy": "BinaryCrossentropy",
    "categorical_crossentropy": "CategoricalCrossentropy",
    "sparse_categorical_crossentropy": "SparseCategoricalCrossentropy",
    "mean_squared_error": "MeanSquaredError",
    "categorical_accuracy": "CategoricalAccuracy",
    "sparse_categorical_accuracy": "SparseCategoricalAccuracy",
    "binary_accuracy": "BinaryAccuracy",
    "mae": "MeanAbsoluteError",
}


def cut(text: str, span: Span) -> str:
    """The source at a span."""
    return text[span.start : span.end]


def literal(text: str, span: Span) -> str:
    """The content of a plain string literal that stands at `span`; "" for anything else."""
    found = cut(text, span)
    plain = len(found) > 2 and found[0] in "\"'" and found[-1] == found[0] and found[0] not in found[1:-1]
    return found[1:-1] if plain else ""


def quoted(text: str, span: Span, word: str) -> str:
    """`word` in the quotes that the literal at `span` has."""
    return f"{text[span.start]}{word}{text[span.start]}"


def name_of(text: str, item: Loss | Metric) -> str:
    """A loss or metric in the user's own words where those are short and plain."""
    if item.call is not None:
        return item.call.short
    return literal(text, item.span) or item.name


def swap(text: str, item: Loss | Metric, name: str) -> tuple[Edit, ...]:
    """Edits that put another loss or metric in place; none where the source does not allow it."""
    if literal(text, item.span):
        return (Edit(item.span, quoted(text, item.span, name)),)
    if item.call is None or name not in _CLASSES or not _dotted(item.call) or not _fits(item.call, name):
        return ()
    return (Edit(item.call.callee, _CLASSES[name]),) if cut(text, item.call.callee) == item.call.short else ()


def _fits(call: Call, name: str) -> bool:
    """True when the other class takes every argument that is passed."""
    common = {"from_logits", "reduction", "name", "dtype"} if name.endswith("crossentropy") else {"name", "dtype"}
    if name in ("binary_crossentropy", "categorical_crossentropy"):
        common.add("label_smoothing")
    given = {argument.name for argument in call.arguments.values() if argument.given}
    return given <= common and not call.extra and not call.spread


def _dotted(call: Call) -> bool:
    return "." in call.spelled


def replace_loss(text: str, loss: Loss, name: str) -> Fix:
    """The fix that takes another loss."""
    edits = swap(text, loss, name)
    shown = name if loss.call is None else _CLASSES.get(name, name)
    return Fix(f"Replace the loss with `{shown}`", edits, Safety.UNSAFE if edits else Safety.SHOWN)


def replace_metric(text: str, metric: Metric, name: str) -> Fix:
    """The fix that takes another metric."""
    edits = swap(text, metric, name)
    shown = name if metric.call is None else _CLASSES.get(name, name)
    return Fix(f"Replace with `{shown}`", edits, Safety.UNSAFE if edits else Safety.SHOWN)


def replace_activation(text: str, final: Applied, name: str) -> Fix:
    """The fix that takes another activation ("linear": none at all)."""
    edits: tuple[Edit, ...] = ()
    argument = final.argument
    own = argument is not None and argument.given
    if argument is not None and own and (literal(text, argument.span) or _plain(cut(text, argument.span))):
        if name == "linear" and final.how == "argument" and argument.removal is not None:
            edits = (Edit(argument.removal, ""),)
        else:
            same = quoted(text, argument.span, name) if literal(text, argument.span) else f'"{name}"'
            edits = (Edit(argument.span, same),)
    elif final.how == "argument" and not own and not final.call.spread and final.call.name.startswith("keras.layers."):
        edits = (final.call.add_argument(f'activation="{name}"'),)
    elif final.how == "function" and _dotted(final.call) and name == "sigmoid":
        edits = (Edit(final.call.callee, name),) if cut(text, final.call.callee) == final.call.short else ()
    if name == "linear":
        title = "Remove the activation"
    else:
        title = f"Replace with `{name}`" if final.name != "linear" else f'Add `activation="{name}"`'
    return Fix(title, edits, Safety.UNSAFE if edits else Safety.SHOWN)


def _plain(source: str) -> bool:
    """A dotted name such as `tf.nn.softmax`, or None: not a variable that others may use too."""
    if source == "None":
        return True
    return "." in source and source.replace(".", "").replace("_", "").isalnum() and not source.startswith("self.")


def replace_units(text: str, head: Head, count: int) -> Fix:
    """The fix that takes another number of units."""
    where = head.where
    edits = (Edit(where.span, str(count)),) if where is not None and cut(text, where.span).isdigit() else ()
    return Fix(f"Use {count} units", edits, Safety.UNSAFE if edits else Safety.SHOWN)


def both(title: str, *fixes: Fix) -> Fix:
    """Several fixes as one; shown only when one of them cannot be made."""
    if all(fix.edits for fix in fixes):
        return Fix(title, tuple(edit for fix in fixes for edit in fix.edits), Safety.UNSAFE)
    return Fix(title, (), Safety.SHOWN)


def activation_note(final: Applied | None) -> tuple[Note, ...]:
    """Where the activation stands."""
    if final is None or not isinstance(final.name, str):
        return ()
    if final.name == "linear":
        return (Note("this output has no activation", final.span),)
    return (Note(f"the output activation is `{final.name}`", final.span),)


def loss_note(text: str, loss: Loss) -> tuple[Note, ...]:
    """Where the loss stands."""
    return (Note(f"the loss is `{name_of(text, loss)}`", loss.span),)


def label_note(head: Head) -> tuple[Note, ...]:
    """What the labels are, and where they come from."""
    labels = head.labels
    if not isinstance(labels.form, str) or labels.span is None:
        return ()
    words = {"binary": "0 or 1", "integer": "integers", "one-hot": "one-hot", "continuous": "continuous"}
    count = f", {labels.classes} classes" if isinstance(labels.classes, int) and labels.form != "binary" else ""
    return (Note(f"the labels are {words[labels.form]}{count}", labels.span),)


def layer_words(text: str, head: Head) -> str:
    """`Dense(10)`: the output layer in short."""
    if head.layer is None:
        return "the output"
    call = decisive_call(head.layer)
    first = call.given("units") or call.given("filters")
    inside = cut(text, first.span) if first is not None else ""
    return f"`{call.short}({inside})`" if 0 < len(inside) <= 12 and "\n" not in inside else f"`{call.short}`"
