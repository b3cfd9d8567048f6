"""Nested lists, tuples and dicts of arrays, as Keras takes them; None stands for nothing and holds no array."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any


def leaves(value: Any) -> list[Any]:
    """The arrays in a structure, in order; dicts by insertion."""
    if value is None:
        return []
    if isinstance(value, dict):
        return [leaf for child in value.values() for leaf in leaves(child)]
    if isinstance(value, (list, tuple)):
        return [leaf for child in value for leaf in leaves(child)]
    return [value]


def rebuilt(value: Any, new: Iterator[Any]) -> Any:
    """The same structure with the arrays that `new` gives, in the order of `leaves`."""
    if value is None:
        return None
    if isinstance(value, dict):
        return {key: rebuilt(child, new) for key, child in value.items()}
    if isinstance(value, (list, tuple)):
        children = [rebuilt(child, new) for child in value]
        if hasattr(value, "_fields"):
            return type(value)(*children)
        return tuple(children) if isinstance(value, tuple) else children
    return next(new)


def mapped(function: Callable[[Any], Any], value: Any) -> Any:
    """The same structure with `function` applied to each array."""
    return rebuilt(value, iter([function(leaf) for leaf in leaves(value)]))
