"""Tests whose outcome the source does not tell: which way each reading of the program takes them.

The program is interpreted once per reading. A reading is a row of a covering array over the tests met: every pair of
tests is taken all four ways by some reading, so a finding that needs two particular outcomes at once can be told from
one that needs a single outcome. Six readings cover six tests, eight cover twenty.
"""

from __future__ import annotations

from itertools import combinations

from default_lint.program.types import Condition
from default_lint.text import Span


def _balanced(length: int) -> list[tuple[bool, ...]]:
    """All words of `length` with half their letters true: any two differ both ways somewhere."""
    return [
        tuple(position in chosen for position in range(length)) for chosen in combinations(range(length), length // 2)
    ]


_SHORT = _balanced(4)
_LONG = _balanced(6)


class Decisions:
    """The outcomes of one reading. The same test text is the same test, wherever it stands.

    `order` numbers the tests by first meeting and is shared by all readings. Reading 0 takes every test as true,
    reading 1 as false.
    """

    def __init__(self, reading: int, order: dict[str, int]) -> None:
        self.reading = reading
        self.order = order
        self.words = _SHORT if len(order) <= len(_SHORT) else _LONG
        self.taken: dict[str, Condition] = {}

    def decide(self, text: str, span: Span) -> bool:
        """The way this reading takes the test `text`."""
        known = self.taken.get(text)
        if known is not None:
            return known.outcome
        number = self.order.setdefault(text, len(self.order))
        if self.reading < 2:
            outcome = self.reading == 0
        else:
            outcome = self.words[number % len(self.words)][self.reading - 2]
        self.taken[text] = Condition(text, span, outcome)
        return outcome


def readings_for(tests: int) -> int:
    """How many readings cover this many tests pairwise."""
    if tests <= 1:
        return tests + 1
    return 2 + len((_SHORT if tests <= len(_SHORT) else _LONG)[0])
