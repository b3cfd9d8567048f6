"""What the layer rules share: the first failure of a chain, recurrent layers, labels per example, inserted layers."""

from __future__ import annotations

from collections.abc import Iterator

from default_lint.findings import Edit, Fix, Safety
from default_lint.program.heads import Head
from default_lint.program.objects import LayerObject
from default_lint.program.types import Argument, Call, Layer, Model, Problem, Program
from default_lint.program.values import Unknown, is_integer, is_known
from default_lint.rules.shared import failure_expected, one_dimensional
from default_lint.text import Span

RECURRENT = frozenset("LSTM GRU SimpleRNN RNN Bidirectional".split())
PASSING = frozenset(
    "Dropout SpatialDropout1D BatchNormalization LayerNormalization Activation ReLU LeakyReLU ELU PReLU Softmax "
    "GaussianNoise GaussianDropout ActivityRegularization Identity".split()
)
"""Layers that keep the shape."""

_DEEPEST = 60


def first_failures(program: Program, *kinds: str) -> Iterator[tuple[Model, Layer, Problem]]:
    """Layers that certainly cannot be applied to their input, with nothing doubtful before them."""
    for model in program.models:
        for layer in model.layers:
            problem = layer.problem
            if problem is None or problem.kind not in kinds or layer.uncertain:
                continue
            if failure_expected(program.document, layer.site):
                continue
            if not any(source.uncertain or source.problem is not None for source in ancestors(model, layer)):
                yield model, layer, problem


def ancestors(model: Model, layer: Layer) -> list[Layer]:
    """All layers that the input of `layer` comes through, nearest first."""
    found: dict[int, Layer] = {}
    waiting = list(model.sources(layer))
    while waiting:
        source = waiting.pop(0)
        if source.index not in found:
            found[source.index] = source
            waiting.extend(model.sources(source))
    return list(found.values())


def own_call(layer: Layer) -> Call:
    """The layer's own call, or that of the layer that a wrapper holds."""
    if layer.short in ("Bidirectional", "TimeDistributed"):
        inner = layer.call["layer"]
        if isinstance(inner, LayerObject):
            return inner.call
    return layer.call


def place(layer: Layer) -> Span:
    """The layer's name where it is applied, or the application where the layer was made elsewhere."""
    return layer.call.callee if layer.site.contains(layer.call.callee) else layer.site


def words(text: str, call: Call) -> str:
    """`LSTM(64)`: a call in short, with its first argument where that is brief."""
    first = next((item for item in call.arguments.values() if item.given and item.keyword is None), None)
    inside = text[first.span.start : first.span.end] if first is not None else ""
    return f"`{call.short}({inside})`" if 0 < len(inside) <= 12 and "\n" not in inside else f"`{call.short}`"


def before(model: Model, layer: Layer) -> Layer | None:
    """The layer that makes what comes in, looking through layers that keep the shape."""
    for _ in range(_DEEPEST):
        sources = model.sources(layer)
        if len(sources) != 1:
            return None
        layer = sources[0]
        if layer.short not in PASSING:
            return layer
    return None


def made_once(model: Model, layer: Layer) -> bool:
    """True when the source of this layer makes no other layer of the model, as a loop or a helper would."""
    return sum(other.call.span == layer.call.span for other in model.layers) == 1


def sequences(layer: Layer) -> bool | Unknown | None:
    """`return_sequences` of a recurrent layer, None for any other layer."""
    if layer.short not in RECURRENT:
        return None
    value = own_call(layer)["return_sequences"]
    return value if isinstance(value, (bool, Unknown)) else None


def per_example(head: Head) -> bool:
    """True when there is certainly one label, or one one-hot row, per example."""
    labels = head.labels
    if is_known(labels.mode) and labels.mode in ("int", "categorical", "binary", "sparse"):
        return True
    array = labels.array
    if array is None or labels.own or labels.predicted:
        return False
    if one_dimensional(array):
        return True
    if isinstance(array.shape, Unknown) or len(array.shape) != 2:
        return False
    last = array.shape[-1]
    return labels.form == "one-hot" or (is_integer(last) and last == 1)


def axes_of(head: Head) -> int:
    """Number of axes that come out, 0 when not known."""
    return 0 if isinstance(head.shape, Unknown) else len(head.shape)


def declaration(program: Program, model: Model, layer: Layer) -> Argument | None:
    """The argument that declares the shape of the input, when it reaches `layer` directly."""
    sources = model.sources(layer)
    if sources:
        direct = len(sources) == 1 and not sources[0].sources and sources[0].kind == "keras.Input"
        return sources[0].call.given("shape") if direct else None
    found = layer.call.given("input_shape") or layer.call.extra_named("input_shape")
    shape = layer.inputs[0] if layer.inputs else Unknown()
    if found is not None or model.kind != "sequential" or isinstance(shape, Unknown):
        return found
    wanted = tuple(shape[1:])
    for call in program.calls_of("keras.Input", "keras.layers.InputLayer"):
        given = call.given("shape")
        if given is not None and isinstance(given.value, (tuple, list)) and tuple(given.value) == wanted:
            return given
    return None


def insert_layer(program: Program, layer: Layer, name: str) -> Fix:
    """The fix that puts a layer without arguments in front of `layer`; shown only where the source is not plain."""
    text, call = program.document.text, layer.call
    title = f"Put `{name}()` in front"
    prefix = call.spelled.removesuffix(call.short)
    imported = any(item.canonical == f"keras.layers.{name}" and item.alias == name for item in program.imports)
    if not call.spelled.endswith(call.short) or (not prefix and not imported):
        return Fix(title, (), Safety.SHOWN)
    made = f"{prefix}{name}()"
    if layer.site == call.span and text[: call.span.start].rstrip()[-1:] in ("[", ","):
        line = text[text.rfind("\n", 0, call.span.start) + 1 : call.span.start]
        gap = f",\n{line}" if not line.strip() else ", "
        return Fix(title, (Edit(Span(call.span.start, call.span.start), made + gap),), Safety.UNSAFE)
    statement = _adding(text, call.span)
    if statement is not None:
        start, receiver, indent = statement
        return Fix(title, (Edit(Span(start, start), f"{receiver}({made})\n{indent}"),), Safety.UNSAFE)
    applied = Span(call.span.end, layer.site.end)
    inside = text[applied.start + 1 : applied.end - 1]
    if layer.site.start == call.span.start and inside.isidentifier():
        return Fix(title, (Edit(applied, f"({made}({inside}))"),), Safety.UNSAFE)
    return Fix(title, (), Safety.SHOWN)


def _adding(text: str, span: Span) -> tuple[int, str, str] | None:
    """Start, `model.add` and indentation of the statement `model.add(<span>)`, when it stands alone on its line."""
    line = text.rfind("\n", 0, span.start) + 1
    head = text[line : span.start]
    receiver = head.strip().removesuffix("(")
    if not head.strip().endswith(".add(") or not receiver.replace(".", "").isidentifier():
        return None
    indent = head[: len(head) - len(head.lstrip())]
    return line + len(indent), receiver, indent
