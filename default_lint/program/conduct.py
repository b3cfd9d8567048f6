"""What a program does to its models and layers: methods, attributes, `trainable`, compile and fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from default_lint.program import data
from default_lint.program.calls import Given
from default_lint.program.graph import declared_by, listed, reachable
from default_lint.program.objects import (
    Done,
    History,
    LayerList,
    LayerObject,
    ModelObject,
    Prediction,
    Tensor,
    Trace,
)
from default_lint.program.types import Call
from default_lint.program.values import (
    UNKNOWN,
    Reference,
    Unknown,
    Value,
    is_integer,
)
from default_lint.text import Span

if TYPE_CHECKING:
    from default_lint.program.build import Builder
    from default_lint.program.invoke import Site


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


class Conduct:
    """What is done to models, layers and other Keras objects: methods, attributes, events."""

    def __init__(self, builder: Builder) -> None:
        self.builder = builder
        self.invoke = builder.invoke
        self.interpreter = builder.interpreter
        self.trace: Trace = builder.trace

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
                return self.builder.apply_layer(receiver, given, site)
            if name in ("add_weight", "add_loss") and receiver.instance is not None:
                receiver.instance.attributes["?weights"] = True
            return UNKNOWN
        tensors = [receiver, *(tensor for item in given for tensor in self.builder.tensors_in(item.value))]
        return self.builder.opaque(f"tensor.{name}", tensors, site)

    def _fact(self, kind: str, layer: LayerObject, given: Sequence[Given], site: Site) -> None:
        layer.call.arguments.get("name")
        if given and data.is_data(given[0].value) and hasattr(data, "adapted"):
            data.adapted(self.invoke, layer.call, given[0].value, given[0].span, site.callee)

    def _model_method(self, model: ModelObject, name: str, given: list[Given], site: Site) -> Value:
        if name == "add" and model.kind == "sequential":
            self.invoke.bound_call("keras.Model.add", given, site)
            if given:
                removal = self.interpreter.line_removal
                place = self.builder.places.get(id(self.builder.side(given[0].value)), (site.span, None))[0]
                self.builder.add(model, given[0].value, place, removal)
                self.note(model, "add", site, None)
            return None
        if name == "pop" and model.kind == "sequential":
            if model.entries:
                entry = model.entries.pop()
                model.attributes.setdefault("popped", []).append(entry)
                self.note(model, "pop", site, None)
            return None
        if name in EVENTS:
            return self._event(model, name, given, site)
        if name == "__call__":
            return self.builder.apply_model(model, given, site)
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
        layers = [entry.layer for entry in model.entries] or [
            node.layer for node in reachable(model.outputs, model.inputs)
        ]
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
        if given and given[0].keyword == "index":
            layers = self._listed(model)
            return layers[wanted] if is_integer(wanted) and -len(layers) <= wanted < len(layers) else UNKNOWN
        for layer in self.builder.layers(model):
            if isinstance(wanted, str) and layer.call["name"] == wanted:
                return layer
        if model.kind == "application" and model.inputs:
            inner = self.builder.opaque(f"layer of {model.call.short if model.call else 'model'}", model.inputs, site)
            inner.node.layer.inside = model
            inner.node.layer.attributes["part"] = True
            return inner.node.layer
        return UNKNOWN

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
            return self._listed(model) or LayerList(model)
        if name == "trainable":
            return model.trainable
        if name in ("output", "outputs", "input", "inputs"):
            self.connect(model)
            tensors = model.outputs if name.startswith("output") else model.inputs
            if not tensors:
                single = name in ("output", "input")
                return self.builder.as_tensor(Unknown("the model's tensors")) if single else UNKNOWN
            return list(tensors) if name.endswith("s") or len(tensors) > 1 else tensors[0]
        if name in ("input_shape", "output_shape"):
            self.connect(model)
            tensors = model.outputs if name.startswith("output") else model.inputs
            return tensors[0].shape if len(tensors) == 1 else UNKNOWN
        if name == "name":
            return UNKNOWN
        return NotImplemented

    def _listed(self, model: ModelObject) -> list[LayerObject]:
        """The layers in the order of Keras, where all of them are known."""
        if not model.complete or model.kind not in ("sequential", "functional"):
            return []
        return self.builder.layers(model) if model.kind == "sequential" else listed(model) or []

    def connect(self, model: ModelObject) -> None:
        """Give a Sequential its tensors, once somebody asks for them."""
        if model.kind != "sequential" or model.outputs:
            return
        first = model.entries[0].layer if model.entries else None
        shape = model.declared if model.declared is not None else (declared_by(first) if first else UNKNOWN)
        tensor = self.builder.input_tensor(
            Call("keras.Input", model.span, {}, "", model.span), shape if shape is not None else UNKNOWN, model.span
        )
        model.inputs = [tensor]
        for entry in model.entries:
            node = self.builder.node(entry.layer, (tensor,), entry.site, None)
            found = self.builder.sizes.infer(node, entry.layer, [Given(None, tensor, entry.site)], [tensor.shape])
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
        for layer in self.builder.layers(model):
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
        for layer in self.builder.layers(model):
            if layer is part or (
                isinstance(part, LayerObject) and part.inside is not None and layer.inside is part.inside
            ):
                return True
            inner = layer.nested if layer.nested is not None else layer.inside
            if inner is not None and inner is not model and self.holds(inner, part, depth + 1):
                return True
        return False

    def plain_object(self, call: Call, given: list[Given], site: Site) -> Value:
        """What a call of a library gives that is neither layer, model nor data."""
        name = call.name
        for item in given:
            for model in self.builder.models_in(item.value):
                self.note(model, "other", site, call)
        if name.startswith(("keras.losses.", "keras.metrics.")) and call.short[:1].islower() and self.interpreter.tapes:
            self.note_tape_loss(Reference(name), call)
            return UNKNOWN
        if name.startswith(_OBJECTS) or call.short[:1].isupper() or name.startswith("keras.callbacks."):
            return call
        return Unknown(f"`{site.spelled}(...)` is not known")

    def note_tape_loss(self, loss: Value, call: Call | None) -> None:
        """Remember the loss of every open tape."""
        for tape in self.interpreter.tapes:
            tape.loss = loss if call is None else call

    def call_object(self, target: Call, given: list[Given], site: Site) -> Value:
        """Call an object such as a loss or an initializer."""
        if target.name.startswith("keras.losses."):
            self.note_tape_loss(target, None)
        tensors = [tensor for item in given for tensor in self.builder.tensors_in(item.value)]
        return self.builder.opaque(target.name, tensors, site) if tensors else UNKNOWN

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
            or (text in self.builder.unknown_models and name in EVENTS)
        )
        if not certain:
            return self.invoke.opaque("", given, site)
        model = self.builder.unknown_models.get(text)
        if model is None:
            model = ModelObject("unknown", site.span, name=text, complete=False, order=self.interpreter.next_order())
            self.builder.unknown_models[text] = model
            self.trace.models.append(model)
        return self._event(model, name, given, site)
