"""VRM: remove the validation data."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from default_lint.lab.mutants.base import Change, NotApplicable, Operator, Subject

READ = re.compile(r"""["']val_\w+["'][ \t]*\]|(?:logs|history)\.get\([ \t]*["']val_""")


class RemoveValidation(Operator):
    """Train without validation data: `validation_data` or `validation_split` is dropped.

    What watches `val_loss` has nothing to watch then, and Keras only warns.
    """

    code = "VRM"
    family = "data"
    cause = "validation-missing"
    published = True

    def changes(self, subject: Subject, draw: random.Random) -> Iterator[Change]:
        """One for each `fit` that validates."""
        found = False
        for fit in subject.fits:
            for name in ("validation_data", "validation_split"):
                argument = fit.call.given(name) if fit.call is not None else None
                if argument is None or fit.call is None:
                    continue
                found = True
                if READ.search(subject.text):
                    raise NotApplicable("the program reads the figures of the validation")
                try:
                    edit = subject.drop(fit.call, name)
                except NotApplicable:
                    edit = subject.replace(argument.span, "None" if name == "validation_data" else "0.0")
                values = {"argument": name, "before": subject.code(argument.span), "after": None}
                yield Change((edit,), fit.span, values)
        if not found:
            raise NotApplicable("it is trained without validation")
