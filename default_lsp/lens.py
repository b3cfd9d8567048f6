"""Code lenses over the statements that build models: how large they are, and the way to a short run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from default_lint.program.types import Model
from default_lint.program.values import Unknown
from default_lint.text import Span
from default_lsp.analysis import Analysis
from default_lsp.outline import Built, counted, outline, size

SHOW = "default-lint.model"
DIAGNOSE = "default-lint.diagnose"
DIAGNOSE_TITLE = "Diagnose by a short run"
_TRAINS = frozenset(("fit", "train_on_batch"))


class Lens(NamedTuple):
    """A title over a place, the command it runs, and the command's arguments behind the document's address."""

    span: Span
    title: str
    command: str = ""
    arguments: tuple[int | str, ...] = ()


def lenses(analysis: Analysis) -> list[Lens]:
    """The lenses of all models, in source order."""
    found: list[Lens] = []
    for index, built in enumerate(outline(analysis).models):
        title = summary(built)
        if title:
            found.append(Lens(built.span, title, SHOW, (index,)))
        if trained(built):
            found.append(Lens(built.span, DIAGNOSE_TITLE, DIAGNOSE))
    return found


def trained(built: Built) -> bool:
    """True when the document itself trains what is built here."""
    return bool(built.loops) or any(event.kind in _TRAINS for model in built.models for event in model.events)


def summary(built: Built) -> str:
    """How many layers and parameters: "7 layers, 1.2 M parameters"; "" when nothing of it is known."""
    models = [model for model in built.different if counted(model)]
    if not models:
        return ""
    return ", ".join(filter(None, (_layers(models), _parameters(models))))


def _layers(models: list[Model]) -> str:
    """The number of layers, or the name of a ready-made model."""
    if all(model.kind == "application" for model in models):
        return " or ".join(dict.fromkeys(model.call.short for model in models if model.call is not None))
    numbers = sorted({counted(model) for model in models})
    more = " or more" if any(_open(model) for model in models) else ""
    return f"{_range(map(str, numbers))} layer{'' if numbers == [1] and not more else 's'}{more}"


def _open(model: Model) -> bool:
    """True for a model that may have more layers than those that were read."""
    return not model.complete or any(layer.uncertain for layer in model.layers)


def _parameters(models: list[Model]) -> str:
    totals = sorted(set(_totals(models)))
    if not totals or len(list(_totals(models))) < len(models):
        return ""
    if totals == [0]:
        return "no parameters"
    return f"{_range(map(size, totals))} parameter{'' if totals == [1] else 's'}"


def _totals(models: Iterable[Model]) -> Iterator[int]:
    for model in models:
        total = model.parameters
        if not isinstance(total, Unknown) and not _open(model):
            yield total


def _range(told: Iterable[str]) -> str:
    """The least and the greatest of numbers in order."""
    different = list(dict.fromkeys(told))
    return different[0] if len(different) == 1 else f"{different[0]} to {different[-1]}"
