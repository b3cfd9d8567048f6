"""Small questions about tensors, nodes and shapes that several modules ask."""

from __future__ import annotations

from collections.abc import Sequence

from default_lint.program import shapes
from default_lint.program.objects import (
    LayerObject,
    ModelObject,
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


def reachable(outputs: Sequence[Tensor], inputs: Sequence[Tensor] = ()) -> list[Node]:
    """The nodes behind these tensors, in creation order; not those whose results are the `inputs` of a model."""
    beyond = {id(tensor.node) for tensor in inputs if tensor.node.inputs}
    seen: dict[int, Node] = {}
    waiting = [tensor.node for tensor in outputs]
    while waiting:
        node = waiting.pop()
        if id(node) in seen or id(node) in beyond:
            continue
        seen[id(node)] = node
        waiting.extend(tensor.node for tensor in (*node.inputs, *node.beside))
    return sorted(seen.values(), key=lambda node: node.order)


def listed(model: ModelObject) -> list[LayerObject] | None:
    """The layers of a functional model as Keras lists them in `layers`: those farthest from the outputs first.

    None when it cannot be told: functions that we do not know may add layers, and a model cut out of another has
    inputs of its own.
    """
    if any(tensor.node.inputs for tensor in model.inputs):
        return None
    nodes, found = _traversed(model.outputs)
    if not all(_is_layer(node) or node.layer.call.name.startswith(_OPERATIONS) for node in nodes):
        return None
    depths: dict[int, int] = {}
    far: dict[int, int] = {}
    for node in reversed(nodes):
        depth = max(depths.get(id(node), 0), far.get(id(node.layer), 0))
        far[id(node.layer)] = depths[id(node)] = depth
        for tensor in (*node.inputs, *node.beside):
            depths[id(tensor.node)] = max(depth + 1, depths.get(id(tensor.node), 0))
    layers = {id(node.layer): node.layer for node in nodes if _is_layer(node)}
    ordered = sorted(layers, key=lambda key: (-far[key], found[key]))
    unused = [tensor.node.layer for tensor in model.inputs if id(tensor.node.layer) not in layers]
    first = sum(far[key] > 0 for key in ordered)
    known = [layers[key] for key in ordered]
    return [*known[:first], *unused, *known[first:]]


_OPERATIONS = ("operator.", "keras.ops.", "keras.activations.", "keras.random.", "keras.applications.")
"""Of Keras 3: part of a model's graph, but not of its `layers`."""


def _is_layer(node: Node) -> bool:
    layer = node.layer
    if layer.nested is not None or layer.instance is not None or layer.inside is not None:
        return True
    return layer.call.name.startswith(("keras.layers.", "keras.Input"))


def _traversed(outputs: Sequence[Tensor]) -> tuple[list[Node], dict[int, int]]:
    """The nodes behind tensors, each after what it hangs on, and when each layer was first met from the end."""
    found: dict[int, int] = {}
    done: list[Node] = []
    entered: set[int] = set()
    for output in outputs:
        waiting: list[tuple[Node, bool]] = [(output.node, False)]
        while waiting:
            node, leaving = waiting.pop()
            if leaving:
                done.append(node)
                continue
            if id(node) in entered:
                continue
            entered.add(id(node))
            found.setdefault(id(node.layer), len(found))
            waiting.append((node, True))
            waiting.extend((tensor.node, False) for tensor in reversed((*node.inputs, *node.beside)))
    return done, found


def batched(shape: Value) -> Shape:
    """(60000, 28, 28) of an array -> (None, 28, 28) of a batch."""
    return (None, *shape[1:]) if isinstance(shape, tuple) and shape else UNKNOWN
