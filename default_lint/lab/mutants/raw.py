"""RAW: add a weight regularizer."""

from __future__ import annotations

import random
from collections.abc import Iterator

from default_lint.findings import Edit
from default_lint.lab.mutants.base import Change, NotApplicable, Operator, Subject
from default_lint.lab.mutants.tables import REGULARIZERS, WITH_KERNEL

STRENGTHS = ("", "", "0.01", "0.1", "0.1", "0.5", "1.0")


class AddRegularizer(Operator):
    """Regularize the kernel of a layer that is not: l1, l2 or both, by name (0.01) or with a strength up to 1.

    DeepCrime adds the names only. People who write a strength write 0.01 and 0.1 where 0.0001 would do.
    """

    code = "RAW"
    family = "regularization"
    cause = "weight-regularizer"
    published = True

    def changes(self, subject: Subject, draw: random.Random) -> Iterator[Change]:
        """One for each layer with a kernel and no regularizer for it."""
        for _, call in subject.layer_calls(*WITH_KERNEL):
            name, strength = draw.choice(REGULARIZERS), draw.choice(STRENGTHS)
            if call["kernel_regularizer"] is not None or call.spread:
                continue
            imports: tuple[Edit, ...] = ()
            after = name
            if strength:
                spelled, imports = subject.spell(f"keras.regularizers.{name}")
                inner = f"l1={strength}, l2={strength}" if name == "l1_l2" else strength
                text, after = f"{spelled}({inner})", f"{name}({inner})"
            else:
                text = subject.quoted(name)
            values = {"argument": "kernel_regularizer", "before": None, "after": after, "layer": call.short}
            yield Change((*imports, subject.set(call, "kernel_regularizer", text)), call.span, values)
        raise NotApplicable("no layer has a kernel that is not regularized")
