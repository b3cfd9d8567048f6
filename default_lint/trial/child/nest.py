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


def by_output(targets: Any, names: Any) -> Any:
    """Targets in the order of the outputs of these names, where a dict gives one for each; others as they are."""
    names = list(names or ())
    if isinstance(targets, dict) and len(names) == len(targets) and set(names) == set(targets):
        return [targets[name] for name in names]
    return targets


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
