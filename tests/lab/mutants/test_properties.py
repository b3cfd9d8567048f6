"""What holds for every operator on every seed, and for compound mutants."""

from __future__ import annotations

import ast
import json
from typing import Any

import pytest

from default_lint.lab.mutants import FAMILIES, PUBLISHED, Mutant, NotApplicable, Operator, Subject, operators
from default_lint.lab.mutants.base import meaning
from default_lint.lab.mutants.compound import LEAST, MOST, draw
from default_lint.lab.seeds import Seed, load
from default_lint.program.read import read
from default_lint.text import Document, Span

OPERATORS = list(operators().values())
SEEDS = load()
OURS = 15
each_operator = pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.code)
each_seed = pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.name)


def test_all_that_were_published_and_more_are_there() -> None:
    assert list(operators())[: len(PUBLISHED)] == list(PUBLISHED)
    assert len(PUBLISHED) == 34
    assert len(operators()) - len(PUBLISHED) >= OURS


@each_operator
def test_an_operator_says_what_it_is(operator: type[Operator]) -> None:
    assert operator.family in FAMILIES
    assert operator.cause == operator.cause.lower().replace(" ", "-")
    assert operator.published == (operator.code in PUBLISHED)
    assert operator.title().endswith(".")
    assert operator.__module__.rpartition(".")[2] == operator.code.lower()


@each_seed
def test_mutants_of_a_seed(seed: Seed) -> None:
    subject = Subject(seed.source, seed.name)
    planted = 0
    for operator in OPERATORS:
        mutant = planted_by(operator, subject)
        if mutant is None:
            continue
        planted += 1
        sound(mutant, seed.source)
        (fault,) = mutant.faults
        assert (fault.operator, fault.family, fault.cause) == (operator.code, operator.family, operator.cause)
        if not operator.on_data:
            assert meaning(read(Document("", mutant.source))) != subject.meaning, operator.code
    assert planted >= len(OPERATORS) // 3


@each_operator
def test_nothing_but_the_seed_decides(operator: type[Operator]) -> None:
    for seed in SEEDS[:: len(SEEDS) // 3]:
        first, second = (planted_by(operator, Subject(seed.source, seed.name)) for _ in range(2))
        assert first == second


@each_seed
def test_compound_mutants_of_a_seed(seed: Seed) -> None:
    mutant = draw(seed.source, seed.name, OPERATORS, 0)
    sound(mutant, seed.source)
    assert LEAST <= len(mutant.faults) <= MOST
    families = [fault.family for fault in mutant.faults]
    assert len(set(families)) == len(families)


def planted_by(operator: type[Operator], subject: Subject) -> Mutant | None:
    """A mutant, or None where the operator cannot be seeded."""
    try:
        return operator.mutate(subject, 1)
    except NotApplicable:
        return None


def sound(mutant: Mutant, original: str) -> None:
    """The mutant parses, differs, and only where its record says so."""
    assert mutant.original == original
    assert ast.dump(ast.parse(mutant.source)) != ast.dump(ast.parse(original))
    pairs = sorted(pair for fault in mutant.faults for pair in zip(fault.before, fault.after, strict=True))
    assert rest(original, [before for before, _ in pairs]) == rest(mutant.source, [after for _, after in pairs])
    record: dict[str, Any] = json.loads(json.dumps(mutant.record()))
    document = Document("", mutant.source)
    for fault, told in zip(mutant.faults, record["faults"], strict=True):
        assert told["family"] == fault.family
        assert 0 <= fault.site.start <= fault.site.end <= len(mutant.source)
        assert mutant.source[fault.site.start : fault.site.end].strip()
        for span, place in zip(fault.after, told["after"], strict=True):
            assert document.locate(span.start).line == place["line"]
            assert mutant.source[span.start : span.end] == mutant.source[place["start"] : place["end"]]


def rest(text: str, spans: list[Span]) -> list[str]:
    """What stands between spans that are in order and apart."""
    parts, end = [], 0
    for span in spans:
        assert span.start >= end
        parts.append(text[end : span.start])
        end = span.end
    return [*parts, text[end:]]
