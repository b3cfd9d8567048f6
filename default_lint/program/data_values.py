"""The kinds of data a program handles - arrays, frames, datasets, generators - and what is certain about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field, replace
from typing import Any, Protocol, TypeVar

from default_lint.frozen import dataclass
from default_lint.program.types import Argument, Call
from default_lint.program.values import UNKNOWN, Reference, Shape, Unknown, Value, is_integer, is_number
from default_lint.text import Span

Number = int | float
NOWHERE = Span(0, 0)
_DEEPEST = 10  # beyond this many selections, row sets are no longer compared


@dataclass(frozen=True)
class Step:
    """One transformation on the way: a canonical name ("numpy.divide", "tensorflow.data.Dataset.map") and its place."""

    name: str
    span: Span


class Token:
    """Something that is only ever equal to itself."""

    __slots__ = ()


@dataclass(frozen=True)
class Rows:
    """A set of examples: all rows of one source, or some rows of a parent.

    `part` tells which: ("slice", start, stop), ("taken", rows of the index array), ("part", token, name) for disjoint
    parts, ("some", token) for an unknown selection, ("all",) for several parents put together.
    """

    parents: tuple[Rows, ...] = ()
    part: tuple[object, ...] = ()
    token: object = field(default_factory=Token)
    depth: int = 0

    def select(self, *part: object) -> Rows:
        """Some of these rows."""
        return Rows() if self.depth >= _DEEPEST else Rows((self,), part, None, self.depth + 1)

    @staticmethod
    def together(parents: Sequence[Rows]) -> Rows:
        """The rows of several sets, one after the other."""
        depth = max((parent.depth for parent in parents), default=0)
        return Rows() if depth >= _DEEPEST or not parents else Rows(tuple(parents), ("all",), None, depth + 1)

    @property
    def base(self) -> Rows:
        """The source that the rows were selected from (the first, when several were put together)."""
        rows = self
        while rows.parents:
            rows = rows.parents[0]
        return rows

    def within(self, other: Rows) -> bool:
        """True when every row of this set is certainly one of `other`'s."""
        if self == other:
            return True
        if self.part == ("all",):
            return all(parent.within(other) for parent in self.parents)
        if other.part == ("all",) and any(self.within(parent) for parent in other.parents):
            return True
        return any(parent.within(other) for parent in self.parents)


class Storage:
    """The memory that an array and its views share. It knows how often it was written, and what it holds now."""

    __slots__ = ("latest", "version")

    def __init__(self) -> None:
        self.version = 0
        self.latest: dict[object, Array] = {}


@dataclass(frozen=True, eq=False, kw_only=True)
class Array:
    """A numpy array, tensor or pandas series, and what is certainly true of it.

    source    where its numbers come from ("keras.datasets.mnist", "numpy.random.rand"); "" when not known
    library   "numpy", "tensorflow", "pandas" or "python"
    role      "x", "y" or "" (features, labels, not known)
    split     "train", "validation", "test" or ""
    shape     no axis is special; a tensor's batch axis may be None
    low, high bounds of the values; `exact` says that both are reached
    classes   number of classes that the labels range over
    form      "integer", "one-hot", "binary", "continuous" (labels; binary: only 0 and 1)
    images    the values came as pixels 0..255
    scaling   "raw": the values are as they came; "scaled": certainly brought into a small range
    steps     what was done to it, in order
    identity  token of this very array: assignment keeps it
    rows      which examples it holds: the same for features and labels that belong together
    order     how the rows were reordered since they came, as a tuple of tokens
    distinct  no value occurs twice (index arrays such as `np.random.permutation(n)`)
    """

    span: Span
    source: str = ""
    library: str = "numpy"
    role: str = ""
    split: str = ""
    shape: Shape = UNKNOWN
    dtype: str | Unknown = UNKNOWN
    low: Number | Unknown = UNKNOWN
    high: Number | Unknown = UNKNOWN
    exact: bool = False
    classes: int | Unknown = UNKNOWN
    form: str | Unknown = UNKNOWN
    images: bool = False
    scaling: str | Unknown = UNKNOWN
    steps: tuple[Step, ...] = ()
    rows: Rows = field(default_factory=Rows)
    order: tuple[object, ...] | Unknown = ()
    distinct: bool = False
    identity: Token = field(default_factory=Token)
    storage: Storage = field(default_factory=Storage)
    version: int = 0

    @property
    def rank(self) -> int | Unknown:
        """Number of axes."""
        return UNKNOWN if isinstance(self.shape, Unknown) else len(self.shape)

    @property
    def bounds(self) -> tuple[Number, Number] | None:
        """Lowest and highest possible value, when both are known."""
        if isinstance(self.low, Unknown) or isinstance(self.high, Unknown):
            return None
        return self.low, self.high

    def __str__(self) -> str:
        return " ".join(_words(self))


@dataclass(frozen=True, eq=False, kw_only=True)
class Frame(Array):
    """A pandas DataFrame: rows and columns of which nothing is known but where they come from."""


@dataclass(frozen=True, eq=False)
class Indexer:
    """`frame.iloc` or `frame.loc`."""

    frame: Array
    name: str

    def __str__(self) -> str:
        return f"{self.name} of {self.frame}"


@dataclass(frozen=True, eq=False)
class Statistic:
    """A number computed from an array whose value is not known: its "max", "min", "mean", "std", ..."""

    name: str
    array: Array
    span: Span
    shape: Shape = ()

    def __str__(self) -> str:
        return f"{self.name} of {self.array}"


@dataclass(frozen=True, eq=False)
class Bunch:
    """What a scikit-learn loader or `np.load` returns: named parts. `open`: there may be others."""

    source: str
    parts: dict[str, Value]
    span: Span
    open: bool = False

    def __str__(self) -> str:
        return f"{self.source} with {', '.join(self.parts)}"


@dataclass(eq=False)
class RandomState:
    """A random generator object: the seed it started from, and how many draws it has made."""

    kind: str
    seed: Value
    draws: int = 0

    def __str__(self) -> str:
        return "a random generator"


@dataclass(eq=False)
class Fitted:
    """A stateful object that learns from data: scaler, encoder, tokenizer, ImageDataGenerator, text vectorizer.

    `fitted` lists what it was fitted on, in order.
    """

    call: Call
    kind: str
    fitted: list[Value] = field(default_factory=list)
    splits: int | Unknown = UNKNOWN

    def __str__(self) -> str:
        on = ", ".join(str(value) for value in self.fitted)
        return f"{self.kind} fitted on {on}" if on else f"{self.kind}, not fitted"


@dataclass(frozen=True, eq=False)
class Dataset:
    """A `tf.data.Dataset` (or what behaves like one).

    elements     structure of one element: Array, tuple or dict of them, or Unknown; with the batch axis when batched
    batched      batch size; None when it is certainly not batched; Unknown otherwise
    infinite     True when it never ends
    repeated     True when `repeat` was called on it
    cardinality  number of elements (of batches, when batched)
    label_mode   of a directory loader: "int", "categorical", "binary", None
    maker        the call that made it
    """

    span: Span
    source: str
    elements: Value = UNKNOWN
    batched: int | Unknown | None = None
    infinite: bool | Unknown = False
    repeated: bool | Unknown = False
    shuffled: bool | Unknown = False
    cardinality: int | Unknown = UNKNOWN
    steps: tuple[Step, ...] = ()
    split: str = ""
    label_mode: str | Unknown | None = UNKNOWN
    classes: int | Unknown = UNKNOWN
    class_names: Value = UNKNOWN
    maker: Call | None = None
    rows: Rows = field(default_factory=Rows)
    identity: Token = field(default_factory=Token)

    @property
    def inputs(self) -> Value:
        """The feature part of an element."""
        elements = self.elements
        return elements[0] if isinstance(elements, tuple) and elements else elements

    @property
    def targets(self) -> Value:
        """The label part of an element; None when it has none, Unknown when that is not known."""
        elements = self.elements
        if isinstance(elements, tuple):
            return elements[1] if len(elements) > 1 else None
        return UNKNOWN if isinstance(elements, Unknown) else None

    def __str__(self) -> str:
        words = [self.source or "dataset", self.split, "dataset of", describe(self.elements)]
        if isinstance(self.batched, int):
            words.append(f"batches of {self.batched}")
        elif self.batched is None:
            words.append("not batched")
        if self.infinite is True:
            words.append("endless")
        return " ".join(word for word in words if word)


@dataclass(frozen=True, eq=False)
class Generator:
    """What `ImageDataGenerator.flow*` returns; it never ends.

    source       "flow", "flow_from_directory" or "flow_from_dataframe"
    call         the flow call;  maker: the ImageDataGenerator call
    rescale      the factor; None when none is given
    preprocessing  True when a preprocessing_function is given
    standardizing  True when it centers or normalizes by itself
    scaling      "raw" when the pixels certainly stay 0..255, "scaled", or Unknown
    """

    span: Span
    source: str
    call: Call
    maker: Call
    elements: Value = UNKNOWN
    rescale: Value = None
    preprocessing: bool | Unknown = False
    standardizing: bool | Unknown = False
    augmenting: bool | Unknown = False
    scaling: str | Unknown = UNKNOWN
    class_mode: str | Unknown | None = UNKNOWN
    classes: int | Unknown = UNKNOWN
    split: str = ""
    subset: Value = None
    shuffled: bool | Unknown = UNKNOWN
    batch_size: int | Unknown = UNKNOWN
    target_size: Value = UNKNOWN
    infinite: bool = True
    rows: Rows = field(default_factory=Rows)
    identity: Token = field(default_factory=Token)

    def __str__(self) -> str:
        state = {"raw": "not scaled", "scaled": "scaled"}.get(str(self.scaling), "")
        mode = f"class_mode {self.class_mode!r}" if not isinstance(self.class_mode, Unknown) else ""
        return ", ".join(word for word in (f"{self.split} images from {self.source}".strip(), mode, state) if word)


@dataclass(frozen=True, eq=False)
class Fact:
    """Something done with data that a rule may need, in order of execution.

    kind        "load", "seed", "draw", "shuffle", "split", "unpack", "scaler-fit", "scaler-transform", "mutation"
    span        the whole call
    place       the token to point at: the method or function name; `at` the argument
    inputs      arrays that go in;  outputs: arrays that come out
    subject     the scaler, encoder or tokenizer
    seed        value of `random_state` or of the seed
    names       targets of an unpacking: name and place of each
    library     "numpy", "sklearn", "python"
    """

    kind: str
    span: Span
    place: Span = NOWHERE
    at: Span = NOWHERE
    call: Call | None = None
    inputs: tuple[Value, ...] = ()
    outputs: tuple[Value, ...] = ()
    subject: Fitted | None = None
    seed: Value = None
    names: tuple[tuple[str, Span], ...] = ()
    library: str = ""


class Context(Protocol):
    """What the interpreter offers to the hooks of `data`."""

    facts: list[Any]

    def apply(self, function: Value, arguments: Sequence[Value]) -> Value:
        """Call a user's function or layer on values; Unknown when it cannot be followed."""
        ...


KINDS = (Array, Indexer, Statistic, Bunch, RandomState, Fitted, Dataset, Generator)


# Reading a call


def argument(call: Call, name: str, position: int | None = None, default: Value = UNKNOWN) -> Value:
    """Value of an argument by name or position; `default` when it is certainly not passed."""
    found = bound(call, name, position)
    if found is not None and (found.given or not isinstance(found.value, Unknown)):
        return found.value
    return UNKNOWN if call.spread else default


def bound(call: Call, name: str, position: int | None = None) -> Argument | None:
    """The argument itself, as bound by the catalog, by keyword or by position."""
    found = call.arguments.get(name) or call.extra_named(name)
    if found is None and position is not None:
        found = call.arguments.get(str(position))
    return found


def positionals(call: Call, catalog_name: str = "") -> list[Value]:
    """Values of the positional arguments of a function that takes any number of them (`*arrays`)."""
    packed = call.arguments.get(catalog_name) or call.arguments.get("*" + catalog_name)
    if packed is not None and isinstance(packed.value, (tuple, list)):
        return list(packed.value)
    numbered = sorted((int(name), item.value) for name, item in call.arguments.items() if name.isdigit())
    if numbered:
        return [value for _, value in numbered]
    return [item.value for item in call.extra if item.keyword is None]


def name_of(value: Value) -> str:
    """Last part of a reference's or string's dotted name: "float32"; "" when it is neither."""
    text = value.name if isinstance(value, Reference) else value if isinstance(value, str) else ""
    return text.rpartition(".")[2]


# Making and changing arrays

_A = TypeVar("_A", bound=Array)


def derive(array: _A, span: Span, name: str, **changes: Any) -> _A:
    """A new array made from `array`: same facts but for `changes`, one more step, memory of its own."""
    changes.setdefault("distinct", False)
    changes.setdefault("storage", Storage())
    if changes["storage"] is not array.storage:
        changes["version"] = 0
    return replace(array, span=span, steps=(*array.steps, Step(name, span)), identity=Token(), **changes)


def view(array: _A, span: Span, name: str, **changes: Any) -> _A:
    """Like `derive`, but sharing the memory, as a reshape or a slice does."""
    return derive(array, span, name, storage=array.storage, version=array.version, **changes)


def current(value: Value) -> Value:
    """What is known about an array now: it may have been written through another name since."""
    if not isinstance(value, Array) or value.version == value.storage.version:
        return value
    latest = value.storage.latest.get(value.identity)
    if latest is not None and latest.version == value.storage.version:
        return latest
    return forget(value)


def forget(array: _A) -> _A:
    """The same array with unknown contents; its shape and type stay."""
    return replace(
        array,
        low=UNKNOWN,
        high=UNKNOWN,
        exact=False,
        classes=UNKNOWN,
        form=UNKNOWN,
        scaling=UNKNOWN,
        order=UNKNOWN,
        distinct=False,
        version=array.storage.version,
    )


def overwrite(context: Context, array: Array, new: Array, span: Span) -> Array:
    """Record that `array` was changed in place and now is `new`; every name that holds it sees the change."""
    storage = array.storage
    storage.version += 1
    written = replace(new, identity=array.identity, storage=storage, version=storage.version)
    storage.latest[array.identity] = written
    context.facts.append(Fact("mutation", span, inputs=(array,), outputs=(written,)))
    return written


def parts(value: Value) -> list[Array]:
    """All arrays inside a nested value, left to right."""
    if isinstance(value, Array):
        return [current(value)]
    if isinstance(value, (tuple, list)):
        return [array for item in value for array in parts(item)]
    if isinstance(value, dict):
        return [array for item in value.values() for array in parts(item)]
    return []


# Comparing


def overlap(left: Value, right: Value) -> bool | Unknown:
    """True when two arrays or datasets certainly share examples, False when they certainly do not."""
    if not isinstance(left, (Array, Dataset, Generator)) or not isinstance(right, (Array, Dataset, Generator)):
        return UNKNOWN
    return rows_overlap(left.rows, right.rows)


def rows_overlap(left: Rows, right: Rows) -> bool | Unknown:
    """Like `overlap`, on row sets."""
    if left.within(right) or right.within(left):
        return True
    if left.part == right.part == ("all",):
        return UNKNOWN
    for one in _chain(left):
        for other in _chain(right):
            if one.parents and one.parents == other.parents and _apart(one.part, other.part):
                return False
    for mixed, other in ((left, right), (right, left)):
        if mixed.part == ("all",):
            answers = [rows_overlap(parent, other) for parent in mixed.parents]
            if any(answer is True for answer in answers):
                return True
            return False if all(answer is False for answer in answers) else UNKNOWN
    return _slices_meet(left, right)


def _chain(rows: Rows) -> list[Rows]:
    found = [rows]
    while len(rows.parents) == 1:
        rows = rows.parents[0]
        found.append(rows)
    return found


def _apart(left: tuple[object, ...], right: tuple[object, ...]) -> bool:
    """True when two parts of the same parent are certainly disjoint."""
    ends = {left[0]: left[1], right[0]: right[1]} if len(left) > 1 and len(right) > 1 else {}
    if set(ends) == {"head", "tail"}:
        return is_integer(ends["head"]) and is_integer(ends["tail"]) and ends["head"] <= ends["tail"]
    if left[0] != right[0]:
        return False
    if left[0] == "part":
        return left[1] == right[1] and left[2] != right[2]
    if left[0] == "taken" and isinstance(left[1], Rows) and isinstance(right[1], Rows):
        return rows_overlap(left[1], right[1]) is False
    if left[0] in ("slice", "batches") and (left[0] == "slice" or left[1] == right[1]):
        skip = 1 if left[0] == "slice" else 2
        start, stop = left[skip], left[skip + 1]
        other_start, other_stop = right[skip], right[skip + 1]
        return _before(stop, other_start) or _before(other_stop, start)
    return False


def _before(stop: object, start: object) -> bool:
    return is_integer(stop) and is_integer(start) and stop >= 0 and start >= 0 and stop <= start


def _slices_meet(left: Rows, right: Rows) -> bool | Unknown:
    """Two slices of one parent with known bounds that share a row, when the parent is known to be long enough."""
    if left.parents != right.parents or not left.parents or left.part[0] != "slice" or right.part[0] != "slice":
        return UNKNOWN
    _, start, stop, size = left.part
    _, other_start, other_stop, _ = right.part
    if not (is_integer(size) and is_integer(start) and is_integer(stop)):
        return UNKNOWN
    if not (is_integer(other_start) and is_integer(other_stop)):
        return UNKNOWN
    return max(start, other_start) < min(stop, other_stop)


def aligned(features: Value, labels: Value) -> bool | Unknown:
    """Whether two arrays used as a pair hold their rows in the same order.

    Arrays of one source are compared by all that was done to their order. Arrays of two sources (two files) were
    brought apart only when each was shuffled, differently; then random numbers made on the spot do not count.
    """
    if not isinstance(features, Array) or not isinstance(labels, Array):
        return UNKNOWN
    one: Array = current(features)
    other: Array = current(labels)
    if isinstance(one.order, Unknown) or isinstance(other.order, Unknown):
        return UNKNOWN
    if one.rows.base == other.rows.base:
        return one.order == other.order
    made = any("random" in array.source or array.source in ("", "numpy", "tensorflow") for array in (one, other))
    apart = bool(one.order) and bool(other.order) and one.order != other.order
    return False if apart and not made else UNKNOWN


# Describing


def describe(value: Value) -> str:
    """A short description of any value for people."""
    if isinstance(value, Unknown):
        return "unknown"
    if isinstance(value, tuple):
        return "(" + ", ".join(describe(item) for item in value) + ")"
    if isinstance(value, list):
        return "[" + ", ".join(describe(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {describe(item)}" for key, item in value.items()) + "}"
    if value is None or isinstance(value, (bool, int, float, str, Reference, *KINDS)):
        return str(value)
    return type(value).__name__.lower()


def describe_shape(shape: Shape) -> str:
    """A shape as people write it, with ? for what is not known."""
    if isinstance(shape, Unknown):
        return ""
    sizes = ["?" if isinstance(size, Unknown) else str(size) for size in shape]
    return f"({', '.join(sizes)}{',' if len(sizes) == 1 else ''})"


def _words(array: Array) -> list[str]:
    labels = array.role == "y"
    noun = "labels" if labels else "images" if array.images else "frame" if isinstance(array, Frame) else "array"
    words = [array.source, array.split, noun, describe_shape(array.shape)]
    words.append("" if isinstance(array.dtype, Unknown) else array.dtype)
    if labels:
        details = [_count(array.classes, "classes"), "" if isinstance(array.form, Unknown) else str(array.form)]
    else:
        if array.bounds is not None:
            words.append(f"{_short(array.bounds[0])}..{_short(array.bounds[1])}")
        details = [{"raw": "not scaled", "scaled": "scaled"}.get(str(array.scaling), "")]
    text = " ".join(word for word in words if word)
    return [", ".join([text, *(detail for detail in details if detail)])]


def _count(number: int | Unknown, noun: str) -> str:
    return "" if isinstance(number, Unknown) else f"{number} {noun}"


def _short(number: Number) -> str:
    return f"{number:.4g}" if is_number(number) and isinstance(number, float) else str(number)
