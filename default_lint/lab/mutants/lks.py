"""LKS: change the kernel size of a convolution."""

from __future__ import annotations

from default_lint.lab.mutants.sizes import CONVOLUTIONS, ChangeSize


class ChangeKernelSize(ChangeSize):
    """Change the kernel size of a convolution.

    To 1 to 9, as far as the picture or sequence is as large; DEFault's table has 1 to 7. 1 sees no neighbours at all.
    """

    code = "LKS"
    cause = "kernel-size"
    argument = "kernel_size"
    layers = CONVOLUTIONS
    sizes = (1, 2, 3, 5, 7, 9)
    axes = True
