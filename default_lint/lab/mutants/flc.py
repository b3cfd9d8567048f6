"""FLC: change the loss."""

from __future__ import annotations

import random
from collections.abc import Iterator

from default_lint.lab.mutants.base import Change, NotApplicable, Operator, Subject
from default_lint.lab.mutants.losses import rewritten
from default_lint.lab.mutants.tables import ELEMENTWISE, LOSSES
from default_lint.program.data_values import Array

SAFE = ("mean_squared_error", "mean_absolute_error", "mean_squared_logarithmic_error", "huber", "poisson")


class ChangeLoss(Operator):
    """Train with another loss.

    A string stays a string, an object an object, without its arguments but `from_logits` for a loss that takes it. The
    losses are DeepCrime's. Where labels are class numbers all of them raise in Keras 3, unless the numbers stand in a
    column, so that it is not seeded there.
    """

    code = "FLC"
    family = "loss"
    cause = "loss"
    published = True

    def changes(self, subject: Subject, draw: random.Random) -> Iterator[Change]:
        """One for each loss of each `compile`."""
        for compile_ in subject.compiles:
            for loss in compile_.losses or ():
                if loss.name.startswith("sparse_") and not _in_a_column(subject):
                    raise NotApplicable("the labels are class numbers, with which other losses raise")
                names: tuple[str, ...] = tuple(LOSSES)
                if not loss.name:
                    names = SAFE
                elif loss.name.startswith("sparse_"):
                    names = ELEMENTWISE
                after = draw.choice([name for name in names if name != loss.name])
                keeps = loss.call is not None and loss.from_logits is True and after.endswith("_crossentropy")
                edits = rewritten(subject, loss, after, "from_logits=True" if keeps else "")
                yield Change(edits, compile_.span, {"argument": "loss", "before": loss.name or None, "after": after})
        raise NotApplicable("`compile` is given no loss that is understood")


def _in_a_column(subject: Subject) -> bool:
    """Whether all labels are known to have a last axis of 1."""
    shapes = [fit.y.shape for fit in subject.fits if isinstance(fit.y, Array)]
    known = [shape for shape in shapes if isinstance(shape, tuple) and len(shape) > 1 and shape[-1] == 1]
    return bool(known) and len(known) == len(subject.fits)
