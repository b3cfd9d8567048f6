"""ACH: change a hidden activation."""

from __future__ import annotations

import random
from collections.abc import Iterator

from default_lint.lab.mutants.activations import change, places
from default_lint.lab.mutants.base import Change, NotApplicable, Operator, Subject
from default_lint.lab.mutants.tables import NON_LINEAR


class ChangeActivation(Operator):
    """Put another activation in the place of a hidden one.

    It is an argument, an `Activation` or `ReLU` layer, or a function such as `tf.nn.relu`; the output's own activation
    is left alone (see OAL). The functions are DeepCrime's, less `linear` (see ARM).
    """

    code = "ACH"
    family = "activation"
    cause = "activation"
    published = True

    def changes(self, subject: Subject, draw: random.Random) -> Iterator[Change]:
        """One for each hidden activation."""
        for place in places(subject):
            after = draw.choice([name for name in NON_LINEAR if name != place.name])
            if place.last or place.name == "linear":
                continue
            try:
                edits = change(subject, place, after)
            except NotApplicable:
                continue
            values = {"argument": "activation", "before": place.name, "after": after, "layer": place.call.short}
            yield Change(edits, place.site, values)
        raise NotApplicable("no hidden layer has an activation that is known")
