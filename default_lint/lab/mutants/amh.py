"""AMH: no activation in any hidden layer."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import pairwise

from default_lint.findings import Edit
from default_lint.lab.mutants.activations import places, without
from default_lint.lab.mutants.base import Change, NotApplicable, Operator, Subject
from default_lint.lab.mutants.tables import RECURRENT


class NoHiddenActivation(Operator):
    """Remove the activations of all hidden layers, so that the model is linear up to its output.

    What remains of a program whose author thought that `Dense` has an activation by default. There must be two or more,
    one alone is ARM's; recurrent layers keep theirs.
    """

    code = "AMH"
    family = "activation"
    cause = "missing-activation"

    def changes(self, subject: Subject, draw: random.Random) -> Iterator[Change]:
        """One for all."""
        hidden = [
            place
            for place in places(subject)
            if not place.last and place.name != "linear" and place.call.short not in RECURRENT
        ]
        if len(hidden) < 2:
            raise NotApplicable("fewer than two hidden layers have an activation")
        edits: list[Edit] = []
        for place in hidden:
            edits += [edit for edit in without(subject, place) if edit not in edits]
        edits.sort(key=lambda edit: edit.span)
        if any(later.span.start < edit.span.end for edit, later in pairwise(edits)):
            raise NotApplicable("the activations stand inside each other")
        first = hidden[0]
        site = first.site if first.how == "argument" else first.layer.site
        values = {"argument": "activation", "before": [place.name for place in hidden], "after": "linear"}
        yield Change(tuple(edits), site, values)
