"""Objects that live while a program is being interpreted: scopes, functions, classes, layers, tensors, models."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import field

import libcst as cst

from default_lint.frozen import dataclass
from default_lint.program.calls import Given
from default_lint.program.types import Call, Import, Layer, Model, Subclass, Unread
from default_lint.program.values import UNKNOWN, Rest, Shape, Value
from default_lint.text import Span


class Scope:
    """Names of a module, function or class body, with the scope around it."""

    __slots__ = ("is_class", "names", "outer_names", "parent")

    def __init__(self, parent: Scope | None = None, is_class: bool = False) -> None:
        self.names: dict[str, Value] = {}
        self.parent = parent
        self.is_class = is_class
        self.outer_names: dict[str, Scope] = {}

    def lookup(self, name: str) -> Value:
        """The value of a name, or None as a missing marker wrapped in KeyError."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.outer_names:
                return scope.outer_names[name].names.get(name, UNKNOWN)
            if name in scope.names:
                return scope.names[name]
            scope = scope.parent
        raise KeyError(name)

    def assign(self, name: str, value: Value) -> None:
        """Bind a name here, or where `global`/`nonlocal` says."""
        self.outer_names.get(name, self).names[name] = value

    @property
    def module(self) -> Scope:
        """The outermost scope."""
        scope = self
        while scope.parent is not None:
            scope = scope.parent
        return scope


@dataclass(eq=False)
class Function:
    """A function or lambda of the user's, with the scope it closes over and its evaluated defaults."""

    name: str
    node: cst.FunctionDef | cst.Lambda
    scope: Scope
    span: Span
    defaults: dict[str, Value] = field(default_factory=dict)
    owner: UserClass | None = None
    kind: str = "plain"  # "plain", "static", "class", "property"
    generator: bool = False


@dataclass(eq=False)
class UserClass:
    """A class of the user's. `base` is the Keras class it derives from ("" if none)."""

    name: str
    node: cst.ClassDef
    bases: tuple[Value, ...]
    scope: Scope
    span: Span
    base: str = ""
    is_record: bool = False  # dataclass or NamedTuple: annotated names are fields
    fields: tuple[str, ...] = ()
    enclosing: Scope | None = None
    instances: list[Instance] = field(default_factory=list)
    info: Subclass | None = None

    def find(self, name: str) -> Value:
        """A class attribute, looked up through the user's base classes; raises KeyError."""
        if name in self.scope.names:
            return self.scope.names[name]
        for base in self.bases:
            if isinstance(base, UserClass):
                try:
                    return base.find(name)
                except KeyError:
                    continue
        raise KeyError(name)

    def derives_from(self, other: UserClass) -> bool:
        """True when `other` is this class or one of its bases."""
        return self is other or any(isinstance(base, UserClass) and base.derives_from(other) for base in self.bases)


@dataclass(eq=False)
class Instance:
    """An object of a user's class; `keras` is its Keras side when the class derives from Model or Layer."""

    cls: UserClass | None
    span: Span
    attributes: dict[str, Value] = field(default_factory=dict)
    keras: LayerObject | ModelObject | None = None
    open: bool = False  # attributes may exist that we do not know


@dataclass(eq=False)
class Super:
    """`super()` inside a method."""

    instance: Value
    cls: UserClass


@dataclass(eq=False)
class Bound:
    """A method taken from a receiver: a user's Function, or a name that the receiver's kind defines."""

    receiver: Value
    name: str
    span: Span
    function: Function | None = None
    text: str = ""


@dataclass(eq=False)
class Partial:
    """`functools.partial(function, ...)`."""

    function: Value
    given: tuple[Given, ...]


@dataclass(eq=False)
class Arguments:
    """An `argparse.ArgumentParser` and the defaults added to it so far."""

    defaults: dict[str, Value] = field(default_factory=dict)


@dataclass(eq=False)
class Iterated:
    """A generator object of the user's, or an iterator over something whose elements are not known."""

    span: Span
    element: Value = UNKNOWN
    source: Value = None


@dataclass(eq=False)
class Tape:
    """A `tf.GradientTape` and what happened while it was open."""

    span: Span
    forward: Call | None = None
    model: ModelObject | None = None
    loss: Value = UNKNOWN
    optimizer: Value = UNKNOWN


@dataclass(eq=False)
class Prediction:
    """What `model.predict(...)` or `model(...)` gives on data."""

    maker: ModelObject
    span: Span
    shape: Shape = UNKNOWN

    @property
    def model(self) -> Model | None:
        """The finished model, once the program has been read."""
        return self.maker.frozen


@dataclass(eq=False)
class History:
    """What `model.fit(...)` returns."""

    maker: ModelObject


@dataclass(eq=False)
class Tensor:
    """A symbolic tensor inside a model: its shape and the node that makes it (output number `index`)."""

    shape: Shape
    node: Node
    index: int = 0


@dataclass(eq=False)
class Node:
    """One application of a layer to tensors, in creation order."""

    layer: LayerObject
    inputs: tuple[Tensor, ...]
    site: Span
    order: int
    outputs: tuple[Tensor, ...] = ()
    training: Value = None
    uncertain: bool = False
    parameters: Value = UNKNOWN
    problem: object = None
    feeds: int = 0  # how many nodes or models use its outputs
    depth: int = 0  # how many `call` methods of classes were being followed when it was made
    beside: tuple[Tensor, ...] = ()  # given by keyword: initial states and masks, which shapes do not hang on


@dataclass(eq=False)
class LayerObject:
    """A layer of the user's program. `nested` is the model when the layer wraps one, `instance` a custom layer's."""

    call: Call
    trainable: Value = True
    variable: str = ""
    nested: ModelObject | None = None
    instance: Instance | None = None
    uncertain: bool = False
    attributes: dict[str, Value] = field(default_factory=dict)
    node: Node | None = None
    inside: ModelObject | None = None  # the keras.applications model or nested model that it comes from
    adapted: bool = False


@dataclass(eq=False)
class Entry:
    """One layer of a Sequential, with its site and what to delete to drop it."""

    layer: LayerObject
    site: Span
    removal: Span | None
    uncertain: bool = False


@dataclass(eq=False)
class Done:
    """An event on a model, before it is turned into `types.Event`."""

    kind: str
    span: Span
    order: int
    call: Call | None = None
    loop: int = 0
    layer: LayerObject | None = None
    value: Value = None
    spelled: str = ""


@dataclass(eq=False)
class ModelObject:
    """A model while the program is being read."""

    kind: str
    span: Span
    call: Call | None = None
    name: str = ""
    entries: list[Entry] = field(default_factory=list)
    inputs: list[Tensor] = field(default_factory=list)
    outputs: list[Tensor] = field(default_factory=list)
    structure: Value = None  # nesting of the outputs as given: Tensor, list or dict
    nodes: list[Node] | None = None  # traced nodes of a subclassed model
    events: list[Done] = field(default_factory=list)
    trainable: Value = True
    complete: bool = True
    declared: Shape | None = None
    instance: Instance | None = None
    layer: LayerObject | None = None
    attributes: dict[str, Value] = field(default_factory=dict)
    traced: bool = False
    order: int = 0
    frozen: Model | None = None
    parameters: Value = None  # a known total where the layers are not listed (applications)


@dataclass()
class Trace:
    """Everything collected while one reading of a program is interpreted."""

    calls: list[Call] = field(default_factory=list)
    imports: list[Import] = field(default_factory=list)
    facts: list[object] = field(default_factory=list)
    models: list[ModelObject] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    classes: list[UserClass] = field(default_factory=list)
    functions: list[Function] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    tapes: list[Tape] = field(default_factory=list)


Getter = Callable[[str], Value]
Layers = Sequence[Layer]


class LayerList(list[Value]):
    """`model.layers` of a model whose layers are not listed; `partial` once it has been sliced."""

    def __init__(self, owner: ModelObject, partial: bool = False) -> None:
        self.owner = owner
        layer = Call("keras.layers.Layer", Span(0, 0))
        super().__init__([LayerObject(layer, inside=owner, attributes={"part": partial})])
        self.append(Rest("layers of the model"))
