"""From the objects of one reading to the frozen `Program` that rules see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import libcst as cst

from default_lint.program import names
from default_lint.program.build import Builder
from default_lint.program.graph import declared_by, reachable
from default_lint.program.interpret import Interpreter
from default_lint.program.objects import (
    Done,
    Function,
    Instance,
    LayerObject,
    ModelObject,
    Node,
    Tensor,
    UserClass,
)
from default_lint.program.types import (
    Argument,
    Call,
    Compile,
    Event,
    Fit,
    Layer,
    Loop,
    Loss,
    Metric,
    Model,
    Optimizer,
    Problem,
    Program,
    Subclass,
)
from default_lint.program.values import (
    UNKNOWN,
    Reference,
    Rest,
    Shape,
    Unknown,
    Value,
    is_known,
)
from default_lint.text import Document, Span

_ACTIVATION_LAYERS = {
    "ReLU": "relu",
    "Softmax": "softmax",
    "LeakyReLU": "leaky_relu",
    "PReLU": "prelu",
    "ELU": "elu",
    "ThresholdedReLU": "relu",
}
_ACTIVATION_FUNCTIONS = frozenset(
    "relu relu6 softmax sigmoid tanh elu selu softplus softsign gelu silu swish leaky_relu exponential log_softmax "
    "hard_sigmoid hard_silu mish".split()
)
_FUNCTION_MODULES = (
    "keras.activations.",
    "keras.ops.",
    "keras.ops.nn.",
    "keras.backend.",
    "tensorflow.nn.",
    "tensorflow.math.",
    "tensorflow.",
)
_SOURCES = ("keras.Input", "keras.layers.InputLayer", "constant")
_DATA_EVENTS = ("fit", "evaluate", "predict", "train_on_batch")
_DROPPED = frozenset(
    "Dropout SpatialDropout1D SpatialDropout2D SpatialDropout3D AlphaDropout GaussianDropout GaussianNoise "
    "BatchNormalization RandomFlip RandomRotation RandomZoom RandomTranslation RandomContrast RandomBrightness "
    "RandomCrop RandomHeight RandomWidth".split()
)


def activation_of(value: Value) -> str | Unknown:
    """Canonical short name of an activation given as string, function, layer or None; Unknown for the user's own."""
    if value is None:
        return "linear"
    if isinstance(value, str):
        return names.activation_name(value) or UNKNOWN
    if isinstance(value, Reference):
        short = value.name.rpartition(".")[2]
        if value.name.startswith(_FUNCTION_MODULES) and (short in _ACTIVATION_FUNCTIONS or short == "linear"):
            return {"swish": "silu"}.get(short, short)
        return _ACTIVATION_LAYERS.get(short, UNKNOWN) if value.name.startswith("keras.layers.") else UNKNOWN
    if isinstance(value, LayerObject) and value.instance is None:
        return layer_activation(value.call)
    return UNKNOWN


def _is_open(item: LayerObject) -> bool:
    """True for a layer whose activation is not told by its call."""
    return item.nested is not None or item.instance is not None or "activation" in item.attributes


def layer_activation(call: Call) -> str | Unknown:
    """The activation that a layer (or an operation on tensors) applies to its output."""
    short = call.short
    if call.name.startswith("keras.layers."):
        if short in _ACTIVATION_LAYERS:
            return _ACTIVATION_LAYERS[short]
        if short == "Activation" or "activation" in call.arguments:
            return activation_of(call["activation"])
        if short in ("Bidirectional", "TimeDistributed"):
            inner = call["layer"]
            return (
                layer_activation(inner.call) if isinstance(inner, LayerObject) and inner.instance is None else UNKNOWN
            )
        return UNKNOWN if short in ("Lambda", "Layer", "TFSMLayer") else "linear"
    if call.name.startswith("keras.applications."):
        return activation_of(call["classifier_activation"]) if call["include_top"] is True else UNKNOWN
    if call.name.startswith("operator.") or call.name == "keras.Input":
        return "linear"
    if call.name.startswith(_FUNCTION_MODULES) and short in _ACTIVATION_FUNCTIONS:
        return {"swish": "silu"}.get(short, short)
    return UNKNOWN


class Assembler:
    """Turns what an `Interpreter` collected into a `Program`."""

    def __init__(self, interpreter: Interpreter, document: Document) -> None:
        self.interpreter = interpreter
        self.document = document
        self.builder: Builder = interpreter.keras
        self.frozen_layers: dict[int, Layer] = {}
        self.busy: set[int] = set()

    def program(self) -> Program:
        """The frozen program of this reading."""
        trace = self.interpreter.trace
        subclasses = tuple(self._subclass(item) for item in trace.classes if item.base)
        models = tuple(self.model(item) for item in sorted(trace.models, key=lambda item: item.order))
        return Program(
            document=self.document,
            models=models,
            calls=tuple(trace.calls),
            imports=tuple(trace.imports),
            subclasses=subclasses,
            loops=self._loops(),
            unread=tuple(trace.unread),
            conditions=tuple(self.interpreter.decisions.taken.values()),
            facts=tuple(trace.facts),
            dangling=self._dangling(),
        )

    # -- models -------------------------------------------------------------------------------------------------

    def model(self, item: ModelObject) -> Model:
        """The frozen model, made once."""
        if item.frozen is not None:
            return item.frozen
        if id(item) in self.busy:
            return Model(item.name, item.kind, item.span, (), complete=False)
        self.busy.add(id(item))
        if item.kind == "sequential":
            layers, inputs, outputs, complete = self._sequential(item)
        elif item.kind in ("functional", "application"):
            layers, inputs, outputs, complete = self._functional(item)
        elif item.kind == "subclass" and item.nodes:
            layers, inputs, outputs, complete = self._traced(item)
        else:
            layers, inputs, outputs, complete = (), (), (), False
        events = tuple(self._event(done, layers) for done in item.events)
        span = item.call.callee if item.call is not None else item.span
        frozen = Model(
            name=item.name,
            kind=item.kind,
            span=span,
            layers=layers,
            inputs=inputs,
            outputs=outputs,
            complete=complete and item.complete,
            events=events,
            trainable=item.trainable if isinstance(item.trainable, (bool, Unknown)) else UNKNOWN,
            call=item.call,
            subclass=item.instance.cls.info if item.instance is not None and item.instance.cls is not None else None,
            listed=item.kind != "subclass" or self._all_used(item),
        )
        item.frozen = frozen
        self.busy.discard(id(item))
        return frozen

    def _sequential(self, item: ModelObject) -> tuple[tuple[Layer, ...], tuple[Shape, ...], tuple[int, ...], bool]:
        shape: Shape = UNKNOWN
        declared = item.declared
        if declared is None and item.entries:
            declared = declared_by(item.entries[0].layer)
        if declared is None:
            declared = self._applied_shape(item)
        shape = declared if declared is not None else UNKNOWN
        inputs = (shape,)
        layers: list[Layer] = []
        counts: dict[int, int] = {}
        for entry in item.entries:
            counts[id(entry.layer)] = counts.get(id(entry.layer), 0) + 1
        for position, entry in enumerate(item.entries):
            node = Node(entry.layer, (), entry.site, 0, uncertain=entry.uncertain)
            incoming = self.builder.input_tensor(Call("unknown.input", Span(0, 0)), shape, Span(0, 0))
            node.inputs = (incoming,)
            outputs = self.builder.sizes.infer(node, entry.layer, [_given(incoming, entry.site)], [shape])
            node.outputs = tuple(Tensor(found, node, number) for number, found in enumerate(outputs))
            layer = self._layer(
                node, position, (position - 1,) if position else (), entry.removal, counts[id(entry.layer)]
            )
            layers.append(layer)
            shape = outputs[0]
        complete = not any(entry.uncertain for entry in item.entries)
        return tuple(layers), inputs, (len(layers) - 1,) if layers else (), complete

    def _all_used(self, item: ModelObject) -> bool:
        """Whether every layer that a subclassed model holds is used by its `call`, so that the sum is its size."""
        used = {id(node.layer) for node in item.nodes or []}
        held = list((item.instance.attributes if item.instance is not None else {}).values())
        seen: set[int] = set()
        while held:
            value = held.pop()
            if id(value) in seen:
                continue
            seen.add(id(value))
            if isinstance(value, (list, tuple)):
                held.extend(value)
            elif isinstance(value, dict):
                held.extend(value.values())
            side = value.keras if isinstance(value, Instance) else value
            if isinstance(side, ModelObject):
                side = side.layer
                if side is None:
                    return False
            if isinstance(side, LayerObject) and id(side) not in used:
                return False
        return True

    def _applied_shape(self, item: ModelObject) -> Shape:
        shape = self.builder.sizes.data_shape(item)
        if is_known(shape):
            return shape
        if item.layer is not None and item.layer.node is not None and item.layer.node.inputs:
            return item.layer.node.inputs[0].shape
        return UNKNOWN

    def _functional(self, item: ModelObject) -> tuple[tuple[Layer, ...], tuple[Shape, ...], tuple[int, ...], bool]:
        stand_ins = {id(tensor.node): self._stand_in(tensor) for tensor in item.inputs if tensor.node.inputs}
        nodes = [*stand_ins.values(), *reachable(item.outputs, item.inputs)]
        layers, numbers = self._layers(nodes, tuple(stand_ins))
        given = {id(tensor.node) for tensor in item.inputs}
        nodes = nodes[len(stand_ins) :]
        complete = all(node.inputs or id(node) in given or node.layer.call.name in _SOURCES for node in nodes)
        outputs = tuple(numbers[id(tensor.node)] for tensor in item.outputs)
        return layers, tuple(tensor.shape for tensor in item.inputs), outputs, complete and bool(item.outputs)

    def _stand_in(self, tensor: Tensor) -> Node:
        """The input that Keras makes for a model cut out of another at this tensor."""
        call = tensor.node.layer.call
        node = self.builder.input_tensor(
            Call("keras.Input", call.span, {}, call.spelled, call.callee), tensor.shape, call.span
        ).node
        node.feeds = 1
        return node

    def _traced(self, item: ModelObject) -> tuple[tuple[Layer, ...], tuple[Shape, ...], tuple[int, ...], bool]:
        nodes = list(item.nodes or [])
        known = {id(node) for node in nodes}
        layers, numbers = self._layers([node for node in nodes if node.layer.call.name != "unknown.input"])
        outputs = tuple(numbers[id(t.node)] for t in item.outputs if id(t.node) in numbers)
        inputs = tuple(
            node.outputs[0].shape for node in nodes if not node.inputs and node.layer.call.name == "keras.Input"
        )
        complete = bool(outputs) and all(id(t.node) in known for node in nodes for t in node.inputs)
        return layers, inputs, outputs, complete

    def _layers(self, nodes: Sequence[Node], stood_for: Sequence[int] = ()) -> tuple[tuple[Layer, ...], dict[int, int]]:
        """Nodes as layers, and the position of each; the first ones stand for nodes of these ids."""
        numbers = {id(node): position for position, node in enumerate(nodes)}
        numbers.update({key: position for position, key in enumerate(stood_for)})
        shared: dict[int, int] = {}
        for node in nodes:
            shared[id(node.layer)] = shared.get(id(node.layer), 0) + 1
        layers = []
        for position, node in enumerate(nodes):
            sources = tuple(numbers[id(t.node)] for t in node.inputs if id(t.node) in numbers)
            beside = dict.fromkeys(numbers[id(t.node)] for t in node.beside if id(t.node) in numbers)
            sources += tuple(number for number in beside if number not in sources)
            layers.append(self._layer(node, position, sources, None, shared[id(node.layer)]))
        return tuple(layers), numbers

    def _layer(self, node: Node, index: int, sources: tuple[int, ...], statement: Span | None, shared: int) -> Layer:
        item = node.layer
        trainable = item.trainable
        if item.inside is not None and item.inside.trainable is not True:
            trainable = item.inside.trainable
        problem = node.problem if isinstance(node.problem, Problem) else None
        layer = Layer(
            call=self._clean(item.call),
            index=index,
            site=node.site,
            activation=UNKNOWN if _is_open(item) else layer_activation(item.call),
            inputs=tuple(tensor.shape for tensor in node.inputs),
            shape=node.outputs[0].shape if node.outputs else UNKNOWN,
            parameters=node.parameters if isinstance(node.parameters, int) else UNKNOWN,
            sources=sources,
            trainable=trainable if isinstance(trainable, (bool, Unknown)) else UNKNOWN,
            statement=statement,
            uncertain=node.uncertain,
            shared=shared,
            problem=problem,
            nested=self._nested(item),
            variable=item.variable,
            training=node.training,
            adapted=item.adapted,
        )
        self.frozen_layers.setdefault(id(item), layer)
        return layer

    def _nested(self, item: LayerObject) -> Model | None:
        if item.nested is not None:
            return self.model(item.nested)
        if item.call.short in ("Bidirectional", "TimeDistributed"):
            inner = item.call["layer"]
            side = inner.keras if isinstance(inner, Instance) else inner
            return self.model(side) if isinstance(side, ModelObject) else None
        nodes = item.attributes.get("?inner")
        if item.instance is None or not nodes or id(item) in self.busy:
            return None
        self.busy.add(id(item))
        layers, numbers = self._layers([node for node in nodes if node.inputs])
        result = self.builder.tensors_in(item.attributes.get("?result"))
        outputs = tuple(numbers[id(tensor.node)] for tensor in result if id(tensor.node) in numbers)
        self.busy.discard(id(item))
        cls = item.instance.cls
        return Model(
            name=item.variable,
            kind="layer",
            span=item.call.callee,
            layers=layers,
            outputs=outputs,
            complete=False,
            call=item.call,
            subclass=cls.info if cls is not None else None,
        )

    def _clean(self, call: Call) -> Call:
        return call

    # -- events -------------------------------------------------------------------------------------------------

    def _event(self, done: Done, layers: Sequence[Layer]) -> Event:
        layer = self.frozen_layers.get(id(done.layer)) if done.layer is not None else None
        if done.kind == "compile" and done.call is not None:
            return self._compile(done)
        if done.kind in _DATA_EVENTS and done.call is not None:
            return self._fit(done)
        return Event(done.kind, done.span, done.order, done.call, done.loop, layer, done.value, done.spelled)

    def _compile(self, done: Done) -> Compile:
        call = done.call
        assert call is not None
        return Compile(
            kind="compile",
            span=done.span,
            order=done.order,
            call=call,
            loop=done.loop,
            value=done.value,
            spelled=done.spelled,
            optimizer=self._optimizer(call),
            losses=self._losses(call),
            metrics=self._metrics(call),
        )

    def _fit(self, done: Done) -> Fit:
        call = done.call
        assert call is not None
        first = next((name for name in ("x", "generator") if name in call.arguments), "x")
        validation = call["validation_data"] if "validation_data" in call.arguments else None
        callbacks = call["callbacks"] if "callbacks" in call.arguments else None
        return Fit(
            kind=done.kind,
            span=done.span,
            order=done.order,
            call=call,
            loop=done.loop,
            spelled=done.spelled,
            method=done.spelled,
            x=call[first],
            y=call["y"] if "y" in call.arguments else None,
            validation=validation,
            callbacks=_callbacks(callbacks),
        )

    def _optimizer(self, call: Call) -> Optimizer | None:
        argument = call.arguments.get("optimizer")
        if argument is None:
            return None
        return optimizer_of(argument.value, argument.span)

    def _losses(self, call: Call) -> tuple[Loss, ...] | None:
        argument = call.arguments.get("loss")
        if argument is None or not is_known(argument.value):
            return None
        value = argument.value
        if isinstance(value, dict):
            if any(isinstance(key, Rest) for key in value):
                return None
            parts = list(value.values())
        elif isinstance(value, (list, tuple)):
            parts = list(value)
        else:
            return () if value is None else (loss_of(value, argument.span, 0),)
        if any(isinstance(part, Rest) for part in parts):
            return None
        spans = self._part_spans(argument.span, len(parts))
        return tuple(loss_of(part, spans[i], i) for i, part in enumerate(parts) if part is not None)

    def _metrics(self, call: Call) -> tuple[Metric, ...] | None:
        found: list[Metric] = []
        for name in ("metrics", "weighted_metrics"):
            argument = call.arguments.get(name)
            if argument is None or argument.value is None:
                continue
            value = argument.value
            if not is_known(value):
                return None
            if isinstance(value, dict):
                return None if any(isinstance(key, Rest) for key in value) else self._metric_dict(value, argument)
            parts = list(value) if isinstance(value, (list, tuple)) else [value]
            if any(isinstance(part, Unknown) for part in parts):
                return None
            spans = self._part_spans(argument.span, len(parts))
            for position, part in enumerate(parts):
                if isinstance(part, (list, tuple)):
                    found.extend(metric_of(inner, spans[position], position) for inner in part)
                else:
                    found.append(metric_of(part, spans[position], None))
        return tuple(found)

    def _metric_dict(self, value: Mapping[Any, Value], argument: Argument) -> tuple[Metric, ...]:
        found = []
        for position, part in enumerate(value.values()):
            for item in part if isinstance(part, (list, tuple)) else [part]:
                found.append(metric_of(item, argument.span, position))
        return tuple(found)

    def _part_spans(self, whole: Span, count: int) -> list[Span]:
        """Spans of the elements of a list or dict literal that stands at `whole`; the whole for anything else."""
        return (
            self.interpreter.part_spans.get(whole, [whole] * count)
            if count == len(self.interpreter.part_spans.get(whole, []))
            else [whole] * count
        )

    # -- the rest -----------------------------------------------------------------------------------------------

    def _loops(self) -> tuple[Loop, ...]:
        found: list[Loop] = []
        for tape in self.interpreter.trace.tapes:
            model = tape.model.frozen if tape.model is not None else None
            found.append(Loop("tape", tape.span, model, tape.loss, tape.optimizer, tape.forward))
        for user_class in self.interpreter.trace.classes:
            method = user_class.scope.names.get("train_step")
            if user_class.base in ("keras.Model", "keras.Sequential") and isinstance(method, Function):
                side = user_class.instances[0].keras if user_class.instances else None
                frozen = side.frozen if isinstance(side, ModelObject) else None
                found.append(Loop("train_step", method.span, frozen))
        for item in self.interpreter.trace.models:
            first = next((done for done in item.events if done.kind == "train_on_batch"), None)
            if first is not None:
                found.append(Loop("train_on_batch", first.span, item.frozen, forward=first.call))
        return tuple({(loop.kind, loop.span): loop for loop in reversed(found)}.values())[::-1]

    def _dangling(self) -> tuple[Layer, ...]:
        """Layers applied in functional code whose result nothing uses, in a file that builds a functional model."""
        trace = self.interpreter.trace
        used: set[int] = set()
        roots: set[int] = set()
        for model in trace.models:
            if model.kind == "functional" and model.complete:
                nodes = reachable(model.outputs)
                used.update(id(node) for node in nodes)
                roots.update(id(node) for node in nodes if node.layer.call.name == "keras.Input")
        if any(not model.complete for model in trace.models if model.kind == "functional"):
            return ()
        found = []
        for node in trace.nodes:
            if id(node) in used or node.feeds or not node.inputs or node.uncertain or node.depth:
                continue
            if not node.layer.call.name.startswith("keras.layers.") or node.layer.instance is not None:
                continue
            behind = reachable(node.outputs)
            if all(item.inputs or id(item) in roots for item in behind) and any(id(item) in roots for item in behind):
                found.append(self._layer(node, -1, (), None, 1))
        return tuple(found)

    def _subclass(self, user_class: UserClass) -> Subclass:
        node = user_class.node
        tree = self.interpreter.tree
        call = user_class.scope.names.get("call")
        parameters: tuple[str, ...] = ()
        end, kwargs = 0, False
        if isinstance(call, Function):
            listed = call.node.params
            parameters = tuple(
                item.name.value for item in (*listed.posonly_params, *listed.params, *listed.kwonly_params)
            )
            kwargs = listed.star_kwarg is not None
            last = (*listed.posonly_params, *listed.params)
            end = _parameter_end(last[-1], tree) if last else 0
        super_init, first_layer = _init_order(node, tree)
        info = Subclass(
            name=user_class.name,
            base=user_class.base,
            span=user_class.span,
            call_span=call.span if isinstance(call, Function) else None,
            parameters=parameters,
            parameters_end=end,
            methods=tuple(key for key, value in user_class.scope.names.items() if isinstance(value, Function)),
            super_init=super_init,
            first_layer=first_layer,
            training_uses=self._training_uses(user_class),
            takes_kwargs=kwargs,
        )
        user_class.info = info
        return info

    def _training_uses(self, user_class: UserClass) -> tuple[Layer, ...]:
        found: dict[Span, Layer] = {}
        for instance in user_class.instances:
            side = instance.keras
            if isinstance(side, ModelObject):
                nodes = side.nodes or []
            elif isinstance(side, LayerObject):
                nodes = side.attributes.get("?inner", [])
            else:
                nodes = []
            for node in nodes:
                if node.layer.call.short in _DROPPED and node.layer.call.name.startswith("keras.layers."):
                    found.setdefault(node.site, self._layer(node, -1, (), None, 1))
        return tuple(found.values())


def _parameter_end(parameter: cst.Param, tree: Any) -> int:
    """Where a parameter ends, its annotation and default included."""
    end: int = tree.span(parameter).end
    for part in (parameter.annotation, parameter.default):
        if part is not None:
            end = max(end, tree.span(part.annotation if isinstance(part, cst.Annotation) else part).end)
    return end


def _init_order(node: cst.ClassDef, tree: Any) -> tuple[Span | None, Span | None]:
    """Where `__init__` calls its base, and the first attribute it assigns before or after."""
    for item in node.body.body:
        if not isinstance(item, cst.FunctionDef) or item.name.value != "__init__":
            continue
        super_init: Span | None = None
        first: Span | None = None
        for line in item.body.body:
            for statement in getattr(line, "body", ()) if isinstance(line, cst.SimpleStatementLine) else ():
                code = tree.code(statement)
                if super_init is None and ".__init__(" in code:
                    super_init = tree.span(statement)
                elif first is None and isinstance(statement, cst.Assign) and code.startswith("self."):
                    first = tree.span(statement)
            if not isinstance(line, cst.SimpleStatementLine) and ".__init__(" in tree.code(line) and super_init is None:
                super_init = tree.span(line)
        return super_init, first
    return None, None


def _given(tensor: Tensor, span: Span) -> Any:
    from default_lint.program.calls import Given

    return Given(None, tensor, span, None, None)


def _callbacks(value: Value) -> tuple[Call, ...] | None:
    if value is None:
        return ()
    parts = value if isinstance(value, (list, tuple)) else [value]
    if isinstance(value, Unknown) or any(isinstance(part, Unknown) for part in parts):
        return None
    return tuple(part for part in parts if isinstance(part, Call))


def optimizer_of(value: Value, span: Span) -> Optimizer:
    """An optimizer given as string, class or object."""
    if isinstance(value, str):
        return Optimizer(names.optimizer_name(value), span)
    if isinstance(value, Call) and value.name.startswith("keras.optimizers."):
        inner = value["inner_optimizer"] if value.short == "LossScaleOptimizer" else None
        if isinstance(inner, Call):
            return optimizer_of(inner, span)
        return Optimizer(value.short, value.span, value, value["learning_rate"])
    if isinstance(value, Reference) and value.name.startswith("keras.optimizers."):
        return Optimizer(value.name.rpartition(".")[2], span)
    return Optimizer("", span)


def loss_of(value: Value, span: Span, output: int) -> Loss:
    """A loss given as string, function, class or object."""
    if isinstance(value, str):
        name = names.loss_name(value)
        return Loss(name, False if name else UNKNOWN, span, None, output)
    if isinstance(value, Reference) and value.name.startswith(("keras.losses.", "keras.metrics.")):
        name = names.loss_name(value.name.rpartition(".")[2])
        return Loss(name, False if name else UNKNOWN, span, None, output)
    if isinstance(value, Call) and value.name.startswith("keras.losses."):
        name = names.loss_name(value.short)
        logits = value["from_logits"] if "from_logits" in value.arguments else False
        return Loss(name, logits if isinstance(logits, bool) else UNKNOWN, value.span, value, output)
    return Loss("", UNKNOWN, span, value if isinstance(value, Call) else None, output)


def metric_of(value: Value, span: Span, output: int | None) -> Metric:
    """A metric given as string, function, class or object, with the log key it makes."""
    if isinstance(value, str):
        return Metric(names.metric_name(value), span, None, output, value)
    if isinstance(value, Call) and value.name.startswith("keras.metrics."):
        given = value["name"] if "name" in value.arguments else None
        log = given if isinstance(given, str) else UNKNOWN
        return Metric(names.metric_name(value.short), value.span, value, output, log)
    if isinstance(value, Reference) and value.name.startswith(("keras.metrics.", "keras.losses.")):
        short = value.name.rpartition(".")[2]
        return Metric(names.metric_name(short), span, None, output, short if short[:1].islower() else UNKNOWN)
    if isinstance(value, Function):
        return Metric("", span, None, output, value.name)
    return Metric("", span, value if isinstance(value, Call) else None, output)
