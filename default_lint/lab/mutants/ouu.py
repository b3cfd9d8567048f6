"""OUU: give the output another number of units."""

from __future__ import annotations

import random
from collections.abc import Iterator

from default_lint.lab.mutants.base import Change, NotApplicable, Operator, Subject
from default_lint.program.values import is_integer


class ChangeOutputUnits(Operator):
    """Give the output layer another number of units than there are classes or targets.

    One too few or too many, one alone, or twice as many: classes that were miscounted, or a model of another task that
    was copied. Where labels and outputs must agree in shape Keras raises; the corpus tells.
    """

    code = "OUU"
    family = "layer"
    cause = "output-units"

    def changes(self, subject: Subject, draw: random.Random) -> Iterator[Change]:
        """One for each dense layer that is an output, or is followed by nothing but its activation."""
        for model in subject.models:
            for output in model.output_layers():
                layer = output
                while layer.short in ("Activation", "Softmax") and len(model.sources(layer)) == 1:
                    (layer,) = model.sources(layer)
                before = layer.call["units"]
                if layer.short != "Dense" or not is_integer(before) or layer.call.given("units") is None:
                    continue
                sizes = {1, before - 1, before + 1, 2 * before} - {0, before}
                after = draw.choice(sorted(sizes))
                values = {"argument": "units", "before": before, "after": after, "layer": layer.short}
                yield Change((subject.set(layer.call, "units", str(after)),), layer.call.span, values)
        raise NotApplicable("no output is a dense layer whose units stand in the source")
