"""WCI: change the initial weights of a layer."""

from __future__ import annotations

import random
from collections.abc import Iterator

from default_lint.findings import Edit
from default_lint.lab.mutants.base import Change, NotApplicable, Operator, Subject
from default_lint.lab.mutants.tables import INITIALIZERS, WITH_KERNEL
from default_lint.program.types import Call

OBJECTS = (
    *("Constant(0.1)", "Constant(0.5)", "RandomNormal(stddev=1.0)", "RandomNormal(stddev=10.0)"),
    *(
        "RandomNormal(mean=0.5, stddev=0.05)",
        "RandomUniform(0, 1)",
        "RandomUniform(-5, 5)",
        "TruncatedNormal(stddev=1e-5)",
    ),
)
"""What people write who have numbers of their own in mind."""


class ChangeInitializer(Operator):
    """Start a layer's kernel from other values.

    Half of the draws are DeepCrime's initializers by name, of which most do no harm; the rest are zeros, ones, and
    objects with numbers: a constant, a far too wide or too narrow distribution.
    """

    code = "WCI"
    family = "weights"
    cause = "initializer"
    published = True

    def changes(self, subject: Subject, draw: random.Random) -> Iterator[Change]:
        """One for each layer with a kernel."""
        for _, call in subject.layer_calls(*WITH_KERNEL):
            before = _named(subject, call)
            if draw.random() < 0.5:
                after = draw.choice([name for name in INITIALIZERS if name != before])
            else:
                after = draw.choice(("zeros", "ones", *OBJECTS))
            imports: tuple[Edit, ...] = ()
            if after[0].isupper():
                name, parenthesis, rest = after.partition("(")
                spelled, imports = subject.spell(f"keras.initializers.{name}")
                text = spelled + parenthesis + rest
            else:
                text = subject.quoted(after)
            values = {"argument": "kernel_initializer", "before": before, "after": after, "layer": call.short}
            try:
                yield Change((*imports, subject.set(call, "kernel_initializer", text)), call.span, values)
            except NotApplicable:
                continue
        raise NotApplicable("no layer has a kernel")


def _named(subject: Subject, call: Call) -> str:
    argument = call.given("kernel_initializer")
    if argument is None:
        return str(call["kernel_initializer"])
    return argument.value if isinstance(argument.value, str) else subject.code(argument.span)
