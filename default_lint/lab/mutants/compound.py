"""Mutants with several faults of different families: one operator after the other, each on what the last one left."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import replace

from default_lint.findings import Edit
from default_lint.lab.mutants.base import Mutant, NotApplicable, Operator, Subject, moved
from default_lint.text import Span

LEAST, MOST = 2, 4
"""Faults of a compound mutant; DEFault's have 3 on average."""


def compound(source: str, name: str, operators: Sequence[type[Operator]], seed: int = 0) -> Mutant:
    """A mutant with one fault of each operator. Raises NotApplicable when one cannot be seeded beside the others."""
    mutant: Mutant | None = None
    for operator in operators:
        text = source if mutant is None else mutant.source
        following = operator.mutate(Subject(text, name), seed)
        mutant = following if mutant is None else joined(mutant, following)
    if mutant is None:
        raise NotApplicable("no operator was given")
    return mutant


def draw(source: str, name: str, operators: Sequence[type[Operator]], seed: int = 0) -> Mutant:
    """A compound mutant of 2 to 4 faults of different families, drawn by `seed`. Raises NotApplicable."""
    dice = random.Random(f"compound:{name}:{seed}")
    count = dice.choice((2, 2, 3, 3, 4))
    mutant: Mutant | None = None
    for operator in _drawn(operators, dice):
        if mutant is not None and any(fault.family == operator.family for fault in mutant.faults):
            continue
        try:
            following = operator.mutate(Subject(source if mutant is None else mutant.source, name), seed)
            mutant = following if mutant is None else joined(mutant, following)
        except NotApplicable:
            continue
        if len(mutant.faults) == count:
            return mutant
    if mutant is None or len(mutant.faults) < LEAST:
        raise NotApplicable("no two faults of different families can be seeded here")
    return mutant


def joined(first: Mutant, second: Mutant) -> Mutant:
    """Both mutants in one record, where `second` was made from the text of `first` and does not undo it."""
    edits = tuple(
        Edit(before, second.source[after.start : after.end])
        for fault in second.faults
        for before, after in zip(fault.before, fault.after, strict=True)
    )
    earlier = [after for fault in first.faults for after in fault.after]
    if any(_touch(edit.span, span) for edit in edits for span in earlier):
        raise NotApplicable("the second fault would change what the first one changed")
    kept = tuple(
        replace(fault, after=tuple(_at(span, edits) for span in fault.after), site=moved(fault.site, edits))
        for fault in first.faults
    )
    added = tuple(replace(fault, before=tuple(_back(span, first) for span in fault.before)) for fault in second.faults)
    return Mutant(first.name, first.original, second.source, (*kept, *added))


def _drawn(operators: Sequence[type[Operator]], dice: random.Random) -> Iterator[type[Operator]]:
    """Operators in random order, families taking turns so that those with many operators are not always first."""
    families: dict[str, list[type[Operator]]] = {}
    for operator in dice.sample(list(operators), len(operators)):
        families.setdefault(operator.family, []).append(operator)
    queues = dice.sample(list(families.values()), len(families))
    for turn in range(max(map(len, queues), default=0)):
        yield from (queue[turn] for queue in queues if turn < len(queue))


def _touch(first: Span, second: Span) -> bool:
    return first.start <= second.end and second.start <= first.end


def _at(span: Span, edits: Sequence[Edit]) -> Span:
    """Where a span stands that none of the edits touches."""
    shift = sum(len(edit.text) - (edit.span.end - edit.span.start) for edit in edits if edit.span.end <= span.start)
    return Span(span.start + shift, span.end + shift)


def _back(span: Span, mutant: Mutant) -> Span:
    """Where a span of the mutant's text that none of its faults touches stands in its original."""
    shift = sum(
        (before.end - before.start) - (after.end - after.start)
        for fault in mutant.faults
        for before, after in zip(fault.before, fault.after, strict=True)
        if after.end <= span.start
    )
    return Span(span.start + shift, span.end + shift)


__all__ = ["LEAST", "MOST", "compound", "draw", "joined"]
