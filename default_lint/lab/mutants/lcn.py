"""LCN: change the number of neurons."""

from __future__ import annotations

import random
from collections.abc import Iterator

from default_lint.lab.mutants.base import Change, NotApplicable, Operator, Subject
from default_lint.lab.mutants.sizes import counted, hidden

SIZES = (1, 1, 2, 3, 5)


class ChangeUnits(Operator):
    """Change the number of units of a hidden dense layer.

    To 1 to 5, or four times as many; DEFault's table has 1 to 256.
    """

    code = "LCN"
    family = "layer"
    cause = "units"
    published = True

    def changes(self, subject: Subject, draw: random.Random) -> Iterator[Change]:
        """One for each hidden dense layer."""
        yield from counted(subject, hidden(subject, "Dense"), "units", SIZES, draw)
        raise NotApplicable("no hidden dense layer has a size that can be changed")
