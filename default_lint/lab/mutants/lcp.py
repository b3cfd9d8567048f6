"""LCP: change the pooling size."""

from __future__ import annotations

from default_lint.lab.mutants.sizes import POOLINGS, ChangeSize


class ChangePoolingSize(ChangeSize):
    """Change the size of a pooling window.

    To 1 to 8, as far as the picture or sequence is as large; DEFault's table has 1 to 5. 1 pools nothing.
    """

    code = "LCP"
    cause = "pooling-size"
    argument = "pool_size"
    layers = POOLINGS
    sizes = (1, 2, 3, 4, 5, 8)
    axes = True
