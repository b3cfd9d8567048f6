"""DSP: inputs shuffled apart from their labels."""

from __future__ import annotations

import random
from collections.abc import Iterator

from default_lint.lab.mutants.base import Change, NotApplicable, Operator, Subject
from default_lint.lab.mutants.training import generator, trainings


class ShuffledPairs(Operator):
    """Shuffle the training inputs, but not the labels, so that the pairs are lost."""

    code = "DSP"
    family = "data"
    cause = "shuffled-pairs"
    on_data = True

    def changes(self, subject: Subject, draw: random.Random) -> Iterator[Change]:
        """One for each `fit` on arrays."""
        for training in trainings(subject):
            if not training.paired:
                raise NotApplicable("the inputs are their own targets")
            made, imports = generator(subject, draw.randrange(100))
            names = list(dict.fromkeys(training.name(span) for span in training.inputs))
            if draw.random() < 0.5 and len(names) == 1:
                lines = [f"{names[0]} = {made}.permutation({names[0]})"]
            else:
                order = training.fresh("order", "shuffled", "mixed")
                taken = ", ".join(f"{name}[{order}]" for name in names)
                lines = [f"{order} = {made}.permutation(len({names[0]}))", f"{', '.join(names)} = {taken}"]
            yield training.change(lines, {"argument": names}, imports)
        raise NotApplicable("it is not known what it is trained on")
