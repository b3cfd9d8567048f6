"""What a program is made of, by place: its models, layers, calls and events over all readings, worked out once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple
from weakref import WeakKeyDictionary

from default_lint.output.program import shape_text, short_name
from default_lint.program.types import Call, Event, Layer, Loop, Model, Program
from default_lint.program.values import Shape, Unknown
from default_lint.suppression import MARK, read_comments
from default_lint.text import Document, Span
from default_lsp.analysis import Analysis

DEEPEST = 8  # models within models that are followed


class Use(NamedTuple):
    """One application of a layer: the reading and the model it belongs to (None: its result is not used)."""

    reading: int
    model: Model | None
    layer: Layer


class Deed(NamedTuple):
    """Something done to a model in one reading."""

    model: Model
    event: Event


class Built(NamedTuple):
    """A place that builds a model: what it builds, each with the number of its reading, and the loops that train it.

    `different` are those of the models that do not have the layers of an earlier one.
    """

    span: Span
    variants: tuple[tuple[int, Model], ...]
    different: tuple[Model, ...]
    loops: tuple[Loop, ...] = ()

    @property
    def models(self) -> Iterator[Model]:
        """What is built here, in all readings."""
        return (model for _, model in self.variants)

    @property
    def name(self) -> str:
        """The name it is given, "" without one."""
        return next((model.name for model in self.models if model.name), "")

    @property
    def title(self) -> str:
        """What to call it: its name, else its class, else its kind."""
        model = self.variants[0][1]
        return self.name or (model.subclass.name if model.subclass is not None else model.kind)


class Outline:
    """A program by place; everything in it has a span inside the text."""

    def __init__(self, document: Document, program: Program | None) -> None:
        self.document = document
        self._owners: dict[int, dict[str, set[int]]] = {}  # calls by variable, by the identity of a model
        self.readings: tuple[Program, ...] = tuple(program.readings()) if program is not None else ()

    def sound(self, span: Span) -> bool:
        """True for a span that is not empty and lies inside the text, and inside one cell of a notebook."""
        text = self.document.text
        if not 0 <= span.start < span.end <= len(text):
            return False
        cell = self.document.cell_at(span.start)
        return cell is None or span.end <= cell.end

    def is_call(self, span: Span) -> bool:
        """True for a span that is a call, as far as one can tell from the text."""
        return self.sound(span) and self.document.text[span.end - 1] == ")"

    @cached_property
    def models(self) -> tuple[Built, ...]:
        """The places that build models, in source order."""
        found: dict[Span, list[tuple[int, Model]]] = {}
        loops: dict[Span, list[Loop]] = {}
        for number, reading in enumerate(self.readings):
            for model in reading.models:
                if self.sound(model.span) and model.kind != "layer":
                    found.setdefault(model.span, []).append((number, model))
            for loop in reading.loops:
                if loop.model is not None:
                    loops.setdefault(loop.model.span, []).append(loop)
        return tuple(self._built(span, found[span], loops.get(span, ())) for span in sorted(found))

    def _built(self, span: Span, variants: Sequence[tuple[int, Model]], loops: Sequence[Loop]) -> Built:
        different = tuple(model for _, model in variants if id(model) in self.different)
        return Built(span, tuple(variants), different, tuple(loops))

    @cached_property
    def uses(self) -> tuple[Use, ...]:
        """Every application of a layer that stands in the source, of custom layers' insides as well."""
        return tuple(use for use in self._uses() if not made_up(use.layer) and self.sound(use.layer.call.span))

    def _uses(self) -> Iterator[Use]:
        told: set[tuple[object, ...]] = set()
        for number, reading in enumerate(self.readings):
            seen: set[int] = set()
            for model in reading.models:
                if id(model) in self.different:
                    yield from self._within(number, model, seen, 0)
            for layer in reading.dangling:
                fact = _fact(layer)
                if fact not in told:
                    told.add(fact)
                    yield Use(number, None, layer)

    @cached_property
    def different(self) -> frozenset[int]:
        """The identities of the models that have not been read with the same layers at the same place before."""
        kept: set[int] = set()
        told: set[tuple[object, ...]] = set()
        for reading in self.readings:
            for model in reading.models:
                facts = (model.span, model.kind, model.complete, *map(_fact, model.layers))
                if facts not in told:
                    told.add(facts)
                    kept.add(id(model))
        return frozenset(kept)

    def _within(self, number: int, model: Model, seen: set[int], depth: int) -> Iterator[Use]:
        if id(model) in seen or depth > DEEPEST:
            return
        seen.add(id(model))
        for layer in model.layers:
            yield Use(number, model, layer)
            if layer.nested is not None and layer.nested.kind != "application":
                yield from self._within(number, layer.nested, seen, depth + 1)

    def variants(self, calls: Iterable[Call]) -> list[Call]:
        """These calls, and what the same places call in other readings."""
        given = list(calls)
        found = {id(call): call for call in given}
        for span in dict.fromkeys(call.span for call in given):
            found |= {id(call): call for call in self.calls.get(span, ())}
        return list(found.values())

    @cached_property
    def within(self) -> Mapping[int, Sequence[Use]]:
        """Applications by the identity of the model that they belong to."""
        found: dict[int, list[Use]] = {}
        for use in self.uses:
            found.setdefault(id(use.model), []).append(use)
        return found

    def name_of(self, layer: Layer, model: Model | None) -> str:
        """The name that tells a layer from the others of its model: the source's, unless several have it; else ""."""
        given = layer.call.given("name")
        if given is not None and isinstance(given.value, str) and given.value:
            return given.value
        if model is None:
            return layer.variable
        owners = self._owners.get(id(model))
        if owners is None:
            owners = self._owners[id(model)] = {}
            for other in model.layers:
                owners.setdefault(other.variable, set()).add(id(other.call))
        return layer.variable if len(owners.get(layer.variable, ())) < 2 else ""

    @cached_property
    def made(self) -> Mapping[Span, Sequence[Use]]:
        """Applications by the call that makes the layer."""
        found: dict[Span, list[Use]] = {}
        for use in self.uses:
            found.setdefault(use.layer.call.span, []).append(use)
        return found

    @cached_property
    def applied(self) -> Mapping[Span, Sequence[Use]]:
        """Applications by the place where the layer is applied, for layers that are made elsewhere."""
        found: dict[Span, list[Use]] = {}
        for use in self.uses:
            site = use.layer.site
            if not site.contains(use.layer.call.span) and self.is_call(site) and not self._holds_layers(site):
                found.setdefault(site, []).append(use)
        return found

    def _holds_layers(self, site: Span) -> bool:
        """True for a site that is as wide as a list or an `add` call."""
        return self.document.text[site.start] in "[(" or site in self._adds

    @cached_property
    def _adds(self) -> frozenset[Span]:
        return frozenset(span for span, deeds in self.deeds.items() if any(deed.event.kind == "add" for deed in deeds))

    @cached_property
    def deeds(self) -> Mapping[Span, Sequence[Deed]]:
        """What is done to models, by the call that does it, in source order."""
        found: dict[Span, list[Deed]] = {}
        for reading in self.readings:
            for model in reading.models:
                for event in model.events:
                    if self.sound(event.span):
                        found.setdefault(event.span, []).append(Deed(model, event))
        return {span: found[span] for span in sorted(found)}

    @cached_property
    def calls(self) -> Mapping[Span, Sequence[Call]]:
        """The calls of all readings by place."""
        found: dict[Span, list[Call]] = {}
        for reading in self.readings:
            for call in reading.calls:
                if self.sound(call.span):
                    found.setdefault(call.span, []).append(call)
        return found

    @cached_property
    def comments(self) -> tuple[_Comment, ...]:
        """The ignore comments."""
        text = self.document.text
        if MARK not in text and "noqa" not in text.lower():
            return ()
        return tuple(
            _Comment(entry.entry.span, entry.entry.covers, entry.entry.names, entry.names_at, entry.form)
            for entry in read_comments(self.document)
        )


class _Comment(NamedTuple):
    """An ignore comment: its place, the text it covers, the names in it and where they stand, its form."""

    span: Span
    covers: Span
    names: tuple[str, ...]
    names_at: tuple[Span, ...]
    form: str


_known: WeakKeyDictionary[Analysis, Outline] = WeakKeyDictionary()


def outline(analysis: Analysis) -> Outline:
    """The outline of an analysis, made once."""
    found = _known.get(analysis)
    if found is None:
        found = _known[analysis] = Outline(analysis.document, analysis.program)
    return found


def _fact(layer: Layer) -> tuple[object, ...]:
    """What is told of a layer, but for its arguments."""
    of = (layer.shape, layer.inputs, layer.parameters, layer.activation, layer.trainable)
    return (layer.call.span, layer.site, *of, layer.uncertain, layer.shared)


def made_up(layer: Layer) -> bool:
    """True for a layer that the source does not write, such as the input of an application."""
    call = layer.call
    return call.span.end == 0 or call.name == "unknown.input" or (call.name == "keras.Input" and not call.arguments)


def counted(model: Model) -> int:
    """Number of layers as people count them: no inputs, no operators, a shared layer once."""
    layers = {id(layer.call) for layer in model.layers if is_layer(layer)}
    return len(layers)


def is_layer(layer: Layer) -> bool:
    """True for what people call a layer: no input, no operator, no function."""
    if layer.kind == "keras.Input" or made_up(layer):
        return False
    if layer.nested is not None or layer.kind.startswith(("keras.layers.", "custom.")):
        return True
    return layer.kind.startswith("keras.") and layer.short[:1].isupper()


def kind_of(layer: Layer) -> str:
    """What a layer is, in one word: `Dense`, or the name of a model of the user's."""
    nested = layer.nested
    if nested is not None and nested.kind == "subclass" and nested.subclass is not None:
        return nested.subclass.name
    return short_name(layer.kind)


def size(count: int) -> str:
    """A number of parameters: exact below a million, then "1.2 M"."""
    for limit, unit in ((10**9, "B"), (10**6, "M")):
        if count >= limit:
            return f"{count / limit:.1f} {unit}"
    return f"{count:,}"


@lru_cache(maxsize=4096)
def shown(shape: Shape) -> str:
    """A shape as Keras writes it."""
    return shape_text(shape)


def tells(shape: object) -> bool:
    """True for a shape of which at least one axis besides the batch is known."""
    if isinstance(shape, Unknown) or not isinstance(shape, tuple):
        return False
    return any(isinstance(axis, int) for axis in shape) or not any(isinstance(axis, Unknown) for axis in shape)


def whole(shape: object) -> bool:
    """True for a shape of which every axis is known."""
    return isinstance(shape, tuple) and not any(isinstance(axis, Unknown) for axis in shape)
