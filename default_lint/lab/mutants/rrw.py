"""RRW: remove a weight regularizer."""

from __future__ import annotations

import random
from collections.abc import Iterator

from default_lint.findings import Edit
from default_lint.lab.mutants.base import Change, NotApplicable, Operator, Subject
from default_lint.lab.mutants.tables import WITH_KERNEL


class RemoveRegularizer(Operator):
    """Take the regularizer of a kernel away.

    As DEFault's table has it. It hurts where the program depends on it, with few examples and many weights.
    """

    code = "RRW"
    family = "regularization"
    cause = "missing-weight-regularizer"
    published = True

    def changes(self, subject: Subject, draw: random.Random) -> Iterator[Change]:
        """One for each regularizer."""
        for _, call in subject.layer_calls(*WITH_KERNEL):
            argument = call.given("kernel_regularizer")
            if argument is None or argument.value is None:
                continue
            before = subject.code(argument.span)
            try:
                edit = subject.drop(call, "kernel_regularizer")
            except NotApplicable:
                edit = Edit(argument.span, "None")
            values = {"argument": "kernel_regularizer", "before": before, "after": None, "layer": call.short}
            yield Change((edit,), call.span, values)
        raise NotApplicable("no kernel is regularized")
