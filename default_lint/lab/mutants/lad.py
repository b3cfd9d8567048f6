"""LAD: add a layer."""

from __future__ import annotations

import random
from collections.abc import Iterator

from default_lint.lab.mutants.base import Change, NotApplicable, Operator, Subject
from default_lint.lab.mutants.chains import insertion
from default_lint.lab.mutants.sizes import is_output
from default_lint.lab.mutants.tables import ACTIVATIONS

ANCHORS = ("Dense", "Dropout", "Activation", "BatchNormalization", "Flatten")
UNITS = (1, 2, 32, 64, 96, 128)
RATES = (0.3, 0.5, 0.8, 0.9)


class AddLayer(Operator):
    """Add a layer that was not there behind a hidden one.

    A dense layer of 32 to 128 units, Dropout, or an Activation, as in DEFault's table; beside these a dense layer so
    narrow that little passes it.
    """

    code = "LAD"
    family = "layer"
    cause = "layer-extra"
    published = True

    def changes(self, subject: Subject, draw: random.Random) -> Iterator[Change]:
        """One behind each hidden layer that is dense, an activation, Dropout and the like."""
        for model, layer in subject.layers(*ANCHORS):
            kind = draw.choice(("Dense", "Dropout", "Activation"))
            spelled, imports = subject.spell(f"keras.layers.{kind}")
            if kind == "Dense":
                text = f"{spelled}({draw.choice(UNITS)}, activation={subject.quoted('relu')})"
            elif kind == "Dropout":
                text = f"{spelled}({draw.choice(RATES)})"
            else:
                name = draw.choice([name for name in ACTIVATIONS if name != "linear"])
                text = f"{spelled}({subject.quoted(name)})"
            if is_output(model, layer):
                continue
            try:
                edit = insertion(subject, model, layer, text)
            except NotApplicable:
                continue
            yield Change((*imports, edit), layer.site, {"after": text, "layer": layer.short})
        raise NotApplicable("no layer can be put behind a hidden one")
