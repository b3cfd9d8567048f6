"""What the data rules share: what names say about the part of the data that they hold, and steps of arrays."""

from __future__ import annotations

import re
from collections.abc import Iterator

from default_lint.program.data_values import Array, Dataset, Fact, Generator, current
from default_lint.program.types import Program
from default_lint.program.values import Value

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
