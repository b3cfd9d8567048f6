"""LRS: a recurrent layer that returns every step instead of the last."""

from __future__ import annotations

import random
from collections.abc import Iterator

from default_lint.lab.mutants.base import Change, NotApplicable, Operator, Subject
from default_lint.lab.mutants.chains import insertion
from default_lint.lab.mutants.sizes import is_output
from default_lint.lab.mutants.tables import RECURRENT
from default_lint.program.values import is_integer

BEHIND = ("Flatten()", "GlobalAveragePooling1D()", "GlobalMaxPooling1D()")


class ReturnEveryStep(Operator):
    """Let the last recurrent layer return every step, and flatten or pool what comes out.

    Or let one return the sequence backwards, where the steps have their own targets.
    """

    code = "LRS"
    family = "layer"
    cause = "return-sequences"

    def changes(self, subject: Subject, draw: random.Random) -> Iterator[Change]:
        """One for each recurrent layer."""
        for model, layer in subject.layers(*RECURRENT, "Bidirectional"):
            call = subject.wrapped(layer) or layer.call
            name, parenthesis, rest = draw.choice(BEHIND).partition("(")
            steps = layer.inputs[0][1:2] if layer.inputs and isinstance(layer.inputs[0], tuple) else ()
            if name == "Flatten" and not (steps and is_integer(steps[0])):
                name = "GlobalAveragePooling1D"
            if call.short not in RECURRENT or call["return_state"] is True:
                continue
            try:
                if call["return_sequences"] is True:
                    if call is layer.call and call["go_backwards"] is not True:
                        values = {"argument": "go_backwards", "before": False, "after": True, "layer": call.short}
                        yield Change((subject.set(call, "go_backwards", "True"),), call.span, values)
                elif call["return_sequences"] is False and not is_output(model, layer):
                    spelled, imports = subject.spell(f"keras.layers.{name}")
                    text = spelled + parenthesis + rest
                    edits = (
                        *imports,
                        subject.set(call, "return_sequences", "True"),
                        insertion(subject, model, layer, text),
                    )
                    values = {"argument": "return_sequences", "before": False, "after": True, "layer": call.short}
                    yield Change(tuple(sorted(edits, key=lambda edit: edit.span)), call.span, values | {"added": text})
            except NotApplicable:
                continue
        raise NotApplicable("no recurrent layer can return every step")
