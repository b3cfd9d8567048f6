"""Keras objects as the program makes them: layers applied to tensors, models put together, what is done to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from default_lint.program import catalog, data, shapes
from default_lint.program.calls import Given
from default_lint.program.conduct import Conduct
from default_lint.program.graph import NOWHERE, batched, reachable
from default_lint.program.objects import (
    Done,
    Entry,
    Function,
    Instance,
    LayerObject,
    ModelObject,
    Node,
    Prediction,
    Tensor,
    Trace,
    UserClass,
)
from default_lint.program.sizes import Sizes
from default_lint.program.types import Argument, Call
from default_lint.program.values import (
    UNKNOWN,
    Reference,
    Rest,
    Shape,
    Unknown,
    Value,
    is_integer,
)
from default_lint.text import Span

if TYPE_CHECKING:
    from default_lint.program.invoke import Invoker, Site

MAX_NESTING = 8  # of lists of tensors and models
_WEIGHTLESS_ROOTS = ("keras.", "tensorflow.", "numpy.", "builtins.")
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


class Builder:
    """Makes and changes Keras objects for an `Invoker`."""

    def __init__(self, invoke: Invoker) -> None:
        self.invoke = invoke
        self.interpreter = invoke.interpreter
        self.trace: Trace = invoke.trace
        self.places: dict[int, tuple[Span, Span | None]] = {}
        self.sizes = Sizes(self)
        self.conduct = Conduct(self)
        self.unknown_models: dict[str, ModelObject] = {}
        self.tracing = 0
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
        node = Node(layer, (), span, self.interpreter.next_order(), depth=self.tracing)
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
        node = self.node(layer, (given_tensor,), call.span, None)
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
                span, removal = self.places.get(id(self.side(value)), (listed.span, None))
                self.add(model, value, span, removal)
        else:
            model.complete = False
            self.interpreter.unread(listed.span, "the list of layers is not known")

    def side(self, value: Value) -> Value:
        """The Keras side of an instance of the user's; any other value as it is."""
        return value.keras if isinstance(value, Instance) and value.keras is not None else value

    def place(self, value: Value, span: Span, removal: Span | None) -> None:
        """Remember where a layer stands in a list, and what to delete to drop it there."""
        self.places[id(self.side(value))] = (span, removal)

    def add(self, model: ModelObject, value: Value, site: Span, removal: Span | None) -> None:
        """Append a layer, model or input tensor to a Sequential."""
        value = self.side(value)
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
        model.inputs = [self.as_tensor(part) for part in self.flatten(inputs.value)]
        parts = self.flatten(outputs.value)
        model.structure = outputs.value
        if any(not isinstance(part, Tensor) for part in parts):
            model.complete = False
            self.interpreter.unread(outputs.span, "an output of this model is not known")
        model.outputs = [part for part in parts if isinstance(part, Tensor)]
        for tensor in model.outputs:
            tensor.node.feeds += 1

    def flatten(self, value: Value, depth: int = 0) -> list[Value]:
        """The parts of nested lists, tuples and dicts, in order."""
        if isinstance(value, dict):
            value = list(value.values())
        if not isinstance(value, (list, tuple)) or depth > MAX_NESTING:
            return [value]
        return [part for item in value for part in self.flatten(item, depth + 1)]

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
            shape = batched(data.attribute(self.invoke, value, "shape"))
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
        return [part for part in self.flatten(value) if isinstance(part, Tensor)]

    def models_in(self, value: Value) -> Iterator[ModelObject]:
        """The models in a value."""
        for part in self.flatten(value):
            side = self.side(part)
            if isinstance(side, ModelObject):
                yield side

    def node(self, layer: LayerObject, inputs: tuple[Tensor, ...], span: Span, training: Value) -> Node:
        """One application of a layer, noted and connected."""
        uncertain = self.interpreter.uncertain > 0 or layer.uncertain
        node = Node(layer, inputs, span, self.interpreter.next_order(), training=training, uncertain=uncertain)
        node.depth = self.tracing
        if layer.node is None:
            layer.node = node
        for tensor in inputs:
            tensor.node.feeds += 1
        self.trace.nodes.append(node)
        return node

    def opaque(self, name: str, tensors: Sequence[Tensor], site: Site) -> Tensor:
        """The result of something unknown done to tensors: connected, shape Unknown."""
        layer = LayerObject(Call(name, site.span, {}, site.spelled, site.callee))
        node = self.node(layer, tuple(tensors), site.span, None)
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
        node = self.node(layer, tuple(tensors), span, None)
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
            self.conduct.note_tape_loss(Reference(name), None)
        layer = LayerObject(call)
        node = self.node(layer, tuple(tensors), site.span, None)
        node.parameters = 0 if name.startswith(_WEIGHTLESS_ROOTS) else UNKNOWN
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
        side = self.side(target)
        if isinstance(side, ModelObject):
            return self.apply_model(side, given, site)
        if isinstance(side, LayerObject):
            return self.apply_layer(side, given, site)
        return self.invoke.opaque("", given, site)

    def training(self, given: Sequence[Given]) -> Value:
        """The value of `training=` among arguments; None when it is not passed."""
        return next((item.value for item in given if item.keyword == "training"), None)

    def apply_model(self, model: ModelObject, given: list[Given], site: Site) -> Value:
        """Call a model: inside another model, or on data."""
        first = given[0].value if given else UNKNOWN
        tensors = self.tensors_in(first)
        eager = bool(self.interpreter.tapes) or data.is_data(first) or isinstance(first, Prediction)
        if tensors or (not eager and not self._inside_step()):
            return self.apply_layer(self.layer_of(model), given, site)
        call = Call(
            "keras.Model.__call__",
            site.span,
            {item.keyword or str(i): item.bound(item.keyword or str(i)) for i, item in enumerate(given)},
            site.spelled,
            site.callee,
        )
        self.conduct.note(model, "call", site, call)
        for tape in self.interpreter.tapes:
            tape.model, tape.forward = model, call
        return Prediction(model, site.span)

    def _inside_step(self) -> bool:
        return any(item.name in ("train_step", "test_step") for item in self.interpreter.stack)

    def apply_layer(self, layer: LayerObject, given: list[Given], site: Site) -> Value:
        """Call a layer on tensors, or on data."""
        inputs = [item for item in given if item.keyword not in ("training", "initial_state") and not _is_mask(item)]
        inputs.sort(key=lambda item: _ATTENTION_ORDER.get(item.keyword or "", 0))
        tensors = [tensor for item in inputs for tensor in self.tensors_in(item.value)]
        if not tensors:
            value = inputs[0].value if inputs else UNKNOWN
            if data.is_data(value) and not self.tracing:
                return self._on_data(layer, value, site)
            tensors = [self._constant(value) if data.is_data(value) else self.as_tensor(value)]
        node = self.node(layer, tuple(tensors), site.span, self.training(given))
        used = {id(item) for item in inputs}
        node.beside = tuple(tensor for item in given if id(item) not in used for tensor in self.tensors_in(item.value))
        for tensor in node.beside:
            tensor.node.feeds += 1
        outputs = self.sizes.infer(node, layer, given, [tensor.shape for tensor in tensors])
        node.outputs = tuple(Tensor(shape, node, number) for number, shape in enumerate(outputs))
        structure = self.sizes.structure(layer)
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

    def _on_data(self, layer: LayerObject, value: Value, site: Site) -> Value:
        arguments = {**layer.call.arguments, "inputs": Argument("inputs", value, site.span)}
        call = Call(layer.call.name, site.span, arguments, site.spelled, site.callee)
        result = data.call(self.invoke, call)
        return UNKNOWN if result is NotImplemented else result

    # -- methods and attributes ---------------------------------------------------------------------------------

    def layers(self, model: ModelObject) -> list[LayerObject]:
        """The layers of a Sequential or functional model; none where they are not listed."""
        if model.kind == "sequential":
            return [entry.layer for entry in model.entries]
        if model.kind == "functional":
            seen: dict[int, LayerObject] = {}
            for node in reachable(model.outputs, model.inputs):
                seen.setdefault(id(node.layer), node.layer)
            return list(seen.values())
        return []

    # -- objects that are not layers ----------------------------------------------------------------------------

    def is_a(self, layer: LayerObject, name: str) -> bool:
        """`isinstance(layer, name)` for Keras's own layer classes."""
        return layer.call.name == name or name == "keras.layers.Layer" or name.endswith(f".{layer.call.short}")

    # -- the end ------------------------------------------------------------------------------------------------

    def finish(self) -> None:
        """Follow `call` of every subclassed model that nothing has applied yet, with the shape of its data."""
        for model in list(self.trace.models):
            if model.kind == "subclass" and not model.traced:
                self.sizes.infer_subclass(model, [self.sizes.data_shape(model)])
        for user_class in list(self.trace.classes):
            if user_class.base != "keras.layers.Layer":
                continue
            for instance in user_class.instances[:1]:
                method = self.invoke._find(user_class, "call")
                if isinstance(method, Function) and id(method.node) not in self.interpreter.entered:
                    self.sizes.trace_call(instance, [UNKNOWN])


_ATTENTION_ORDER = {"query": 1, "value": 2, "key": 3}


def _is_mask(item: Given) -> bool:
    return item.keyword is not None and item.keyword.endswith("mask")


def _application_input(arguments: dict[str, Value]) -> Shape:
    """Input shape of a keras.applications model: as given, or pixels of any size for the part without its top."""
    shape = arguments.get("input_shape")
    if isinstance(shape, (tuple, list)):
        return (None, *shape)
    return (None, None, None, 3) if shape is None and arguments.get("include_top") is False else UNKNOWN


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
