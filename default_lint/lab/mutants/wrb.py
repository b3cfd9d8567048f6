"""WRB: remove the bias of a layer."""

from __future__ import annotations

import random
from collections.abc import Iterator

from default_lint.lab.mutants.base import Change, NotApplicable, Operator, Subject


class RemoveBias(Operator):
    """Switch `use_bias` off.

    As DEFault's table has it, on any layer. It hurts in the output layer when the targets are not centred.
    """

    code = "WRB"
    family = "weights"
    cause = "bias"
    published = True

    def changes(self, subject: Subject, draw: random.Random) -> Iterator[Change]:
        """One for each layer with a bias."""
        for _, call in subject.layer_calls():
            if call["use_bias"] is not True or call.spread:
                continue
            values = {"argument": "use_bias", "before": True, "after": False, "layer": call.short}
            yield Change((subject.set(call, "use_bias", "False"),), call.span, values)
        raise NotApplicable("no layer has a bias")
