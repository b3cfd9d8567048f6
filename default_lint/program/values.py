"""What an expression is known to be: a plain Python value, one of the kinds below, or Unknown."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeGuard


class Unknown:
    """A value that the source does not tell. It spreads; a rule that meets it stays silent.

    All instances are equal to none, not even to themselves, so that no comparison can be true by accident:
    test with `is_known`.
    """

    __slots__ = ("reason",)

    def __init__(self, reason: str = "") -> None:
        self.reason = reason

    def __repr__(self) -> str:
        return "Unknown"

    def __eq__(self, other: object) -> bool:
        return False

    def __hash__(self) -> int:
        return id(self)

    def __bool__(self) -> bool:
        raise TypeError("an Unknown has no truth value; test with is_known()")


UNKNOWN = Unknown()

Value = Any
"""A plain Python value (int, str, tuple, list, dict, None, ...), one of the kinds of this package, or Unknown."""

Dim = int | None | Unknown
"""One axis of a shape: its size, None where Keras leaves it free (the batch axis), Unknown where we cannot tell."""

Shape = tuple[Dim, ...] | Unknown
"""Shape of a tensor including the batch axis, or Unknown when not even the rank is known."""


def is_known(value: Value) -> bool:
    """True when `value` itself is not Unknown (its parts may be)."""
    return not isinstance(value, Unknown)


def is_number(value: Value) -> TypeGuard[int | float]:
    """True for a known int or float; bool does not count."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def is_integer(value: Value) -> TypeGuard[int]:
    """True for a known int; bool does not count."""
    return isinstance(value, int) and not isinstance(value, bool)


@dataclass(frozen=True)
class Reference:
    """Something named but not called: a module, class or function, by canonical dotted name ("keras.layers.Dense")."""

    name: str


class Rest(Unknown):
    """Stands inside a list or dict for an unknown number of further elements."""

    __slots__ = ()


LOOPED = "more elements from a loop"
"""The reason of a `Rest` that stands for further turns of a loop whose first turn is in the list."""


class TrainingFlag(Unknown):
    """The `training` argument that Keras passes to `call`."""

    __slots__ = ()


TRAINING = TrainingFlag("training")

_BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": operator.pow,
    "<<": operator.lshift,
    ">>": operator.rshift,
    "&": operator.and_,
    "|": operator.or_,
    "^": operator.xor,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_UNARY: dict[str, Callable[[Any], Any]] = {"-": operator.neg, "+": operator.pos, "~": operator.invert}
_PLAIN = (bool, int, float, complex, str, bytes, type(None), tuple, list, dict, set, frozenset, range, slice)
_LARGEST = 10**12
_LONGEST = 100_000


def is_plain(value: Value) -> bool:
    """True for a Python value that operators may be applied to (containers may hold Unknown parts)."""
    return isinstance(value, _PLAIN)


def fully_known(value: Value, depth: int = 0) -> bool:
    """True when neither the value nor anything inside it is Unknown (beyond ten levels nothing is known)."""
    if isinstance(value, Unknown) or depth > 10:
        return False
    if isinstance(value, (tuple, list, set, frozenset)):
        return all(fully_known(item, depth + 1) for item in value)
    if isinstance(value, dict):
        return all(fully_known(key) and fully_known(item, depth + 1) for key, item in value.items())
    return True


def binary(symbol: str, left: Value, right: Value) -> Value:
    """Apply a Python operator to two known plain values; Unknown when it cannot be told, raises or would be huge."""
    if symbol == "is":
        return _identical(left, right)
    if symbol == "is not":
        same = _identical(left, right)
        return (not same) if is_known(same) else same
    if not is_plain(left) or not is_plain(right):
        return UNKNOWN
    if symbol in ("in", "not in"):
        return _contains(left, right, symbol == "in")
    if symbol not in _BINARY:
        return UNKNOWN
    if symbol != "+" and not (fully_known(left) and fully_known(right)) and symbol != "*":
        return UNKNOWN
    if symbol in ("**", "<<") and not (_small(left, 10**6) and _small(right, 64)):
        return UNKNOWN
    if symbol in ("*", "+") and _too_long(symbol, left, right):
        return UNKNOWN
    try:
        return _BINARY[symbol](left, right)
    except Exception:  # whatever Python raises here, the value is not known
        return UNKNOWN


def unary(symbol: str, value: Value) -> Value:
    """Apply `-`, `+`, `~` or `not` to a known plain value."""
    if symbol == "not":
        truth = truthiness(value)
        return (not truth) if isinstance(truth, bool) else UNKNOWN
    if not isinstance(value, (int, float, complex)):
        return UNKNOWN
    try:
        return _UNARY[symbol](value)
    except Exception:
        return UNKNOWN


def truthiness(value: Value) -> bool | Unknown:
    """Truth of a value, or Unknown."""
    if isinstance(value, Unknown):
        return UNKNOWN
    if isinstance(value, (list, tuple, dict, set)) and any(isinstance(item, Rest) for item in value):
        return UNKNOWN
    if is_plain(value):
        return bool(value)
    return UNKNOWN


def _identical(left: Value, right: Value) -> bool | Unknown:
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return UNKNOWN
    if left is None or right is None or isinstance(left, bool) or isinstance(right, bool):
        return left is right
    return UNKNOWN


def _contains(item: Value, container: Value, positive: bool) -> bool | Unknown:
    if not fully_known(item) or not isinstance(container, (str, tuple, list, set, frozenset, dict, range)):
        return UNKNOWN
    if not fully_known(list(container) if not isinstance(container, (str, range)) else ()):
        return UNKNOWN
    try:
        return (item in container) is positive
    except TypeError:
        return UNKNOWN


def _small(value: Value, limit: int) -> bool:
    return isinstance(value, (int, float)) and abs(value) <= limit


def _too_long(symbol: str, left: Value, right: Value) -> bool:
    if symbol == "+":
        sized = (str, bytes, list, tuple)
        return isinstance(left, sized) and isinstance(right, sized) and len(left) + len(right) > _LONGEST
    for sequence, count in ((left, right), (right, left)):
        if isinstance(sequence, (str, bytes, list, tuple)) and isinstance(count, int):
            return len(sequence) * max(count, 0) > _LONGEST
    return not (_small(left, _LARGEST) and _small(right, _LARGEST))
