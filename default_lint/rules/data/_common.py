"""What the data rules share: what names say about the part of the data that they hold, and steps of arrays."""

from __future__ import annotations

import re
from collections.abc import Iterator

from default_lint.program.data_values import Array, Dataset, Fact, Generator, current
from default_lint.program.types import Fit, Program
from default_lint.program.values import Value
from default_lint.text import Span

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_TRAIN = re.compile(r"[xy]?(train|training|trn|tr)[xy]?")
_TEST = re.compile(r"[xy]?(test|testing|tst|te|val|valid|validation|dev|eval|holdout)[xy]?")


def facts(program: Program, *kinds: str) -> Iterator[Fact]:
    """What was done with data, of these kinds, in the order of execution."""
    for fact in program.facts:
        if isinstance(fact, Fact) and fact.kind in kinds:
            yield fact


def part_of(text: str) -> str:
    """The part of the data that a name or expression speaks of: "train", "test" (or validation), "" if unclear."""
    words = [word.lower() for word in _WORD.findall(text)]
    train = any(_TRAIN.fullmatch(word) for word in words)
    test = any(_TEST.fullmatch(word) for word in words)
    return "" if train == test else "train" if train else "test"


def features(value: Value) -> Array | Generator | None:
    """The features as they reach the model: an array, those of a dataset, or a generator; None when not known."""
    if isinstance(value, Dataset):
        value = value.inputs
    value = current(value)
    return value if isinstance(value, (Array, Generator)) else None


def inputs_of(uses: tuple[Fit, ...]) -> Iterator[tuple[str, Array, Span]]:
    """Everything that comes in: how it is used, the features, and where they are passed."""
    for use in uses:
        call = use.call
        given = (call.given("x") or call.given("generator")) if call is not None else None
        yield from _one(use.kind, use.x, given.span if given is not None else use.span)
        held = call.given("validation_data") if call is not None else None
        value = use.validation[0] if isinstance(use.validation, tuple) and use.validation else use.validation
        yield from _one("validation", value, held.span if held is not None else use.span)


def _one(kind: str, value: Value, span: Span) -> Iterator[tuple[str, Array, Span]]:
    found = features(value)
    if isinstance(found, Array):
        yield kind, current(found), span


def scaled_apart(one: Array, other: Array) -> bool:
    """Scaled against raw, from one source, and the raw one in a range where that matters."""
    if {one.scaling, other.scaling} != {"raw", "scaled"} or not one.source or one.source != other.source:
        return False
    raw = one if one.scaling == "raw" else other
    if not (raw.images or one.rows.base == other.rows.base):
        return False
    return raw.bounds is None or max(abs(raw.bounds[0]), abs(raw.bounds[1])) > 2
