"""A diagnosis on the terminal: the verdict, the run as a table with sparklines, the findings, what to try first."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from textwrap import wrap
from typing import TYPE_CHECKING, NamedTuple, TextIO

from default_lint.findings import CRASHED, HELPS, UNCLEAR, WORSE
from default_lint.output import View, full, learned, links
from default_lint.output.evidence import TESTS, count, duration, notable, number, percent, short, test_told
from default_lint.output.style import clean, pad, paint, plural, width
from default_lint.trial.trace import windows

if TYPE_CHECKING:
    from default_lint.findings import Attempt, Diagnosis, Verification
    from default_lint.text import Document
    from default_lint.trial.trace import Epoch, LayerTrace, ModelTrace, Site, Trace

ROWS = 12  # epochs that a table shows; more are thinned in the middle
SHOWN_MODELS = 3
USUAL = 100  # cells of a line when the output is no terminal
BARS = "▁▂▃▄▅▆▇█"
PLAIN_BARS = "_.-:=+*#"
SPREAD = 100.0  # largest over smallest value from which on a sparkline is logarithmic
NARROWEST_BAR = 6
WIDEST_BAR = 12


class Column(NamedTuple):
    """One quantity over the epochs of a model; None where it was not measured."""

    name: str
    values: tuple[float | None, ...]
    show: Callable[[float | None], str] = number

    @property
    def known(self) -> bool:
        """True when any epoch has it."""
        return any(value is not None for value in self.values)


class Marks(NamedTuple):
    """The signs that the output's encoding may lack."""

    bars: str
    gap: str
    dot: str
    faulty: str
    healthy: str
    unclear: str

    def plain(self, text: str) -> str:
        """`text` without the typographic signs that this output cannot show."""
        return text if self is SIGNS else text.translate(_TRANSLITERATED)


SIGNS = Marks(BARS, "⋮", "·", "✗", "✓", "?")
ASCII = Marks(PLAIN_BARS, ":", "-", "x", "ok", "?")
_TRANSLITERATED = str.maketrans({"…": "~", "—": "-", "→": ">"})


def marks_of(out: TextIO) -> Marks:
    """The signs that a stream can show."""
    try:
        "".join(SIGNS[:-1]).encode(getattr(out, "encoding", None) or "utf-8")
    except (LookupError, UnicodeEncodeError):
        return ASCII
    return SIGNS


def spark(values: Sequence[float | None], size: int, bars: str = BARS) -> str:
    """`values` as bars, at most `size` of them: means of equal shares of the run, `!` where a value is not finite.

    Values that spread widely are drawn by their logarithm.
    """
    if not values or size < 1:
        return ""
    drawn_bars = min(size, len(values))
    edges = [len(values) * at // drawn_bars for at in range(drawn_bars + 1)]
    means = [_mean(values[start:end]) for start, end in pairwise(edges)]
    finite = [value for value in means if value is not None and math.isfinite(value)]
    if finite and min(finite) > 0 and max(finite) > SPREAD * min(finite):
        means = [value if value is None or math.isnan(value) else math.log(value) for value in means]
        finite = [math.log(value) for value in finite]
    low, high = (min(finite), max(finite)) if finite else (0.0, 0.0)
    drawn = []
    for value in means:
        if value is None:
            drawn.append(" ")
        elif not math.isfinite(value):
            drawn.append("!")
        elif high - low <= 1e-9 * max(abs(high), abs(low)):
            drawn.append(bars[0])
        else:
            drawn.append(bars[min(int((value - low) / (high - low) * len(bars)), len(bars) - 1)])
    return "".join(drawn)


def _mean(values: Sequence[float | None]) -> float | None:
    """None without any value, NaN when one is not finite or their sum is beyond what a float holds."""
    known = [value for value in values if value is not None]
    if not known:
        return None
    mean = sum(value / len(known) for value in known)
    return mean if math.isfinite(mean) else math.nan


def columns_of(model: ModelTrace) -> list[Column]:
    """What is worth a column, the most telling first; what never differs from zero or one rate is left out."""
    epochs = model.epochs
    names = list(dict.fromkeys(name for epoch in epochs for name in epoch.logs))
    training = [name for name in names if not name.startswith("val_") and name not in ("lr", "learning_rate")]
    training.sort(key=lambda name: name != "loss")
    hidden = [layer for layer in model.layers if layer.index not in model.outputs]  # a sure output is meant to saturate
    found = []
    for name in training[:2]:
        found += [_logged(epochs, name), _logged(epochs, f"val_{name}")]
    found += [
        Column("gradient", _measured(epochs, "gradient_norm")),
        Column("dead units", tuple(mean_of(epoch, model.layers, "activation_dead") for epoch in epochs), _share),
        Column("saturated", tuple(mean_of(epoch, hidden, "activation_saturated") for epoch in epochs), _share),
        Column("rate", tuple(epoch.learning_rate for epoch in epochs), short),
        Column("not finite", _nonfinite(epochs), _count),
    ]
    for name in training[2:]:
        found += [_logged(epochs, name), _logged(epochs, f"val_{name}")]
    return [column for column in found if column.known and _tells(column)]


def _tells(column: Column) -> bool:
    if column.name in ("dead units", "saturated", "not finite"):
        return any(column.values)
    return column.name != "rate" or len({value for value in column.values if value is not None}) > 1


def _logged(epochs: Sequence[Epoch], name: str) -> Column:
    return Column(name, tuple(epoch.logs.get(name) for epoch in epochs))


def _measured(epochs: Sequence[Epoch], name: str) -> tuple[float | None, ...]:
    return tuple(epoch.measures.get(name) for epoch in epochs)


def _nonfinite(epochs: Sequence[Epoch]) -> tuple[float | None, ...]:
    names = ("nonfinite_weights", "nonfinite_gradients", "nonfinite_activations")
    rows = [[epoch.measures[name] for name in names if name in epoch.measures] for epoch in epochs]
    return tuple(sum(row) if row else None for row in rows)


def _share(value: float | None) -> str:
    return number(None) if value is None else percent(value)


def _count(value: float | None) -> str:
    return number(None) if value is None else count(value)


def mean_of(epoch: Epoch, layers: Sequence[LayerTrace], measure: str) -> float | None:
    """A measure of layers as one share, each layer weighted by its units; None when no layer has it."""
    total = weight = 0.0
    for layer in layers:
        value = epoch.layers.get(layer.index, {}).get(measure)
        if value is not None and math.isfinite(value):
            units = layer.output[-1] if layer.output and layer.output[-1] else 1
            total, weight = total + value * units, weight + units
    return total / weight if weight else None


def thinned(count: int, rows: int = ROWS) -> list[int | None]:
    """Which of `count` epochs to show: all, or the first and the last with None for those between."""
    if count <= rows:
        return list(range(count))
    first = (rows - 1) // 2
    return [*range(first), None, *range(count - (rows - 1 - first), count)]


def table(model: ModelTrace, view: View, marks: Marks = SIGNS) -> list[str]:
    """The epochs of a model as lines, a sparkline under the head of each column; what does not fit is named below."""
    limit = view.width or USUAL
    columns = columns_of(model)
    if not model.epochs:
        return []
    rows = thinned(len(model.epochs))
    first = ["epoch", *(_epoch(model.epochs[row]) for row in rows if row is not None)]
    size = max(map(width, first))
    cells: list[tuple[Column, list[str], int]] = []
    left_out: list[str] = []
    used = size + 2
    for column in columns:
        texts = [marks.plain(column.show(column.values[row])) for row in rows if row is not None]
        bar = min(len(model.epochs), WIDEST_BAR if len(columns) < 6 else NARROWEST_BAR) if len(model.epochs) > 1 else 0
        wide = max(width(clean(column.name)), bar, *map(width, texts))
        if used + 2 + wide > limit and cells:
            left_out.append(column.name)
            continue
        used += 2 + wide
        cells.append((column, texts, wide))
    head = "  ".join([pad("epoch", size, True), *(pad(clean(column.name), wide, True) for column, _, wide in cells)])
    lines = ["  " + paint(head, "bold", view.color)]
    if len(model.epochs) > 1:
        bars = (pad(spark(column.values, wide, marks.bars), wide, True) for column, _, wide in cells)
        lines.append("  " + paint("  ".join([" " * size, *bars]).rstrip(), "gutter", view.color))
    lines += _rows(model, rows, cells, size, view, marks)
    if any(not epoch.complete for epoch in model.epochs):
        steps = next(epoch.steps for epoch in reversed(model.epochs) if not epoch.complete)
        lines.append("  " + paint(f"* ended after {steps:,} batch{'' if steps == 1 else 'es'}", "dim", view.color))
    if left_out:
        lines += _wrapped("not shown: " + ", ".join(left_out), view, "  ", style="dim")
    return lines


def _rows(
    model: ModelTrace,
    rows: Sequence[int | None],
    cells: Sequence[tuple[Column, list[str], int]],
    size: int,
    view: View,
    marks: Marks,
) -> Iterator[str]:
    shown = 0
    for row in rows:
        if row is None:
            yield "  " + paint(pad(marks.gap, size, True), "dim", view.color)
            continue
        texts = []
        for column, values, wide in cells:
            value = column.values[row]
            bad = value is not None and not math.isfinite(value)
            texts.append(paint(pad(values[shown], wide, True), "error", view.color and bad))
        yield "  " + "  ".join([pad(_epoch(model.epochs[row]), size, True), *texts])
        shown += 1


def _epoch(epoch: Epoch) -> str:
    """The number that Keras prints, counted from 1; `*` when it was not finished."""
    return f"{epoch.number + 1}{'' if epoch.complete else '*'}"


def title(model: ModelTrace) -> str:
    """One line about a model and how it was trained."""
    parameters = sum(layer.parameters for layer in model.layers)
    facts = [f"{model.kind} `{model.name}`"] if model.name else [model.kind]
    facts[0] += f": {plural(len(model.layers), 'layer')}, {plural(parameters, 'parameter')}" if model.layers else ""
    optimizer = model.optimizer.get("class") or model.optimizer.get("name")
    if optimizer:
        rate = model.optimizer.get("learning_rate")
        given = f" at {short(float(rate))}" if isinstance(rate, (int, float)) else ""
        facts.append(f"{optimizer}{given}")
    if model.losses:
        facts.append(" + ".join(dict.fromkeys(model.losses)))
    samples, batch = model.data.get("samples"), model.data.get("batch")
    if samples:
        facts.append(f"{plural(int(samples), 'sample')}{f' in batches of {batch}' if batch else ''}")
    return ", ".join(facts)


def progress(model: ModelTrace) -> str:
    """How much of what was asked the training did: "3 of 20 epochs"."""
    done = len(model.complete)
    asked = model.asked.get("epochs")
    if isinstance(asked, int) and asked > done and len(model.fits) < 2:
        return f"{done} of {windows(asked, model.window)}"
    return windows(done, model.window)


def ending(trace: Trace, documents: Iterable[Document] = ()) -> str:
    """How the run ended when it did not just finish; "" when it did."""
    ended = trace.ended
    if ended.kind in ("finished", ""):
        return ""
    where = f" ({written(ended.site, documents)})" if ended.site else ""
    return (ended.message or _ENDINGS.get(ended.kind, ended.kind)) + where


def written(site: Site, documents: Iterable[Document]) -> str:
    """The line of a site as people find it: in the document as they named it, and its cell."""
    path = os.path.abspath(site.file)
    for document in documents:
        if os.path.abspath(document.path) == path and site.line <= len(document.line_starts):
            place = document.locate(document.line_starts[site.line - 1])
            cell = "" if place.cell is None else f"cell {place.cell}:"
            return f"{document.path}:{cell}{place.line}"
    here = os.getcwd() + os.sep
    return f"{path.removeprefix(here)}:{site.line}"


_ENDINGS = {
    "budget": "training was ended by the budget",
    "error": "the script raised an exception",
    "exit": "the script ended itself",
    "signal": "the script crashed",
    "hang": "the script gave no answer and was ended",
    "limit": "the script went beyond a limit and was ended",
    "cancelled": "cancelled",
    "unstarted": "the script did not start",
}


def times(trace: Trace) -> str:
    """Where the time went: the training, our own tests, and all."""
    training = sum(epoch.seconds for model in trace.models for epoch in model.epochs)
    tests = sum(float(result.get("seconds") or 0) for model in trace.models for result in model.tests.values())
    parts = [f"training {duration(training)}"]
    if any(model.tests for model in trace.models):
        parts.append(f"own tests {duration(tests)}")
    if trace.seconds:
        parts.append(f"all {duration(trace.seconds)}")
    return "Time: " + ", ".join(parts)


def hardware(trace: Trace) -> str:
    """What the machine did, for people only."""
    told = {
        "cpu": "processor {:.0f} % of one",
        "memory": "peak memory {:,.0f} MiB",
        "gpu_memory": "accelerator {:,.0f} MiB",
    }
    return ", ".join(told[name].format(value) for name, value in trace.hardware.items() if name in told)


def write(
    diagnosis: Diagnosis, trace: Trace, out: TextIO, view: View, verification: Verification | None = None
) -> None:
    """Write everything; the findings as `check` writes them, the most likely cause first.

    The diff of the best fix comes last and as it is, so that `git apply` can read it from what was written.
    """
    marks = marks_of(out)
    blocks = [_verdict(diagnosis, view, marks), _learned(diagnosis, view)]
    blocks += _runs(trace, [report.document for report in diagnosis.reports], view, marks)
    for document, finding in diagnosis.ranked:
        blocks.append(full.render(document, finding, view))
    if verification is not None:
        blocks.append(_tried(verification, view, marks))
    if diagnosis.verdict.first:
        blocks.append(_wrapped(diagnosis.verdict.first, view, lead="Try first: ", style_of_lead="help"))
    blocks.append(_notes(trace, view))
    if verification is not None and verification.best is not None and verification.best.diff:
        blocks.append(_wrapped(f"The change that helps{_written(verification)}:", view, style="bold"))
    text = "\n\n".join("\n".join(block) for block in blocks if block) + "\n"
    out.write(marks.plain(text))
    if verification is not None and verification.best is not None:
        out.write("".join(f"{line}\n" for line in _patch(verification.best.diff, view)))


def _verdict(diagnosis: Diagnosis, view: View, marks: Marks) -> list[str]:
    faulty = diagnosis.verdict.faulty
    sign, style = (
        (marks.unclear, "note") if faulty is None else (marks.faulty, "error") if faulty else (marks.healthy, "added")
    )
    return _wrapped(diagnosis.verdict.sentence, view, lead=f"{sign} ", style="bold", style_of_lead=style)


def _learned(diagnosis: Diagnosis, view: View) -> list[str]:
    """The three levels in one line, and the reasons of those that hold."""
    said = learned.chain(diagnosis.levels)
    if not said:
        return []
    lines = _wrapped(said, view, lead="Classifiers: ", style_of_lead="note")
    for level in learned.telling(diagnosis.levels):
        lines += _wrapped(learned.title(level), view, "  ", style="bold")
        for reason in level.reasons[: learned.TOLD]:
            where = learned.places(reason)
            lines += _wrapped(f"{reason.text}{f', {where}' if where else ''}", view, "    ", hang=2)
    return lines


def _runs(trace: Trace, documents: Sequence[Document], view: View, marks: Marks) -> list[list[str]]:
    blocks = []
    for model in trace.models[:SHOWN_MODELS]:
        head = _wrapped(f"{title(model)}; {progress(model)}", view)
        blocks.append([*head, *table(model, view, marks)])
        tests = _tests(model, view)
        if tests:
            blocks.append(tests)
    more = len(trace.models) - SHOWN_MODELS
    if more > 0:
        blocks.append([f"{plural(more, 'more model')} trained; `--html FILE` shows all."])
    ended = ending(trace, documents)
    if ended:
        style = "dim" if trace.ended.kind in ("budget", "exit", "cancelled") else "warning"
        blocks.append(_wrapped(f"{ended[0].upper()}{ended[1:]}", view, lead="Ended: ", style_of_lead=style))
    return blocks


def _tests(model: ModelTrace, view: View) -> list[str]:
    """The tests of our own, one line each."""
    known = [name for name in TESTS if name in model.tests]
    known += [name for name in model.tests if name not in TESTS]
    lines: list[str] = []
    skipped: dict[str, list[str]] = {}  # by reason
    for name in known:
        result, title = model.tests[name], TESTS.get(name, name.replace("_", " "))
        if not notable(name, result):
            continue
        if result.get("skipped"):
            skipped.setdefault(str(result["skipped"]), []).append(title)
        else:
            lines += _wrapped(test_told(name, result), view, lead=f"  {title}: ", style_of_lead="dim", hang=4)
    for reason, titles in skipped.items():
        lines += _wrapped(f"{', '.join(titles)} ({reason})", view, lead="  not made: ", style_of_lead="dim", hang=4)
    return ["Own tests on a copy, after training", *lines] if lines else []


def _tried(verification: Verification, view: View, marks: Marks) -> list[str]:
    """What trying the fixes gave, a paragraph each."""
    lines = [paint("Fixes, each tried on a copy, with the same seeds and time", "bold", view.color)]
    if not verification.attempts:
        lines = _wrapped("No fix to try: no finding has one that can be applied", view)
    for attempt in verification.attempts:
        sign, style = outcome_of(attempt, marks)
        told = f"{attempt.outcome}: {attempt.title} ({places(attempt)}): {attempt.told}"
        lines += _wrapped(told, view, "  ", lead=f"{sign} ", style_of_lead=style)
    if verification.left:
        lines += _wrapped(f"{plural(verification.left, 'more fix')} not tried", view, "  ", style="dim")
    for note in verification.notes:
        lines += _wrapped(note, view, lead="Note: ", style_of_lead="note")
    if verification.refused:
        lines += _wrapped(verification.refused, view, lead="Not applied: ", style_of_lead="warning")
    return lines


def outcome_of(attempt: Attempt, marks: Marks) -> tuple[str, str]:
    """The sign of an outcome, and its style."""
    known = {HELPS: (marks.healthy, "added"), UNCLEAR: (marks.unclear, "note")}
    known.update(dict.fromkeys((WORSE, CRASHED), (marks.faulty, "error")))
    return known.get(attempt.outcome, (marks.dot, "dim"))


def places(attempt: Attempt) -> str:
    """Where the fixes of an attempt change the source."""
    found = []
    for part in attempt.parts:
        first = min(edit.span.start for edit in part.fix.edits)
        found.append(links.written(part.document, part.document.locate(first)).rpartition(":")[0])
    return ", ".join(dict.fromkeys(found))


def _written(verification: Verification) -> str:
    if verification.applied:
        return f", applied to {', '.join(verification.applied)}"
    return ", for `git apply` or `diagnose --verify-fixes --apply`" if not verification.refused else ""


def _patch(diff: str, view: View) -> list[str]:
    styles = {"---": "bold", "+++": "bold", "@": "gutter", "-": "removed", "+": "added"}
    found = []
    for line in diff.split("\n")[:-1]:
        style = next((style for start, style in styles.items() if line.startswith(start)), "")
        found.append(paint(line, style, view.color and bool(style)))
    return found


def _notes(trace: Trace, view: View) -> list[str]:
    lines = []
    for note in trace.notes:
        lines += _wrapped(note, view, lead="Note: ", style_of_lead="note")
    lines += _wrapped(times(trace), view, style="dim")
    if trace.hardware:
        lines += _wrapped(f"Hardware: {hardware(trace)}", view, style="dim")
    return lines


def _wrapped(
    text: str,
    view: View,
    indent: str = "",
    *,
    lead: str = "",
    style: str = "",
    style_of_lead: str = "",
    hang: int | None = None,
) -> list[str]:
    """A paragraph wrapped to the view, `lead` before its first line and the others below its text."""
    size = max((view.width or USUAL) - len(indent), 30)
    below = " " * (len(lead) if hang is None else hang)
    rows = wrap(clean(text), size, initial_indent=lead, subsequent_indent=below, break_on_hyphens=False) or [lead]
    shown = []
    for at, row in enumerate(rows):
        start = row[: len(lead)] if at == 0 else ""
        rest = row[len(start) :]
        start = paint(start, style_of_lead, view.color and bool(style_of_lead))
        shown.append(indent + start + paint(rest, style, view.color and bool(style)))
    return shown
