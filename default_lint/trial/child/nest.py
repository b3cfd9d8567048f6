"""Lists, tuples and dicts of arrays, as Keras models take and give them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def flatten(value: Any) -> list[Any]:
    """The leaves in order; dicts by sorted key, as Keras orders them. None counts as nothing."""
    if value is None:
        return []
    if isinstance(value, dict):
        try:
            keys = sorted(value)
        except TypeError:
            keys = list(value)
        return [leaf for key in keys for leaf in flatten(value[key])]
    if isinstance(value, (list, tuple)):
        return [leaf for entry in value for leaf in flatten(entry)]
    return [value]


def convert(function: Callable[[Any], Any], value: Any) -> Any:
    """The same structure with the function's values in place of the leaves."""
    if value is None:
        return None
    if isinstance(value, dict):
        return {key: convert(function, entry) for key, entry in value.items()}
    if isinstance(value, tuple):
        entries = [convert(function, entry) for entry in value]
        return type(value)(*entries) if hasattr(value, "_fields") else tuple(entries)
    if isinstance(value, list):
        return [convert(function, entry) for entry in value]
    return function(value)
