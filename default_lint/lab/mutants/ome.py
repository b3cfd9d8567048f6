"""OME: an extreme momentum."""

from __future__ import annotations

import random
from collections.abc import Iterator

from default_lint.lab.mutants.base import Change, NotApplicable, Operator, Subject
from default_lint.lab.mutants.optimizers import give
from default_lint.program.values import is_number

EXTREMES = {
    "SGD": (("momentum", "0.99"), ("momentum", "0.995"), ("momentum", "0.999")),
    "RMSprop": (("momentum", "0.99"), ("rho", "0.1"), ("epsilon", "1.0"), ("epsilon", "0.1")),
    "Adagrad": (("initial_accumulator_value", "100.0"), ("epsilon", "1.0"), ("epsilon", "10.0")),
    "Adam": (("beta_1", "0.99"), ("beta_1", "0.999"), ("beta_2", "0.5"), ("epsilon", "1.0"), ("epsilon", "0.1")),
}


class ExtremeMomentum(Operator):
    """Give the optimizer a momentum, or another constant of its averages, far from what works.

    A person who types 0.999 where 0.9 belongs, who swaps the betas of Adam, or takes the `epsilon` of 1.0 that papers
    advise for one model.
    """

    code = "OME"
    family = "optimization"
    cause = "momentum"

    def changes(self, subject: Subject, draw: random.Random) -> Iterator[Change]:
        """One for each `compile`."""
        for compile_ in subject.compiles:
            optimizer = compile_.optimizer
            if optimizer is None or optimizer.name not in (*EXTREMES, "AdamW", "Adamax", "Nadam"):
                raise NotApplicable("the optimizer is not known to have a momentum")
            name, after = draw.choice(EXTREMES.get(optimizer.name, EXTREMES["Adam"]))
            call = optimizer.call
            before = call[name] if call is not None and is_number(call[name]) else None
            edits, site = give(subject, compile_, **{name: after})
            yield Change(edits, site, {"argument": name, "before": before, "after": float(after)})
