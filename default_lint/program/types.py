"""The recovered program: calls with bound arguments, layers with shapes, models with what is done to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from functools import cached_property

from default_lint.findings import Edit
from default_lint.frozen import dataclass
from default_lint.program.values import UNKNOWN, Shape, Unknown, Value, is_integer, is_known
from default_lint.text import Document, Span


@dataclass(frozen=True, eq=False)
class Argument:
    """An argument bound to its parameter name.

    `given` is False for a default of the catalog; then `span` is the name of the call. `keyword` is the span of the
    keyword token when it was passed by keyword; `removal` the span to delete in order to drop it (with its comma).
    """

    name: str
    value: Value
    span: Span
    given: bool = True
    keyword: Span | None = None
    removal: Span | None = None


@dataclass(frozen=True, eq=False)
class Call:
    """A call of something the catalog knows, arguments bound by keyword or position.

    `name` is canonical ("keras.layers.Dense"), `spelled` is as written ("layers.Dense"), `span` the whole call,
    `callee` the last token of the called name. `extra` are arguments that the signature does not take (`lr=`,
    `nb_epoch=`), as written. `spread` is True when `*args`/`**kwargs` of unknown content were passed, so that a
    missing argument may have been given all the same (such arguments are Unknown). `insertion` is where one more
    argument can be put, `separator` what must precede it ("", " " or ", ").
    """

    name: str
    span: Span
    arguments: Mapping[str, Argument] = field(default_factory=dict)
    spelled: str = ""
    callee: Span = Span(0, 0)
    extra: tuple[Argument, ...] = ()
    spread: bool = False
    insertion: int = 0
    separator: str = ", "

    @property
    def short(self) -> str:
        """Last part of the canonical name: "Dense"."""
        return self.name.rpartition(".")[2]

    def __getitem__(self, name: str) -> Value:
        """Value of an argument (given or default); Unknown when the catalog has no such parameter."""
        argument = self.arguments.get(name)
        return UNKNOWN if argument is None else argument.value

    def given(self, name: str) -> Argument | None:
        """The argument if the source passes it, else None."""
        argument = self.arguments.get(name)
        return argument if argument is not None and argument.given else None

    def extra_named(self, name: str) -> Argument | None:
        """An argument passed under a name that the signature does not take."""
        return next((argument for argument in self.extra if argument.name == name), None)

    def where(self, name: str) -> Span:
        """Span of an argument's value when given, else of the call's name."""
        argument = self.given(name)
        return self.callee if argument is None else argument.span

    def add_argument(self, text: str) -> Edit:
        """The edit that appends one more argument."""
        return Edit(Span(self.insertion, self.insertion), self.separator + text)


@dataclass(frozen=True)
class Problem:
    """Why a layer cannot be applied to its input; Keras would raise.

    kind: "rank" (needs `expected` axes, got `actual`), "vanishes" (spatial axis shrinks to <= 0), "kernel" (kernel
    larger than the axis), "reshape" (element counts differ), "merge" (inputs do not fit), "channels", "other".
    `axis` counts the batch axis as 0. `message` is a short clause for people.
    """

    kind: str
    message: str
    expected: int | tuple[int, ...] | None = None
    actual: int | tuple[int, ...] | None = None
    axis: int | None = None


@dataclass(frozen=True, eq=False)
class Layer:
    """One application of a layer (or of an operation such as `x + y`, name "operator.add") inside a model.

    call         how the layer was made
    index        position in `Model.layers`
    site         where it is applied: the outer call in functional code, the list element or `add` call in Sequential
    activation   canonical short name ("relu", "softmax", "linear"), or Unknown; the layer's own argument only
    inputs       shapes that come in, batch axis first;  shape: shape that comes out (first output)
    parameters   number of weights' elements (of this layer alone), or Unknown
    sources      indices of the layers that feed this one (in `Model.layers`); empty for an input
    trainable    False when frozen, Unknown when it is not known
    statement    span to delete in order to drop this layer from a Sequential (with comma or line), else None
    uncertain    True when made in a loop of unknown length: there may be more or fewer of it
    shared       number of times the same layer object is applied in this model
    nested       the model when the layer is itself a model
    variable     name it was assigned to, or ""
    training     value of `training=` at the application (None: not passed; `TrainingFlag`: handed on from `call`)
    adapted      True when `adapt` was called on it
    """

    call: Call
    index: int
    site: Span
    activation: str | Unknown
    inputs: tuple[Shape, ...]
    shape: Shape
    parameters: int | Unknown
    sources: tuple[int, ...] = ()
    trainable: bool | Unknown = True
    statement: Span | None = None
    uncertain: bool = False
    shared: int = 1
    problem: Problem | None = None
    nested: Model | None = None
    variable: str = ""
    training: Value = None
    adapted: bool = False

    @property
    def kind(self) -> str:
        """Canonical name: "keras.layers.Dense", "operator.add", "keras.ops.relu", "custom.MyLayer"."""
        return self.call.name

    @property
    def short(self) -> str:
        """Last part of the canonical name."""
        return self.call.short

    @property
    def units(self) -> int | Unknown:
        """Size of the last axis that comes out."""
        shape = self.shape
        if isinstance(shape, Unknown) or not shape:
            return UNKNOWN
        last = shape[-1]
        return last if is_integer(last) else UNKNOWN


@dataclass(frozen=True, eq=False)
class Loss:
    """A loss as given to compile. `name` is canonical snake_case ("binary_crossentropy"), "" when custom or unknown.

    `from_logits` is the effective value (Unknown for a custom loss). `span` is the string or the call; `call` is the
    object's call, None for a string. `output` is the output it belongs to.
    """

    name: str
    from_logits: bool | Unknown
    span: Span
    call: Call | None = None
    output: int = 0


@dataclass(frozen=True, eq=False)
class Metric:
    """A metric as given to compile. `name` is canonical snake_case ("accuracy", "auc"), "" when custom or unknown.

    `log` is the key it produces in the logs, or Unknown.
    """

    name: str
    span: Span
    call: Call | None = None
    output: int | None = None
    log: str | Unknown = UNKNOWN
    weighted: bool = False


@dataclass(frozen=True, eq=False)
class Optimizer:
    """An optimizer: class name ("Adam", "" if unknown), the rate in force (number, Call of a schedule, Unknown)."""

    name: str
    span: Span
    call: Call | None = None
    learning_rate: Value = UNKNOWN


@dataclass(frozen=True, eq=False)
class Event:
    """Something done to a model, in the order of execution (`order` grows within one program).

    kind: "compile", "fit", "evaluate", "predict", "train_on_batch", "call", "trainable", "load_weights", "save",
    "summary", "add", "pop", "other". `loop` is the number of enclosing loops at run time, `layer` the layer touched by
    a `trainable` assignment (None: the whole model) and `value` the value assigned. `spelled` is the
    method as written ("fit_generator").
    """

    kind: str
    span: Span
    order: int
    call: Call | None = None
    loop: int = 0
    layer: Layer | None = None
    value: Value = None
    spelled: str = ""


@dataclass(frozen=True, eq=False)
class Compile(Event):
    """`model.compile(...)`. `losses` has one entry per output that has a loss; None when it cannot be read."""

    optimizer: Optimizer | None = None
    losses: tuple[Loss, ...] | None = None
    metrics: tuple[Metric, ...] | None = None


@dataclass(frozen=True, eq=False)
class Fit(Event):
    """`model.fit(...)` and its kin (`evaluate`, `predict`, `train_on_batch`, by `kind`).

    `x`, `y`, `validation` are data facts (`default_lint.program.data`) or other values; `callbacks` the callback
    calls, None when the list cannot be read. `validation` is (x, y), a dataset, or None when there is none.
    `method` is "fit", "fit_generator", "evaluate", ...
    """

    method: str = "fit"
    x: Value = UNKNOWN
    y: Value = None
    validation: Value = None
    callbacks: tuple[Call, ...] | None = ()


@dataclass(frozen=True, eq=False)
class Subclass:
    """A user's class that derives from keras.Model or keras.layers.Layer.

    `call_span` is the span of the name `call` in `def call`, None when it has none; `parameters` its parameter names;
    `training_uses` are layers in it whose behaviour differs between training and inference.
    """

    name: str
    base: str
    span: Span
    call_span: Span | None = None
    parameters: tuple[str, ...] = ()
    parameters_end: int = 0
    methods: tuple[str, ...] = ()
    super_init: Span | None = None
    first_layer: Span | None = None
    training_uses: tuple[Layer, ...] = ()
    takes_kwargs: bool = False


@dataclass(frozen=True, eq=False)
class Model:
    """A model that the source builds.

    kind: "sequential", "functional", "subclass", "loaded" (load_model), "application" (keras.applications), "layer"
    (the inside of a custom layer), "unknown" (something that is compiled or fitted as a Keras model is; no layers).
    `inputs` are its input shapes; `outputs` the index of the producing layer for each output. `complete` is False when
    part of it could not be read: then absence of a layer means nothing. `listed` is False when a subclassed model holds
    layers that its `call` does not use. `events` is what is done to it, in order.
    """

    name: str
    kind: str
    span: Span
    layers: tuple[Layer, ...]
    inputs: tuple[Shape, ...] = ()
    outputs: tuple[int, ...] = ()
    complete: bool = True
    events: tuple[Event, ...] = ()
    trainable: bool | Unknown = True
    call: Call | None = None
    subclass: Subclass | None = None
    listed: bool = True

    @property
    def compiles(self) -> tuple[Compile, ...]:
        """The compile calls in order."""
        return tuple(event for event in self.events if isinstance(event, Compile))

    @property
    def fits(self) -> tuple[Fit, ...]:
        """The calls that train by `fit` (and `fit_generator`)."""
        return tuple(event for event in self.events if isinstance(event, Fit) and event.kind == "fit")

    @property
    def uses(self) -> tuple[Fit, ...]:
        """All calls that pass data: fit, evaluate, predict, train_on_batch."""
        return tuple(event for event in self.events if isinstance(event, Fit))

    def sources(self, layer: Layer) -> tuple[Layer, ...]:
        """The layers that feed `layer`."""
        return tuple(self.layers[index] for index in layer.sources)

    @cached_property
    def _consumers(self) -> Mapping[int, tuple[int, ...]]:
        consumers: dict[int, list[int]] = {}
        for layer in self.layers:
            for source in layer.sources:
                consumers.setdefault(source, []).append(layer.index)
        return {index: tuple(users) for index, users in consumers.items()}

    def consumers(self, layer: Layer) -> tuple[Layer, ...]:
        """The layers that `layer` feeds."""
        return tuple(self.layers[index] for index in self._consumers.get(layer.index, ()))

    @property
    def parameters(self) -> int | Unknown:
        """Number of weights of the whole model (a shared layer counted once), or Unknown."""
        total = 0
        seen: set[int] = set()
        for layer in self.layers:
            if id(layer.call) in seen:
                continue
            seen.add(id(layer.call))
            if isinstance(layer.parameters, Unknown):
                return UNKNOWN
            total += layer.parameters
        return total if self.complete and self.listed else UNKNOWN

    def output_layers(self) -> tuple[Layer, ...]:
        """The layer that produces each output; empty when not known."""
        return tuple(self.layers[index] for index in self.outputs)


@dataclass(frozen=True, eq=False)
class Loop:
    """A custom training loop or `train_step`: what it trains and with what, where that could be read.

    kind: "tape" (GradientTape), "train_step", "train_on_batch".
    """

    kind: str
    span: Span
    model: Model | None = None
    loss: Value = UNKNOWN
    optimizer: Value = UNKNOWN
    forward: Call | None = None


@dataclass(frozen=True)
class Unread:
    """A place we could not understand, and why."""

    span: Span
    reason: str


@dataclass(frozen=True, eq=False)
class Import:
    """One imported name as written: `module` absolute dotted, `name` the member ("" for `import module`).

    `span` is the dotted module text; `name_span` the member's token (None for `import module`); `statement` the
    whole import statement; `canonical` what it means ("keras.layers.Dense"); `alias` the local name bound.
    """

    module: str
    name: str
    span: Span
    name_span: Span | None
    statement: Span
    canonical: str
    alias: str
    guarded: bool = False  # inside try/except ImportError or a version test


@dataclass(frozen=True)
class Condition:
    """A test whose outcome the source does not tell, and the way this alternative took it."""

    text: str
    span: Span
    outcome: bool


@dataclass(frozen=True, eq=False)
class Program:
    """What one document means.

    A program with tests of unknown outcome has several readings. `alternatives` are the others (each a Program with
    its own `conditions`); this object is the first. A rule looks at one reading at a time. `calls` are all calls of
    catalog names in the order met, methods included ("keras.Model.fit", "sklearn.Transformer.fit"). `facts` are what
    `data` noted. `dangling` are layers applied in functional code whose result nothing uses. `skipped` says why
    the document was not read at all, "" when it was.
    """

    document: Document
    models: tuple[Model, ...] = ()
    calls: tuple[Call, ...] = ()
    imports: tuple[Import, ...] = ()
    subclasses: tuple[Subclass, ...] = ()
    loops: tuple[Loop, ...] = ()
    unread: tuple[Unread, ...] = ()
    conditions: tuple[Condition, ...] = ()
    alternatives: tuple[Program, ...] = ()
    facts: tuple[object, ...] = ()
    dangling: tuple[Layer, ...] = ()
    trouble: tuple[str, ...] = ()
    skipped: str = ""

    def readings(self) -> Iterator[Program]:
        """This reading and the alternatives."""
        yield self
        yield from self.alternatives

    def calls_of(self, *names: str) -> Iterator[Call]:
        """Calls by canonical name, or by prefix when a name ends with a dot ("keras.optimizers.")."""
        prefixes = tuple(name for name in names if name.endswith("."))
        for call in self.calls:
            if call.name in names or (prefixes and call.name.startswith(prefixes)):
                yield call


def product(sizes: Shape) -> int | Unknown:
    """Number of elements of a shape without its batch axis; Unknown when an axis is."""
    if isinstance(sizes, Unknown):
        return UNKNOWN
    total = 1
    for size in sizes[1:]:
        if not is_integer(size):
            return UNKNOWN
        total *= size
    return total


__all__ = [
    "Argument",
    "Call",
    "Compile",
    "Condition",
    "Event",
    "Fit",
    "Import",
    "Layer",
    "Loop",
    "Loss",
    "Metric",
    "Model",
    "Optimizer",
    "Problem",
    "Program",
    "Subclass",
    "Unread",
    "is_known",
    "product",
]
