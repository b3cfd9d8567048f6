"""What the shape rules share: the answer, how arguments are read, and arithmetic that knows None and Unknown.

In a shape None is an axis that Keras leaves free and Unknown one that we cannot tell; arithmetic keeps them apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn, TypeVar

from default_lint.program.types import Call, Problem
from default_lint.program.values import UNKNOWN, Dim, Rest, Shape, Unknown, Value, is_integer, is_known

T = TypeVar("T")

Count = int | Unknown
"""A number of weights, or Unknown."""


@dataclass(frozen=True)
class Inference:
    """What a layer makes of its inputs.

    `output` is the first output, batch axis first; `outputs` all of them when there is more than one. `parameters`
    counts all weights, `fixed` those of them that training does not change. With a `problem` Keras would raise, and
    `output` is Unknown.
    """

    output: Shape
    parameters: Count
    outputs: tuple[Shape, ...] = ()
    problem: Problem | None = None
    fixed: Count = 0


NOTHING = Inference(UNKNOWN, UNKNOWN)
"""The answer when nothing is known."""

Apply = Callable[[Value, Sequence[Shape]], Inference]
"""Infers a layer given as a value (the wrapped layer of TimeDistributed) on input shapes."""


class Refused(Exception):
    """Keras raises for this layer and input."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


class Untold(Exception):
    """A value that the answer depends on is not known."""


def refuse(
    kind: str,
    message: str,
    expected: int | tuple[int, ...] | None = None,
    actual: int | tuple[int, ...] | None = None,
    axis: int | None = None,
) -> NoReturn:
    """Say that Keras raises."""
    raise Refused(Problem(kind, message, expected, actual, axis))


@dataclass(frozen=True)
class Case:
    """One question: a layer by canonical name, its arguments by parameter name, the shapes that come in."""

    name: str
    arguments: Mapping[str, Value]
    inputs: tuple[Shape, ...]
    apply: Apply

    @property
    def short(self) -> str:
        """Last part of the name: "Dense"."""
        return self.name.rpartition(".")[2]

    @property
    def rank(self) -> int:
        """Spatial axes in a name that ends with "1D", "2D" or "3D"."""
        digit = next(letter for letter in reversed(self.name) if letter.isdigit())
        return int(digit)

    @property
    def input(self) -> Shape:
        """Shape of the first input."""
        return self.inputs[0] if self.inputs else UNKNOWN

    @property
    def known_input(self) -> tuple[Dim, ...]:
        """Shape of the first input, whose rank must be known."""
        return known_rank(self.input)

    def __getitem__(self, name: str) -> Value:
        return self.arguments.get(name, UNKNOWN)

    def integer(self, name: str, default: Value = UNKNOWN) -> Count:
        """An integer argument; anything else is Unknown."""
        value = self.arguments.get(name, default)
        return value if is_integer(value) else UNKNOWN

    def positive(self, name: str, axis_name: str = "") -> Count:
        """An integer argument that Keras wants to be at least 1."""
        value = self.integer(name)
        if is_integer(value) and value < 1:
            refuse("other", f"`{name}={value}` is not positive", 1, value)
        return value

    def flag(self, name: str, default: Value = UNKNOWN) -> bool | Unknown:
        """Truth of an argument as Python sees it."""
        value = self.arguments.get(name, default)
        if value is None or isinstance(value, (bool, int, float, str)):
            return bool(value)
        return UNKNOWN

    def text(self, name: str, default: Value = UNKNOWN) -> str | Unknown | None:
        """A string argument, or None."""
        value = self.arguments.get(name, default)
        return value if value is None or isinstance(value, str) else UNKNOWN

    def told_text(self, name: str, default: Value = UNKNOWN) -> str | None:
        """A string argument that the answer cannot do without."""
        return told(self.text(name, default))

    def told_flag(self, name: str, default: Value = UNKNOWN) -> bool:
        """A truth value that the answer cannot do without."""
        return told(self.flag(name, default))

    def sizes(self, name: str, length: int, default: Value = UNKNOWN, least: int = 1) -> tuple[Count, ...]:
        """One integer per spatial axis, given as an integer or a sequence of `length`."""
        return sizes(self.arguments.get(name, default), length, name, least)

    def channels_first(self) -> bool:
        """Whether `data_format` puts the channels before the spatial axes; channels last when it is not given."""
        value = self.told_text("data_format", None)
        return value is not None and value.lower() == "channels_first"

    def check_format(self) -> None:
        """Refuse a `data_format` that Keras does not know."""
        value = self.arguments.get("data_format") if self.name.startswith("keras.") else None
        if isinstance(value, str) and value.lower() not in ("channels_first", "channels_last"):
            refuse("other", f"`data_format={value!r}` does not exist")


def told(value: T | Unknown) -> T:
    """The value itself; ends the rule when it is Unknown."""
    if isinstance(value, Unknown):
        raise Untold
    return value


Rule = Callable[[Case], Inference]

RULES: dict[str, Rule] = {}
"""Every rule by canonical name."""

_SEVERAL: set[str] = set()


def rule(*names: str, several: bool = False) -> Callable[[Rule], Rule]:
    """Register a rule under names (of `keras.layers` unless dotted); `several` when it takes more than one input."""

    def register(function: Rule) -> Rule:
        for name in names:
            full = name if "." in name else f"keras.layers.{name}"
            RULES[full] = function
            if several:
                _SEVERAL.add(full)
        return function

    return register


def takes_several(name: str) -> bool:
    """True when the rule of that name takes more than one input."""
    return name in _SEVERAL


def elements(value: Value) -> tuple[Value, ...] | None:
    """The elements of a tuple or list of known length, else None."""
    if isinstance(value, (tuple, list)) and not any(isinstance(item, Rest) for item in value):
        return tuple(value)
    return None


def sizes(value: Value, length: int, name: str, least: int = 1) -> tuple[Count, ...]:
    """An integer or a sequence of integers as a tuple of `length`; Keras raises when it does not fit."""
    if is_integer(value):
        found: tuple[Count, ...] = (value,) * length
    else:
        items = elements(value)
        if items is None:
            return (UNKNOWN,) * length
        if len(items) != length:
            refuse("other", f"`{name}` has {len(items)} numbers, not {length}", length, len(items))
        found = tuple(item if is_integer(item) else UNKNOWN for item in items)
    for item in found:
        if is_integer(item) and item < least:
            refuse("other", f"`{name}` contains {item}", least, item)
    return found


def known_rank(shape: Shape) -> tuple[Dim, ...]:
    """The shape, whose rank must be known."""
    if isinstance(shape, Unknown):
        raise Untold
    return shape


def of_rank(case: Case, rank: int, shape: Shape | None = None) -> tuple[Dim, ...]:
    """The input of a layer that takes exactly `rank` axes; all axes Unknown when the rank is."""
    given = case.input if shape is None else shape
    if isinstance(given, Unknown):
        return (UNKNOWN,) * rank
    if len(given) != rank:
        refuse("rank", f"`{case.short}` takes {rank} axes, the input has {len(given)}", rank, len(given))
    return given


def at_least(case: Case, rank: int) -> tuple[Dim, ...]:
    """The input of a layer that takes `rank` axes or more."""
    given = case.known_input
    if len(given) < rank:
        refuse("rank", f"`{case.short}` takes at least {rank} axes, the input has {len(given)}", rank, len(given))
    return given


def defined(case: Case, shape: Sequence[Dim], axis: int) -> Count:
    """Size of an axis that weights depend on: Keras raises when it is free."""
    size = shape[axis]
    if size is None:
        refuse("channels", f"`{case.short}` needs the size of axis {axis}, which is free", axis=axis % len(shape))
    return size


def position(case: Case, axis: int, rank: int) -> int:
    """An axis counted from the start; Keras raises when the input has no such axis."""
    if not -rank <= axis < rank:
        refuse("rank", f"axis {axis} does not exist in an input of {rank} axes", abs(axis) + (axis >= 0), rank)
    return axis % rank


def plus(*sizes_: Dim) -> Dim:
    """Sum of axis sizes: free when one is, else Unknown when one is."""
    if any(size is None for size in sizes_):
        return None
    return total(*(size for size in sizes_ if size is not None))


def times(*sizes_: Dim) -> Dim:
    """Product of axis sizes: free when one is, else Unknown when one is."""
    if any(size is None for size in sizes_):
        return None
    return weights(*(size for size in sizes_ if size is not None))


def total(*counts: Count) -> Count:
    """Sum of counts."""
    result = 0
    for count in counts:
        if isinstance(count, Unknown):
            return UNKNOWN
        result += count
    return result


def weights(*factors: Dim) -> Count:
    """Number of elements of a weight of that shape."""
    result = 1
    for factor in factors:
        if factor is None or isinstance(factor, Unknown):
            return UNKNOWN
        result *= factor
    return result


def when(condition: bool | Unknown, count: Count) -> Count:
    """The count if the condition holds, else 0."""
    if isinstance(condition, Unknown):
        return UNKNOWN if not is_integer(count) or count else 0
    return count if condition else 0


def adapter(case: Case, rows: Count, columns: Count) -> tuple[Count, Count]:
    """What `lora_rank` does to a kernel of that many rows and columns: weights added, weights frozen."""
    rank = case.arguments.get("lora_rank")
    if rank is None:
        return 0, 0
    return weights(total(rows, columns), rank if is_integer(rank) else UNKNOWN), weights(rows, columns)


def same(shape: Shape) -> Inference:
    """The answer of a layer without weights that keeps the shape."""
    return Inference(shape, 0)


def broadcast(first: Shape, second: Shape) -> Shape:
    """Shape of an elementwise operation on two tensors, as numpy and `keras.ops` broadcast."""
    if isinstance(first, Unknown) or isinstance(second, Unknown):
        return UNKNOWN
    rank = max(len(first), len(second))
    left: tuple[Dim, ...] = (1,) * (rank - len(first)) + tuple(first)
    right: tuple[Dim, ...] = (1,) * (rank - len(second)) + tuple(second)
    return tuple(_broadcast_axis(one, other, axis) for axis, (one, other) in enumerate(zip(left, right, strict=True)))


def _broadcast_axis(one: Dim, other: Dim, axis: int) -> Dim:
    if is_integer(one) and is_integer(other):
        if one != other and 1 not in (one, other):
            refuse("merge", f"sizes {one} and {other} of axis {axis} do not fit", one, other, axis)
        return other if one == 1 else one
    for known, unsure in ((one, other), (other, one)):
        if is_integer(known):
            return unsure if known == 1 else known
    return None if one is None and other is None else UNKNOWN


def broadcast_all(shapes: Iterable[Shape]) -> Shape:
    """Shape of an elementwise operation on any number of tensors."""
    result: Shape = ()
    for shape in shapes:
        result = broadcast(result, shape)
    return result


def called(value: Value) -> Call | None:
    """The call when the value is one of a catalog name."""
    return value if isinstance(value, Call) else None


def is_told(*values: Value) -> bool:
    """True when every value is known."""
    return all(is_known(value) for value in values)
