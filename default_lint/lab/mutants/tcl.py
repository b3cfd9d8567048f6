"""TCL: change training labels."""

from __future__ import annotations

import random
from collections.abc import Iterator

from default_lint.findings import Edit
from default_lint.lab.mutants.base import Change, NotApplicable, Operator, Subject
from default_lint.lab.mutants.training import Training, generator, trainings

SHARES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


class ChangeLabels(Operator):
    """Give 10 % to 90 % of the training examples the label of something else.

    Class numbers are drawn anew, for all or, as DeepCrime does, for the examples of one class; a binary label is turned
    round; other targets are exchanged between the examples that are struck.
    """

    code = "TCL"
    family = "data"
    cause = "training-labels"
    published = True
    on_data = True

    def changes(self, subject: Subject, draw: random.Random) -> Iterator[Change]:
        """One for each `fit` on arrays."""
        for training in trainings(subject):
            if not training.paired:
                raise NotApplicable("the inputs are their own targets")
            share = draw.choice(SHARES)
            number = draw.randrange(100)
            lines, values, imports = self._lines(training, subject, share, number, draw)
            yield training.change(lines, values, imports)

    def _lines(
        self, training: Training, subject: Subject, share: float, number: int, draw: random.Random
    ) -> tuple[list[str], dict[str, object], tuple[Edit, ...]]:
        numpy, imports = subject.numpy()
        labels = training.name(training.targets)
        rng = training.fresh("rng", "generator", "draws")
        made, _ = generator(subject, number)
        values: dict[str, object] = {"argument": labels, "share": share}
        if training.labels in ("binary", "many"):
            struck = f"{made}.random({labels}.shape) < {share}"
            return [f"{labels} = {numpy}.where({struck}, 1 - {labels}, {labels})"], values, imports
        classes = training.classes
        if training.labels in ("classes", "sequence") and classes:
            struck = f"{rng}.random({labels}.shape) < {share}"
            if draw.random() < 0.3:
                one = draw.randrange(classes)
                struck = f"({labels} == {one}) & ({struck})"
                values["class"] = one
            anew = f"{rng}.integers(0, {classes}, {labels}.shape)"
            return [f"{rng} = {made}", f"{labels} = {numpy}.where({struck}, {anew}, {labels})"], values, imports
        struck = training.fresh("wrong", "picked", "struck")
        return (
            [
                f"{struck} = {made}.permutation(len({labels}))[: int({share} * len({labels}))]",
                f"{labels} = {labels}.copy()",
                f"{labels}[{struck}] = {labels}[{numpy}.roll({struck}, 1)]",
            ],
            values,
            imports,
        )
