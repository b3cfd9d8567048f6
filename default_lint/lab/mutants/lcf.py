"""LCF: change the number of filters."""

from __future__ import annotations

import random
from collections.abc import Iterator

from default_lint.lab.mutants.base import Change, NotApplicable, Operator, Subject
from default_lint.lab.mutants.sizes import CONVOLUTIONS, counted, hidden

SIZES = (1, 1, 2, 3, 5)


class ChangeFilters(Operator):
    """Change the number of filters of a hidden convolution.

    To 1 to 5, or four times as many; DEFault's table has 1 to 32.
    """

    code = "LCF"
    family = "layer"
    cause = "filters"
    published = True

    def changes(self, subject: Subject, draw: random.Random) -> Iterator[Change]:
        """One for each hidden convolution."""
        yield from counted(subject, hidden(subject, *CONVOLUTIONS), "filters", SIZES, draw)
        raise NotApplicable("no hidden convolution has a size that can be changed")
