"""RDO: something behind the output that belongs to hidden layers."""

from __future__ import annotations

import random
from collections.abc import Iterator

from default_lint.lab.mutants.base import Change, NotApplicable, Operator, Subject
from default_lint.lab.mutants.chains import insertion

BEHIND = ("Dropout(0.2)", "Dropout(0.3)", "Dropout(0.5)", "Dropout(0.5)", "BatchNormalization()")


class DropoutBehindOutput(Operator):
    """Put Dropout, or a BatchNormalization, behind the output layer."""

    code = "RDO"
    family = "regularization"
    cause = "dropout-on-output"

    def changes(self, subject: Subject, draw: random.Random) -> Iterator[Change]:
        """One for each output."""
        for model in subject.models:
            for layer in dict.fromkeys(model.output_layers()):
                name, parenthesis, rest = draw.choice(BEHIND).partition("(")
                spelled, imports = subject.spell(f"keras.layers.{name}")
                text = spelled + parenthesis + rest
                try:
                    edit = insertion(subject, model, layer, text)
                except NotApplicable:
                    continue
                yield Change((*imports, edit), layer.site, {"after": text, "layer": layer.short})
        raise NotApplicable("nothing can be put behind the output")
