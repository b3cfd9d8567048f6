"""Small questions about tensors, nodes and shapes that several modules ask."""

from __future__ import annotations

from collections.abc import Sequence

from default_lint.program import shapes
from default_lint.program.objects import (
    LayerObject,
    Node,
    Tensor,
)
from default_lint.program.values import (
    UNKNOWN,
    Shape,
    Value,
)
from default_lint.text import Span

NOWHERE = Span(0, 0)


def declared_by(layer: LayerObject) -> Shape | None:
    """The input shape that a first layer declares by `input_shape=` and the like."""
    arguments = {name: item.value for name, item in layer.call.arguments.items()}
    for extra in layer.call.extra:
        arguments[extra.name] = extra.value
    if layer.nested is not None and layer.nested.kind == "sequential":
        if layer.nested.declared is not None:
            return layer.nested.declared
        return declared_by(layer.nested.entries[0].layer) if layer.nested.entries else None
    if layer.nested is not None and layer.nested.inputs:
        return layer.nested.inputs[0].shape
    return shapes.declared_input(layer.call.name, arguments)


def reachable(outputs: Sequence[Tensor]) -> list[Node]:
    """The nodes behind these tensors, in creation order."""
    seen: dict[int, Node] = {}
    waiting = [tensor.node for tensor in outputs]
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen[id(node)] = node
        waiting.extend(tensor.node for tensor in node.inputs)
    return sorted(seen.values(), key=lambda node: node.order)


def batched(shape: Value) -> Shape:
    """(60000, 28, 28) of an array -> (None, 28, 28) of a batch."""
    return (None, *shape[1:]) if isinstance(shape, tuple) and shape else UNKNOWN
