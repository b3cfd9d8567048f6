"""The features of the source: one row for a program, and one for each place in it that a person could change.

Places are every layer, every loss, the arguments of the optimizer and of `fit`, and the data. Each number comes with
the spans that it was read from; a missing argument has the address of its call. What the source does not tell is the
neutral value of its feature and lowers `known`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from default_lint.features.static_layers import layers_of
from default_lint.features.static_model import Reading, readings
from default_lint.features.static_row import Row
from default_lint.features.static_training import PARTS
from default_lint.features.table_static import FEATURES, KINDS, Assumed, StaticFeature, names
from default_lint.frozen import dataclass
from default_lint.program.types import Program
from default_lint.text import Span


@dataclass(frozen=True)
class Static:
    """The row of a program.

    values   every feature of a program, in order, finite; an `Assumed` where the source does not tell it
    origins  where a number comes from
    known    share of what was asked of the source that it tells, 0 to 1
    """

    values: Mapping[str, float]
    origins: Mapping[str, tuple[Span, ...]]
    known: float


@dataclass(frozen=True)
class Site:
    """A place that a person could change, as one row.

    kind     which classifier judges it: "layer", "optimizer", "loss", "fit" or "data"
    name     what it is: "layer", "learning_rate", "epochs", "loss", "x", ...
    span     the token to change; `whole` the call that it belongs to
    values   every feature of its kind, in order, finite; an `Assumed` where the source does not tell it
    origins  where a number comes from; those without an own place are about the site
    known    share of what was asked of the source that it tells, 0 to 1
    label    as the source has it, in short
    """

    kind: str
    name: str
    span: Span
    whole: Span
    values: Mapping[str, float]
    origins: Mapping[str, tuple[Span, ...]]
    known: float
    label: str


def of(program: Program) -> Static | None:
    """The row of the program's main model: the one that is trained last; None when none is compiled and trained."""
    found = readings(program)
    if not found:
        return None
    reading = found[-1]
    row = Row("program")
    _context(row, reading, ("model", "head", "optimizer", "training", "data"))
    layers_of(reading).total(row)
    return Static(row.finished(), row.origins, row.known)


def sites(program: Program) -> tuple[Site, ...]:
    """All places of the models that are compiled and trained, each place once, in the order of the source."""
    found: dict[tuple[str, str, Span], Site] = {}
    for reading in readings(program):
        for site in _sites(reading):
            found.setdefault((site.kind, site.name, site.span), site)
    return tuple(sorted(found.values(), key=lambda site: (site.span.start, site.span.end, site.kind, site.name)))


def _sites(reading: Reading) -> Iterator[Site]:
    layered = layers_of(reading)
    for place in layered.places:
        row = Row("layer")
        layered.one(row, place)
        yield _site(reading, row, "layer", "layer", place.call.callee, place.call.span, KINDS["layer"][1:])
    for span in dict.fromkeys(found.span for found in reading.compile.losses or ()):
        yield _site(reading, Row("loss"), "loss", "loss", span, reading.compile.span, KINDS["loss"])
    for kind, places in (("optimizer", reading.optimizer_places()), ("fit", reading.fit_places())):
        for name, span, whole in places:
            row = Row(kind)
            row.choose("site.is", name)
            yield _site(reading, row, kind, name, span, whole, KINDS[kind][1:])
    for name, span in reading.data_places():
        row = Row("data")
        row.choose("site.is", name)
        yield _site(reading, row, "data", name, span, span, KINDS["data"][1:])


def _site(reading: Reading, row: Row, kind: str, name: str, span: Span, whole: Span, groups: tuple[str, ...]) -> Site:
    _context(row, reading, groups)
    text = reading.document[span].split("\n")[0]
    return Site(kind, name, span, whole, row.finished(), row.origins, row.known, text[:60])


def _context(row: Row, reading: Reading, groups: tuple[str, ...]) -> None:
    """Fill in what a row says about the model and its training."""
    for group in groups:
        if group == "model":
            layers_of(reading).model(row)
        else:
            PARTS[group](row, reading)


__all__ = ["FEATURES", "Assumed", "Site", "Static", "StaticFeature", "names", "of", "sites"]
