"""OWD: a huge weight decay."""

from __future__ import annotations

import random
from collections.abc import Iterator

from default_lint.lab.mutants.base import Change, NotApplicable, Operator, Subject
from default_lint.lab.mutants.optimizers import give, takes
from default_lint.program.values import is_number

DECAYS = (0.1, 0.5, 1.0, 5.0, 10.0, 20.0)
FASTEST = 0.2
DEFAULT_RATE = 0.001


class HugeWeightDecay(Operator):
    """Give the optimizer a weight decay of 0.1 to 20.

    Keras multiplies it by the learning rate, so that only large numbers show; what would take more than a fifth of
    every weight in a step is not drawn.
    """

    code = "OWD"
    family = "regularization"
    cause = "weight-decay"

    def changes(self, subject: Subject, draw: random.Random) -> Iterator[Change]:
        """One for each `compile`."""
        for compile_ in subject.compiles:
            optimizer = compile_.optimizer
            if optimizer is None or not takes(optimizer.name, "weight_decay"):
                raise NotApplicable("the optimizer takes no weight decay")
            rate = optimizer.learning_rate if is_number(optimizer.learning_rate) else DEFAULT_RATE
            after = draw.choice([decay for decay in DECAYS if decay * rate <= FASTEST] or [DECAYS[0]])
            call = optimizer.call
            before = call["weight_decay"] if call is not None and is_number(call["weight_decay"]) else None
            edits, site = give(subject, compile_, weight_decay=f"{after}")
            yield Change(edits, site, {"argument": "weight_decay", "before": before, "after": after})
