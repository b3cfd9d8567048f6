"""Sizes of layers: what one is now, and how another is drawn and written."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from typing import ClassVar

from default_lint.lab.mutants.base import Change, NotApplicable, Operator, Subject
from default_lint.program.types import Call, Layer, Model
from default_lint.program.values import is_integer

CONVOLUTIONS = (
    *("Conv1D", "Conv2D", "Conv3D", "SeparableConv1D", "SeparableConv2D", "DepthwiseConv1D", "DepthwiseConv2D"),
    *("Conv1DTranspose", "Conv2DTranspose"),
)
POOLINGS = ("MaxPooling1D", "MaxPooling2D", "MaxPooling3D", "AveragePooling1D", "AveragePooling2D")


def hidden(subject: Subject, *names: str) -> list[tuple[Layer, Call]]:
    """The layers of these names that are not an output of their model."""
    last = {layer.call.span for model in subject.models for layer in model.output_layers()}
    return [(layer, call) for layer, call in subject.layer_calls(*names) if layer.call.span not in last]


def is_output(model: Model, layer: Layer) -> bool:
    """True when a layer is one of those that give the model's outputs."""
    return any(layer is output for output in model.output_layers())


def counted(
    subject: Subject, calls: Sequence[tuple[Layer, Call]], name: str, sizes: Sequence[int], draw: random.Random
) -> Iterator[Change]:
    """A change of a whole number, such as units: one of `sizes`, or four times what it is."""
    for _, call in calls:
        before = call[name]
        if not is_integer(before) or call.given(name) is None:
            continue
        after = draw.choice([size for size in (*sizes, 4 * before) if size != before])
        values = {"argument": name, "before": before, "after": after, "layer": call.short}
        try:
            yield Change((subject.set(call, name, str(after)),), call.span, values)
        except NotApplicable:
            continue


def windows(
    subject: Subject, calls: Sequence[tuple[Layer, Call]], name: str, sizes: Sequence[int], draw: random.Random
) -> Iterator[Change]:
    """A change of a size along the axes of a picture or a sequence: another whole number, written as it is now."""
    for layer, call in calls:
        before = call[name]
        now = before[0] if isinstance(before, tuple | list) and before else before
        if not is_integer(now):
            continue
        axes = layer.inputs[0][1:-1] if layer.inputs and isinstance(layer.inputs[0], tuple) else ()
        most = min((axis for axis in axes if is_integer(axis)), default=max(sizes))
        offered = [size for size in sizes if size != now and size <= most]
        if not offered:
            continue
        after = draw.choice(offered)
        text = str(after)
        argument = call.given(name)
        if argument is not None and isinstance(before, tuple | list) and len(before) > 1:
            inside = ", ".join([text] * len(before))
            code = subject.code(argument.span)
            # the span of a tuple leaves its parentheses out
            bare = "," in code and code[0] not in "[("
            text = inside if bare else f"[{inside}]" if code.startswith("[") else f"({inside})"
        values = {"argument": name, "before": before, "after": after, "layer": call.short}
        try:
            yield Change((subject.set(call, name, text),), call.span, values)
        except NotApplicable:
            continue


class ChangeSize(Operator):
    """An operator that changes one number of a kind of layer.

    argument, layers, sizes   what is changed, of which layers, to what
    axes                      the number counts places of a picture or a sequence, along each of its axes
    in_outputs                layers that are an output of their model are changed too
    """

    argument: ClassVar[str]
    layers: ClassVar[tuple[str, ...]]
    sizes: ClassVar[tuple[int, ...]]
    axes: ClassVar[bool] = False
    in_outputs: ClassVar[bool] = True
    family = "layer"
    published = True

    def changes(self, subject: Subject, draw: random.Random) -> Iterator[Change]:
        """One for each of the layers."""
        calls = subject.layer_calls(*self.layers) if self.in_outputs else hidden(subject, *self.layers)
        yield from (windows if self.axes else counted)(subject, calls, self.argument, self.sizes, draw)
        raise NotApplicable(f"no {'' if self.in_outputs else 'hidden '}layer has `{self.argument}` that can be changed")
