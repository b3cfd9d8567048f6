"""AAL: add an activation to a linear layer."""

from __future__ import annotations

import random
from collections.abc import Iterator

from default_lint.lab.mutants.activations import change, places
from default_lint.lab.mutants.base import Change, NotApplicable, Operator, Subject
from default_lint.lab.mutants.tables import NON_LINEAR


class AddActivation(Operator):
    """Give an activation to a layer that has none, the output layer included.

    The functions are DeepCrime's. On the output of a regression or of logits they bound what can be predicted.
    """

    code = "AAL"
    family = "activation"
    cause = "added-activation"
    published = True

    def changes(self, subject: Subject, draw: random.Random) -> Iterator[Change]:
        """One for each linear layer."""
        for place in places(subject):
            after = draw.choice(NON_LINEAR)
            if place.how != "argument" or place.name != "linear":
                continue
            try:
                edits = change(subject, place, after)
            except NotApplicable:
                continue
            values = {"argument": "activation", "before": "linear", "after": after, "layer": place.call.short}
            yield Change(edits, place.site, values)
        raise NotApplicable("no layer is linear")
