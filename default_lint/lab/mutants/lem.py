"""LEM: an embedding that is too narrow."""

from __future__ import annotations

import random
from collections.abc import Iterator

from default_lint.lab.mutants.base import Change, NotApplicable, Operator, Subject


class NarrowEmbedding(Operator):
    """Look up one number or two for each word, where there were many."""

    code = "LEM"
    family = "layer"
    cause = "embedding-size"

    def changes(self, subject: Subject, draw: random.Random) -> Iterator[Change]:
        """One for each embedding."""
        for _, call in subject.layer_calls("Embedding"):
            after = draw.choice((1, 1, 2))
            argument = call.given("output_dim")
            if argument is None or call["output_dim"] == after:
                continue
            before = call["output_dim"] if isinstance(call["output_dim"], int) else None
            values = {"argument": "output_dim", "before": before, "after": after, "layer": call.short}
            yield Change((subject.set(call, "output_dim", str(after)),), call.span, values)
        raise NotApplicable("it has no embedding")
