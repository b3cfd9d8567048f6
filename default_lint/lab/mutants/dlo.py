"""DLO: training labels off by one."""

from __future__ import annotations

import random
from collections.abc import Iterator

from default_lint.lab.mutants.base import Change, NotApplicable, Operator, Subject
from default_lint.lab.mutants.training import trainings


class LabelsOffByOne(Operator):
    """Shift the training labels by one: to the next class, the next example, the next step, or out of 0 and 1.

    As somebody does who counts classes from one in one place and from zero in another, or who cuts a header line off
    one of two files. Class numbers stay among those there are, since others raise.
    """

    code = "DLO"
    family = "data"
    cause = "labels-off-by-one"
    on_data = True

    def changes(self, subject: Subject, draw: random.Random) -> Iterator[Change]:
        """One or two for each `fit` on arrays."""
        for training in trainings(subject):
            if not training.paired:
                raise NotApplicable("the inputs are their own targets")
            numpy, imports = subject.numpy()
            labels = training.name(training.targets)
            shifted = [f"{numpy}.roll({labels}, {draw.choice((1, -1))}, axis=0)"]
            if training.labels == "classes" and training.classes:
                shifted.append(f"({labels} + 1) % {training.classes}")
            elif training.labels in ("one-hot", "sequence"):
                shifted.append(f"{numpy}.roll({labels}, 1, axis=1)")
            elif training.labels in ("binary", "many") and not training.weighted:
                shifted.append(f"{labels} {draw.choice('+-')} 1")
            for after in shifted:
                needed = imports if numpy in after else ()
                values: dict[str, object] = {"argument": labels, "after": after}
                yield training.change([f"{labels} = {after}"], values, needed)
        raise NotApplicable("it is not known what it is trained on")
