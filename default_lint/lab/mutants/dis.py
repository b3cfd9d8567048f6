"""DIS: inputs scaled on one side only."""

from __future__ import annotations

import random
from collections.abc import Iterator

from default_lint.lab.mutants.base import Change, NotApplicable, Operator, Subject
from default_lint.lab.mutants.scalings import scalings, unscaled
from default_lint.lab.mutants.tan import are_codes
from default_lint.lab.mutants.training import trainings


class ScaledOnOneSide(Operator):
    """Scale the inputs in training but not in tests, or the other way round.

    One of the expressions that scale is taken out; or the training inputs, and they alone, are scaled once more right
    before the training: divided by 255 or by their maximum, or brought to mean 0 and deviation 1.
    """

    code = "DIS"
    family = "data"
    cause = "scaled-on-one-side"
    on_data = True

    def changes(self, subject: Subject, draw: random.Random) -> Iterator[Change]:
        """One for each expression that scales, where there are two or more alike; one for each `fit`."""
        for training in trainings(subject):
            way = draw.choice(("255", "max", "standardize"))
            if are_codes(training):
                raise NotApplicable("its inputs are numbers of words or of signs")
            for group in scalings(subject, training):
                for scaling in group if len(group) > 1 else ():
                    if ".fit_transform(" in subject.code(scaling.span):  # the others could not be transformed then
                        continue
                    try:
                        edits, left = unscaled(subject, [scaling])
                    except NotApplicable:
                        continue
                    values = {"before": subject.code(scaling.span), "after": None}
                    yield Change(edits, left or training.place, values)
            if not training.paired:
                continue
            names = list(dict.fromkeys(training.name(span) for span in training.inputs))
            if way == "standardize":
                lines = [f"{name} = ({name} - {name}.mean()) / {name}.std()" for name in names]
            else:
                lines = [f"{name} = {name} / {'255.0' if way == '255' else f'{name}.max()'}" for name in names]
            yield training.change(lines, {"argument": names, "way": way})
        raise NotApplicable("the inputs are their own targets")
