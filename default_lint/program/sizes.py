"""Shapes and sizes of layers and models as they are applied, and of the user's own classes by following `call`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from default_lint.program import data, shapes
from default_lint.program.calls import Given
from default_lint.program.graph import NOWHERE, batched, reachable
from default_lint.program.objects import (
    Function,
    Instance,
    LayerObject,
    ModelObject,
    Node,
    Tensor,
    Trace,
)
from default_lint.program.types import Call
from default_lint.program.values import (
    TRAINING,
    UNKNOWN,
    Reference,
    Shape,
    Unknown,
    Value,
    is_integer,
    is_known,
)

if TYPE_CHECKING:
    from default_lint.program.build import Builder


class Sizes:
    """Shapes and sizes of what is applied; the `call` of the user's own classes is followed."""

    def __init__(self, builder: Builder) -> None:
        self.builder = builder
        self.invoke = builder.invoke
        self.interpreter = builder.interpreter
        self.trace: Trace = builder.trace

    def infer(self, node: Node, layer: LayerObject, given: Sequence[Given], inputs: list[Shape]) -> tuple[Shape, ...]:
        """Output shapes of a new node; its parameter count and problem are set."""
        if layer.nested is not None:
            outputs, parameters = self.infer_model(layer.nested, inputs)
            node.parameters = parameters
            return outputs
        if layer.instance is not None:
            return self._infer_custom(node, layer, given)
        arguments = self.arguments(layer.call)
        arguments.update({item.keyword: item.value for item in given if item.keyword == "return_attention_scores"})
        inferred = shapes.infer(layer.call.name, arguments, inputs, self.infer_value)
        node.parameters, node.problem = inferred.parameters, inferred.problem
        if layer.call.name == "keras.layers.Lambda" and layer.call["output_shape"] is None:
            node.parameters = 0
            return self._follow_lambda(layer, [item.value for item in given if item.keyword is None])
        return inferred.outputs or (inferred.output,)

    def _follow_lambda(self, layer: LayerObject, values: Sequence[Value]) -> tuple[Shape, ...]:
        """The function of a Lambda layer, followed with the tensors that come in."""
        more = layer.call["arguments"]
        if len(values) != 1 or more not in (None, {}) or self.builder.tracing > 12:
            return (UNKNOWN,)
        self.builder.tracing += 1
        try:
            result = self.invoke.apply(layer.call["function"], values)
        finally:
            self.builder.tracing -= 1
        return tuple(tensor.shape for tensor in self.builder.tensors_in(result)) or (UNKNOWN,)

    def arguments(self, call: Call) -> dict[str, Value]:
        """The values of a call's arguments, as the shape rules take them."""
        return {name: _as_call(item.value) for name, item in call.arguments.items()}

    def infer_value(self, value: Value, inputs: Sequence[Shape]) -> shapes.Inference:
        """Shapes of a layer held by a wrapper."""
        value = self.builder.side(value)
        if isinstance(value, ModelObject):
            outputs, parameters = self.infer_model(value, list(inputs))
            return shapes.Inference(outputs[0], parameters)
        if isinstance(value, LayerObject) and value.nested is not None:
            return self.infer_value(value.nested, inputs)
        if isinstance(value, LayerObject) and value.call.name == "keras.layers.Lambda" and len(inputs) == 1:
            return self._inferred_lambda(value, inputs[0])
        if isinstance(value, LayerObject) and value.instance is None:
            return shapes.infer(value.call.name, self.arguments(value.call), inputs, self.infer_value)
        if isinstance(value, Call):
            return shapes.infer(value.name, self.arguments(value), inputs, self.infer_value)
        return shapes.Inference(UNKNOWN, UNKNOWN)

    def _inferred_lambda(self, layer: LayerObject, shape: Shape) -> shapes.Inference:
        tensor = self.builder.input_tensor(Call("unknown.input", NOWHERE), shape, NOWHERE)
        node = Node(layer, (tensor,), NOWHERE, self.interpreter.next_order())
        found = self.infer(node, layer, [Given(None, tensor, NOWHERE)], [shape])
        return shapes.Inference(found[0], node.parameters if is_integer(node.parameters) else UNKNOWN)

    def infer_model(self, model: ModelObject, inputs: list[Shape]) -> tuple[tuple[Shape, ...], Value]:
        """Output shapes and parameter count of a model applied to inputs of these shapes."""
        if model.kind == "sequential":
            return self._infer_sequential(model, inputs)
        if model.kind == "application" and model.layer is not None and model.layer.node is not None:
            node = model.layer.node
            inferred = shapes.infer(model.layer.call.name, self.arguments(model.layer.call), inputs)
            shape = inferred.output if is_known(inferred.output) else node.outputs[0].shape
            return (shape,), node.parameters
        if model.kind == "subclass":
            return self.infer_subclass(model, inputs)
        if not model.complete or not model.outputs:
            return (UNKNOWN,) * max(len(model.outputs), 1), UNKNOWN
        known: dict[int, Shape] = {}
        for tensor, shape in zip(model.inputs, inputs, strict=False):
            known[id(tensor.node)] = shape
        if all(_same(tensor.shape, shape) for tensor, shape in zip(model.inputs, inputs, strict=False)):
            outputs = tuple(tensor.shape for tensor in model.outputs)
        else:
            outputs = tuple(self._replay(tensor, known) for tensor in model.outputs)
        nodes = reachable(model.outputs, model.inputs)
        unique = {id(node.layer): node.parameters for node in nodes}
        return outputs, _total(list(unique.values()))

    def _replay(self, tensor: Tensor, known: dict[int, Shape]) -> Shape:
        """Shape of a tensor of a functional model when its inputs have other shapes."""
        for node in reachable([tensor]):
            if id(node) in known:
                continue
            if not node.inputs:
                known[id(node)] = node.outputs[0].shape if node.outputs else UNKNOWN
                continue
            layer = node.layer
            incoming = [known.get(id(item.node), UNKNOWN) if item.index == 0 else UNKNOWN for item in node.inputs]
            if layer.nested is not None:
                known[id(node)] = self.infer_model(layer.nested, incoming)[0][0]
            elif layer.instance is not None or layer.call.name.startswith(("operator.", "custom.", "unknown.")):
                known[id(node)] = UNKNOWN
            else:
                found = shapes.infer(layer.call.name, self.arguments(layer.call), incoming, self.infer_value)
                known[id(node)] = found.output
        return known.get(id(tensor.node), UNKNOWN) if tensor.index == 0 else UNKNOWN

    def _infer_sequential(self, model: ModelObject, inputs: list[Shape]) -> tuple[tuple[Shape, ...], Value]:
        shape: Shape = inputs[0] if inputs else UNKNOWN
        counts: dict[int, Value] = {}
        for entry in model.entries:
            if entry.layer.nested is not None:
                outputs, count = self.infer_model(entry.layer.nested, [shape])
                shape = outputs[0]
            elif entry.layer.instance is not None:
                tensor = self.builder.input_tensor(Call("unknown.input", NOWHERE), shape, NOWHERE)
                node = Node(entry.layer, (tensor,), entry.site, self.interpreter.next_order())
                shape = self._infer_custom(node, entry.layer, [Given(None, tensor, entry.site)])[0]
                count = node.parameters
            else:
                found = self.infer_value(entry.layer, [shape])
                shape, count = found.output, found.parameters
            counts[id(entry.layer)] = count
        if not model.complete:
            return (UNKNOWN,), UNKNOWN
        return (shape,), _total(list(counts.values()))

    def infer_subclass(self, model: ModelObject, inputs: list[Shape]) -> tuple[tuple[Shape, ...], Value]:
        """Output shapes and parameter count of a subclassed model, whose `call` is followed."""
        first = not model.traced
        nodes, result = self.trace_call(model.instance, inputs)
        if first and nodes is not None:
            model.nodes, model.traced = nodes, True
            model.structure = result
            model.outputs = self.builder.tensors_in(result)
        shapes_out = tuple(tensor.shape for tensor in self.builder.tensors_in(result)) or (UNKNOWN,)
        return shapes_out, _total(self._own_parameters(model.instance, nodes or []))

    def _infer_custom(self, node: Node, layer: LayerObject, given: Sequence[Given]) -> tuple[Shape, ...]:
        """A layer class of the user's: its `call` is followed; what it builds inside becomes its nested nodes."""
        nodes, result = self.trace_call(layer.instance, None, given)
        if nodes is None:
            return (UNKNOWN,)
        inner = [item for item in nodes if item.inputs]
        if inner and "?inner" not in layer.attributes:
            layer.attributes["?inner"] = nodes
            layer.attributes["?result"] = result
        node.parameters = _total(self._own_parameters(layer.instance, nodes))
        found = tuple(tensor.shape for tensor in self.builder.tensors_in(result))
        return found or (UNKNOWN,)

    def _own_parameters(self, instance: Instance | None, nodes: list[Node]) -> list[Value]:
        if instance is None or instance.cls is None or instance.attributes.get("?weights"):
            return [UNKNOWN]
        text = self.invoke.tree.code(instance.cls.node)
        if "add_weight" in text or "Variable(" in text or any(_foreign(base) for base in instance.cls.bases):
            return [UNKNOWN]
        return list({id(node.layer): node.parameters for node in nodes}.values())

    def trace_call(
        self, instance: Instance | None, inputs: list[Shape] | None, given: Sequence[Given] = ()
    ) -> tuple[list[Node] | None, Value]:
        """Follow `call(self, inputs, training=...)` of a Model or Layer subclass; the nodes made, and its result."""
        method = self.invoke._find(instance.cls, "call") if instance is not None and instance.cls is not None else None
        if instance is None or not isinstance(method, Function) or self.builder.tracing > 12:
            return None, UNKNOWN
        self._build_once(instance)
        start, depth = len(self.trace.nodes), self.builder.tracing + 1
        arguments = list(given)
        self.builder.tracing += 1
        if inputs is not None:
            source = Call("keras.Input", instance.span, {}, "", instance.span)
            values = [self.builder.input_tensor(source, shape, instance.span) for shape in inputs]
            arguments = [Given(None, values[0] if len(values) == 1 else values, instance.span)]
        if not arguments:
            arguments = [Given(None, self.builder.as_tensor(UNKNOWN), instance.span)]
        parameters = [item.name.value for item in method.node.params.params]
        late = "training" in parameters and len(arguments) < parameters.index("training")
        if late and self.builder.training(arguments) is None:
            arguments.append(Given("training", TRAINING, instance.span))
        tapes, self.interpreter.tapes = self.interpreter.tapes, []
        try:
            result = self.invoke.run_function(method, arguments, instance.span, instance)
        finally:
            self.builder.tracing -= 1
            self.interpreter.tapes = tapes
        return [node for node in self.trace.nodes[start:] if node.depth == depth], result

    def _build_once(self, instance: Instance) -> None:
        build = self.invoke._find(instance.cls, "build") if instance.cls is not None else None
        if isinstance(build, Function) and "?built" not in instance.attributes:
            instance.attributes["?built"] = True
            shape = Given(None, Unknown("input_shape"), instance.span, None, None)
            self.invoke.run_function(build, [shape], instance.span, instance)

    def data_shape(self, model: ModelObject) -> Shape:
        """Input shape as the data that the model is first given tells it; Unknown otherwise."""
        if model.declared is not None:
            return model.declared
        for event in model.events:
            if event.kind in ("fit", "evaluate", "predict", "train_on_batch") and event.call is not None:
                value = event.call["x"]
                if data.is_data(value):
                    return self._fed_shape(value)
        return UNKNOWN

    def _fed_shape(self, value: Value) -> Shape:
        """Shape of one batch of what `fit` is given."""
        if isinstance(value, data.Dataset):
            element = value.elements
            first = element[0] if isinstance(element, tuple) and element else element
            if value.batched is None or isinstance(value.batched, Unknown) or not data.is_data(first):
                return UNKNOWN
            shape = data.attribute(self.invoke, first, "shape")
            return (None, *shape[1:]) if isinstance(shape, tuple) and shape else UNKNOWN
        shape = data.attribute(self.invoke, value, "shape")
        return batched(shape) if shape is not NotImplemented else UNKNOWN

    def structure(self, layer: LayerObject) -> Value:
        """How the outputs of a nested model are arranged; None for other layers."""
        return layer.nested.structure if layer.nested is not None else None


def _as_call(value: Value) -> Value:
    """The call behind a layer given to a wrapper, which is what the shape rules read."""
    if isinstance(value, LayerObject) and value.nested is None and value.instance is None:
        return value.call
    if isinstance(value, (list, tuple)) and any(isinstance(item, LayerObject) for item in value):
        return tuple(_as_call(item) for item in value)
    return value


def _same(left: Shape, right: Shape) -> bool:
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return False
    return len(left) == len(right) and all(
        is_known(a) and is_known(b) and a == b for a, b in zip(left, right, strict=True)
    )


def _total(counts: Sequence[Value]) -> Value:
    return sum(counts) if all(is_integer(count) for count in counts) else UNKNOWN


def _foreign(base: Value) -> bool:
    """A base class whose own weights we do not count."""
    return isinstance(base, Reference) and base.name not in ("keras.layers.Layer", "keras.Model")
