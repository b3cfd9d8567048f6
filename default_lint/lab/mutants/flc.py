"""FLC: change the loss."""

from __future__ import annotations

import random
from collections.abc import Iterator

from default_lint.lab.mutants.base import Change, NotApplicable, Operator, Subject
from default_lint.lab.mutants.losses import rewritten
from default_lint.lab.mutants.tables import ELEMENTWISE, LOSSES

SAFE = ("mean_squared_error", "mean_absolute_error", "mean_squared_logarithmic_error", "huber", "poisson")


class ChangeLoss(Operator):
    """Train with another loss.

    A string stays a string, an object an object. The losses are DeepCrime's, less those that raise where labels are
    class numbers; an object loses its arguments, except `from_logits` for a loss that takes it.
    """

    code = "FLC"
    family = "loss"
    cause = "loss"
    published = True

    def changes(self, subject: Subject, draw: random.Random) -> Iterator[Change]:
        """One for each loss of each `compile`."""
        for compile_ in subject.compiles:
            for loss in compile_.losses or ():
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
