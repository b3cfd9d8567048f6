"""DIU: inputs that are not scaled."""

from __future__ import annotations

import random
from collections.abc import Iterator

from default_lint.lab.mutants.base import Change, NotApplicable, Operator, Subject
from default_lint.lab.mutants.scalings import scalings, unscaled
from default_lint.lab.mutants.training import trainings


class UnscaledInputs(Operator):
    """Leave the inputs as they are, in training and in tests: what scales them is taken out everywhere."""

    code = "DIU"
    family = "data"
    cause = "unscaled-inputs"
    on_data = True

    def changes(self, subject: Subject, draw: random.Random) -> Iterator[Change]:
        """One for each way in which inputs are scaled."""
        for training in trainings(subject):
            for group in scalings(subject, training):
                try:
                    edits, left = unscaled(subject, group)
                except NotApplicable:
                    continue
                before = [subject.code(scaling.span) for scaling in group]
                yield Change(edits, left or training.place, {"before": before, "after": None})
        raise NotApplicable("its inputs are not scaled, or it is not seen where")
