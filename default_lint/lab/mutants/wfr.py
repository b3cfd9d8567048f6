"""WFR: frozen layers."""

from __future__ import annotations

import random
from collections.abc import Iterator

from default_lint.lab.mutants.base import Change, NotApplicable, Operator, Subject
from default_lint.lab.mutants.tables import WITH_KERNEL

HEADS = ("model.layers[:-1]", "model.layers[:-1]", "model.layers[:-2]", "model.layers[1:]", "model.layers[:3]")


class FreezeLayers(Operator):
    """Freeze layers that start from random weights, by `trainable=False` or a loop in front of `compile`.

    What remains of transfer learning when the weights to be transferred are not there.
    """

    code = "WFR"
    family = "weights"
    cause = "frozen-weights"

    def changes(self, subject: Subject, draw: random.Random) -> Iterator[Change]:
        """One for each layer with a kernel or an embedding, and two for each model."""
        for compile_ in subject.compiles:
            model, dot, _ = subject.code(compile_.span).partition(".compile(")
            heads = draw.sample(HEADS, 2)
            if not dot or not model.replace(".", "").isidentifier():
                continue
            for head in dict.fromkeys(heads):
                part = head.replace("model", model)
                lines = (f"for layer in {part}:", "    layer.trainable = False")
                try:
                    edit = subject.before(compile_.span, *lines)
                except NotApplicable:
                    continue
                yield Change((edit,), compile_.span, {"argument": "trainable", "after": False, "layers": part})
        for _, call in subject.layer_calls(*WITH_KERNEL, "Embedding"):
            values = {"argument": "trainable", "before": True, "after": False, "layer": call.short}
            if call.extra_named("trainable") is not None:
                continue
            try:
                yield Change((subject.set(call, "trainable", "False"),), call.span, values)
            except NotApplicable:
                continue
        raise NotApplicable("no layer has weights that can be frozen")
