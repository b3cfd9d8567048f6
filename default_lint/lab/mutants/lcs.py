"""LCS: change the strides of a convolution."""

from __future__ import annotations

import random
from collections.abc import Iterator

from default_lint.lab.mutants.base import Change, NotApplicable, Operator, Subject
from default_lint.lab.mutants.sizes import CONVOLUTIONS, windows

SIZES = (1, 2, 3, 4, 5, 6)


class ChangeStrides(Operator):
    """Change the strides of a convolution.

    To 1 to 6, as far as the picture or sequence is as large; DEFault's table has 1 to 5.
    """

    code = "LCS"
    family = "layer"
    cause = "strides"
    published = True

    def changes(self, subject: Subject, draw: random.Random) -> Iterator[Change]:
        """One for each convolution."""
        yield from windows(subject, subject.layer_calls(*CONVOLUTIONS), "strides", SIZES, draw)
        raise NotApplicable("no convolution has a size that can be changed")
