"""HNE: train for fewer epochs."""

from __future__ import annotations

import random
from collections.abc import Iterator

from default_lint.lab.mutants.base import Change, NotApplicable, Operator, Subject
from default_lint.program.values import is_integer


class ChangeEpochs(Operator):
    """Train for 1 epoch up to half of what the program trains for.

    DeepCrime searches from the original down to 1. One epoch is drawn most often: it is what is left over from a trial
    run.
    """

    code = "HNE"
    family = "hyperparameter"
    cause = "epochs"
    published = True

    def changes(self, subject: Subject, draw: random.Random) -> Iterator[Change]:
        """One for each `fit`."""
        for fit in subject.fits:
            if fit.call is None or fit.call.given("epochs") is None:
                raise NotApplicable("`fit` is not given `epochs`")
            before = fit.call["epochs"]
            if not is_integer(before):
                before = None
            most = 4 if before is None else before // 2
            if most < 1:
                raise NotApplicable("it is trained for one epoch only")
            after = draw.choice((1, 1, min(2, most), draw.randint(1, most)))
            edit = subject.set(fit.call, "epochs", str(after))
            yield Change((edit,), fit.call.span, {"argument": "epochs", "before": before, "after": after})
