"""HLR: change the learning rate."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from default_lint.findings import Edit
from default_lint.lab.mutants.base import Change, Operator, Subject
from default_lint.lab.mutants.optimizers import give
from default_lint.program.types import Call
from default_lint.text import Span

FACTORS = (0.001, 0.003, 0.01, 0.03, 0.1, 10.0, 30.0, 100.0, 300.0, 1000.0)
LARGEST = 10.0
SET_LATER = re.compile(
    r"^[ \t]*\w+\.optimizer\.(?:learning_rate|lr)[ \t]*=[ \t]*([\d.]+(?:e-?\d+)?)[ \t]*(?:#.*)?$", re.MULTILINE
)


class ChangeLearningRate(Operator):
    """Multiply the learning rate by 0.001 to 1,000.

    An optimizer given by name becomes the object with that rate, as a person does who begins to tune it. DeepCrime
    searches between the rate and 1 only; people also choose rates with which nothing happens.
    """

    code = "HLR"
    family = "hyperparameter"
    cause = "learning-rate"
    published = True
    on_data = True  # a rate that is set after `compile` is not read

    def changes(self, subject: Subject, draw: random.Random) -> Iterator[Change]:
        """One for each `compile`, or for each number that the rate is set to afterwards."""
        later = list(SET_LATER.finditer(subject.text))
        for found in later:
            before, place = float(found[1]), Span(found.start(1), found.end(1))
            after = float(f"{min(before * draw.choice(FACTORS), LARGEST):.3g}")
            values = {"argument": "learning_rate", "before": before, "after": after}
            yield Change((Edit(place, f"{after:g}"),), subject.statement(place), values)
        if later:
            return
        for compile_, optimizer in subject.optimizers():
            before = subject.learning_rate(optimizer)
            after = float(f"{min(before * draw.choice(FACTORS), LARGEST):.3g}")
            values = {"argument": "learning_rate", "before": before, "after": after}
            schedule = optimizer.learning_rate
            if isinstance(schedule, Call):
                edit = subject.set(schedule, "initial_learning_rate", f"{after:g}")
                yield Change((edit,), schedule.span, values | {"argument": "initial_learning_rate"})
            else:
                edits, site = give(subject, compile_, learning_rate=f"{after:g}")
                yield Change(edits, site, values)
