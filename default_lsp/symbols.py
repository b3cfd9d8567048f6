"""The outline of a document: its models, with their layers and with what is done to them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple
from weakref import WeakKeyDictionary

from default_lint.output.program import text
from default_lint.program.types import Compile, Fit
from default_lint.text import Span
from default_lsp.analysis import Analysis
from default_lsp.hints import label_of
from default_lsp.lens import summary
from default_lsp.outline import Built, Outline, Use, is_layer, kind_of, outline

_FITS = frozenset(("fit", "train_on_batch"))


class Symbol(NamedTuple):
    """A named part of the document; `selection` lies inside `span`, and the spans of children do as well.

    kind: "model", "layer", "compile" or "fit".
    """

    name: str
    detail: str
    kind: str
    span: Span
    selection: Span
    children: tuple[Symbol, ...] = ()


def symbols(analysis: Analysis) -> list[Symbol]:
    """The models in source order; in a notebook, parts that stand in another cell than their model are on their own."""
    found = outline(analysis)
    known = _known.get(found)
    if known is None:
        known = _known[found] = tuple(_symbols(found))
    return list(known)


_known: WeakKeyDictionary[Outline, tuple[Symbol, ...]] = WeakKeyDictionary()


def _symbols(found: Outline) -> list[Symbol]:
    top: list[Symbol] = []
    for built in found.models:
        children = sorted({*_layers(found, built), *_deeds(found, built)}, key=lambda child: (child.span, child.name))
        cell = found.document.cell_at(built.span.start)
        inside = [child for child in children if found.document.cell_at(child.span.start) == cell]
        apart = [child for child in children if found.document.cell_at(child.span.start) != cell]
        top.append(_model(built, inside))
        top += [child._replace(name=f"{built.title}: {child.name}") for child in apart]
    return sorted(set(top), key=lambda symbol: (symbol.span, symbol.name))


def _model(built: Built, children: Sequence[Symbol]) -> Symbol:
    start = min([built.span.start, *(child.span.start for child in children)])
    end = max([built.span.end, *(child.span.end for child in children)])
    model = built.variants[0][1]
    detail = ", ".join(filter(None, (model.kind, summary(built))))
    return Symbol(built.title, detail, "model", Span(start, end), built.span, tuple(children))


def _layers(found: Outline, built: Built) -> Iterator[Symbol]:
    """The layers of a model, once for each place."""
    places: dict[Span, list[Use]] = {}
    for use in (use for model in built.different for use in found.within.get(id(model), ())):
        if is_layer(use.layer) or use.layer.kind == "keras.Input":
            span = _place(found, use)
            if span is not None:
                places.setdefault(span, []).append(use)
    for span, uses in places.items():
        first = uses[0].layer
        names = {found.name_of(use.layer, use.model) for use in uses}
        own = names.pop() if len(names) == 1 else ""
        kind = kind_of(first)
        name = f"{own}: {kind}" if own else kind
        callee = first.call.callee
        selection = callee if span.contains(callee) and callee.start < callee.end else span
        yield Symbol(name, label_of(uses), "layer", span, selection)


def _place(found: Outline, use: Use) -> Span | None:
    """Where a layer stands: the call that makes it; a model within a model stands where it is put in."""
    layer = use.layer
    if layer.nested is None or layer.nested.kind == "layer" or layer.site.contains(layer.call.span):
        if (
            layer.site.start == layer.call.span.start
            and layer.site.contains(layer.call.span)
            and found.is_call(layer.site)
        ):
            return layer.site
        return layer.call.span
    if not found.sound(layer.site):
        return None
    named = layer.nested.name
    inside = re.compile(rf"\b{re.escape(named)}\b").search if named.isidentifier() else None
    match = inside(found.document.text, *layer.site) if inside is not None else None
    return Span(*match.span()) if match is not None else layer.site


def _deeds(found: Outline, built: Built) -> Iterator[Symbol]:
    """Where a model is compiled and trained."""
    models = {id(model) for model in built.models}
    for span, deeds in found.deeds.items():
        for deed in deeds:
            event = deed.event
            if id(deed.model) not in models or event.call is None:
                continue
            callee = event.call.callee
            selection = callee if span.contains(callee) and callee.start < callee.end else span
            if isinstance(event, Compile):
                yield Symbol("compile", _compiled(event), "compile", span, selection)
            elif isinstance(event, Fit) and event.kind in _FITS:
                yield Symbol(event.method or event.kind, _fitted(event), "fit", span, selection)
            break
    for loop in built.loops:
        if loop.kind == "tape" and found.sound(loop.span):
            yield Symbol("training loop", "", "fit", loop.span, loop.span)


def _compiled(event: Compile) -> str:
    optimizer = event.optimizer.name if event.optimizer is not None else ""
    losses = [loss.name for loss in event.losses or () if loss.name]
    return ", ".join(filter(None, (optimizer, *dict.fromkeys(losses))))


def _fitted(event: Fit) -> str:
    epochs = event.call.arguments.get("epochs") if event.call is not None else None
    if epochs is None or not isinstance(epochs.value, int):
        return ""
    return f"{text(epochs.value)} epoch{'' if epochs.value == 1 else 's'}"
