"""OCG: clip the gradients too much, or no longer."""

from __future__ import annotations

import random
from collections.abc import Iterator

from default_lint.findings import Edit
from default_lint.lab.mutants.base import Change, Operator, Subject
from default_lint.lab.mutants.optimizers import give
from default_lint.lab.mutants.tables import ADAPTIVE
from default_lint.program.values import is_number

ARGUMENTS = ("clipnorm", "clipvalue", "global_clipnorm")
LIMITS = ("0.1", "0.01", "0.001", "1e-4")
LIMITS_OF_ADAPTIVE = ("0.001", "1e-5", "1e-7", "1e-8")


class ChangeClipping(Operator):
    """Clip the gradients at a tiny value, or take clipping away where there is some.

    DeepCrime sets an existing `clipnorm` to -1 and `clipvalue` to 0.5, its successor `clipnorm` to 0.1 and more, which
    changes next to nothing. Steps of an optimizer such as Adam do not depend on the size of the gradient until it comes
    near `epsilon`, so that the limits for those are smaller.
    """

    code = "OCG"
    family = "optimization"
    cause = "gradient-clipping"
    published = True

    def changes(self, subject: Subject, draw: random.Random) -> Iterator[Change]:
        """One for each `compile`."""
        for compile_, optimizer in subject.optimizers():
            call = optimizer.call
            after = draw.choice(LIMITS_OF_ADAPTIVE if optimizer.name in ADAPTIVE else LIMITS)
            name = draw.choice(ARGUMENTS[:2])
            given = [item for item in ARGUMENTS if call is not None and call.given(item) is not None]
            before = None
            if given and call is not None:
                name = given[0]
                value = call[name]
                before = value if is_number(value) else None
                if draw.random() < 0.25:
                    edits: tuple[Edit, ...] = (subject.drop(call, name),)
                    yield Change(edits, call.span, {"argument": name, "before": before, "after": None})
                    continue
            edits, site = give(subject, compile_, **{name: after})
            yield Change(edits, site, {"argument": name, "before": before, "after": float(after)})
