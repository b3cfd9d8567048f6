"""WAB: add a bias to a layer that has none."""

from __future__ import annotations

import random
from collections.abc import Iterator

from default_lint.lab.mutants.base import Change, NotApplicable, Operator, Subject


class AddBias(Operator):
    """Switch `use_bias` on: `use_bias=False` becomes True, or is dropped.

    As DEFault's table has it. It seldom does harm: such layers have none because BatchNormalization follows.
    """

    code = "WAB"
    family = "weights"
    cause = "bias"
    published = True

    def changes(self, subject: Subject, draw: random.Random) -> Iterator[Change]:
        """One for each layer without a bias."""
        for _, call in subject.layer_calls():
            dropped = draw.random() < 0.5
            if call.given("use_bias") is None or call["use_bias"] is not False:
                continue
            values = {"argument": "use_bias", "before": False, "after": True, "layer": call.short}
            try:
                edit = subject.drop(call, "use_bias") if dropped else subject.set(call, "use_bias", "True")
            except NotApplicable:
                edit = subject.set(call, "use_bias", "True")
            yield Change((edit,), call.span, values)
        raise NotApplicable("every layer has its bias")
