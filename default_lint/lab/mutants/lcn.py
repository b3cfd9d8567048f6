"""LCN: change the number of neurons."""

from __future__ import annotations

from default_lint.lab.mutants.sizes import ChangeSize


class ChangeUnits(ChangeSize):
    """Change the number of units of a hidden dense layer.

    To 1 to 5, or four times as many; DEFault's table has 1 to 256.
    """

    code = "LCN"
    cause = "units"
    argument = "units"
    layers = ("Dense",)
    sizes = (1, 1, 2, 3, 5)
    in_outputs = False
