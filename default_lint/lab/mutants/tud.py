"""TUD: unbalance the training data."""

from __future__ import annotations

import random
from collections.abc import Iterator

from default_lint.lab.mutants.base import Change, NotApplicable, Operator, Subject
from default_lint.lab.mutants.training import generator, trainings

LEFT = (0.01, 0.02, 0.05, 0.1, 0.2, 0.4)


class UnbalanceData(Operator):
    """Delete most of the training examples of one class: 1 % to 40 % of them are left.

    Where numbers are predicted, those with a target above (or below) the middle become rare. DeepCrime deletes from the
    classes that have more examples than the mean.
    """

    code = "TUD"
    family = "data"
    cause = "unbalanced-data"
    published = True
    on_data = True

    def changes(self, subject: Subject, draw: random.Random) -> Iterator[Change]:
        """One for each class of each `fit` on arrays."""
        for training in trainings(subject):
            training.alone()
            left, number = draw.choice(LEFT), draw.randrange(100)
            lower = draw.random() < 0.5
            chosen = draw.randrange(training.classes or 2)
            numpy, imports = subject.numpy()
            made, _ = generator(subject, number)
            if training.labels in ("sequence", "many") or not training.paired:
                raise NotApplicable("the examples do not fall into classes")
            names = training.names()
            labels = training.name(training.targets)
            if training.labels == "numbers":
                if not training.flat:
                    raise NotApplicable("the examples do not fall into classes")
                common = f"{labels} {'<' if lower else '>'} {numpy}.median({labels})"
            else:
                common = training.of_class(labels, chosen).replace("==", "!=")
            keep = training.fresh("keep", "kept", "chosen")
            lines = [
                f"{keep} = ({common}) | ({made}.random(len({labels})) < {left})",
                f"{', '.join(names)} = {', '.join(f'{name}[{keep}]' for name in names)}",
            ]
            values = {"argument": names, "left": left, "class": None if training.labels == "numbers" else chosen}
            yield training.change(lines, values, imports)
        raise NotApplicable("the examples do not fall into classes")
