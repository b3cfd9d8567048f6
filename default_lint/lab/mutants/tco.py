"""TCO: make classes overlap."""

from __future__ import annotations

import random
from collections.abc import Iterator

from default_lint.lab.mutants.base import Change, NotApplicable, Operator, Subject
from default_lint.lab.mutants.training import trainings

STEPS = (1, 1, 1, 2, 3)


class OverlapClasses(Operator):
    """Repeat training examples of one class with the label of another.

    All examples of the class, every second or every third of them, are there twice then, once as what they are.
    """

    code = "TCO"
    family = "data"
    cause = "class-overlap"
    published = True
    on_data = True

    def changes(self, subject: Subject, draw: random.Random) -> Iterator[Change]:
        """One for each `fit` on arrays."""
        for training in trainings(subject):
            training.alone()
            if training.labels not in ("classes", "binary", "one-hot") or not training.paired:
                raise NotApplicable("the examples do not fall into classes")
            classes = training.classes or 2
            if classes < 2:
                raise NotApplicable("there is one class only")
            one, step = draw.randrange(classes), draw.choice(STEPS)
            other = (one + draw.randrange(1, classes)) % classes
            numpy, imports = subject.numpy()
            names = training.names()
            labels = training.name(training.targets)
            twins = training.fresh("twins", "again", "copies")
            every = f"[::{step}]" if step > 1 else ""
            lines = [f"{twins} = {numpy}.flatnonzero({training.of_class(labels, one)}){every}"]
            for name in names:
                if name != labels:
                    lines.append(f"{name} = {numpy}.concatenate([{name}[{twins}], {name}])")
            if training.labels == "binary":
                new = f"1 - {labels}[{twins}]"
            elif training.labels == "classes":
                new = f"{numpy}.full_like({labels}[{twins}], {other})"
            else:
                new = f"{numpy}.roll({labels}[{twins}], 1, axis=1)"
                other = (one + 1) % classes
            lines.append(f"{labels} = {numpy}.concatenate([{new}, {labels}])")
            values = {"argument": names, "class": one, "as": other, "step": step}
            yield training.change(lines, values, imports)
        raise NotApplicable("the examples do not fall into classes")
