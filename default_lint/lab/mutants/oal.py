"""OAL: an output activation that does not suit the loss."""

from __future__ import annotations

import random
from collections.abc import Iterator

from default_lint.lab.mutants.activations import change, places, without
from default_lint.lab.mutants.base import Change, NotApplicable, Operator, Subject

CHOICES = {
    "softmax": ("sigmoid", "relu", "tanh", "linear", "elu"),
    "sigmoid": ("relu", "tanh", "softmax", "linear", "softplus"),
    "linear": ("sigmoid", "softmax", "relu", "tanh"),
    "": ("sigmoid", "softmax", "relu", "tanh"),
}


class WrongOutputActivation(Operator):
    """Give an output an activation that does not suit what it is trained for.

    A softmax becomes a sigmoid, relu, tanh or nothing; a sigmoid a relu, tanh, softmax (which is 1 for one unit) or
    nothing; a linear output one that is bounded.
    """

    code = "OAL"
    family = "activation"
    cause = "output-activation"

    def changes(self, subject: Subject, draw: random.Random) -> Iterator[Change]:
        """One for each output."""
        last = [place for place in places(subject) if place.last]
        decided = [place for place in last if place.name != "linear"]
        for place in decided or last:
            after = draw.choice([name for name in CHOICES.get(place.name, CHOICES[""]) if name != place.name])
            try:
                edits = without(subject, place) if after == "linear" else change(subject, place, after)
            except NotApplicable:
                continue
            values = {"argument": "activation", "before": place.name, "after": after, "layer": place.call.short}
            yield Change(edits, place.site, values)
        raise NotApplicable("the activation of the output is not known")
