"""DVT: validation on the training data."""

from __future__ import annotations

import random
from collections.abc import Iterator

from default_lint.findings import Edit
from default_lint.lab.mutants.base import Change, NotApplicable, Operator, Subject
from default_lint.program.data_values import Dataset
from default_lint.text import Span


class ValidatesOnTraining(Operator):
    """Give `fit` its training data as validation data."""

    code = "DVT"
    family = "data"
    cause = "validation-on-training-data"
    on_data = True

    def changes(self, subject: Subject, draw: random.Random) -> Iterator[Change]:
        """One for each `fit` that validates."""
        for fit in subject.fits:
            call = fit.call
            x, y = (call.given("x"), call.given("y")) if call is not None else (None, None)
            if call is None or x is None:
                continue
            if isinstance(fit.x, Dataset) and fit.x.repeated is not False:
                raise NotApplicable("the training data never end")
            code = subject.code(x.span)
            same = code if y is None else f"({code}, {subject.code(y.span)})"
            if "\n" in same:
                continue
            data, split = call.given("validation_data"), call.given("validation_split")
            if data is not None:
                # the span of a tuple leaves its parentheses out
                inside = subject.text[data.span.start - 1] == "(" and subject.text[data.span.end] == ")"
                place = Span(data.span.start - 1, data.span.end + 1) if inside and y is not None else data.span
                values = {"argument": "validation_data", "before": subject.code(data.span), "after": same}
                yield Change((Edit(place, same),), fit.span, values)
            elif split is not None and split.keyword is not None:
                place = Span(split.keyword.start, split.span.end)
                values = {"argument": "validation_split", "before": subject.code(split.span), "after": same}
                yield Change((Edit(place, f"validation_data={same}"),), fit.span, values)
        raise NotApplicable("it is trained without validation")
