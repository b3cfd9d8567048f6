"""LTA: the `training` argument misused."""

from __future__ import annotations

import random
from collections.abc import Iterator

import libcst as cst

from default_lint.findings import Edit
from default_lint.lab.mutants.base import Change, NotApplicable, Operator, Subject
from default_lint.lab.mutants.tables import DROPOUTS
from default_lint.text import Span


class WrongTrainingArgument(Operator):
    """Call Dropout or BatchNormalization with `training=True` or `training=False` for good.

    Dropout is then at work in tests as well, or never; BatchNormalization uses the statistics of the batch in tests, or
    in training those averages that it never learns.
    """

    code = "LTA"
    family = "layer"
    cause = "training-argument"

    def changes(self, subject: Subject, draw: random.Random) -> Iterator[Change]:
        """One for each such layer that is called on its input."""
        for _, layer in subject.layers("BatchNormalization", *DROPOUTS):
            after = draw.choice(("True", "False"))
            node = subject.node(layer.site, cst.Call)
            if layer.site == layer.call.span or not isinstance(node, cst.Call) or isinstance(layer.training, bool):
                continue
            values = {"argument": "training", "before": None, "after": after == "True", "layer": layer.short}
            given = [argument for argument in node.args if argument.keyword and argument.keyword.value == "training"]
            if given:
                span = subject.tree.span(given[0].value)
                values["before"] = subject.code(span)
                yield Change((Edit(span, after),), layer.site, values)
            elif len(node.args) == 1:
                place = subject.tree.span(node.args[0].value).end
                if subject.text[place : layer.site.end] != ")":
                    continue
                yield Change((Edit(Span(place, place), f", training={after}"),), layer.site, values)
        raise NotApplicable("no Dropout or BatchNormalization is called on its input")
