"""LCO: change the output shape of a recurrent layer."""

from __future__ import annotations

import random
from collections.abc import Iterator

from default_lint.lab.mutants.base import Change, NotApplicable, Operator, Subject
from default_lint.lab.mutants.sizes import counted
from default_lint.lab.mutants.tables import RECURRENT

SIZES = (1, 1, 2, 3, 4)


class ChangeOutputShape(Operator):
    """Change the units of a recurrent layer.

    To 1 to 4, or four times as many; DEFault's table has random numbers from 1 to 256.
    """

    code = "LCO"
    family = "layer"
    cause = "output-shape"
    published = True

    def changes(self, subject: Subject, draw: random.Random) -> Iterator[Change]:
        """One for each recurrent layer."""
        yield from counted(subject, subject.layer_calls(*RECURRENT), "units", SIZES, draw)
        raise NotApplicable("no recurrent layer has a size that can be changed")
