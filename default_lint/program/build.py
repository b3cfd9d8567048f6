"""Keras objects as the program makes them: layers applied to tensors, models put together, what is done to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from default_lint.program import catalog, data, shapes
from default_lint.program.calls import Given
from default_lint.program.objects import (
    Done,
    Entry,
    Function,
    History,
    Instance,
    LayerObject,
    ModelObject,
    Node,
    Prediction,
    Tensor,
    UserClass,
)
from default_lint.program.types import Argument, Call
from default_lint.program.values import (
    TRAINING,
    UNKNOWN,
    Reference,
    Rest,
    Shape,
    Unknown,
    Value,
    is_integer,
    is_known,
)
from default_lint.text import Span

if TYPE_CHECKING:
    from default_lint.program.invoke import Invoker, Site

NOWHERE = Span(0, 0)
MAX_NESTING = 8  # of lists of tensors and models
EVENTS = {
    "compile": "compile",
    "fit": "fit",
    "fit_generator": "fit",
    "evaluate": "evaluate",
    "evaluate_generator": "evaluate",
    "predict": "predict",
    "predict_generator": "predict",
    "predict_on_batch": "predict",
    "predict_classes": "predict",
    "predict_proba": "predict",
    "train_on_batch": "train_on_batch",
    "test_on_batch": "evaluate",
    "load_weights": "load_weights",
    "set_weights": "load_weights",
    "save": "save",
    "save_weights": "save",
    "summary": "summary",
    "export": "save",
    "reset_states": "other",
}
_TRAINING_KEYWORDS = frozenset(
    "epochs nb_epoch batch_size validation_data validation_split callbacks steps_per_epoch samples_per_epoch".split()
)
_OPERATORS = {
    "+": "add",
    "-": "sub",
    "*": "mul",
    "/": "truediv",
    "//": "floordiv",
    "%": "mod",
    "**": "pow",
    "@": "matmul",
}
_OBJECTS = (
    "keras.optimizers.",
    "keras.losses.",
    "keras.metrics.",
    "keras.callbacks.",
    "keras.initializers.",
    "keras.regularizers.",
    "keras.constraints.",
    "keras.utils.",
    "keras.random.",
    "keras.mixed_precision.",
    "keras.dtype_policies.",
    "keras.distribution.",
    "keras.activations.",
    "keras.tree.",
    "keras.preprocessing.",
)


class LayerList(list[Value]):
    """`model.layers` of a model whose layers are not listed; `partial` once it has been sliced."""

    def __init__(self, owner: ModelObject, partial: bool = False) -> None:
        self.owner = owner
        super().__init__([LayerObject(Call("keras.layers.Layer", NOWHERE), inside=owner, attributes={"part": partial})])
        self.append(Rest("layers of the model"))


class Builder:
    """Makes and changes Keras objects for an `Invoker`."""

    def __init__(self, invoke: Invoker) -> None:
        self.invoke = invoke
        self.interpreter = invoke.interpreter
        self.trace = invoke.trace
        self.places: dict[int, tuple[Span, Span | None]] = {}
        self.unknown_models: dict[str, ModelObject] = {}
        self._tracing = 0
        self._sources: dict[int, Tensor] = {}

    # -- construction -------------------------------------------------------------------------------------------

    def knows(self, name: str) -> bool:
        """True when `construct` makes something of this name."""
        if name.startswith("keras.layers."):
            return name != "keras.layers.deserialize" and name.rpartition(".")[2][:1].isupper()
        if name.startswith("keras.applications."):
            return catalog.known(name) and name.rpartition(".")[2][:1].isupper()
        return name in (
            "keras.Sequential",
            "keras.Model",
            "keras.Input",
            "keras.models.load_model",
            "keras.models.clone_model",
            "keras.models.model_from_json",
        )

    def construct(self, name: str, given: list[Given], site: Site) -> Value:
        """A layer, an input tensor or a model."""
        call = self.invoke.bound_call(name, given, site)
        if name == "keras.Input":
            return self._input(call, given, site)
        if name == "keras.Sequential":
            model = self._model("sequential", call)
            self._fill_sequential(model, given, site)
            return model
        if name == "keras.Model":
            model = self._model("functional", call)
            self._fill_functional(model, given, site)
            return model
        if name.startswith("keras.applications."):
            return self._application(call)
        if name.startswith("keras.models."):
            return self._copied_model(call, given)
        layer = LayerObject(call, uncertain=self.interpreter.uncertain > 0)
        trainable = call["trainable"]
        layer.trainable = trainable if "trainable" in call.arguments else True
        if not isinstance(layer.trainable, bool):
            layer.trainable = UNKNOWN if isinstance(layer.trainable, Unknown) else True
        return layer

    def _model(self, kind: str, call: Call) -> ModelObject:
        model = ModelObject(kind, call.span, call, order=self.interpreter.next_order())
        name = call.given("name") if call is not None else None
        if name is not None and isinstance(name.value, str):
            model.attributes["name"] = name.value
        self.trace.models.append(model)
        return model

    def _input(self, call: Call, given: list[Given], site: Site) -> Value:
        tensor = next((self.as_tensor(item.value) for item in given if item.keyword == "tensor"), None)
        if tensor is not None:
            return tensor
        shape = shapes.declared_input("keras.Input", {name: item.value for name, item in call.arguments.items()})
        return self.input_tensor(call, shape if shape is not None else UNKNOWN, site.span)

    def input_tensor(self, call: Call, shape: Shape, span: Span) -> Tensor:
        """A tensor that nothing feeds."""
        layer = LayerObject(call)
        node = Node(layer, (), span, self.interpreter.next_order(), depth=self._tracing)
        node.parameters = 0
        tensor = Tensor(shape, node)
        node.outputs = (tensor,)
        layer.node = node
        self.trace.nodes.append(node)
        return tensor

    def _copied_model(self, call: Call, given: list[Given]) -> ModelObject:
        source = given[0].value if given else UNKNOWN
        source = source.keras if isinstance(source, Instance) else source
        if call.name.endswith("clone_model") and isinstance(source, ModelObject):
            model = self._model(source.kind, call)
            model.entries = list(source.entries)
            model.inputs, model.outputs = list(source.inputs), list(source.outputs)
            model.structure, model.nodes, model.complete = source.structure, source.nodes, source.complete
            model.instance, model.declared = source.instance, source.declared
            return model
        model = self._model("loaded", call)
        model.complete = False
        model.events.append(
            Done("compile", call.span, self.interpreter.next_order(), None, 0, None, UNKNOWN, "load_model")
        )
        return model

    def _application(self, call: Call) -> ModelObject:
        model = self._model("application", call)
        arguments = {name: item.value for name, item in call.arguments.items()}
        source = call["input_tensor"]
        given_tensor = self.as_tensor(source) if source is not None and call.given("input_tensor") else None
        shape = _application_input(arguments)
        if given_tensor is None:
            placeholder = Call("keras.Input", call.span, {}, call.spelled, call.callee)
            given_tensor = self.input_tensor(placeholder, shape, call.span)
        inferred = shapes.infer(call.name, arguments, [given_tensor.shape])
        layer = LayerObject(call, inside=model)
        node = self._node(layer, (given_tensor,), call.span, None)
        node.parameters = inferred.parameters
        node.outputs = (Tensor(inferred.output, node),)
        model.inputs, model.outputs, model.structure = [given_tensor], [node.outputs[0]], node.outputs[0]
        model.layer = layer
        return model

    def _fill_sequential(self, model: ModelObject, given: Sequence[Given], site: Site) -> None:
        listed = next((item for item in given if item.keyword in (None, "layers")), None)
        if site.spread:
            model.complete = False
        if listed is None or listed.value is None:
            return
        if isinstance(listed.value, (list, tuple)):
            for value in listed.value:
                span, removal = self.places.get(id(self._side(value)), (listed.span, None))
                self.add(model, value, span, removal)
        else:
            model.complete = False
            self.interpreter.unread(listed.span, "the list of layers is not known")

    def _side(self, value: Value) -> Value:
        return value.keras if isinstance(value, Instance) and value.keras is not None else value

    def place(self, value: Value, span: Span, removal: Span | None) -> None:
        """Remember where a layer stands in a list, and what to delete to drop it there."""
        self.places[id(self._side(value))] = (span, removal)

    def add(self, model: ModelObject, value: Value, site: Span, removal: Span | None) -> None:
        """Append a layer, model or input tensor to a Sequential."""
        value = self._side(value)
        if isinstance(value, Tensor) and not value.node.inputs:
            model.declared = value.shape
            return
        if isinstance(value, ModelObject):
            value = self.layer_of(value)
        if not isinstance(value, LayerObject):
            if isinstance(value, Call) and value.name.startswith("keras_hub."):
                value = LayerObject(value)
            else:
                if not isinstance(value, Rest):
                    self.interpreter.unread(site, "this layer is not known")
                model.complete = False
                value = LayerObject(Call("unknown.layer", site, {}, "?", site))
        if value.call.name == "keras.layers.InputLayer":
            arguments = {name: item.value for name, item in value.call.arguments.items()}
            for extra in value.call.extra:
                arguments.setdefault(extra.name, extra.value)
            model.declared = shapes.declared_input("keras.layers.InputLayer", arguments) or UNKNOWN
            return
        uncertain = self.interpreter.uncertain > 0
        model.entries.append(Entry(value, site, removal, uncertain))
        if uncertain:
            model.complete = False

    def layer_of(self, model: ModelObject) -> LayerObject:
        """The layer that stands for a model used inside another."""
        if model.layer is not None and model.kind == "application":
            if model.layer.nested is None:
                model.layer.nested = model
            return model.layer
        if model.layer is None:
            call = model.call if model.call is not None else Call("keras.Model", model.span)
            model.layer = LayerObject(call, nested=model, instance=model.instance)
        model.layer.variable = model.layer.variable or model.name
        return model.layer

    def _fill_functional(self, model: ModelObject, given: Sequence[Given], site: Site | None) -> None:
        named = {item.keyword: item for item in given if item.keyword is not None}
        positional = [item for item in given if item.keyword is None]
        inputs = named.get("inputs") or named.get("input") or (positional[0] if positional else None)
        outputs = named.get("outputs") or named.get("output") or (positional[1] if len(positional) > 1 else None)
        if inputs is None or outputs is None:
            model.complete = False
            return
        model.inputs = [self.as_tensor(part) for part in self._flatten(inputs.value)]
        parts = self._flatten(outputs.value)
        model.structure = outputs.value
        if any(not isinstance(part, Tensor) for part in parts):
            model.complete = False
            self.interpreter.unread(outputs.span, "an output of this model is not known")
        model.outputs = [part for part in parts if isinstance(part, Tensor)]
        for tensor in model.outputs:
            tensor.node.feeds += 1

    def _flatten(self, value: Value, depth: int = 0) -> list[Value]:
        if isinstance(value, dict):
            value = list(value.values())
        if not isinstance(value, (list, tuple)) or depth > MAX_NESTING:
            return [value]
        return [part for item in value for part in self._flatten(item, depth + 1)]

    # -- classes of the user that derive from Keras -------------------------------------------------------------

    def attach(
        self, instance: Instance, user_class: UserClass, given: Sequence[Given], span: Span, site: Site | None
    ) -> None:
        """Give an instance of a Model or Layer subclass its Keras side, before its `__init__` is followed."""
        call = self._custom_call(user_class, given, span, site)
        if user_class.base in ("keras.Model", "keras.Sequential"):
            model = ModelObject(
                "sequential" if user_class.base == "keras.Sequential" else "subclass",
                span,
                call,
                instance=instance,
                order=self.interpreter.next_order(),
            )
            self.trace.models.append(model)
            instance.keras = model
        elif user_class.base == "keras.layers.Layer":
            instance.keras = LayerObject(call, instance=instance, uncertain=self.interpreter.uncertain > 0)

    def _custom_call(self, user_class: UserClass, given: Sequence[Given], span: Span, site: Site | None) -> Call:
        arguments: dict[str, Argument] = {}
        for position, item in enumerate(given):
            name = item.keyword if item.keyword is not None else str(position)
            arguments[name] = item.bound(name)
        callee = site.callee if site is not None else user_class.span
        return Call(f"custom.{user_class.name}", span, arguments, site.spelled if site is not None else "", callee)

    def base_init(self, instance: Instance, given: Sequence[Given], span: Span, site: Site | None) -> None:
        """`super().__init__(...)` of a Keras class: a model may be given its inputs and outputs here."""
        model = instance.keras
        named = {item.keyword: item.value for item in given if item.keyword is not None}
        if isinstance(model, ModelObject) and model.kind == "sequential" and site is not None:
            self._fill_sequential(model, given, site)
        elif isinstance(model, ModelObject) and ("outputs" in named or (len(given) >= 2 and given[0].keyword is None)):
            model.kind = "functional"
            self._fill_functional(model, given, site)
        elif isinstance(model, LayerObject) and "trainable" in named:
            model.trainable = named["trainable"] if isinstance(named["trainable"], bool) else UNKNOWN

    # -- tensors ------------------------------------------------------------------------------------------------

    def as_tensor(self, value: Value) -> Tensor:
        """A tensor for any value: an Unknown becomes an input of unknown shape, the same one each time."""
        if isinstance(value, Tensor):
            return value
        known = self._sources.get(id(value)) if value is not UNKNOWN else None
        if known is not None:
            return known
        shape: Shape = UNKNOWN
        if data.is_data(value):
            shape = _batched(data.attribute(self.invoke, value, "shape"))
        tensor = self.input_tensor(Call("unknown.input", NOWHERE, {}, "", NOWHERE), shape, NOWHERE)
        if isinstance(value, Unknown) and value is not UNKNOWN:
            self._sources[id(value)] = tensor
            tensor.node.problem = value  # keeps the Unknown alive, so that its id stays its own
        return tensor

    def tensors_in(self, value: Value) -> list[Tensor]:
        """The tensors in a value, in order, also inside lists, tuples and dicts."""
        if isinstance(value, Tensor):
            return [value]
        if not isinstance(value, (list, tuple, dict)):
            return []
        return [part for part in self._flatten(value) if isinstance(part, Tensor)]

    def models_in(self, value: Value) -> Iterator[ModelObject]:
        """The models in a value."""
        for part in self._flatten(value):
            side = self._side(part)
            if isinstance(side, ModelObject):
                yield side

    def _node(self, layer: LayerObject, inputs: tuple[Tensor, ...], span: Span, training: Value) -> Node:
        uncertain = self.interpreter.uncertain > 0 or layer.uncertain
        node = Node(layer, inputs, span, self.interpreter.next_order(), training=training, uncertain=uncertain)
        node.depth = self._tracing
        if layer.node is None:
            layer.node = node
        for tensor in inputs:
            tensor.node.feeds += 1
        self.trace.nodes.append(node)
        return node

    def opaque(self, name: str, tensors: Sequence[Tensor], site: Site) -> Tensor:
        """The result of something unknown done to tensors: connected, shape Unknown."""
        layer = LayerObject(Call(name, site.span, {}, site.spelled, site.callee))
        node = self._node(layer, tuple(tensors), site.span, None)
        node.outputs = (Tensor(UNKNOWN, node),)
        return node.outputs[0]

    def opaque_like(self, tensor: Tensor) -> Tensor:
        """One of several unpacked outputs."""
        return Tensor(UNKNOWN, tensor.node, tensor.index)

    def operator(self, symbol: str, values: Sequence[Value], span: Span, index: Value = None) -> Value:
        """`x + y`, `-x`, `x[i]` on tensors."""
        tensors = [value for value in values if isinstance(value, Tensor)]
        name = f"operator.{_OPERATORS.get(symbol, symbol)}"
        arguments = {"index": Argument("index", index, span)} if symbol == "getitem" else {}
        constant = next((value for value in values if not isinstance(value, Tensor)), None)
        if constant is not None:
            arguments["other"] = Argument("other", constant, span)
        layer = LayerObject(Call(name, span, arguments, "", span))
        node = self._node(layer, tuple(tensors), span, None)
        node.parameters = 0
        if symbol == "getitem":
            shape = _indexed(tensors[0].shape, index)
        elif symbol == "neg" or (constant is not None and isinstance(constant, (int, float))):
            shape = tensors[0].shape
        elif len(tensors) == len(values):
            inferred = shapes.infer(name, {}, [tensor.shape for tensor in tensors])
            shape, node.problem = inferred.output, inferred.problem
        else:
            shape = UNKNOWN
        node.outputs = (Tensor(shape, node),)
        return node.outputs[0]

    def function(self, name: str, given: list[Given], tensors: list[Tensor], site: Site) -> Value:
        """A function of a library applied to tensors: `keras.ops.relu(x)`, `tf.concat([a, b], 1)`."""
        call = self.invoke.bound_call(name, given, site)
        if name.startswith(("keras.losses.", "keras.metrics.")):
            self._note_tape_loss(Reference(name), None)
        layer = LayerObject(call)
        node = self._node(layer, tuple(tensors), site.span, None)
        node.parameters = 0
        plain = {key: item.value for key, item in call.arguments.items() if not self.tensors_in(item.value)}
        if name.endswith(".preprocess_input"):
            inferred = shapes.Inference(tensors[0].shape, 0)
        else:
            inferred = shapes.infer(name, plain, [tensor.shape for tensor in tensors])
        node.problem = inferred.problem
        node.outputs = tuple(Tensor(shape, node, number) for number, shape in enumerate(inferred.outputs))
        if not node.outputs:
            node.outputs = (Tensor(inferred.output, node),)
        return node.outputs[0] if len(node.outputs) == 1 else list(node.outputs)

    # -- applying layers and models -----------------------------------------------------------------------------

    def apply(self, target: LayerObject | ModelObject | Instance, given: list[Given], site: Site) -> Value:
        """Call a layer or model."""
        side = self._side(target)
        if isinstance(side, ModelObject):
            return self._apply_model(side, given, site)
        if isinstance(side, LayerObject):
            return self._apply_layer(side, given, site)
        return self.invoke.opaque("", given, site)

    def _training(self, given: Sequence[Given]) -> Value:
        return next((item.value for item in given if item.keyword == "training"), None)

    def _apply_model(self, model: ModelObject, given: list[Given], site: Site) -> Value:
        first = given[0].value if given else UNKNOWN
        tensors = self.tensors_in(first)
        eager = bool(self.interpreter.tapes) or data.is_data(first) or isinstance(first, Prediction)
        if tensors or (not eager and not self._inside_step()):
            return self._apply_layer(self.layer_of(model), given, site)
        call = Call(
            "keras.Model.__call__",
            site.span,
            {item.keyword or str(i): item.bound(item.keyword or str(i)) for i, item in enumerate(given)},
            site.spelled,
            site.callee,
        )
        self.note(model, "call", site, call)
        for tape in self.interpreter.tapes:
            tape.model, tape.forward = model, call
        return Prediction(model, site.span)

    def _inside_step(self) -> bool:
        return any(item.name in ("train_step", "test_step") for item in self.interpreter.stack)

    def _apply_layer(self, layer: LayerObject, given: list[Given], site: Site) -> Value:
        inputs = [item for item in given if item.keyword not in ("training", "initial_state") and not _is_mask(item)]
        inputs.sort(key=lambda item: _ATTENTION_ORDER.get(item.keyword or "", 0))
        tensors = [tensor for item in inputs for tensor in self.tensors_in(item.value)]
        if not tensors:
            value = inputs[0].value if inputs else UNKNOWN
            if data.is_data(value) and not self._tracing:
                return self._on_data(layer, value, site)
            tensors = [self._constant(value) if data.is_data(value) else self.as_tensor(value)]
        node = self._node(layer, tuple(tensors), site.span, self._training(given))
        outputs = self._infer(node, layer, given, [tensor.shape for tensor in tensors])
        node.outputs = tuple(Tensor(shape, node, number) for number, shape in enumerate(outputs))
        structure = self._structure(layer)
        if isinstance(structure, dict) and len(structure) == len(node.outputs):
            return dict(zip(structure, node.outputs, strict=True))
        return node.outputs[0] if len(node.outputs) == 1 else list(node.outputs)

    def _constant(self, value: Value) -> Tensor:
        """An array used as a tensor inside `call`: its own shape, no batch axis added."""
        shape = data.attribute(self.invoke, value, "shape")
        return self.constant(shape if isinstance(shape, tuple) else UNKNOWN)

    def constant(self, shape: Shape) -> Tensor:
        """A tensor that does not come from the model's inputs."""
        return self.input_tensor(Call("constant", NOWHERE), shape, NOWHERE)

    def _structure(self, layer: LayerObject) -> Value:
        return layer.nested.structure if layer.nested is not None else None

    def _on_data(self, layer: LayerObject, value: Value, site: Site) -> Value:
        arguments = {**layer.call.arguments, "inputs": Argument("inputs", value, site.span)}
        call = Call(layer.call.name, site.span, arguments, site.spelled, site.callee)
        result = data.call(self.invoke, call)
        return UNKNOWN if result is NotImplemented else result

    def _infer(self, node: Node, layer: LayerObject, given: Sequence[Given], inputs: list[Shape]) -> tuple[Shape, ...]:
        if layer.nested is not None:
            outputs, parameters = self._infer_model(layer.nested, inputs)
            node.parameters = parameters
            return outputs
        if layer.instance is not None:
            return self._infer_custom(node, layer, given)
        inferred = shapes.infer(layer.call.name, self._arguments(layer.call), inputs, self._infer_value)
        node.parameters, node.problem = inferred.parameters, inferred.problem
        return inferred.outputs or (inferred.output,)

    def _arguments(self, call: Call) -> dict[str, Value]:
        return {name: _as_call(item.value) for name, item in call.arguments.items()}

    def _infer_value(self, value: Value, inputs: Sequence[Shape]) -> shapes.Inference:
        """Shapes of a layer held by a wrapper."""
        value = self._side(value)
        if isinstance(value, ModelObject):
            outputs, parameters = self._infer_model(value, list(inputs))
            return shapes.Inference(outputs[0], parameters)
        if isinstance(value, LayerObject) and value.nested is not None:
            return self._infer_value(value.nested, inputs)
        if isinstance(value, LayerObject) and value.instance is None:
            return shapes.infer(value.call.name, self._arguments(value.call), inputs, self._infer_value)
        if isinstance(value, Call):
            return shapes.infer(value.name, self._arguments(value), inputs, self._infer_value)
        return shapes.Inference(UNKNOWN, UNKNOWN)

    def _infer_model(self, model: ModelObject, inputs: list[Shape]) -> tuple[tuple[Shape, ...], Value]:
        """Output shapes and parameter count of a model applied to inputs of these shapes."""
        if model.kind == "sequential":
            return self._infer_sequential(model, inputs)
        if model.kind == "application" and model.layer is not None and model.layer.node is not None:
            node = model.layer.node
            inferred = shapes.infer(model.layer.call.name, self._arguments(model.layer.call), inputs)
            shape = inferred.output if is_known(inferred.output) else node.outputs[0].shape
            return (shape,), node.parameters
        if model.kind == "subclass":
            return self._infer_subclass(model, inputs)
        if not model.complete or not model.outputs:
            return (UNKNOWN,) * max(len(model.outputs), 1), UNKNOWN
        known: dict[int, Shape] = {}
        for tensor, shape in zip(model.inputs, inputs, strict=False):
            known[id(tensor.node)] = shape
        if all(_same(tensor.shape, shape) for tensor, shape in zip(model.inputs, inputs, strict=False)):
            outputs = tuple(tensor.shape for tensor in model.outputs)
        else:
            outputs = tuple(self._replay(tensor, known) for tensor in model.outputs)
        nodes = reachable(model.outputs)
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
                known[id(node)] = self._infer_model(layer.nested, incoming)[0][0]
            elif layer.instance is not None or layer.call.name.startswith(("operator.", "custom.", "unknown.")):
                known[id(node)] = UNKNOWN
            else:
                found = shapes.infer(layer.call.name, self._arguments(layer.call), incoming, self._infer_value)
                known[id(node)] = found.output
        return known.get(id(tensor.node), UNKNOWN) if tensor.index == 0 else UNKNOWN

    def _infer_sequential(self, model: ModelObject, inputs: list[Shape]) -> tuple[tuple[Shape, ...], Value]:
        shape: Shape = inputs[0] if inputs else UNKNOWN
        counts: dict[int, Value] = {}
        for entry in model.entries:
            if entry.layer.nested is not None:
                outputs, count = self._infer_model(entry.layer.nested, [shape])
                shape = outputs[0]
            elif entry.layer.instance is not None:
                tensor = self.input_tensor(Call("unknown.input", NOWHERE), shape, NOWHERE)
                node = Node(entry.layer, (tensor,), entry.site, self.interpreter.next_order())
                shape = self._infer_custom(node, entry.layer, [Given(None, tensor, entry.site)])[0]
                count = node.parameters
            else:
                found = self._infer_value(entry.layer, [shape])
                shape, count = found.output, found.parameters
            counts[id(entry.layer)] = count
        if not model.complete:
            return (UNKNOWN,), UNKNOWN
        return (shape,), _total(list(counts.values()))

    def _infer_subclass(self, model: ModelObject, inputs: list[Shape]) -> tuple[tuple[Shape, ...], Value]:
        first = not model.traced
        nodes, result = self._trace_call(model.instance, inputs)
        if first and nodes is not None:
            model.nodes, model.traced = nodes, True
            model.structure = result
            model.outputs = self.tensors_in(result)
        shapes_out = tuple(tensor.shape for tensor in self.tensors_in(result)) or (UNKNOWN,)
        return shapes_out, _total(self._own_parameters(model.instance, nodes or []))

    def _infer_custom(self, node: Node, layer: LayerObject, given: Sequence[Given]) -> tuple[Shape, ...]:
        """A layer class of the user's: its `call` is followed; what it builds inside becomes its nested nodes."""
        nodes, result = self._trace_call(layer.instance, None, given)
        if nodes is None:
            return (UNKNOWN,)
        inner = [item for item in nodes if item.inputs]
        if inner and "?inner" not in layer.attributes:
            layer.attributes["?inner"] = nodes
            layer.attributes["?result"] = result
        node.parameters = _total(self._own_parameters(layer.instance, nodes))
        found = tuple(tensor.shape for tensor in self.tensors_in(result))
        return found or (UNKNOWN,)

    def _own_parameters(self, instance: Instance | None, nodes: list[Node]) -> list[Value]:
        if instance is None or instance.cls is None or instance.attributes.get("?weights"):
            return [UNKNOWN]
        text = self.invoke.tree.code(instance.cls.node)
        if "add_weight" in text or "Variable(" in text or any(_foreign(base) for base in instance.cls.bases):
            return [UNKNOWN]
        return list({id(node.layer): node.parameters for node in nodes}.values())

    def _trace_call(
        self, instance: Instance | None, inputs: list[Shape] | None, given: Sequence[Given] = ()
    ) -> tuple[list[Node] | None, Value]:
        """Follow `call(self, inputs, training=...)` of a Model or Layer subclass; the nodes made, and its result."""
        method = self.invoke._find(instance.cls, "call") if instance is not None and instance.cls is not None else None
        if instance is None or not isinstance(method, Function) or self._tracing > 12:
            return None, UNKNOWN
        self._build_once(instance)
        start, depth = len(self.trace.nodes), self._tracing + 1
        arguments = list(given)
        self._tracing += 1
        if inputs is not None:
            source = Call("keras.Input", instance.span, {}, "", instance.span)
            values = [self.input_tensor(source, shape, instance.span) for shape in inputs]
            arguments = [Given(None, values[0] if len(values) == 1 else values, instance.span)]
        if not arguments:
            arguments = [Given(None, self.as_tensor(UNKNOWN), instance.span)]
        parameters = [item.name.value for item in method.node.params.params]
        late = "training" in parameters and len(arguments) < parameters.index("training")
        if late and self._training(arguments) is None:
            arguments.append(Given("training", TRAINING, instance.span))
        tapes, self.interpreter.tapes = self.interpreter.tapes, []
        try:
            result = self.invoke.run_function(method, arguments, instance.span, instance)
        finally:
            self._tracing -= 1
            self.interpreter.tapes = tapes
        return [node for node in self.trace.nodes[start:] if node.depth == depth], result

    def _build_once(self, instance: Instance) -> None:
        build = self.invoke._find(instance.cls, "build") if instance.cls is not None else None
        if isinstance(build, Function) and "?built" not in instance.attributes:
            instance.attributes["?built"] = True
            shape = Given(None, Unknown("input_shape"), instance.span, None, None)
            self.invoke.run_function(build, [shape], instance.span, instance)

    # -- methods and attributes ---------------------------------------------------------------------------------

    def note(
        self, model: ModelObject, kind: str, site: Site, call: Call | None, value: Value = None, layer: Any = None
    ) -> None:
        """Write down something done to a model."""
        spelled = site.spelled.rpartition(".")[2]
        order, loop = self.interpreter.next_order(), self.interpreter.loops
        if len(model.events) < 400:
            model.events.append(Done(kind, site.span, order, call, loop, layer, value, spelled))

    def method(self, receiver: Any, name: str, given: list[Given], site: Site, through_super: bool = False) -> Value:
        """A method of a model, layer or tensor."""
        if isinstance(receiver, ModelObject):
            return self._model_method(receiver, name, given, site)
        if isinstance(receiver, LayerObject):
            if name == "adapt":
                receiver.adapted = True
                self.invoke.bound_call(f"{receiver.call.name}.adapt", given, site)
                self._fact("adapt", receiver, given, site)
                return None
            if name == "__call__":
                return self._apply_layer(receiver, given, site)
            if name in ("add_weight", "add_loss") and receiver.instance is not None:
                receiver.instance.attributes["?weights"] = True
            return UNKNOWN
        tensors = [receiver, *(tensor for item in given for tensor in self.tensors_in(item.value))]
        return self.opaque(f"tensor.{name}", tensors, site)

    def _fact(self, kind: str, layer: LayerObject, given: Sequence[Given], site: Site) -> None:
        layer.call.arguments.get("name")
        if given and data.is_data(given[0].value) and hasattr(data, "adapted"):
            data.adapted(self.invoke, layer.call, given[0].value, given[0].span, site.callee)

    def _model_method(self, model: ModelObject, name: str, given: list[Given], site: Site) -> Value:
        if name == "add" and model.kind == "sequential":
            self.invoke.bound_call("keras.Model.add", given, site)
            if given:
                removal = self.interpreter.line_removal
                place = self.places.get(id(self._side(given[0].value)), (site.span, None))[0]
                self.add(model, given[0].value, place, removal)
                self.note(model, "add", site, None)
            return None
        if name == "pop" and model.kind == "sequential":
            if model.entries:
                entry = model.entries.pop()
                model.attributes.setdefault("popped", []).append(entry)
            return None
        if name in EVENTS:
            return self._event(model, name, given, site)
        if name == "__call__":
            return self._apply_model(model, given, site)
        if name == "get_layer":
            return self._get_layer(model, given, site)
        if name == "build" and given and isinstance(given[0].value, (list, tuple)):
            shape = tuple(given[0].value)
            if model.declared is None and not any(isinstance(part, (list, tuple)) for part in shape):
                model.declared = shape
            return None
        if name in ("get_weights", "count_params", "get_config", "to_json"):
            return UNKNOWN
        if name == "build":
            return None
        self.note(model, "other", site, None)
        return UNKNOWN

    def _event(self, model: ModelObject, name: str, given: list[Given], site: Site) -> Value:
        call = self.invoke.bound_call(f"keras.Model.{name}", given, site)
        value = self.trains(model) if name == "compile" else None
        self.note(model, EVENTS[name], site, call, value)
        if EVENTS[name] == "predict":
            return Prediction(model, site.span)
        return History(model) if EVENTS[name] == "fit" else UNKNOWN

    def trains(self, model: ModelObject) -> bool | Unknown:
        """Whether any layer of the model is trainable at this moment; Unknown when that cannot be told."""
        if model.trainable is False:
            return False
        if not model.complete or model.kind in ("subclass", "loaded", "unknown"):
            return UNKNOWN
        layers = [entry.layer for entry in model.entries] or [node.layer for node in reachable(model.outputs)]
        undecided = False
        for layer in layers:
            state = self._layer_trains(layer)
            if state is True:
                return True
            undecided = undecided or isinstance(state, Unknown)
        return UNKNOWN if undecided or not layers else False

    def _layer_trains(self, layer: LayerObject) -> bool | Unknown:
        if layer.trainable is False or (layer.inside is not None and layer.inside.trainable is False):
            return False
        if isinstance(layer.trainable, Unknown) or (layer.inside and isinstance(layer.inside.trainable, Unknown)):
            return UNKNOWN
        if layer.nested is not None:
            return self.trains(layer.nested) if layer.nested.kind != "application" else True
        if layer.instance is not None:
            return UNKNOWN
        node = layer.node
        if node is not None and is_integer(node.parameters):
            return node.parameters > 0
        short = layer.call.short
        if layer.call.name.startswith("keras.layers.") and short in _WEIGHTLESS:
            return False
        return True if short in _WEIGHTED else UNKNOWN

    def _get_layer(self, model: ModelObject, given: list[Given], site: Site) -> Value:
        wanted = given[0].value if given else UNKNOWN
        for layer in self._layers(model):
            if isinstance(wanted, str) and layer.call["name"] == wanted:
                return layer
        if model.kind == "application" and model.inputs:
            inner = self.opaque(f"layer of {model.call.short if model.call else 'model'}", model.inputs, site)
            inner.node.layer.inside = model
            inner.node.layer.attributes["part"] = True
            return inner.node.layer
        return UNKNOWN

    def _layers(self, model: ModelObject) -> list[LayerObject]:
        if model.kind == "sequential":
            return [entry.layer for entry in model.entries]
        if model.kind == "functional":
            seen: dict[int, LayerObject] = {}
            for node in reachable(model.outputs):
                seen.setdefault(id(node.layer), node.layer)
            return list(seen.values())
        return []

    def attribute(self, receiver: Any, name: str) -> Value:
        """An attribute of a model, layer or tensor; NotImplemented when it is not known."""
        if isinstance(receiver, Tensor):
            if name == "shape":
                return receiver.shape
            return NotImplemented
        if name in receiver.attributes and not name.startswith("?"):
            return receiver.attributes[name]
        if isinstance(receiver, LayerObject):
            if name in ("output", "input") and receiver.node is not None:
                tensors = receiver.node.outputs if name == "output" else receiver.node.inputs
                return tensors[0] if len(tensors) == 1 else UNKNOWN
            if name == "trainable":
                return receiver.trainable
            if name == "name":
                return receiver.call["name"] if receiver.call["name"] is not None else UNKNOWN
            if name == "layers" and receiver.nested is not None:
                return self.attribute(receiver.nested, name)
            return receiver.call[name] if name in receiver.call.arguments else NotImplemented
        return self._model_attribute(receiver, name)

    def _model_attribute(self, model: ModelObject, name: str) -> Value:
        if name == "layers":
            if model.complete and model.kind in ("sequential", "functional"):
                return self._layers(model)
            return LayerList(model)
        if name == "trainable":
            return model.trainable
        if name in ("output", "outputs", "input", "inputs"):
            self._connect(model)
            tensors = model.outputs if name.startswith("output") else model.inputs
            if not tensors:
                return self.as_tensor(Unknown("the model's tensors")) if name in ("output", "input") else UNKNOWN
            return list(tensors) if name.endswith("s") or len(tensors) > 1 else tensors[0]
        if name in ("input_shape", "output_shape"):
            self._connect(model)
            tensors = model.outputs if name.startswith("output") else model.inputs
            return tensors[0].shape if len(tensors) == 1 else UNKNOWN
        if name == "name":
            return UNKNOWN
        return NotImplemented

    def _connect(self, model: ModelObject) -> None:
        """Give a Sequential its tensors, once somebody asks for them."""
        if model.kind != "sequential" or model.outputs:
            return
        first = model.entries[0].layer if model.entries else None
        shape = model.declared if model.declared is not None else (declared_by(first) if first else UNKNOWN)
        tensor = self.input_tensor(
            Call("keras.Input", model.span, {}, "", model.span), shape if shape is not None else UNKNOWN, model.span
        )
        model.inputs = [tensor]
        for entry in model.entries:
            node = self._node(entry.layer, (tensor,), entry.site, None)
            found = self._infer(node, entry.layer, [Given(None, tensor, entry.site)], [tensor.shape])
            node.outputs = tuple(Tensor(item, node, number) for number, item in enumerate(found))
            tensor = node.outputs[0]
        model.outputs = [tensor]

    def set_attribute(self, receiver: LayerObject | ModelObject, name: str, value: Value, span: Span) -> None:
        """`layer.trainable = False` and other assignments on a model or layer."""
        receiver.attributes[name] = value
        if name != "trainable":
            return
        setting = value if isinstance(value, bool) else UNKNOWN
        if isinstance(receiver, LayerObject) and receiver.inside is not None and receiver is not receiver.inside.layer:
            receiver.inside.trainable = UNKNOWN if receiver.attributes.get("part") else setting
            if receiver.inside.layer is not None:
                receiver.inside.layer.trainable = receiver.inside.trainable
        elif isinstance(receiver, LayerObject) and receiver.nested is not None:
            receiver.nested.trainable = setting
        receiver.trainable = setting
        if isinstance(receiver, ModelObject):
            self._set_below(receiver, setting)
        for model in self.trace.models:
            holder = receiver.nested if isinstance(receiver, LayerObject) and receiver.nested else receiver
            if self.holds(model, holder):
                done = Done("trainable", span, self.interpreter.next_order(), None, self.interpreter.loops)
                done.layer = receiver if isinstance(receiver, LayerObject) else None
                done.value = setting
                model.events.append(done)

    def _set_below(self, model: ModelObject, setting: bool | Unknown) -> None:
        """Keras sets `trainable` of a model on all of its layers."""
        for layer in self._layers(model):
            layer.trainable = setting
            if layer.nested is not None:
                layer.nested.trainable = setting
                self._set_below(layer.nested, setting)
        if model.layer is not None:
            model.layer.trainable = setting

    def holds(self, model: ModelObject, part: LayerObject | ModelObject, depth: int = 0) -> bool:
        """True when `part` is the model or lies inside it."""
        if part is model or depth > 4:
            return part is model
        if isinstance(part, LayerObject) and part.inside is model:
            return True
        for layer in self._layers(model):
            if layer is part or (
                isinstance(part, LayerObject) and part.inside is not None and layer.inside is part.inside
            ):
                return True
            inner = layer.nested if layer.nested is not None else layer.inside
            if inner is not None and inner is not model and self.holds(inner, part, depth + 1):
                return True
        return False

    # -- objects that are not layers ----------------------------------------------------------------------------

    def plain_object(self, call: Call, given: list[Given], site: Site) -> Value:
        """What a call of a library gives that is neither layer, model nor data."""
        name = call.name
        for item in given:
            for model in self.models_in(item.value):
                self.note(model, "other", site, call)
        if name.startswith(("keras.losses.", "keras.metrics.")) and call.short[:1].islower() and self.interpreter.tapes:
            self._note_tape_loss(Reference(name), call)
            return UNKNOWN
        if name.startswith(_OBJECTS) or call.short[:1].isupper() or name.startswith("keras.callbacks."):
            return call
        return Unknown(f"`{site.spelled}(...)` is not known")

    def _note_tape_loss(self, loss: Value, call: Call | None) -> None:
        for tape in self.interpreter.tapes:
            tape.loss = loss if call is None else call

    def call_object(self, target: Call, given: list[Given], site: Site) -> Value:
        """Call an object such as a loss or an initializer."""
        if target.name.startswith("keras.losses."):
            self._note_tape_loss(target, None)
        tensors = [tensor for item in given for tensor in self.tensors_in(item.value)]
        return self.opaque(target.name, tensors, site) if tensors else UNKNOWN

    def object_method(self, receiver: Call, name: str, call: Call, site: Site) -> Value:
        """A method of such an object: `optimizer.apply_gradients(...)`."""
        if name in ("apply_gradients", "apply", "minimize") and receiver.name.startswith("keras.optimizers."):
            for tape in self.trace.tapes:
                if isinstance(tape.optimizer, Unknown):
                    tape.optimizer = receiver
        if receiver.name.startswith("keras_tuner.") or name in ("Int", "Float", "Choice", "Boolean"):
            return Unknown("a tuned hyperparameter")
        return Unknown(f"`{site.spelled}(...)` is not known")

    def unknown_method(self, receiver: Value, name: str, given: list[Given], site: Site, text: str) -> Value:
        """A method of something unknown: `compile` and `fit` with Keras's own arguments make it a model."""
        keywords = {item.keyword for item in given if item.keyword is not None}
        certain = (
            (name == "compile" and bool(keywords & {"loss", "optimizer", "metrics"}))
            or (name == "fit" and bool(keywords & _TRAINING_KEYWORDS))
            or name in ("fit_generator", "predict_generator", "evaluate_generator", "predict_classes")
            or (text in self.unknown_models and name in EVENTS)
        )
        if not certain:
            return self.invoke.opaque("", given, site)
        model = self.unknown_models.get(text)
        if model is None:
            model = ModelObject("unknown", site.span, name=text, complete=False, order=self.interpreter.next_order())
            self.unknown_models[text] = model
            self.trace.models.append(model)
        return self._event(model, name, given, site)

    def is_a(self, layer: LayerObject, name: str) -> bool:
        """`isinstance(layer, name)` for Keras's own layer classes."""
        return layer.call.name == name or name == "keras.layers.Layer" or name.endswith(f".{layer.call.short}")

    # -- the end ------------------------------------------------------------------------------------------------

    def finish(self) -> None:
        """Follow `call` of every subclassed model that nothing has applied yet, with the shape of its data."""
        for model in list(self.trace.models):
            if model.kind == "subclass" and not model.traced:
                self._infer_subclass(model, [self.data_shape(model)])
        for user_class in list(self.trace.classes):
            if user_class.base != "keras.layers.Layer":
                continue
            for instance in user_class.instances[:1]:
                method = self.invoke._find(user_class, "call")
                if isinstance(method, Function) and id(method.node) not in self.interpreter.entered:
                    self._trace_call(instance, [UNKNOWN])

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
        return _batched(shape) if shape is not NotImplemented else UNKNOWN


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


_ATTENTION_ORDER = {"query": 1, "value": 2, "key": 3}


def _is_mask(item: Given) -> bool:
    return item.keyword is not None and item.keyword.endswith("mask")


def _application_input(arguments: dict[str, Value]) -> Shape:
    """Input shape of a keras.applications model: as given, or pixels of any size for the part without its top."""
    shape = arguments.get("input_shape")
    if isinstance(shape, (tuple, list)):
        return (None, *shape)
    return (None, None, None, 3) if shape is None and arguments.get("include_top") is False else UNKNOWN


def _batched(shape: Value) -> Shape:
    """(60000, 28, 28) of an array -> (None, 28, 28) of a batch."""
    return (None, *shape[1:]) if isinstance(shape, tuple) and shape else UNKNOWN


def _as_call(value: Value) -> Value:
    """The call behind a layer given to a wrapper, which is what the shape rules read."""
    if isinstance(value, LayerObject) and value.nested is None and value.instance is None:
        return value.call
    return value


def _same(left: Shape, right: Shape) -> bool:
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return False
    return len(left) == len(right) and all(
        is_known(a) and is_known(b) and a == b for a, b in zip(left, right, strict=True)
    )


def _total(counts: Sequence[Value]) -> Value:
    return sum(counts) if all(is_integer(count) for count in counts) else UNKNOWN


def _indexed(shape: Shape, index: Value) -> Shape:
    """Shape of `x[index]` for plain slices and integers; Unknown otherwise."""
    if isinstance(shape, Unknown):
        return UNKNOWN
    parts = list(index) if isinstance(index, tuple) else [index]
    if Ellipsis in [part for part in parts if part is Ellipsis]:
        position = next(number for number, part in enumerate(parts) if part is Ellipsis)
        used = sum(part is not None for part in parts) - 1
        parts[position : position + 1] = [slice(None)] * (len(shape) - used)
    result: list[Any] = []
    axes = list(shape)
    for part in parts:
        if part is None:
            result.append(1)
            continue
        if not axes:
            return UNKNOWN
        axis = axes.pop(0)
        if is_integer(part):
            continue
        if not isinstance(part, slice):
            return UNKNOWN
        if part.start is None and part.stop is None and part.step is None:
            result.append(axis)
        elif is_integer(axis) and all(
            bound is None or is_integer(bound) for bound in (part.start, part.stop, part.step)
        ):
            result.append(len(range(axis)[part]))
        else:
            result.append(UNKNOWN)
    return (*result, *axes)


def _foreign(base: Value) -> bool:
    """A base class whose own weights we do not count."""
    return isinstance(base, Reference) and base.name not in ("keras.layers.Layer", "keras.Model")


_WEIGHTED = frozenset(
    "Dense Conv1D Conv2D Conv3D Conv1DTranspose Conv2DTranspose Conv3DTranspose SeparableConv1D SeparableConv2D "
    "DepthwiseConv1D DepthwiseConv2D LSTM GRU SimpleRNN Embedding BatchNormalization LayerNormalization "
    "GroupNormalization MultiHeadAttention ConvLSTM2D EinsumDense Bidirectional".split()
)
_WEIGHTLESS = frozenset(
    "Dropout Flatten Activation ReLU Softmax LeakyReLU ELU MaxPooling1D MaxPooling2D MaxPooling3D AveragePooling1D "
    "AveragePooling2D GlobalAveragePooling1D GlobalAveragePooling2D GlobalMaxPooling1D GlobalMaxPooling2D Reshape Add "
    "Concatenate Rescaling Resizing RandomFlip RandomRotation RandomZoom SpatialDropout1D SpatialDropout2D "
    "GaussianNoise ZeroPadding2D UpSampling2D Permute RepeatVector Masking InputLayer".split()
)
