"""RCD: change a dropout rate."""

from __future__ import annotations

import random
from collections.abc import Iterator

from default_lint.lab.mutants.base import Change, NotApplicable, Operator, Subject
from default_lint.lab.mutants.tables import DROPOUTS, RECURRENT
from default_lint.program.values import is_number

RATES = (0.0, 0.125, 0.25, 0.5, 0.75, 0.8, 0.9, 0.95)


class ChangeDropoutRate(Operator):
    """Change the rate of a dropout layer, or the `dropout` of a recurrent layer, to something between 0 and 0.95.

    The rates are DeepCrime's (0.125 to 1) and more high ones, such as come about when the rate to keep is given for the
    rate to drop. A rate of 1 is left out: Keras then puts out zeros only.
    """

    code = "RCD"
    family = "regularization"
    cause = "dropout-rate"
    published = True

    def changes(self, subject: Subject, draw: random.Random) -> Iterator[Change]:
        """One for each rate."""
        for _, call in subject.layer_calls(*DROPOUTS, *RECURRENT):
            names = ("dropout", "recurrent_dropout") if call.short in RECURRENT else ("rate",)
            for name in names:
                if call.given(name) is None:
                    continue
                before = call[name] if is_number(call[name]) else None
                after = draw.choice([rate for rate in RATES if before is None or abs(rate - before) > 0.1])
                values = {"argument": name, "before": before, "after": after, "layer": call.short}
                yield Change((subject.set(call, name, f"{after:g}"),), call.span, values)
        raise NotApplicable("nothing is dropped out")
