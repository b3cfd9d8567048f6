"""RCP: change the patience of early stopping."""

from __future__ import annotations

import random
from collections.abc import Iterator

from default_lint.lab.mutants.base import Change, NotApplicable, Operator, Subject
from default_lint.program.values import is_integer

PATIENCE = (0, 1, 2, 5, 10, 20, 50)


class ChangePatience(Operator):
    """Change the patience of `EarlyStopping` to 0 up to 50.

    DeepCrime makes 2 to 1, its successor draws 1 to 50; what is lower than it was is drawn twice as often, since no
    more than waste comes of the rest. 0 is what Keras takes when the argument is forgotten.
    """

    code = "RCP"
    family = "regularization"
    cause = "early-stopping-patience"
    published = True

    def changes(self, subject: Subject, draw: random.Random) -> Iterator[Change]:
        """One for each callback."""
        calls = {call.span: call for call in subject.program.calls_of("keras.callbacks.EarlyStopping")}
        for call in calls.values():
            before = call["patience"] if is_integer(call["patience"]) else None
            lower = [value for value in PATIENCE if before is None or value < before]
            after = draw.choice([value for value in (*PATIENCE, *lower) if value != before])
            edit = subject.set(call, "patience", str(after))
            yield Change((edit,), call.span, {"argument": "patience", "before": before, "after": after})
        raise NotApplicable("training is not stopped early")
