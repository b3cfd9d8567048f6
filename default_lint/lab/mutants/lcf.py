"""LCF: change the number of filters."""

from __future__ import annotations

from default_lint.lab.mutants.sizes import CONVOLUTIONS, ChangeSize


class ChangeFilters(ChangeSize):
    """Change the number of filters of a hidden convolution.

    To 1 to 5, or four times as many; DEFault's table has 1 to 32.
    """

    code = "LCF"
    cause = "filters"
    argument = "filters"
    layers = CONVOLUTIONS
    sizes = (1, 1, 2, 3, 5)
    in_outputs = False
