"""Tests whose outcome the source does not tell: which way each reading of the program takes them.

The program is interpreted once per reading. A reading is a row of a covering array over the tests met: every pair of
tests is taken all four ways by some reading, so a finding that needs two particular outcomes at once can be told from
one that needs a single outcome. Six readings cover six tests, eight cover twenty.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations, product

from default_lint.program.types import Condition
from default_lint.text import Span


def _balanced(length: int) -> list[tuple[bool, ...]]:
    """All words of `length` with half their letters true: any two differ both ways somewhere."""
    return [
        tuple(position in chosen for position in range(length)) for chosen in combinations(range(length), length // 2)
    ]


_SHORT = _balanced(4)
_LONG = _balanced(6)


Outcomes = Mapping[str, bool]


class Decisions:
    """The outcomes of one reading. The same test text is the same test, wherever it stands.

    `order` numbers the tests by first meeting and is shared by all readings. Reading 0 takes every test as true,
    reading 1 as false; `forced` outcomes come before any rule.
    """

    def __init__(self, reading: int, order: dict[str, int], forced: Outcomes | None = None) -> None:
        self.reading = reading
        self.order = order
        self.forced = forced
        self.words = _SHORT if len(order) <= len(_SHORT) else _LONG
        self.taken: dict[str, Condition] = {}

    def decide(self, text: str, span: Span) -> bool:
        """The way this reading takes the test `text`."""
        known = self.taken.get(text)
        if known is not None:
            return known.outcome
        number = self.order.setdefault(text, len(self.order))
        if self.forced is not None:
            outcome = self.forced.get(text, True)
        elif self.reading < 2:
            outcome = self.reading == 0
        else:
            outcome = self.words[number % len(self.words)][self.reading - 2]
        self.taken[text] = Condition(text, span, outcome)
        return outcome


def readings_for(tests: int) -> int:
    """How many readings cover this many tests pairwise, when none stands under another."""
    if tests <= 1:
        return tests + 1
    return 2 + len((_SHORT if tests <= len(_SHORT) else _LONG)[0])


class Coverage:
    """Which pairs of outcomes the readings so far have tried.

    Tests that stand under other tests are met in some readings only, so that rows of the array miss pairs of them.
    """

    def __init__(self) -> None:
        self.rows: list[dict[str, bool]] = []
        self.tried: set[tuple[str, bool, str, bool]] = set()

    def add(self, taken: Iterable[Condition]) -> None:
        """Note one reading."""
        row = {condition.text: condition.outcome for condition in taken}
        self.rows.append(row)
        for first, second in combinations(sorted(row), 2):
            self.tried.add((first, row[first], second, row[second]))

    def missing(self) -> Iterator[tuple[str, str, dict[str, bool]]]:
        """Pairs of tests met together with a way not yet tried, and outcomes that would try it."""
        for row in self.rows:
            for first, second in combinations(sorted(row), 2):
                for one, other in product((True, False), repeat=2):
                    if (first, one, second, other) not in self.tried:
                        yield first, second, {**row, first: one, second: other}

    def attempt(self, first: str, second: str, outcomes: Mapping[str, bool]) -> None:
        """Note a pair as tried even if the reading never met both."""
        self.tried.add((first, outcomes[first], second, outcomes[second]))
