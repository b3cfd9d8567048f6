"""What a model is trained to put out: the layer, activation, loss, labels and metrics of each output, together."""

from __future__ import annotations

from collections.abc import Sequence

from default_lint.frozen import dataclass
from default_lint.program.assemble import loss_of
from default_lint.program.data_values import Array, Dataset, Generator, current
from default_lint.program.objects import LayerObject, Prediction
from default_lint.program.types import Argument, Call, Compile, Fit, Layer, Loss, Metric, Model, Program
from default_lint.program.values import UNKNOWN, Shape, Unknown, Value, is_integer
from default_lint.text import Span

WEIGHTED = frozenset(
    "Dense Conv1D Conv2D Conv3D Conv1DTranspose Conv2DTranspose Conv3DTranspose SeparableConv1D SeparableConv2D "
    "DepthwiseConv1D DepthwiseConv2D LocallyConnected1D LocallyConnected2D EinsumDense".split()
)
"""Layers that end in a plain `activation` argument."""

_PASSING = frozenset(
    "Dropout SpatialDropout1D SpatialDropout2D SpatialDropout3D AlphaDropout ActivityRegularization Identity Masking "
    "identity stop_gradient cast to_float".split()
)
"""Values and shape stay (in inference)."""

_RESHAPING = frozenset(
    "Flatten Reshape Permute RepeatVector Cropping1D Cropping2D Cropping3D UpSampling1D UpSampling2D UpSampling3D "
    "GlobalAveragePooling1D GlobalAveragePooling2D GlobalAveragePooling3D GlobalMaxPooling1D GlobalMaxPooling2D "
    "GlobalMaxPooling3D AveragePooling1D AveragePooling2D MaxPooling1D MaxPooling2D reshape squeeze expand_dims "
    "transpose resize ensure_shape".split()
)
"""The range of the values stays, their arrangement does not."""

_FUNCTION_HOMES = ("keras.activations.", "keras.ops.", "keras.backend.", "tensorflow.")
_ACTIVATION_LAYERS = frozenset("Activation ReLU Softmax LeakyReLU PReLU ELU ThresholdedReLU".split())
_DEEPEST = 40


@dataclass(frozen=True, eq=False)
class Applied:
    """An activation at work in a model.

    `name` is canonical ("softmax", "linear" when there is none), `span` the token that says so, `argument` where it
    is an argument; `how` is "argument", "layer" or "function". `units` is the size of the last axis it works on.
    `axis` is -1 unless something else is given.
    """

    name: str | Unknown
    span: Span
    layer: Layer
    how: str
    call: Call
    argument: Argument | None = None
    units: int | Unknown = UNKNOWN
    axis: Value = -1

    @property
    def last_axis(self) -> bool | Unknown:
        """Whether it works along the last axis."""
        if isinstance(self.axis, Unknown):
            return UNKNOWN
        shape = self.layer.shape
        return self.axis == -1 or (isinstance(shape, tuple) and self.axis == len(shape) - 1)


@dataclass(frozen=True, eq=False)
class Labels:
    """What `fit` gives the model to learn.

    `columns` is the size of the labels' last axis when they have one beside the batch, else 1. `loader` is the call
    of a directory loader when the labels come from one, `mode` its label mode. `predicted`: another model made them.
    `own`: they are the model's own input.
    """

    array: Array | None = None
    fit: Fit | None = None
    form: str | Unknown = UNKNOWN
    classes: int | Unknown = UNKNOWN
    columns: int | Unknown = UNKNOWN
    loader: Call | None = None
    mode: str | Unknown = UNKNOWN
    predicted: bool = False
    own: bool = False

    @property
    def span(self) -> Span | None:
        """Where they were made, or given to `fit`."""
        if self.loader is not None:
            return self.loader.callee
        if self.array is not None and self.array.span.end:
            return self.array.span
        return None if self.fit is None else self.fit.span


@dataclass(frozen=True, eq=False)
class Head:
    """One output of a model as one `compile`, or one training loop (`compile` is None), sees it.

    `layer` makes the values (None when it is not known), `chain` the activations applied from the output backwards
    to that layer, `final` the one that decides the range. `units` is the size of the output's last axis, `where` the
    token that sets it. `several` is the number of outputs.
    """

    model: Model
    compile: Compile | None
    output: int
    layer: Layer | None
    final: Applied | None
    units: int | Unknown
    shape: Shape
    loss: Loss
    labels: Labels
    metrics: tuple[Metric, ...]
    several: int = 1

    @property
    def activation(self) -> str:
        """Name of the final activation; "" when it is not known."""
        name = "" if self.final is None else self.final.name
        return "" if isinstance(name, Unknown) else name

    @property
    def where(self) -> Argument | None:
        """The argument that sets the number of units, as given."""
        if self.layer is None:
            return None
        call = decisive_call(self.layer)
        return call.given("units") or call.given("filters")


def decisive_call(layer: Layer) -> Call:
    """The layer's own call, or that of the layer a `TimeDistributed` wraps."""
    if layer.short == "TimeDistributed":
        inner = layer.call["layer"]
        if isinstance(inner, LayerObject):
            return inner.call
    return layer.call


def applied(layer: Layer) -> Applied | None:
    """The activation that a layer is or has; None for a layer that only passes on, or that is not understood."""
    call = decisive_call(layer)
    short = call.short
    if call.name.startswith("keras.layers.") and short in _ACTIVATION_LAYERS:
        argument = call.given("activation") or call.arguments.get("activation")
        span = argument.span if argument is not None and argument.given else call.callee
        axis = call["axis"] if short == "Softmax" and "axis" in call.arguments else -1
        name = UNKNOWN if short == "ReLU" and call.given("max_value") else layer.activation
        return Applied(name, span, layer, "layer", call, argument, layer.units, axis)
    if call.name.startswith("keras.layers.") and short in WEIGHTED:
        argument = call.given("activation")
        span = call.callee if argument is None else argument.span
        return Applied(layer.activation, span, layer, "argument", call, argument, _made(layer))
    if call.name.startswith("keras.applications.") and call["include_top"] is True:
        argument = call.given("classifier_activation")
        span = call.callee if argument is None else argument.span
        return Applied(layer.activation, span, layer, "argument", call, argument, _made(layer))
    if call.name.startswith(_FUNCTION_HOMES) and not isinstance(layer.activation, Unknown):
        return Applied(layer.activation, call.callee, layer, "function", call, None, layer.units, _axis(call))
    return None


def _axis(call: Call) -> Value:
    """The axis of `softmax(x, axis)`, called as a function; -1 where none is given."""
    given = call.arguments.get("axis") or call.extra_named("axis") or call.arguments.get("1")
    return -1 if given is None or given.value is None else given.value


def _made(layer: Layer) -> int | Unknown:
    """Number of units of a weighted layer, from its shape or its own argument."""
    if is_integer(layer.units):
        return layer.units
    call = decisive_call(layer)
    if call.name.startswith("keras.applications."):
        classes = call["classes"]
        return classes if is_integer(classes) else UNKNOWN
    if "data_format" in call.arguments and call["data_format"] not in (None, "channels_last"):
        return UNKNOWN
    count = call["units"] if "units" in call.arguments else call["filters"]
    return count if is_integer(count) else UNKNOWN


def chain(model: Model, layer: Layer) -> tuple[tuple[Applied, ...], Layer | None, bool]:
    """From an output backwards: activations, the layer that makes the values, whether the arrangement stayed.

    The chain ends with an `Applied` of Unknown name where the values come from something not understood.
    """
    found: list[Applied] = []
    outer: list[tuple[Model, Layer]] = []
    arranged = True
    for _ in range(_DEEPEST):
        if layer.uncertain:
            break
        inside = _inside(layer)
        if inside is not None:
            outer.append((model, layer))
            model, layer = inside
            continue
        here = applied(layer)
        if here is not None:
            found.append(here)
            if here.how == "argument":
                return tuple(found), layer, arranged
        elif layer.short in _RESHAPING:
            arranged = False
        elif layer.short not in _PASSING and not (layer.kind == "keras.Input" and outer):
            break
        while not layer.sources and outer:
            model, layer = outer.pop()
        if len(layer.sources) != 1:
            break
        layer = model.sources(layer)[0]
    found.append(Applied(UNKNOWN, layer.site, layer, "layer", layer.call))
    return tuple(found), None, arranged


def _inside(layer: Layer) -> tuple[Model, Layer] | None:
    """The nested model and its output layer, when the layer is a model with one output."""
    nested = layer.nested
    whole = layer.kind.startswith("keras.applications.") or layer.short in ("TimeDistributed", "Bidirectional")
    if nested is None or whole:
        return None
    outputs = nested.output_layers()
    return (nested, outputs[0]) if len(outputs) == 1 else None


def heads(model: Model) -> tuple[Head, ...]:
    """A head for every compile and every output whose loss is known to belong to it."""
    own_step = model.subclass is not None and {"train_step", "compute_loss", "compile"} & set(model.subclass.methods)
    if own_step:
        return ()
    found: list[Head] = []
    changed = max((event.order for event in model.events if event.kind in ("add", "pop")), default=-1)
    for event in model.compiles:
        if event.order < changed:
            continue  # the layers were others then
        outputs: Sequence[Layer | None] = model.output_layers() or (None,)
        keys = _keys(model)
        for number, layer in enumerate(outputs):
            loss = _loss(event, number, keys, model)
            if loss is not None:
                labels = labels_for(model, event, number, keys, len(outputs))
                metrics = _metrics(event, number, keys, len(outputs))
                found.append(_head(model, event, number, layer, loss, labels, metrics, len(outputs)))
    return tuple(found)


def loop_heads(program: Program) -> tuple[Head, ...]:
    """The head that a `GradientTape` loop trains, where one model and one loss leave no doubt who belongs together."""
    inner = {id(layer.nested) for model in program.models for layer in model.layers if layer.nested is not None}
    models = [
        model
        for model in program.models
        if (model.layers or model.kind != "unknown") and (id(model) not in inner or model.compiles)
    ]
    losses = {call.span for call in program.calls_of("keras.losses.")}
    if len(models) != 1 or len(models[0].outputs) != 1 or len(losses) != 1:
        return ()
    if any(call.short in ("softmax", "sigmoid") for call in program.calls):
        return ()
    for loop in program.loops:
        if loop.kind == "tape" and loop.model is models[0] and isinstance(loop.loss, Call):
            loss = loss_of(loop.loss, loop.loss.span, 0)
            return (_head(models[0], None, 0, models[0].output_layers()[0], loss, Labels(), (), 1),)
    return ()


def _head(
    model: Model,
    event: Compile | None,
    number: int,
    layer: Layer | None,
    loss: Loss,
    labels: Labels,
    metrics: tuple[Metric, ...],
    several: int,
) -> Head:
    producer: Layer | None = None
    final: Applied | None = None
    units: int | Unknown = UNKNOWN
    shape: Shape = UNKNOWN
    if layer is not None and not (layer.nested is not None and len(layer.nested.outputs) > 1):
        steps, producer, arranged = chain(model, layer)
        final = next((step for step in steps if step.name != "linear"), steps[-1])
        shape, units = layer.shape, layer.units
        if isinstance(units, Unknown) and producer is not None and arranged:
            units = _made(producer)
        if final.name == "softmax" and not arranged and not _same_size(final.units, units):
            final = Applied(UNKNOWN, final.span, final.layer, final.how, final.call)
        if final.name == "softmax" and final.last_axis is not True:
            final = Applied(UNKNOWN, final.span, final.layer, final.how, final.call)
    return Head(model, event, number, producer, final, units, shape, loss, labels, metrics, several)


def _same_size(left: int | Unknown, right: int | Unknown) -> bool:
    return is_integer(left) and is_integer(right) and left == right


def _keys(model: Model) -> list[str]:
    """Name of each output: the keys of a dict of outputs, else the names of the output layers; "" when not known."""
    given = model.call["outputs"] if model.call is not None else UNKNOWN
    if isinstance(given, dict) and len(given) == len(model.outputs):
        return [key if isinstance(key, str) else "" for key in given]
    names = [layer.call["name"] if "name" in layer.call.arguments else "" for layer in model.output_layers()]
    return [name if isinstance(name, str) else "" for name in names]


def _loss(event: Compile, number: int, keys: list[str], model: Model) -> Loss | None:
    """The loss of an output; None when it has none or that cannot be told."""
    if event.losses is None or event.call is None:
        return None
    value = event.call["loss"]
    if isinstance(value, dict):
        named = [key for key, part in value.items() if part is not None]
        if len(named) != len(event.losses) or model.kind != "functional" or not model.complete:
            return None
        return next((loss for key, loss in zip(named, event.losses, strict=True) if key == keys[number]), None)
    if isinstance(value, (list, tuple)):
        if len(value) > 1 and (model.kind != "functional" or not model.complete):
            return None
        return next((loss for loss in event.losses if loss.output == number), None)
    return event.losses[0] if event.losses else None


def _metrics(event: Compile, number: int, keys: list[str], several: int) -> tuple[Metric, ...]:
    """The metrics of an output, where they can be told apart."""
    if not event.metrics:
        return ()
    value = event.call["metrics"] if event.call is not None else None
    if several == 1:
        return event.metrics
    if isinstance(value, dict):
        place = list(value).index(keys[number]) if keys[number] in value else None
        return tuple(metric for metric in event.metrics if metric.output is not None and metric.output == place)
    if isinstance(value, list) and len(value) == len(event.metrics) == several:
        return (event.metrics[number],)  # a list has an entry per output
    return tuple(metric for metric in event.metrics if metric.output == number)


# Labels


def labels_for(model: Model, event: Compile, number: int, keys: list[str], several: int) -> Labels:
    """What the fits between this compile and the next one give as labels; the first that tells something."""
    later = [other.order for other in model.compiles if other.order > event.order]
    until = min(later, default=None)
    fits = [
        use
        for use in model.uses
        if use.kind in ("fit", "train_on_batch") and use.order > event.order and (until is None or use.order < until)
    ]
    known = [_labels(fit, number, keys, several) for fit in fits]
    telling = [labels for labels in known if not isinstance(labels.form, Unknown) or labels.predicted or labels.own]
    forms = {str(labels.form) for labels in telling}
    if len(telling) < len(known) or len(forms) > 1:
        return known[0] if len(known) == 1 else Labels()
    return telling[0] if telling else Labels()


def _labels(fit: Fit, number: int, keys: list[str], several: int) -> Labels:
    data = fit.x
    if isinstance(data, (Dataset, Generator)):
        elements = data.elements
        pair = isinstance(elements, tuple) and len(elements) > 1
        target: Value = elements[1] if pair and isinstance(elements, tuple) else UNKNOWN
        features: Value = elements[0] if pair and isinstance(elements, tuple) else UNKNOWN
        maker = data.maker if isinstance(data, Dataset) else data.call
        mode = data.label_mode if isinstance(data, Dataset) else data.class_mode
    else:
        target, features, maker, mode = fit.y, data, None, UNKNOWN
    if several > 1:
        target = _part(target, number, keys)
    elif isinstance(target, dict) and len(target) == 1:
        target = next(iter(target.values()))
    if isinstance(target, Prediction):
        return Labels(fit=fit, predicted=True)
    target = current(target)
    if not isinstance(target, Array):
        return Labels(fit=fit)
    own = isinstance(features, Array) and features.identity is target.identity
    loaded = maker is not None and target.span == maker.span and not target.steps and isinstance(mode, str)
    return Labels(
        array=target,
        fit=fit,
        form=UNKNOWN if own else _form(target),
        classes=target.classes,
        columns=_columns(target),
        loader=maker if loaded else None,
        mode=mode if loaded and isinstance(mode, str) else UNKNOWN,
        own=own,
    )


def _part(target: Value, number: int, keys: list[str]) -> Value:
    if isinstance(target, dict):
        return target.get(keys[number], UNKNOWN) if keys[number] else UNKNOWN
    if isinstance(target, (list, tuple)) and number < len(target):
        return target[number]
    return UNKNOWN


def _form(array: Array) -> str | Unknown:
    """The labels' form; all ones or all zeros, as a discriminator is given, are binary."""
    marks = array.exact and array.low in (0, 1) and array.high in (0, 1) and _columns(array) == 1
    if marks and isinstance(array.form, Unknown):
        return "binary"
    return array.form


def _columns(array: Array) -> int | Unknown:
    shape = array.shape
    if isinstance(shape, Unknown):
        return UNKNOWN
    if len(shape) < 2:
        return 1
    last = shape[-1]
    return last if is_integer(last) else UNKNOWN


__all__ = ["WEIGHTED", "Applied", "Head", "Labels", "applied", "decisive_call", "heads", "loop_heads"]
