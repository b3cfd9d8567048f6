"""LCD: change the padding of a convolution."""

from __future__ import annotations

import random
from collections.abc import Iterator

from default_lint.lab.mutants.base import Change, NotApplicable, Operator, Subject
from default_lint.lab.mutants.sizes import CONVOLUTIONS, POOLINGS


class ChangePadding(Operator):
    """Change the padding of a convolution or a pooling layer.

    "valid" to "same" and back, "causal" where it exists; DEFault's table has all three for `Conv2D`, which takes two.
    """

    code = "LCD"
    family = "layer"
    cause = "padding"
    published = True

    def changes(self, subject: Subject, draw: random.Random) -> Iterator[Change]:
        """One for each layer with padding."""
        for _, call in subject.layer_calls(*CONVOLUTIONS, *POOLINGS):
            before = call["padding"]
            if not isinstance(before, str):
                continue
            known = ("valid", "same", "causal") if call.short == "Conv1D" else ("valid", "same")
            after = draw.choice([name for name in known if name != before])
            values = {"argument": "padding", "before": before, "after": after, "layer": call.short}
            try:
                yield Change((subject.set(call, "padding", subject.quoted(after)),), call.span, values)
            except NotApplicable:
                continue
        raise NotApplicable("no layer is padded")
