"""TRD: delete training data."""

from __future__ import annotations

import random
from collections.abc import Iterator

from default_lint.findings import Edit
from default_lint.lab.mutants.base import Change, NotApplicable, Operator, Subject
from default_lint.lab.mutants.batches import examples
from default_lint.lab.mutants.training import generator, trainings

KEPT = (0.02, 0.03, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5)
LEAST = 16
FIRST = (32, 48, 50, 64, 100, 128)


class DeleteTrainingData(Operator):
    """Train on a part of the training data only: 2 % to 50 % of the examples.

    They are drawn at random, taken at regular distances, or the first ones, as somebody leaves it who has tried the
    program on a few examples. DeepCrime deletes up to 99 %.
    """

    code = "TRD"
    family = "data"
    cause = "training-data-missing"
    published = True
    on_data = True

    def changes(self, subject: Subject, draw: random.Random) -> Iterator[Change]:
        """One for each `fit` on arrays."""
        for training in trainings(subject):
            training.alone()
            count = examples(training.fit) or 1000
            kept = draw.choice([share for share in KEPT if share * count >= LEAST] or [0.5])
            first = draw.choice([number for number in FIRST if number < count / 2] or [LEAST])
            names, number = training.names(), draw.randrange(100)
            way = draw.choice(("random", "step", "first"))
            imports: tuple[Edit, ...] = ()
            if way == "random":
                made, imports = generator(subject, number)
                keep = training.fresh("keep", "kept", "chosen")
                length = f"len({names[0]})"
                lines = [f"{keep} = {made}.permutation({length})[: int({kept} * {length})]"]
                taken = keep
            else:
                lines, taken = [], f"::{round(1 / kept)}" if way == "step" else f":{first}"
                kept = kept if way == "step" else first
            lines.append(f"{', '.join(names)} = {', '.join(f'{name}[{taken}]' for name in names)}")
            yield training.change(lines, {"argument": names, "kept": kept, "way": way}, imports)
        raise NotApplicable("it is not known what it is trained on")
