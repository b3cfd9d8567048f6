"""DSO: training data sorted by label."""

from __future__ import annotations

import random
from collections.abc import Iterator

from default_lint.findings import Edit
from default_lint.lab.mutants.base import Change, NotApplicable, Operator, Subject
from default_lint.lab.mutants.training import Training, trainings
from default_lint.program.data_values import Dataset
from default_lint.text import Span


class SortedData(Operator):
    """Train on examples in the order of their labels, without shuffling them.

    As they come from one folder for each class. Where `validation_split` takes the last ones, sorting alone does harm,
    and `shuffle` is left as it is half of the time.
    """

    code = "DSO"
    family = "data"
    cause = "sorted-data"
    on_data = True

    def changes(self, subject: Subject, draw: random.Random) -> Iterator[Change]:
        """One for each `fit` on arrays."""
        for training in trainings(subject):
            training.alone()
            only = draw.random() < 0.5
            if training.labels in ("sequence", "many") or not training.paired:
                raise NotApplicable("the examples cannot be sorted by label")
            if training.labels == "numbers" and not training.flat:
                raise NotApplicable("the examples cannot be sorted by label")
            numpy, imports = subject.numpy()
            names = training.names()
            labels = training.name(training.targets)
            by = (
                f"{labels}.argmax(axis=1)"
                if training.labels == "one-hot"
                else labels
                if training.flat
                else f"{labels}.ravel()"
            )
            order = training.fresh("order", "by_label", "ranks")
            lines = [
                f"{order} = {numpy}.argsort({by})",
                f"{', '.join(names)} = {', '.join(f'{name}[{order}]' for name in names)}",
            ]
            call = training.fit.call
            split = call is not None and call.given("validation_split") is not None
            if not (split and only):
                training.edits += self._unshuffled(subject, training)
            yield training.change(lines, {"argument": names}, imports)
        raise NotApplicable("the examples cannot be sorted by label")

    def _unshuffled(self, subject: Subject, training: Training) -> list[Edit]:
        data, call = training.fit.x, training.fit.call
        if not isinstance(data, Dataset):
            if call is None:
                raise NotApplicable("it is not known what it is trained on")
            return [subject.set(call, "shuffle", "False")]
        steps = [step.span for step in data.steps if step.name.endswith(".Dataset.shuffle")]
        edits = []
        for shuffle in subject.program.calls:
            if shuffle.short == "shuffle" and shuffle.span in steps:
                before = subject.text[: shuffle.callee.start].rstrip()
                start = len(before[:-1].rstrip()) if before.endswith(".") else shuffle.callee.start
                edit = Edit(Span(start, shuffle.span.end), "")
                if edit not in edits and before.endswith("."):
                    edits.append(edit)
        return edits
