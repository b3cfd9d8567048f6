"""LRM: remove a layer."""

from __future__ import annotations

import random
from collections.abc import Iterator

from default_lint.lab.mutants.base import Change, NotApplicable, Operator, Subject
from default_lint.lab.mutants.chains import removal
from default_lint.lab.mutants.sizes import CONVOLUTIONS, POOLINGS, is_output

REMOVED = (
    *(
        "Dense",
        "Dropout",
        "Activation",
        "ReLU",
        "LeakyReLU",
        "BatchNormalization",
        "LayerNormalization",
        "Normalization",
    ),
    *("Rescaling", "Flatten", *CONVOLUTIONS, *POOLINGS),
)


class RemoveLayer(Operator):
    """Remove a hidden layer.

    Dense, Dropout or Activation as in DEFault's table, and what else people leave out: normalization, pooling, a
    convolution. Not where Keras would refuse the rest.
    """

    code = "LRM"
    family = "layer"
    cause = "layer-missing"
    published = True

    def changes(self, subject: Subject, draw: random.Random) -> Iterator[Change]:
        """One for each hidden layer."""
        for model, layer in subject.layers(*REMOVED):
            if is_output(model, layer):
                continue
            try:
                edit = removal(subject, model, layer)
            except NotApplicable:
                continue
            follows = next(iter(model.consumers(layer)), model.output_layers()[0])
            yield Change((edit,), follows.site, {"before": subject.code(layer.call.span), "layer": layer.short})
        raise NotApplicable("no hidden layer can be taken out")
