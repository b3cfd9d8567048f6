"""A run as the classifiers see it: its numbers, those of the source that made it, and where each of them comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

from default_lint.diagnosis.explain import reasons
from default_lint.diagnosis.suspicion import KNOWN
from default_lint.features.dynamic import FIRST
from default_lint.features.static import Static
from default_lint.features.static import of as static_of
from default_lint.findings import Learned, Level
from default_lint.program.types import Program
from default_lint.text import Document, Span
from default_lint.trial.observations.base import Sight

if TYPE_CHECKING:
    from default_lint.diagnosis.bundle import Bundle, Model


class Sample:
    """The main model of a run; see `default_lint.trial.trace.main_model`."""

    def __init__(self, sight: Sight) -> None:
        self.sight = sight

    @property
    def program(self) -> Program | None:
        """The source of the model, in the reading that has its layers."""
        return self.sight.places.program

    @cached_property
    def static(self) -> Static | None:
        """The numbers of the source; None when it does not tell enough, or tells of another model."""
        program, use = self.program, self.sight.places.use
        if program is None or use is None:
            return None
        fits = [fit for model in program.models for fit in model.fits if model.compiles]
        if not fits or max(fits, key=lambda fit: fit.order).span != use.span:
            return None
        found = static_of(program)
        return found if found is not None and found.known >= KNOWN else None

    @cached_property
    def first(self) -> int | None:
        """How many first epochs the classifiers are told of, one of FIRST; None: all, of a training that was not cut.

        The numbers of a healthy run after one epoch are those of a faulty one after ten, so that each number of epochs
        has classifiers of its own.
        """
        model = self.sight.model
        if not model.capped:
            return None
        return max((first for first in FIRST if first <= len(model.complete)), default=FIRST[0])

    @cached_property
    def values(self) -> Mapping[str, float]:
        """Everything that is known, by feature."""
        return {**(self.static.values if self.static is not None else {}), **self.sight.features.row(self.first)}

    def model(self, bundle: Bundle, name: str) -> Model | None:
        """The classifier `<name>.<level>` for what is known: with source and run, else with the run alone."""
        epochs = "" if self.first is None else str(self.first)
        for level in ("both", "dynamic") if self.static is not None else ("dynamic",):
            model = bundle.model(f"{name}.{level}{epochs}")
            if model is not None and model.speaks:
                return model
        return None

    def level(self, stage: str, label: str, model: Model, learned: Learned, family: str = "") -> Level:
        """What a classifier says, with its reasons and their places."""
        found = reasons(learned, model, self.values, self.spans)
        return Level(stage, label, learned, model.threshold, learned.probability >= model.threshold, found, family)

    def spans(self, feature: str) -> Iterator[tuple[Document, Span]]:
        """Where a number comes from, the most telling place first."""
        if self.static is not None and self.program is not None and feature in self.static.values:
            for span in self.static.origins.get(feature, ()):
                yield self.program.document, span
            return
        for origin in self.sight.features.origins(feature):
            place = self.sight.places.of(origin)
            yield place.document, place.span
