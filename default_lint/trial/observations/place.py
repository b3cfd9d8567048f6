"""From what a run saw to a place in the source: the layer's call, an argument of compile or fit, where data is made."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import NamedTuple

from default_lint.features.base import Origin
from default_lint.program.data_values import Array, Dataset
from default_lint.program.types import Argument, Call, Compile, Fit, Layer, Model, Program
from default_lint.program.values import Value
from default_lint.text import Document, Span
from default_lint.trial.observations.origin import offset, origin
from default_lint.trial.trace import LayerTrace, ModelTrace, Site


class Place(NamedTuple):
    """A span in a document, and how it was found: "site", "name", "order", "source" or "fit"."""

    document: Document
    span: Span
    how: str

    @property
    def line(self) -> int:
        """The line as people count it."""
        return self.document.locate(self.span.start).line


class Sources:
    """The documents of a run with their programs."""

    def __init__(self, programs: Sequence[Program]) -> None:
        self.programs = tuple(programs)
        self._by_path = {_normal(program.document.path): program for program in programs}

    def program(self, file: str) -> Program | None:
        """The program of a file as the run named it."""
        found = self._by_path.get(_normal(file))
        if found is None:
            name = os.path.basename(file)
            same = [program for path, program in self._by_path.items() if os.path.basename(path) == name]
            found = same[0] if len(same) == 1 else None
        return found

    def span(self, site: Site) -> tuple[Program, Span] | None:
        """The span of a site: the exact call where Python tells it, else the line."""
        program = self.program(site.file)
        if program is None or site.line > len(program.document.line_starts):
            return None
        document = program.document
        if site.column is None or site.end_line is None or site.end_column is None:
            return program, document.line_span(document.line_starts[site.line - 1])
        start = offset(document, site.line, site.column)
        return program, Span(start, max(start, offset(document, site.end_line, site.end_column)))


class Places:
    """Where the parts of one trained model stand in the source."""

    def __init__(self, sources: Sources, trace: ModelTrace) -> None:
        self.sources = sources
        self.trace = trace
        self.program: Program | None = None
        self.model: Model | None = None
        self.use: Fit | None = None
        self._fit_span: tuple[Program, Span] | None = None
        self._match()
        self._layers: dict[int, tuple[Place, Layer | None]] = {}
        for row in trace.layers:
            self._layers[row.index] = self._locate(row)

    # the model

    def _match(self) -> None:
        """The model whose `fit` stands where the run trained; the reading that has the right layers."""
        best = -1
        for site in self.trace.fits:
            found = self.sources.span(site)
            if found is None:
                continue
            program, span = found
            self._fit_span = self._fit_span or found
            self.program = self.program or program
            for reading in program.readings():
                for model in reading.models:
                    for use in model.uses:
                        if use.kind in ("fit", "train_on_batch") and _same_place(use.span, span):
                            score = self._likeness(model)
                            if score > best:
                                best, self.program, self.model, self.use = score, reading, model, use
        if self.model is None and self.program is None and self.sources.programs:
            self.program = self.sources.programs[0]

    def _likeness(self, model: Model) -> int:
        mine = [row.kind for row in self.trace.layers]
        return sum(layer.short in mine for layer in model.layers) - abs(len(model.layers) - len(mine)) + 1000

    # layers

    def _locate(self, row: LayerTrace) -> tuple[Place, Layer | None]:
        for site in (row.site, *row.callers):
            found = self.sources.span(site) if site is not None else None
            if found is None:
                continue
            program, span = found
            layer = self._layer_in(program, span, row)
            if layer is not None:
                return Place(program.document, layer.call.callee, "site"), layer
            if site is row.site:
                return Place(program.document, _callee(program.document, span, row.kind), "site"), None
        layer = self._layer_named(row) or self._layer_in_order(row)
        if layer is not None and self.program is not None:
            how = "name" if self._layer_named(row) is not None else "order"
            return Place(self.program.document, layer.call.callee, how), layer
        return self.fit()._replace(how="fit"), None

    def _layer_in(self, program: Program, span: Span, row: LayerTrace) -> Layer | None:
        readings = [self.program] if self.program is not None and self.program.document is program.document else []
        for reading in [*readings, *program.readings()]:
            models = [self.model] if self.model is not None and reading is self.program else []
            for model in [*models, *reading.models]:
                for layer in model.layers:
                    if layer.short == row.kind and _same_place(layer.call.span, span):
                        return layer
        return None

    def _layer_named(self, row: LayerTrace) -> Layer | None:
        layers = self.model.layers if self.model is not None else ()
        return next((layer for layer in layers if _given_name(layer) == row.name), None)

    def _layer_in_order(self, row: LayerTrace) -> Layer | None:
        if self.model is None:
            return None
        mine = [other for other in self.trace.layers if other.kind == row.kind]
        theirs = [layer for layer in self.model.layers if layer.short == row.kind]
        return theirs[mine.index(row)] if len(mine) == len(theirs) and row in mine else None

    def layer(self, index: int, *arguments: str) -> Place:
        """A layer's call, or the first of `arguments` that it passes."""
        place, layer = self._layers.get(index, (self.fit(), None))
        for name in arguments:
            argument = layer.call.given(name) if layer is not None else None
            if argument is not None:
                made = name.endswith("initializer")  # an object that several layers may share
                return place._replace(span=_to_change(argument) if made else argument.span)
        return place

    def source_layer(self, index: int) -> Layer | None:
        """The layer as the source reads, when it was found there."""
        return self._layers[index][1] if index in self._layers else None

    # compile

    @property
    def compiled(self) -> Compile | None:
        """The `compile` in force when training began."""
        if self.model is None:
            return None
        before = [
            item for item in self.model.compiles if self.use is None or item.order < self.use.order
        ] or self.model.compiles
        return before[-1] if before else None

    def optimizer(self, *arguments: str) -> Place:
        """The first of `arguments` that the optimizer is given, else the optimizer, else `compile`."""
        compiled = self.compiled
        if compiled is None or self.program is None:
            return self._compile_site()
        optimizer = compiled.optimizer
        if optimizer is None:
            return self._of_call(compiled.call, "optimizer")
        for name in arguments:
            given = optimizer.call.given(name) if optimizer.call is not None else None
            if given is not None:
                return Place(self.program.document, _to_change(given), "source")
        span = optimizer.call.callee if optimizer.call is not None else optimizer.span
        return Place(self.program.document, span, "source")

    def learning_rate(self) -> Place:
        """Where the learning rate is given, else the optimizer."""
        return self.optimizer("learning_rate", "lr")

    def schedule(self) -> Place:
        """How long the schedule of the learning rate decays, else where the rate is given."""
        optimizer = self.compiled.optimizer if self.compiled is not None else None
        if optimizer is None or not isinstance(optimizer.learning_rate, Call) or self.program is None:
            return self.learning_rate()
        return Place(self.program.document, optimizer.learning_rate.where("decay_steps"), "source")

    def loss(self) -> Place:
        """The loss, else `compile`."""
        compiled = self.compiled
        if compiled is None or self.program is None:
            return self._compile_site()
        if compiled.losses:
            return Place(self.program.document, compiled.losses[0].span, "source")
        return self._of_call(compiled.call, "loss")

    def _compile_site(self) -> Place:
        found = self.sources.span(self.trace.compiled) if self.trace.compiled is not None else None
        if found is None:
            return self.fit()
        program, span = found
        return Place(program.document, _callee(program.document, span, "compile"), "site")

    def _of_call(self, call: Call | None, *arguments: str) -> Place:
        if call is None or self.program is None:
            return self._compile_site()
        given = next((item for name in arguments if (item := call.given(name)) is not None), None)
        return Place(self.program.document, call.callee if given is None else given.span, "source")

    # fit and data

    def fit(self, *arguments: str) -> Place:
        """The first of `arguments` that `fit` passes, else the name `fit` itself."""
        if self.use is not None and self.use.call is not None and self.program is not None:
            return self._of_call(self.use.call, *arguments)
        if self._fit_span is not None:
            program, span = self._fit_span
            return Place(program.document, _callee(program.document, span, "fit"), "fit")
        document = self.sources.programs[0].document if self.sources.programs else Document("", "")
        return Place(document, document.line_span(0), "fit")

    def batch_size(self) -> Place:
        """`batch_size=` of fit, else the `.batch(...)` of the dataset, else `fit`."""
        place = self.fit("batch_size")
        if self.use is not None and self.program is not None and isinstance(self.use.x, Dataset):
            for step in reversed(self.use.x.steps):
                if step.name.endswith(".batch"):
                    return Place(self.program.document, step.span, "source")
        return place

    def data(self, which: str = "x", *, reordered: bool = False) -> Place:
        """Where the features ("x"), the labels ("y") or the validation data ("validation") are made, else `fit`.

        With `reordered`, the last place where their rows were chosen or ordered anew.
        """
        if self.use is None or self.program is None or self.use.call is None:
            return self.fit()
        call = self.use.call
        names = ("validation_data",) if which == "validation" else (which,)
        given = next((item for name in names if (item := call.given(name)) is not None), None)
        value: Value = {"x": self.use.x, "y": self.use.y, "validation": self.use.validation}[which]
        if given is None and which == "y":  # in a dataset the labels come with the features
            given = call.given("x")
        if given is None:
            return self.fit()
        document = self.program.document
        span = origin(document, given.span, which, reordered=reordered)
        if span is not None:
            return Place(document, span, "source")
        if isinstance(value, (Array, Dataset)) and value.span.end:
            return Place(document, value.span, "source")
        return Place(document, given.span, "source")

    # numbers

    def of(self, origin: Origin) -> Place:
        """What a feature is about: a layer, an argument of `fit`, `compile` or the optimizer, the loss or the data."""
        arguments = (origin.argument,) if origin.argument else ()
        if origin.place in ("layer", "output") and origin.layer is not None:
            return self.layer(origin.layer, *arguments)
        if origin.place == "optimizer":
            return self.learning_rate() if origin.argument == "learning_rate" else self.optimizer(*arguments)
        if origin.place == "loss":
            return self.loss()
        if origin.place in ("x", "y"):
            return self.data(origin.place)
        if origin.place == "compile":
            return self._of_call(self.compiled.call if self.compiled is not None else None, *arguments)
        return self.batch_size() if origin.argument == "batch_size" else self.fit(*arguments)


# spans


def _normal(path: str) -> str:
    return os.path.normcase(os.path.abspath(path))


def _same_place(call: Span, site: Span) -> bool:
    """Whether a call of the source is what a site names: the same span, or on 3.10 a line that touches it."""
    return call == site or call.contains(site) or (site.contains(call) and call.start - site.start < 200)


def _callee(document: Document, span: Span, name: str) -> Span:
    """The called name inside a call's span."""
    text = document[span]
    position = text.find(name)
    if position < 0:
        return Span(span.start, min(span.end, document.line_span(span.start).end))
    return Span(span.start + position, span.start + position + len(name))


def _to_change(argument: Argument) -> Span:
    """The argument as written; of an object that was made elsewhere, the name of the call that made it."""
    value = argument.value
    if isinstance(value, Call) and value.callee.end and not argument.span.contains(value.callee):
        return value.callee
    return argument.span


def _given_name(layer: Layer) -> str:
    argument = layer.call.given("name")
    return argument.value if argument is not None and isinstance(argument.value, str) else ""
