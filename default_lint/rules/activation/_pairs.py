"""Two activations in a row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from default_lint.findings import Edit, Fix, Note, Safety
from default_lint.program.heads import Applied, applied
from default_lint.program.types import Layer, Model, Program
from default_lint.text import Span


@dataclass(frozen=True)
class Pair:
    """`second` works directly on the output of `first`; `last` when the result is an output of the model."""

    first: Applied
    second: Applied
    last: bool

    @property
    def same(self) -> bool:
        """True when it is the same activation twice."""
        return self.first.name == self.second.name

    @property
    def span(self) -> Span:
        """The token of the second activation."""
        return self.second.span

    def notes(self) -> tuple[Note, ...]:
        """Where the first one stands."""
        return (Note(f"`{self.first.name}` is applied here already", self.first.span),)

    def drop_second(self, safety: Safety) -> tuple[Fix, ...]:
        """The fix that deletes the second activation, where it is an entry of its own."""
        place = self.second.layer.statement
        if place is None:
            return ()
        return (Fix(f"Remove the second `{self.second.name}`", (Edit(place, ""),), safety),)

    def drop_first(self, safety: Safety) -> tuple[Fix, ...]:
        """The fix that deletes the first activation, where it is an argument of its layer."""
        argument = self.first.argument
        if self.first.how != "argument" or argument is None or argument.removal is None:
            return ()
        return (Fix(f"Remove `activation` from `{self.first.call.short}`", (Edit(argument.removal, ""),), safety),)


def pairs(program: Program) -> Iterator[Pair]:
    """All pairs of activations in a row, each once."""
    seen: set[tuple[Span, Span]] = set()
    for model in program.models:
        for pair in _pairs_in(model, 0):
            key = (pair.first.span, pair.second.span)
            if key not in seen:
                seen.add(key)
                yield pair


def _pairs_in(model: Model, depth: int) -> Iterator[Pair]:
    for layer in model.layers:
        nested = layer.nested
        if nested is not None and nested.kind == "layer" and depth < 4:
            yield from _pairs_in(nested, depth + 1)
        second = applied(layer)
        if second is None or second.how == "argument" or not _real(second) or len(layer.sources) != 1:
            continue
        source = model.sources(layer)[0]
        first = _of(source)
        alone = len(model.consumers(source)) == 1 and source.index not in model.outputs
        if alone and first is not None and _real(first) and not (layer.uncertain or source.uncertain):
            yield Pair(first, second, layer.index in model.outputs)


def _real(item: Applied) -> bool:
    return isinstance(item.name, str) and item.name != "linear" and item.last_axis is True


def _of(layer: Layer) -> Applied | None:
    """The activation of a layer, or of the output of the model inside it."""
    for _ in range(4):
        nested = layer.nested
        outputs = nested.output_layers() if nested is not None else ()
        if len(outputs) != 1 or layer.short in ("TimeDistributed", "Bidirectional") or outputs[0] is layer:
            break
        if layer.kind.startswith("keras.applications."):
            break
        layer = outputs[0]
    return applied(layer)
