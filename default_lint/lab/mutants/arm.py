"""ARM: remove a hidden activation."""

from __future__ import annotations

import random
from collections.abc import Iterator

from default_lint.lab.mutants.activations import places, without
from default_lint.lab.mutants.base import Change, NotApplicable, Operator, Subject
from default_lint.lab.mutants.tables import RECURRENT


class RemoveActivation(Operator):
    """Remove a hidden activation, so that the layer is linear.

    The argument is dropped, the `Activation` or `ReLU` layer or the call of the function is deleted. Recurrent layers
    that do not name their activation keep it: nobody removes `tanh` from them by mistake.
    """

    code = "ARM"
    family = "activation"
    cause = "missing-activation"
    published = True

    def changes(self, subject: Subject, draw: random.Random) -> Iterator[Change]:
        """One for each hidden activation."""
        for place in places(subject):
            if place.last or place.name == "linear" or (place.argument is None and place.call.short in RECURRENT):
                continue
            try:
                edits = without(subject, place)
            except NotApplicable:
                continue
            values = {"argument": "activation", "before": place.name, "after": "linear", "layer": place.call.short}
            yield Change(edits, place.site if place.how == "argument" else place.layer.site, values)
        raise NotApplicable("no hidden layer has an activation that can be removed")
