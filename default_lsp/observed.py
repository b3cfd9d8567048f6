"""What a run showed, kept while the source is edited: moved with the text, faded where the text changed.

An observation speaks about the text that ran. As long as the code around it is that of the run, it is shown as the run
gave it; once the code near it changed it is a hint which says so, and when its lines are gone it is gone. Texts are
compared, not histories: an edit that is taken back leaves no trace.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from default_lint.engine import analyze
from default_lint.engine import diagnose as judge
from default_lint.findings import Diagnosis, Finding, Learned, Note, Observed, Report, Rule, Severity
from default_lint.fixing import restrict
from default_lint.lexis import COMMENT, STRING
from default_lint.settings import SYNTAX_ERROR, Settings, observation_names
from default_lint.suppression import suppress
from default_lint.text import Document, Span
from default_lint.trial.trace import Trace
from default_lsp.carry import Shift, fix_at
from default_lsp.runs import key_of

NEAR = 2  # lines of code around a place that belong to it
STALE = "from a run before the latest edits here; run it again to see whether it still holds"
RECALLED = "a run before the latest edits here showed"
KEPT = 8  # settings and texts for which the answer is remembered

_COMMENT = re.compile(rf"(?P<comment>{COMMENT})|{STRING}", re.DOTALL)
_LINE_END = re.compile(r"\r\n|\r|\n")


class Observations:
    """What one run showed about each document that took part in it; `settings` are those of the diagnosis."""

    def __init__(self, diagnosis: Diagnosis, trace: Trace, settings: Settings | None = None) -> None:
        self.trace = trace
        self.documents = tuple(report.document for report in diagnosis.reports)
        self._by_path = {key_of(document.path): number for number, document in enumerate(self.documents)}
        self._whole = _Kept(self._reports)
        if settings is not None:
            self._whole.known[settings] = diagnosis.reports
        self._rules = _Kept(lambda wanted: tuple(analyze(document, wanted)[0] for document in self.documents))

    @property
    def script(self) -> str:
        """The path of what was run; "" when nothing of it could be read."""
        return self.documents[0].path if self.documents else ""

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths of the documents that took part."""
        return tuple(document.path for document in self.documents)

    def prepare(self, settings: Settings) -> None:
        """Do now what the first edit would have to wait for."""
        self._rules(settings)

    def merge(self, report: Report, settings: Settings) -> tuple[Finding, ...]:
        """What to show of a document: the findings of its present text, and what the run showed.

        For the text that ran these are the findings of `default_lint.engine.diagnose`. Of their fixes those are offered
        that the settings want.
        """
        number = self._by_path.get(key_of(report.document.path))
        if number is None:
            return report.findings
        whole = self._whole(settings)[number]
        if not any(_observed(finding) for finding in whole.findings):
            return report.findings
        ran = self.documents[number]
        if (ran.text, ran.cells) == (report.document.text, report.document.cells):
            found = whole.findings
        else:
            found = _merged(whole, self._rules(settings)[number], report, settings)
        return restrict(replace(report, findings=found), settings).findings

    def _reports(self, settings: Settings) -> tuple[Report, ...]:
        return judge(self.documents, settings, self.trace).reports


class _Kept:
    """Remembers the reports for the settings that were asked for last."""

    def __init__(self, make: Callable[[Settings], tuple[Report, ...]]) -> None:
        self.make = make
        self.known: dict[Settings, tuple[Report, ...]] = {}

    def __call__(self, settings: Settings) -> tuple[Report, ...]:
        found = self.known.get(settings)
        if found is None:
            found = self.make(settings)
            while len(self.known) >= KEPT:
                self.known.pop(next(iter(self.known)), None)
            self.known[settings] = found
        return found


def _observed(finding: Finding) -> bool:
    return any(isinstance(piece, Observed) for piece in finding.evidence)


# The findings of a text that was edited since


def _merged(ran: Report, rules: Report, report: Report, settings: Settings) -> tuple[Finding, ...]:
    """The findings of a report with those of a run; `ran` and `rules` are about the text that ran."""
    move = _Move(ran.document, report.document)
    shown = list(report.findings)
    added: list[Finding] = []
    for finding in ran.findings:
        place = move.place(finding.span) if _observed(finding) else None
        if place is None:
            continue
        present = next((at for at, other in enumerate(shown) if _same(finding, place, other)), None)
        if move.untouched(finding) and _holds(finding, None if present is None else shown[present], rules, report):
            told = None if present is None else shown[present]
            shown = [other for other in shown if other is not told and not _absorbed(finding, place, other, report)]
            added.append(move.finding(finding))
        elif present is None:
            added.append(move.hint(_as_observed(finding), place))
        else:
            shown[present] = _recalling(shown[present], _said(finding))
    added = list({(finding.rule, finding.span): finding for finding in reversed(added)}.values())
    allowed = {id(finding) for finding in added}
    kept = suppress(added, report.document, settings)[0]
    return tuple(sorted([*shown, *(finding for finding in kept if id(finding) in allowed)], key=Finding.place))


def _recalling(finding: Finding, said: Sequence[str]) -> Finding:
    """A finding of the present text with what a run before it showed there."""
    if not said:
        return finding
    return replace(finding, notes=(*finding.notes, Note(f"{RECALLED}: {'; '.join(said)}")))


def _said(finding: Finding) -> list[str]:
    """What observations say within a finding of a rule; fusion puts it there."""
    heads = ("also: ", "it explains: ")
    return [note.text.removeprefix(head) for note in finding.notes for head in heads if note.text.startswith(head)]


def _as_observed(finding: Finding) -> Finding:
    """A finding without what a rule says in it, which the source may have changed: the run showed what it showed."""
    pieces = tuple(piece for piece in finding.evidence if isinstance(piece, Observed))
    names = {name.name: name for name in observation_names()}
    name = names.get(pieces[0].name)
    said = _said(finding)
    if finding.rule in names or name is None or not said:
        return finding
    notes = tuple(Note(text) for text in said[1:])
    return replace(
        finding,
        rule=name.name,
        code=name.code,
        family=name.family,
        message=said[0],
        evidence=pieces,
        notes=notes,
    )


def _same(finding: Finding, place: Span, other: Finding) -> bool:
    """Whether a finding of the present text is what the run's finding was made of."""
    return other.rule == finding.rule and (other.span == place or other.span.overlaps(place))


def _holds(finding: Finding, present: Finding | None, rules: Report, report: Report) -> bool:
    """Whether a rule that is part of a finding still says the same; nobody can tell while Python cannot parse it."""
    if any(other.rule == SYNTAX_ERROR.name for other in report.findings):
        return True
    if not any(isinstance(piece, Rule) for piece in finding.evidence):
        return True
    if present is not None:
        return present.message == finding.message
    return not any(other.rule == finding.rule and other.span == finding.span for other in rules.findings)


def _absorbed(finding: Finding, place: Span, other: Finding, report: Report) -> bool:
    """Whether another finding is told among the notes of this one."""
    line = report.document.line_span(place.start)
    here = other.span.overlaps(place) or line.contains(Span(other.span.start, other.span.start))
    suspicion = all(isinstance(piece, Learned) for piece in other.evidence)
    if suspicion and other.span.overlaps(place):
        return _classifiers(other) <= _classifiers(finding)
    return here and any(note.text == f"also: {other.message}" for note in finding.notes)


def _classifiers(finding: Finding) -> set[str]:
    """Those that a finding quotes."""
    return {piece.model for piece in finding.evidence if isinstance(piece, Learned)}


class _Move:
    """From the text that ran to the present one."""

    def __init__(self, old: Document, new: Document) -> None:
        self.old = old
        self.new = new
        self._shift = Shift(old.text, new.text)
        self._before = _Code(old)
        self._after = _Code(new)

    def span(self, span: Span) -> Span | None:
        """Where the same words stand now."""
        moved = self._shift.span(span)
        return moved if moved is not None and self.new[moved] == self.old[span] else None

    def place(self, span: Span) -> Span | None:
        """Where a span is now, its words or what stands in their place; None when nothing does."""
        moved = self.span(span)
        if moved is None:
            moved = self._within_line(span) or self._between_lines(span)
        return None if moved is None else self._clipped(moved)

    def _within_line(self, span: Span) -> Span | None:
        """What stands between the rest of its line before and after it."""
        before = self._part(Span(self.old.line_span(span.start).start, span.start))
        after = self._part(Span(span.end, self._before.end(span.end)))
        if before is not None:
            end = after.start if after is not None else self._after.end(before.end)
            found = Span(before.end, end)
        elif after is not None:
            found = Span(self.new.line_span(after.start).start, after.start)
        else:
            return None
        return self._words(found) or self._words(self.new.line_span(found.start))

    def _part(self, span: Span) -> Span | None:
        """Where a part of a line is now that holds anything."""
        return self.span(span) if self.old[span].strip() else None

    def _between_lines(self, span: Span) -> Span | None:
        """The first line of code that stands between the nearest ones that are still there."""
        first, last = self._before.lines_of(span)
        above = self._nearest(reversed(range(first)))
        below = self._nearest(range(last + 1, len(self._before.code)))
        begin = self._after.line(above.start) + 1 if above is not None else 0
        end = self._after.line(below.start) if below is not None else len(self.new.line_starts)
        at = bisect_left(self._after.numbers, begin)
        if at < len(self._after.code) and self._after.numbers[at] < end:
            return self._words(self._after.span(at))
        return None

    def _nearest(self, lines: Iterable[int]) -> Span | None:
        for line in lines:
            moved = self.span(self._before.span(line))
            if moved is not None:
                return moved
        return None

    def _words(self, span: Span) -> Span | None:
        """A span without the space around it; None when there is nothing else."""
        text = self.new[span]
        stripped = text.strip()
        if not stripped:
            return None
        start = span.start + len(text) - len(text.lstrip())
        return Span(start, start + len(stripped))

    def _clipped(self, span: Span) -> Span:
        """A span that ends in the cell in which it begins."""
        if self.new.cell_at(span.start) == self.new.cell_at(span.end):
            return span
        return Span(span.start, self.new.line_span(span.start).end)

    def untouched(self, finding: Finding) -> bool:
        """Whether the code around a finding, and around all that it names, is that of the run."""
        spans = (finding.span, *(note.span for note in finding.notes if note.span is not None))
        for span in spans:
            moved = self.span(span)
            if moved is None or self._before.around(span) != self._after.around(moved):
                return False
        return True

    def finding(self, finding: Finding) -> Finding:
        """A finding about code that is still there, at its present place."""
        return replace(
            finding,
            span=self.place(finding.span) or finding.span,
            notes=tuple(self._note(note) for note in finding.notes),
            fixes=tuple(moved for fix in finding.fixes if (moved := fix_at(fix, self.span)) is not None),
        )

    def hint(self, finding: Finding, place: Span) -> Finding:
        """A finding about code that changed, which now is at `place`."""
        notes = (Note(STALE), *(self._note(note) for note in finding.notes))
        fixes = tuple(fix for fix in finding.fixes if not fix.edits)
        return replace(finding, span=place, severity=Severity.HINT, notes=notes, fixes=fixes)

    def _note(self, note: Note) -> Note:
        return note if note.span is None else replace(note, span=self.span(note.span))


class _Code:
    """The lines of a document that hold code, without their comments."""

    def __init__(self, document: Document) -> None:
        text = _COMMENT.sub(lambda match: "" if match["comment"] is not None else match[0], document.text)
        lines = [line.rstrip() for line in _LINE_END.split(text)]
        self.document = document
        self.numbers = [number for number, line in enumerate(lines) if line]
        self.code = [lines[number] for number in self.numbers]

    def line(self, offset: int) -> int:
        """The number of the line at an offset, from 0."""
        return bisect_right(self.document.line_starts, offset) - 1

    def lines_of(self, span: Span) -> tuple[int, int]:
        """The first and the last line of code that a span touches, else the one that follows it."""
        first = bisect_left(self.numbers, self.line(span.start))
        last = bisect_right(self.numbers, self.line(max(span.end - 1, span.start))) - 1
        return first, max(first, last)

    def around(self, span: Span) -> tuple[Sequence[str], Sequence[str]]:
        """The code near a span: what comes before its first line, and from there on."""
        first, last = self.lines_of(span)
        return self.code[max(first - NEAR, 0) : first], self.code[first : last + 1 + NEAR]

    def span(self, line: int) -> Span:
        """The span of a line of code."""
        start = self.document.line_starts[self.numbers[line]]
        return Span(start, start + len(self.code[line]))

    def end(self, offset: int) -> int:
        """Where the code ends in the line at an offset."""
        line = self.line(offset)
        at = bisect_left(self.numbers, line)
        held = at < len(self.numbers) and self.numbers[at] == line
        return max(self.span(at).end if held else 0, offset)
