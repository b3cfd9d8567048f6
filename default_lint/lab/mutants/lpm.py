"""LPM: padding that is not masked."""

from __future__ import annotations

import random
from collections.abc import Iterator

from default_lint.lab.mutants.base import Change, NotApplicable, Operator, Subject
from default_lint.lab.mutants.chains import removal


class UnmaskedPadding(Operator):
    """Take the mask off the padding: `mask_zero` of an embedding is dropped, or a `Masking` layer taken out.

    Recurrent layers then read the padding as if it were words.
    """

    code = "LPM"
    family = "layer"
    cause = "masking"

    def changes(self, subject: Subject, draw: random.Random) -> Iterator[Change]:
        """One for each layer that makes a mask."""
        for model, layer in subject.layers("Embedding", "Masking"):
            try:
                if layer.short == "Masking":
                    around = model.layers[layer.index + 1] if layer.index + 1 < len(model.layers) else layer
                    values: dict[str, object] = {"before": subject.code(layer.call.span), "layer": layer.short}
                    yield Change((removal(subject, model, layer),), around.site, values)
                elif layer.call["mask_zero"] is True:
                    values = {"argument": "mask_zero", "before": True, "after": False, "layer": layer.short}
                    yield Change((subject.drop(layer.call, "mask_zero"),), layer.call.span, values)
            except NotApplicable:
                continue
        raise NotApplicable("nothing is masked")
