"""LCS: change the strides of a convolution."""

from __future__ import annotations

from default_lint.lab.mutants.sizes import CONVOLUTIONS, ChangeSize


class ChangeStrides(ChangeSize):
    """Change the strides of a convolution.

    To 1 to 6, as far as the picture or sequence is as large; DEFault's table has 1 to 5.
    """

    code = "LCS"
    cause = "strides"
    argument = "strides"
    layers = CONVOLUTIONS
    sizes = (1, 2, 3, 4, 5, 6)
    axes = True
