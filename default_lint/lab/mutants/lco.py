"""LCO: change the output shape of a recurrent layer."""

from __future__ import annotations

from default_lint.lab.mutants.sizes import ChangeSize
from default_lint.lab.mutants.tables import RECURRENT


class ChangeOutputShape(ChangeSize):
    """Change the units of a recurrent layer.

    To 1 to 4, or four times as many; DEFault's table has random numbers from 1 to 256.
    """

    code = "LCO"
    cause = "output-shape"
    argument = "units"
    layers = RECURRENT
    sizes = (1, 1, 2, 3, 4)
