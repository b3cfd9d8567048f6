"""Outputs with more axes than the labels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from default_lint.program.heads import Head, heads
from default_lint.program.types import Layer, Model, Program
from default_lint.program.values import Unknown, is_integer
from default_lint.rules.layer._common import PASSING, axes_of, per_example, sequences

JUDGED = frozenset(
    "categorical_crossentropy sparse_categorical_crossentropy binary_crossentropy mean_squared_error "
    "mean_absolute_error huber".split()
)
_KEEPING = PASSING | {"Dense", "TimeDistributed", "Conv1D", "MaxPooling1D", "MaxPool1D"}
_MAPS = frozenset("Conv2D Conv3D SeparableConv2D DepthwiseConv2D MaxPooling2D MaxPool2D AveragePooling2D".split())
_DEEPEST = 60


@dataclass(frozen=True)
class Surplus:
    """An output with steps or cells left over. `recurrent` returns the steps, else `first` is to be flattened."""

    head: Head
    output: Layer
    first: Layer
    recurrent: Layer | None
    certain: bool


def surplus(program: Program) -> Iterator[Surplus]:
    """Every output that has three axes or more where the labels have one row per example."""
    for model in program.models:
        for head in heads(model):
            outputs = model.output_layers()
            if head.layer is None or head.output >= len(outputs) or axes_of(head) < 3:
                continue
            certain = per_example(head)
            if head.loss.name not in JUDGED or not (certain or _shrunk_map(model, outputs[head.output], head)):
                continue
            first, recurrent = _start(model, outputs[head.output])
            if first is not None:
                yield Surplus(head, outputs[head.output], first, recurrent, certain)


def _start(model: Model, layer: Layer) -> tuple[Layer | None, Layer | None]:
    """The earliest `Dense` of the tail that keeps all axes, and the recurrent layer before it."""
    first = layer
    for _ in range(_DEEPEST):
        if layer.uncertain or layer.problem is not None:
            return None, None
        if sequences(layer) is True:
            return first, layer
        if layer.short == "Dense":
            first = layer
        if layer.short not in _KEEPING or len(layer.sources) != 1:
            return first, None
        layer = model.sources(layer)[0]
    return None, None


def _shrunk_map(model: Model, layer: Layer, head: Head) -> bool:
    """A `Dense` classifier straight on a map that pools and convolutions have shrunk: no dense prediction."""
    if not model.complete or len(model.inputs) != 1 or head.several > 1 or head.labels.own or head.labels.predicted:
        return False
    shape, given = layer.shape, model.inputs[0]
    if isinstance(shape, Unknown) or isinstance(given, Unknown) or len(shape) != 4 or len(given) != 4:
        return False
    labels = head.labels.array
    if labels is not None and not isinstance(labels.shape, Unknown):
        return False
    sizes = list(zip(given[1:3], shape[1:3], strict=True))
    if not all(is_integer(old) and is_integer(new) and 1 < new < old for old, new in sizes):
        return False
    if head.loss.name not in ("categorical_crossentropy", "sparse_categorical_crossentropy", "binary_crossentropy"):
        return False
    dense = 0
    while layer.short in PASSING or layer.short == "Dense":
        dense += layer.short == "Dense"
        if len(layer.sources) != 1:
            return False
        layer = model.sources(layer)[0]
    if layer.kind.startswith("keras.applications.") or (layer.nested is not None and _is_backbone(layer.nested)):
        return dense >= 1
    return dense >= 2 and layer.short in _MAPS


def _is_backbone(model: Model) -> bool:
    return model.call is not None and model.call.name.startswith("keras.applications.")
