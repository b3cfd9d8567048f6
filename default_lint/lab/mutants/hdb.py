"""HDB: train on one batch."""

from __future__ import annotations

import random
from collections.abc import Iterator

from default_lint.findings import Edit
from default_lint.lab.mutants.base import Change, NotApplicable, Operator, Subject
from default_lint.lab.mutants.batches import batch_call
from default_lint.program.data_values import Dataset
from default_lint.program.types import Fit
from default_lint.program.values import is_integer

ENOUGH = 100000


class DisableBatching(Operator):
    """Make the batch as large as the training data, so that an epoch is one step.

    It is written as the length of the data (`len(x_train)`, `x_train.shape[0]`) or as 100,000, the number of DEFault.
    """

    code = "HDB"
    family = "hyperparameter"
    cause = "disabled-batching"
    published = True

    def changes(self, subject: Subject, draw: random.Random) -> Iterator[Change]:
        """One for each `fit`."""
        for fit in subject.fits:
            call = batch_call(subject, fit)
            if call.arguments.get("drop_remainder") is not None and call["drop_remainder"] is not False:
                raise NotApplicable("the dataset drops what does not fill a batch")
            before = call["batch_size"]
            after = draw.choice(self._sizes(subject, fit))
            argument = call.given("batch_size")
            if argument is None:
                edit = subject.set(call, "batch_size", after)
            elif after.isdigit():
                edit = subject.replace(argument.span, after)
            else:  # a constant would stand above the data
                edit = Edit(argument.span, after)
            values = {"argument": "batch_size", "before": before if is_integer(before) else None, "after": after}
            yield Change((edit,), call.span, values)

    def _sizes(self, subject: Subject, fit: Fit) -> list[str]:
        data = fit.call.given("x") if fit.call is not None else None
        if data is None or isinstance(fit.x, Dataset) or not subject.code(data.span).isidentifier():
            return [str(ENOUGH)]
        name = subject.code(data.span)
        if isinstance(fit.x, list | tuple | dict):
            return [str(ENOUGH)]
        return [f"len({name})", f"{name}.shape[0]", str(ENOUGH)]
