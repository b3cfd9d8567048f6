"""Inlay hints: the output shape and the number of parameters behind each layer."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple
from weakref import WeakKeyDictionary

from default_lint.program.types import Layer, Model
from default_lint.program.values import Unknown, is_integer
from default_lint.text import Span
from default_lsp.analysis import Analysis
from default_lsp.markdown import code, paragraphs, plain, table
from default_lsp.outline import Outline, Use, kind_of, outline, shown, tells, whole

TIMES = "\u00d7"  # the sign of multiplication
ROWS = 12  # applications that a tooltip lists
_KEEPS = ("Activation", "Dropout", "Dropout1D", "Dropout2D", "Dropout3D", "GaussianNoise", "Masking", "ReLU", "Softmax")
_ADDED = re.compile(r"\.(?:add|append)\([ \t]*\Z")
TURNS = "Made in a loop of unknown length: what is told is its first turn."
_BATCH = "`None` is the batch axis: its size comes with the data."


class Hint(NamedTuple):
    """A label to show at an offset, and what to say about it in Markdown."""

    offset: int
    label: str
    tooltip: str


def hints(analysis: Analysis, span: Span) -> list[Hint]:
    """The hints inside `span`, in order."""
    found = outline(analysis)
    placed = _known.get(found)
    if placed is None:
        placed = _known[found] = {}
        for offset, label, uses in sorted(_placed(found), key=lambda item: item[0]):
            placed.setdefault(offset, (label, uses))
    return [
        Hint(offset, label, tooltip(uses))
        for offset, (label, uses) in placed.items()
        if span.start <= offset <= span.end
    ]


_known: WeakKeyDictionary[Outline, dict[int, tuple[str, Sequence[Use]]]] = WeakKeyDictionary()


def _placed(found: Outline) -> Iterator[tuple[int, str, Sequence[Use]]]:
    """Each hint's offset and label, and the applications it tells of."""
    several: set[Span] = set()
    for span, uses in found.made.items():
        layer = uses[0].layer
        if layer.nested is not None and layer.nested.kind not in ("application", "layer"):
            several.add(span)  # the model has a lens of its own; its shapes stand where it is applied
            continue
        if not found.is_call(span) or not _worth(uses):
            continue
        if len({shown(use.layer.shape) for use in uses if tells(use.layer.shape)}) > 1:
            several.add(span)
        label = label_of(uses)
        if label:
            yield _end(found, span, uses), label, uses
    for site, uses in found.applied.items():
        made = [use for use in uses if use.layer.call.span in several]
        if made and _worth(made):
            label = label_of(made, parameters=not _shared(found, made[0].layer))
            if label:
                yield _after(found, site.end), label, made


def _shared(found: Outline, layer: Layer) -> bool:
    """True for a layer of weights that are told where it is made: one object, applied here and elsewhere."""
    return layer.nested is None and len({id(use.layer.call) for use in found.made[layer.call.span]}) == 1


def _worth(uses: Sequence[Use]) -> bool:
    """False for inputs, operators, and layers that leave the shape as it is and have no parameters."""
    layers = [use.layer for use in uses]
    if layers[0].kind == "keras.Input" or layers[0].kind.startswith(("operator.", "unknown.")):
        return False
    return not all(map(_passes, layers))


def _passes(layer: Layer) -> bool:
    """True for a layer that certainly gives out the shape it is given, and has no parameters."""
    shape = layer.shape
    if layer.parameters != 0 or len(layer.inputs) != 1 or isinstance(shape, Unknown):
        return False
    if not whole(shape[1:]) and not layer.short.endswith(_KEEPS):
        return False
    return shown(layer.inputs[0]) == shown(shape)


def _end(found: Outline, span: Span, uses: Sequence[Use]) -> int:
    """Where the hint of a layer stands: behind the application when that continues the call, else behind the call."""
    ends = {use.layer.site.end for use in uses if use.layer.site.start == span.start and use.layer.site.end > span.end}
    if len(ends) == 1 and found.is_call(Span(span.start, *ends)):
        return _after(found, ends.pop())
    text = found.document.text
    if text[span.end : span.end + 1] == ")" and _ADDED.search(text, max(span.start - 40, 0), span.start):
        return _after(found, span.end + 1)
    return _after(found, span.end)


def _after(found: Outline, end: int) -> int:
    """Behind a comma that follows directly."""
    return end + 1 if found.document.text[end : end + 1] == "," else end


def label_of(uses: Iterable[Use], parameters: bool = True) -> str:
    """Shape and parameters of what stands at one place; "" when nothing is known.

    Applications within one model are one after the other ("a … b · 3×"); different models or readings are
    alternatives ("a or b").
    """
    groups: dict[tuple[int, int], list[Layer]] = {}
    for use in uses:
        groups.setdefault((use.reading, id(use.model)), []).append(use.layer)
    shapes = _either(map(_shapes, groups.values()))
    counts = _either(map(_count, groups.values())) if parameters else ""
    return " · ".join(filter(None, (shapes, f"{counts} param{'s' if counts != '1' else ''}" if counts else "")))


def _either(told: Iterable[str]) -> str:
    several = list(dict.fromkeys(filter(None, told)))
    return f"{several[0]} or …" if len(several) > 2 else " or ".join(several)


def _shapes(layers: Sequence[Layer]) -> str:
    """The shapes that come out of one place within one model, and how often."""
    shapes = list(dict.fromkeys(shown(layer.shape) for layer in layers if tells(layer.shape)))
    if not shapes:
        return ""
    told = shapes[0] if len(shapes) == 1 else f"{shapes[0]} … {shapes[-1]}"
    times = "n" if any(layer.uncertain for layer in layers) else str(len(layers)) if len(layers) > 1 else ""
    return f"{told} · {times}{TIMES}" if times else told


def _count(layers: Sequence[Layer]) -> str:
    """The parameters of one place within one model; those of a loop of unknown length are not known."""
    total = None if any(layer.uncertain for layer in layers) else parameter_count(layers)
    return f"{total:,}" if total else ""


def parameter_count(layers: Iterable[Layer]) -> int | None:
    """Parameters of several applications together, a shared layer counted once; None when not known."""
    each = {id(layer.call): layer.parameters for layer in layers}
    total = 0
    for count in each.values():
        if isinstance(count, Unknown):
            return None
        total += count
    return total


def tooltip(uses: Sequence[Use]) -> str:
    """What a hint says in full: from which shape to which, and what the parameters are made of."""
    rows = list(dict.fromkeys(applications(uses)))
    first = uses[0].layer
    shapes = [shape for use in uses for shape in (*use.layer.inputs, use.layer.shape)]
    batch = any(isinstance(shape, tuple) and shape and shape[0] is None for shape in shapes)
    if len(rows) == 1:
        heading = f"{code(kind_of(first))}{place_of(uses)}"
        return paragraphs((heading, change(first), weights(first), _BATCH if batch else ""))
    heading = f"{code(kind_of(first))} · applied {len(rows)} times"
    turns = TURNS if any(use.layer.uncertain for use in uses) else ""
    return paragraphs((heading, listed(rows), turns, _BATCH if batch else ""))


def applications(uses: Sequence[Use]) -> Iterator[tuple[str, str, str, str]]:
    """Each application as a row: the layer's number and model, what comes in, what comes out, parameters."""
    own = [use for use in uses if use.model is None or use.model.kind != "application"]
    return (_row(use) for use in own or uses)


def listed(rows: Sequence[tuple[str, str, str, str]]) -> str:
    """Applications as a table."""
    more = f"{len(rows) - ROWS} more" if len(rows) > ROWS else ""
    return paragraphs((table(("Layer", "Input", "Output", "Parameters"), rows[:ROWS], right=(3,)), more))


def _row(use: Use) -> tuple[str, str, str, str]:
    layer = use.layer
    given = ", ".join(code(shown(shape)) for shape in layer.inputs)
    count = "?" if isinstance(layer.parameters, Unknown) else f"{layer.parameters:,}"
    where = f"{layer.index + 1} of {_called(use.model)}" if use.model is not None else ""
    return (where, given, code(shown(layer.shape)), count)


def _called(model: Model | None) -> str:
    """What to call a model: a custom layer by its class, a model without a name by its kind."""
    if model is None:
        return ""
    if model.subclass is not None and (model.kind == "layer" or not model.name):
        return code(model.subclass.name)
    return code(model.name) if model.name else f"a {model.kind} model"


def place_of(uses: Sequence[Use]) -> str:
    """Which layers of which model: ` · layer 3 of `model``, ` · layers 3, 6, 9 of `model``."""
    models: dict[int, list[Use]] = {}
    for use in uses:
        if use.model is not None:
            models.setdefault(id(use.model), []).append(use)
    if not models:
        return " · used by no model"
    told: list[str] = []
    for group in models.values():
        model = group[0].model
        numbers = list(dict.fromkeys(str(use.layer.index + 1) for use in group))
        if len(numbers) > 6:
            numbers = [*numbers[:4], "…", numbers[-1]]
        if model is not None and model.kind == "application":
            told.append(code(model.name) if model.name else "")
            continue
        told.append(f"layer{'s' if len(numbers) > 1 else ''} {', '.join(numbers)} of {_called(model)}")
    told = list(dict.fromkeys(filter(None, told)))
    if not told:
        return ""
    return " · " + (", ".join(told) if len(told) < 4 else f"{', '.join(told[:2])} and {len(told) - 2} more")


def change(layer: Layer) -> str:
    """`input` → `output`, as far as known."""
    if layer.problem is not None:
        return plain(f"Cannot be applied to {', '.join(map(shown, layer.inputs))}: ") + plain(layer.problem.message)
    given = ", ".join(code(shown(shape)) for shape in layer.inputs if not isinstance(shape, Unknown))
    made = code(shown(layer.shape)) if not isinstance(layer.shape, Unknown) else ""
    if given and made:
        return f"{given} → {made}"
    return f"Output {made}" if made else f"Input {given}" if given else ""


def weights(layer: Layer) -> str:
    """The parameters of a layer, what they are made of, and whether they are trained."""
    count = layer.parameters
    if isinstance(count, Unknown) or layer.kind == "keras.Input" or layer.kind.startswith("operator."):
        return ""
    if not count:
        return "no parameters" if layer.nested is None else ""
    terms = arithmetic(layer)
    made = f" = {terms}" if terms else ""
    state = {True: ", trainable", False: ", frozen"}.get(layer.trainable, "")  # type: ignore[arg-type]
    if layer.short == "BatchNormalization" and layer.trainable is True:
        state = ": scale and offset are trained, mean and variance follow the data"
    turn = " in the first turn of a loop of unknown length" if layer.uncertain else ""
    return f"{count:,} parameter{'s' if count != 1 else ''}{made}{state}{turn}"


def arithmetic(layer: Layer) -> str:
    """How the parameters of a simple layer come about, `128 × 64 + 64`; "" when it is not simple."""
    for terms in _terms(layer):
        if terms and sum(_product(term) for term in terms) == layer.parameters:
            return " + ".join(f" {TIMES} ".join(f"{factor:,}" for factor in term) for term in terms)
    return _gates(layer)


def _product(factors: Sequence[int]) -> int:
    total = 1
    for factor in factors:
        total *= factor
    return total


def _terms(layer: Layer) -> Iterator[Sequence[tuple[int, ...]]]:
    """Sums of products that may be the number of parameters."""
    call = layer.call
    incoming = layer.inputs[0] if layer.inputs else None
    axes = incoming if isinstance(incoming, tuple) else ()
    channels = axes[1 if call["data_format"] == "channels_first" else -1] if len(axes) > 1 else None
    if layer.short == "Embedding":
        rows, columns = call["input_dim"], call["output_dim"]
        if is_integer(rows) and is_integer(columns):
            yield [(rows, columns)]
    if not is_integer(channels):
        return
    units = call["units"] if "units" in call.arguments else call["filters"]
    if layer.short.endswith("Normalization"):
        yield from ([(factor, channels)] for factor in (4, 3, 2, 1))
    elif layer.short == "Dense" and is_integer(units):
        yield [(channels, units), (units,)]
        yield [(channels, units)]
    elif "Conv" in layer.short:
        kernel = _kernel(layer, len(axes) - 2)
        if kernel is None:
            return
        if layer.short.startswith("Depthwise"):
            yield [(*kernel, channels), (channels,)]
            yield [(*kernel, channels)]
        elif is_integer(units):
            groups = call["groups"] if is_integer(call["groups"]) and call["groups"] > 0 else 1
            yield [(*kernel, channels // groups, units), (units,)]
            yield [(*kernel, channels // groups, units)]
            yield [(*kernel, channels), (channels, units), (units,)]
            yield [(*kernel, channels), (channels, units)]


def _kernel(layer: Layer, rank: int) -> tuple[int, ...] | None:
    size = layer.call["kernel_size"]
    if is_integer(size):
        return (size,) * max(rank, 0)
    if isinstance(size, (tuple, list)) and all(is_integer(side) for side in size):
        return tuple(size)
    return None


def _gates(layer: Layer) -> str:
    """The parameters of a recurrent layer."""
    units = layer.call["units"]
    incoming = layer.inputs[0] if layer.inputs else None
    features = incoming[-1] if isinstance(incoming, tuple) and len(incoming) == 3 else None
    if not is_integer(units) or not is_integer(features):
        return ""
    for short, gates, biases in (("LSTM", 4, 1), ("GRU", 3, 2), ("GRU", 3, 1), ("SimpleRNN", 1, 1)):
        if layer.short == short and gates * units * (features + units + biases) == layer.parameters:
            each = f"({features:,} + {units:,} + {biases}) {TIMES} {units:,}"
            return f"{gates} {TIMES} {each}" if gates > 1 else each
    return ""
