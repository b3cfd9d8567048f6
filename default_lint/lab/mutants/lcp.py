"""LCP: change the pooling size."""

from __future__ import annotations

import random
from collections.abc import Iterator

from default_lint.lab.mutants.base import Change, NotApplicable, Operator, Subject
from default_lint.lab.mutants.sizes import POOLINGS, windows

SIZES = (1, 2, 3, 4, 5, 8)


class ChangePoolingSize(Operator):
    """Change the size of a pooling window.

    To 1 to 8, as far as the picture or sequence is as large; DEFault's table has 1 to 5. 1 pools nothing.
    """

    code = "LCP"
    family = "layer"
    cause = "pooling-size"
    published = True

    def changes(self, subject: Subject, draw: random.Random) -> Iterator[Change]:
        """One for each pooling layer."""
        yield from windows(subject, subject.layer_calls(*POOLINGS), "pool_size", SIZES, draw)
        raise NotApplicable("no pooling layer has a size that can be changed")
