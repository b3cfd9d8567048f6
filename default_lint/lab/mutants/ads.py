"""ADS: the output's activation twice."""

from __future__ import annotations

import random
from collections.abc import Iterator

from default_lint.findings import Edit
from default_lint.lab.mutants.activations import Place, change, places
from default_lint.lab.mutants.base import Change, NotApplicable, Operator, Subject
from default_lint.text import Span

TWICE = ("softmax", "sigmoid")


class DoubleSoftmax(Operator):
    """Apply the softmax or sigmoid of an output twice.

    Where it is a layer or a function of its own, the layer before gets it as its argument as well; where it is an
    argument, a layer or a function follows.
    """

    code = "ADS"
    family = "activation"
    cause = "double-activation"

    def changes(self, subject: Subject, draw: random.Random) -> Iterator[Change]:
        """One for each output with a softmax or sigmoid."""
        last = [place for place in places(subject) if place.last]
        for place in last:
            if place.name not in TWICE:
                continue
            makers = [
                other
                for other in last
                if other.how == "argument" and other.name == "linear" and other.model is place.model
            ]
            values = {"argument": "activation", "before": place.name, "after": f"{place.name} twice"}
            try:
                if place.how != "argument" and len(makers) == 1:
                    yield Change(change(subject, makers[0], place.name), makers[0].site, values)
                elif place.how == "argument" and place.layer.shared == 1:
                    edits, site = self._followed(subject, place, draw)
                    yield Change(edits, site, values)
            except NotApplicable:
                continue
        raise NotApplicable("no output has a softmax or sigmoid that can be doubled")

    def _followed(self, subject: Subject, place: Place, draw: random.Random) -> tuple[tuple[Edit, ...], Span]:
        """The edits that put one more activation behind the layer, and the layer's place."""
        layer, call = place.layer, place.layer.call
        site = layer.site
        text = subject.code(site)
        if place.model.kind != "sequential":
            if not text.endswith(")") or site == call.span:
                raise NotApplicable("where the output is made is not understood")
            name, imports = subject.spell(f"keras.activations.{place.name}")
            edits = (Edit(Span(site.start, site.start), f"{name}("), Edit(Span(site.end, site.end), ")"))
            return (*imports, *edits), site
        if place.name == "softmax" and draw.random() < 0.5:
            name, imports = subject.spell("keras.layers.Softmax")
            added = f"{name}()"
        else:
            name, imports = subject.spell("keras.layers.Activation")
            added = f"{name}({subject.quoted(place.name)})"
        before = subject.text[: call.span.start].rstrip(" ")
        receiver, dot, _ = text.partition(".add(")
        if dot and receiver.isidentifier() and before.endswith(".add("):
            return (*imports, subject.after(site, f"{receiver}.add({added})")), site
        if before.endswith("\n"):
            indent = subject.text[len(before) : call.span.start]
            between = f",\n{indent}"
        elif before.endswith((",", "[")):
            between = ", "
        else:
            raise NotApplicable("the layer does not stand in a list")
        return (*imports, Edit(Span(call.span.end, call.span.end), f"{between}{added}")), call.span
