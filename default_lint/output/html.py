"""A diagnosis as one self-contained page: verdict, findings, curves, heat maps, tests, and the annotated source.

The page asks nothing of the network (its own policy forbids it) and holds no script; everything in it is escaped.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from default_lint.output import full, learned, links
from default_lint.output.charts import Chart, Heat, Series, Waterfall, chart, heat
from default_lint.output.evidence import TESTS, number, percent, real, seen, test_told
from default_lint.output.frame import line_text
from default_lint.output.run import columns_of, ending, hardware, places, progress, thinned, times, title
from default_lint.output.style import columns, plural, visible

if TYPE_CHECKING:
    from markupsafe import Markup

    from default_lint.findings import Diagnosis, Finding, Verification
    from default_lint.text import Document, Span
    from default_lint.trial.trace import Epoch, ModelTrace, Trace

LONG = 400  # lines from which on a source is shown around its annotations only
AROUND = 8  # lines shown around each


class Place(NamedTuple):
    """Where something stands: as people write it, and the anchor of its line."""

    text: str
    anchor: str


class Remark(NamedTuple):
    """A note or fix of a finding."""

    kind: str
    text: str
    place: Place | None = None
    changes: tuple[tuple[int, str, str], ...] = ()


class Card(NamedTuple):
    """One finding."""

    rank: int
    severity: str
    confidence: str
    rule: str
    url: str
    message: str
    place: Place
    evidence: str
    remarks: tuple[Remark, ...]


class Try(NamedTuple):
    """What trying a fix gave."""

    outcome: str
    title: str
    places: str
    told: str
    best: bool


class Tried(NamedTuple):
    """What trying fixes gave; the lines of the best one's diff with the sign each begins with."""

    tries: tuple[Try, ...]
    diff: tuple[tuple[str, str], ...]
    said: tuple[str, ...]


class Learned(NamedTuple):
    """One level of what the classifiers say; `places` stand beside the steps of the picture."""

    title: str
    about: str
    picture: Waterfall
    places: tuple[tuple[Place, ...], ...]
    linked: bool


class Underline(NamedTuple):
    """Part of a source line that is pointed at, in cells."""

    start: int
    size: int
    severity: str


class Line(NamedTuple):
    """One source line: highlighted, with what is pointed at and what is said below it; `gap` lines are left out."""

    number: int
    anchor: str
    code: Markup
    underlines: tuple[Underline, ...] = ()
    said: tuple[tuple[int, str, str], ...] = ()
    gap: int = 0
    cell: int | None = None


class Source(NamedTuple):
    """One file."""

    path: str
    lines: tuple[Line, ...]


class Training(NamedTuple):
    """One trained model."""

    title: str
    progress: str
    charts: tuple[Chart, ...]
    heats: tuple[Heat, ...]
    tests: tuple[tuple[str, str, bool], ...]
    sweep: Chart | None
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...] | None, ...]


def page(diagnosis: Diagnosis, trace: Trace, verification: Verification | None = None) -> str:
    """The page of a diagnosis."""
    return _render(
        "diagnosis.html.j2",
        title=f"{trace.script or 'Run'} · default-lint",
        script=trace.script,
        verdict=diagnosis.verdict,
        cards=cards(diagnosis),
        levels=levels(diagnosis, True),
        chain=learned.chain(diagnosis.levels),
        tried=None if verification is None else tried(verification),
        trainings=[training(model) for model in trace.models],
        sources=[source(document, index, diagnosis) for index, document in enumerate(_documents(diagnosis))],
        facts=facts(trace, _documents(diagnosis)),
        notes=trace.notes,
    )


def fragment(diagnosis: Diagnosis, trace: Trace) -> str:
    """The same without page and source, for the output of a notebook's cell."""
    return _render(
        "fragment.html.j2",
        verdict=diagnosis.verdict,
        cards=cards(diagnosis),
        levels=levels(diagnosis, False),
        chain=learned.chain(diagnosis.levels),
        trainings=[training(model) for model in trace.models],
        facts=facts(trace, _documents(diagnosis)),
        notes=trace.notes,
    )


def _render(name: str, **values: Any) -> str:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("default_lint.output"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["words"] = _words
    return environment.get_template(name).render(**values)


def _words(text: str) -> Markup:
    """A message as HTML: what stands in backticks is code."""
    from markupsafe import Markup, escape

    parts = text.split("`")
    if len(parts) % 2 == 0:
        return escape(text)
    pieces = (Markup("<code>{}</code>").format(part) if at % 2 else escape(part) for at, part in enumerate(parts))
    return Markup("").join(pieces)


def _documents(diagnosis: Diagnosis) -> list[Document]:
    """The files of the run, those with findings in the order of their first finding."""
    found = {document.path: document for document, _ in diagnosis.ranked}
    return list({**found, **{report.document.path: report.document for report in diagnosis.reports}}.values())


# findings


def cards(diagnosis: Diagnosis) -> list[Card]:
    """The findings, the most likely cause first."""
    files = [document.path for document in _documents(diagnosis)]
    found = []
    for rank, (document, finding) in enumerate(diagnosis.ranked, 1):
        place = partial(_place, document, files.index(document.path))
        found.append(
            Card(
                rank,
                finding.severity.label,
                finding.confidence.label,
                finding.rule,
                links.page(finding),
                finding.message,
                place(finding.span),
                seen(finding.evidence),
                tuple(_remarks(document, finding, place)),
            )
        )
    return found


def tried(verification: Verification) -> Tried:
    """The attempts, the diff of the best one, and what else is to be said."""
    tries = tuple(
        Try(each.outcome, each.title, places(each), each.told, each is verification.best)
        for each in verification.attempts
    )
    said = list(verification.notes)
    if verification.left:
        said.append(f"{plural(verification.left, 'more fix')} not tried")
    if verification.applied:
        said.append(f"applied to {', '.join(verification.applied)}")
    if verification.refused:
        said.append(f"not applied: {verification.refused}")
    diff = "" if verification.best is None else verification.best.diff
    rows = tuple(("" if row.startswith(("---", "+++")) else row[:1], row) for row in diff.split("\n")[:-1])
    return Tried(tries, rows, tuple(said))


def levels(diagnosis: Diagnosis, linked: bool) -> list[Learned]:
    """The levels that hold, with the places of their reasons, `linked` where the page has the source."""
    files = [document.path for document in _documents(diagnosis)]
    found = []
    for level in learned.telling(diagnosis.levels):
        rows: list[tuple[Place, ...]] = [()]  # of all programs together
        for reason in level.reasons:
            there = [(document, span) for document, span in reason.spans[:1] if document.path in files]
            rows.append(tuple(_place(document, files.index(document.path), span) for document, span in there))
        picture = learned.picture(level)
        rows += [()] * (len(picture.steps) - len(rows))
        where = "" if level.place is None else f"{learned.words(*level.place)} at {learned.at(*level.place)}"
        found.append(Learned(learned.title(level), where.replace("`", ""), picture, tuple(rows), linked))
    return found


def _remarks(document: Document, finding: Finding, place: Any) -> Iterator[Remark]:
    for note in finding.notes:
        yield Remark("note", note.text, place(note.span) if note.span else None)
    for index, fix in enumerate(finding.fixes):
        changes = tuple(full.diff(document, fix) or ()) if index == 0 else ()
        yield Remark("help" if index == 0 else "or", f"{fix.title} [{full.KINDS[fix.safety]}]", None, changes)


def _place(document: Document, file: int, span: Span) -> Place:
    return Place(links.written(document, document.locate(span.start)), f"s{file}-{_line_of(document, span.start) + 1}")


def _line_of(document: Document, offset: int) -> int:
    """0-based line of the joined text."""
    from bisect import bisect_right

    return bisect_right(document.line_starts, min(offset, len(document.text))) - 1


# the source


def source(document: Document, file: int, diagnosis: Diagnosis) -> Source:
    """A file with its findings at their lines."""
    underlines: dict[int, list[Underline]] = {}
    said: dict[int, list[tuple[int, str, str]]] = {}
    for rank, (where, finding) in enumerate(diagnosis.ranked, 1):
        if where.path != document.path:
            continue
        label = finding.severity.label
        said.setdefault(_last_line(document, finding.span), []).append((rank, label, finding.message))
        for line, underline in _underlined(document, finding.span, label):
            underlines.setdefault(line, []).append(underline)
        for note in finding.notes:
            if note.span is not None and note.span != finding.span:
                for line, underline in _underlined(document, note.span, "related"):
                    underlines.setdefault(line, []).append(underline)
    return Source(document.path, tuple(_lines(document, file, underlines, said)))


def _lines(
    document: Document,
    file: int,
    underlines: dict[int, list[Underline]],
    said: dict[int, list[tuple[int, str, str]]],
) -> Iterator[Line]:
    from markupsafe import Markup

    code = highlighted(document)
    marked = {*underlines, *said} or {0}
    count = len(code)
    kept: Sequence[int] = range(count)
    if count > LONG:
        kept = sorted({line for mark in marked for line in range(mark - AROUND, mark + AROUND + 1)} & set(range(count)))
    starts = {_line_of(document, cell.start): cell.number for cell in document.cells}
    before = -1
    for line in kept:
        if line > before + 1:
            yield Line(0, "", Markup(), gap=line - before - 1)
        before = line
        yield Line(
            document.locate(document.line_starts[line]).line,
            f"s{file}-{line + 1}",
            code[line],
            tuple(dict.fromkeys(underlines.get(line, ()))),
            tuple(said.get(line, ())),
            cell=starts.get(line),
        )
    if before < count - 1:
        yield Line(0, "", Markup(), gap=count - 1 - before)


def highlighted(document: Document) -> list[Markup]:
    """The lines of a source as HTML, colored by token; exactly one for each line of the document."""
    from markupsafe import Markup, escape
    from pygments import highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import PythonLexer

    shown = ["".join(map(visible, line_text(document, line))) for line in range(len(document.line_starts))]
    text = "\n".join(shown)
    html = highlight(text, PythonLexer(stripnl=False, ensurenl=False), HtmlFormatter(nowrap=True))
    rows = (
        html.removesuffix("\n").split("\n") if html.endswith("\n") and not text.endswith("\n\n") else html.split("\n")
    )
    rows = rows[: len(shown)]
    if len(rows) < len(shown):
        rows += [""] * (len(shown) - len(rows))
    if "".join(rows) == "":
        return [escape(line) for line in shown]
    return [Markup(row) for row in rows]  # made of escaped pieces by pygments


def _last_line(document: Document, span: Span) -> int:
    end = max(span.start, min(span.end, len(document.text)))
    while end > span.start and document.text[end - 1] in "\r\n":
        end -= 1
    return _line_of(document, end)


def _underlined(document: Document, span: Span, label: str) -> Iterator[tuple[int, Underline]]:
    """The part of each line that a span covers, without the indentation of the later ones."""
    first, last = _line_of(document, span.start), _last_line(document, span)
    for line in range(first, last + 1):
        start = document.line_starts[line]
        text = line_text(document, line)
        begin = span.start - start if line == first else len(text) - len(text.lstrip())
        end = min(span.end - start, len(text)) if line == last else len(text)
        cells = columns(text)
        left = cells[min(begin, len(text))]
        yield line, Underline(left, max(cells[max(end, begin)] - left if end > begin else 1, 1), label)


# the run


def facts(trace: Trace, documents: Sequence[Document]) -> list[tuple[str, str]]:
    """What a reader wants to know about the run, in few words."""
    found = [("Script", trace.script)]
    ended = ending(trace, documents)
    if ended:
        found.append(("Ended", ended))
    if trace.versions:
        found.append(("Versions", ", ".join(f"{name} {value}" for name, value in trace.versions.items())))
    name, _, value = times(trace).partition(": ")
    found.append((name, value))
    if trace.hardware:
        found.append(("Hardware", hardware(trace)))
    return [(name, value) for name, value in found if value]


def training(model: ModelTrace) -> Training:
    """Everything about one trained model."""
    found = columns_of(model)
    shown = thinned(len(model.epochs), 60)
    rows: list[tuple[str, ...] | None] = []
    for index in shown:
        if index is None:
            rows.append(None)
            continue
        epoch = model.epochs[index]
        mark = "" if epoch.complete else "*"
        rows.append((f"{epoch.number + 1}{mark}", *(column.show(column.values[index]) for column in found)))
    tests = [
        (TESTS.get(name, name.replace("_", " ")), test_told(name, result), bool(result.get("skipped")))
        for name, result in sorted(model.tests.items(), key=lambda entry: _order(entry[0]))
    ]
    return Training(
        title(model),
        progress(model),
        tuple(curves(model)),
        tuple(heats(model)),
        tuple(tests),
        sweep(model.tests.get("rate_sweep", {})),
        ("epoch", *(column.name for column in found)),
        tuple(rows),
    )


def _order(name: str) -> tuple[int, str]:
    known = list(TESTS)
    return (known.index(name) if name in known else len(known), name)


def curves(model: ModelTrace) -> Iterator[Chart]:
    """Loss, then each metric, with their validation; then the gradient's norm."""
    epochs = model.epochs
    names = dict.fromkeys(name.removeprefix("val_") for epoch in epochs for name in epoch.logs)
    names.pop("lr", None), names.pop("learning_rate", None)
    for name in sorted(names, key=lambda name: name != "loss"):
        series = [
            Series("training", "training", _logged(epochs, name)),
            Series("validation", "validation", _logged(epochs, f"val_{name}")),
        ]
        if name == "loss":
            series.insert(0, Series("batch", "batch", tuple(_batches(epochs))))
        drawn = chart(name, series)
        if drawn is not None:
            yield drawn
    gradient = tuple((epoch.number + 1.0, epoch.measures.get("gradient_norm")) for epoch in _with_start(model))
    drawn = chart("gradient norm", [Series("gradient norm", "training", gradient)])
    if drawn is not None:
        yield drawn


def _logged(epochs: Sequence[Epoch], name: str) -> tuple[tuple[float, float | None], ...]:
    return tuple((epoch.number + 1.0, epoch.logs.get(name)) for epoch in epochs)


def _batches(epochs: Sequence[Epoch]) -> Iterator[tuple[float, float | None]]:
    """The loss of batches, each at its share of its epoch."""
    for epoch in epochs:
        if len(epoch.losses) > 1:
            for index, loss in enumerate(epoch.losses, 1):
                yield epoch.number + index / len(epoch.losses), loss


def _with_start(model: ModelTrace) -> tuple[Epoch, ...]:
    return (*((model.start,) if model.start is not None else ()), *model.epochs)


def heats(model: ModelTrace) -> Iterator[Heat]:
    """Layers over epochs: gradient, size of the outputs, dead and saturated shares."""
    epochs = _with_start(model)
    numbers = [epoch.number + 1 for epoch in epochs]
    pictures: tuple[tuple[str, str, str, Any, Any], ...] = (
        ("Gradient", "norm of the gradient of each layer's weights, logarithmic", "gradient_norm", None, number),
        ("Output", "standard deviation of each layer's outputs, logarithmic", "activation_std", None, number),
        ("Dead", "share of units that are zero for every sample", "activation_dead", (0.0, 1.0), percent),
        ("Saturated", "share of outputs in the flat tails", "activation_saturated", (0.0, 1.0), percent),
    )
    for name, about, measure, scale, show in pictures:
        rows = []
        for layer in model.layers:
            if measure == "activation_saturated" and layer.index in model.outputs:
                continue  # a sure output is meant to saturate
            line = f", line {layer.site.line}" if layer.site else ""
            said = f"{layer.kind}{f' ({layer.activation})' if layer.activation else ''}{line}"
            values = [epoch.layers.get(layer.index, {}).get(measure) for epoch in epochs]
            rows.append((layer.name, said, values))
        if name == "Saturated" and not any(value for _, _, values in rows for value in values):
            continue
        drawn = heat(name, about, rows, numbers, scale=scale, show=show)
        if drawn is not None:
            yield drawn


def sweep(result: Any) -> Chart | None:
    """The learning-rate sweep: loss at the end by rate, the range that learns, the rate of the script."""
    rates = [real(rate) for rate in result.get("rates") or ()]
    if not rates or result.get("skipped"):
        return None
    ends = [real(value) for value in result.get("end") or ()]
    starts = [value for value in map(real, result.get("start") or ()) if math.isfinite(value)]
    ceiling = 3 * max(starts, default=1.0)
    points = tuple(
        (rate, end if math.isfinite(end) and end <= ceiling else math.inf)
        for rate, end in sorted(zip(rates, ends))
        if rate > 0
    )
    series = [Series("loss after the test", "training", points)]
    if starts:
        series.append(Series("loss before", "batch", ((min(rates), starts[0]), (max(rates), starts[0]))))
    learns = result.get("learns")
    current = result.get("current")
    return chart(
        "loss after a short training, by learning rate",
        series,
        x_title="rate",
        x_logarithmic=True,
        band=(real(learns[0]), real(learns[1])) if learns else None,
        line=(real(current), "the script's") if current is not None and real(current) > 0 else None,
    )
