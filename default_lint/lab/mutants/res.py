"""RES: early stopping that waits for the wrong thing."""

from __future__ import annotations

import random
from collections.abc import Iterator

from default_lint.lab.mutants.base import Change, NotApplicable, Operator, Subject

FALLING = ("loss", "error", "mae", "mse")


class WrongStopping(Operator):
    """Let `EarlyStopping` take worse for better: `mode="max"` for a loss, `"min"` for an accuracy.

    Training ends after the patience is used up, and with `restore_best_weights` the first weights come back. The mode
    is left over from another monitor, or the monitor was changed and the mode was not.
    """

    code = "RES"
    family = "regularization"
    cause = "early-stopping-mode"

    def changes(self, subject: Subject, draw: random.Random) -> Iterator[Change]:
        """One for each callback."""
        calls = {call.span: call for call in subject.program.calls_of("keras.callbacks.EarlyStopping")}
        for call in calls.values():
            monitor = call["monitor"]
            if not isinstance(monitor, str):
                continue
            falls = monitor.endswith(FALLING)
            after = "max" if falls else "min"
            values = {"argument": "mode", "before": call["mode"], "after": after}
            yield Change((subject.set(call, "mode", subject.quoted(after)),), call.span, values)
        raise NotApplicable("training is not stopped early")
