"""LKS: change the kernel size of a convolution."""

from __future__ import annotations

import random
from collections.abc import Iterator

from default_lint.lab.mutants.base import Change, NotApplicable, Operator, Subject
from default_lint.lab.mutants.sizes import CONVOLUTIONS, windows

SIZES = (1, 2, 3, 5, 7, 9)


class ChangeKernelSize(Operator):
    """Change the kernel size of a convolution.

    To 1 to 9, as far as the picture or sequence is as large; DEFault's table has 1 to 7. 1 sees no neighbours at all.
    """

    code = "LKS"
    family = "layer"
    cause = "kernel-size"
    published = True

    def changes(self, subject: Subject, draw: random.Random) -> Iterator[Change]:
        """One for each convolution."""
        yield from windows(subject, subject.layer_calls(*CONVOLUTIONS), "kernel_size", SIZES, draw)
        raise NotApplicable("no convolution has a size that can be changed")
