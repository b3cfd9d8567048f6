"""TAN: add noise to the training data."""

from __future__ import annotations

import random
from collections.abc import Iterator

from default_lint.lab.mutants.base import Change, NotApplicable, Operator, Subject
from default_lint.lab.mutants.training import Training, generator, trainings

WIDTHS = (0.3, 0.5, 0.8, 1, 1.5, 2, 3, 5)
SHARES = (0.2, 0.4, 0.6, 0.8, 0.9)


class AddNoise(Operator):
    """Add Gaussian noise to the training inputs, 0.3 to 5 times as wide as they are themselves.

    Numbers that stand for words or signs are exchanged instead, 20 % to 90 % of them. DeepCrime's noise is up to as
    wide as the data.
    """

    code = "TAN"
    family = "data"
    cause = "noisy-data"
    published = True
    on_data = True

    def changes(self, subject: Subject, draw: random.Random) -> Iterator[Change]:
        """One for each `fit` on arrays."""
        for training in trainings(subject):
            numpy, imports = subject.numpy()
            width, share, number = draw.choice(WIDTHS), draw.choice(SHARES), draw.randrange(100)
            codes = are_codes(training)
            lines = []
            names = list(dict.fromkeys(training.name(span) for span in training.inputs))
            for name in names:
                made, _ = generator(subject, number)
                number += 1
                if codes:
                    other = f"{numpy}.random.default_rng({number}).permutation({name})"
                    lines.append(f"{name} = {numpy}.where({made}.random({name}.shape) < {share}, {other}, {name})")
                else:
                    scale = f"{name}.std()" if width == 1 else f"{width} * {name}.std()"
                    lines.append(f"{name} = {name} + {made}.normal(0, {scale}, {name}.shape)")
            values: dict[str, object] = {"argument": names, "share" if codes else "width": share if codes else width}
            yield training.change(lines, values, imports)
        raise NotApplicable("it is not known what it is trained on")


def are_codes(training: Training) -> bool:
    """Whether inputs are numbers of words, of letters and the like, of which the model looks up what they stand for."""
    return any(layer.short in ("Embedding", "IntegerLookup", "CategoryEncoding") for layer in training.model.layers)
