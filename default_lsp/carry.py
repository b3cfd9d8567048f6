"""What is known about an older text, carried over to a newer one that does not parse at present.

Every span of the program is moved. What an edit touched has no place of its own any more: a finding goes, a layer stays
in its model with empty spans, so that nothing is shown of it. Only what holds many things - models, loops, classes, the
calls of `compile` and `fit` - is stretched over the edits inside of it. Always carry from the last text that parsed:
several steps lose more than one.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import cached_property
from itertools import accumulate
from typing import Any, NamedTuple

from default_lint.findings import Edit, Finding, Fix, Report
from default_lint.program import types
from default_lint.program.types import Argument, Event, Loop, Model, Program, Subclass
from default_lint.text import Document, Span
from default_lsp.analysis import Analysis

_NOWHERE = Span(0, 0)
_DEPTH = 8


class _Same(NamedTuple):
    """Text that both have: where it starts and ends in the old one, and where it starts in the new one."""

    start: int
    end: int
    now: int


class Shift:
    """From the offsets of an old text to those of a new one.

    The texts are compared by lines, those that stand only once in each being held on to; what lies between two such
    lines is compared from both ends.
    """

    def __init__(self, old: str, new: str) -> None:
        self.old = old
        self.new = new
        self._same = _common(old, new)
        self._starts = [same.start for same in self._same]

    def span(self, span: Span) -> Span | None:
        """Where the same text stands now; None when the change touched it, or made a word at its edge longer."""
        index = bisect_right(self._starts, span.start) - 1
        if index < 0 or span.end > self._same[index].end:
            return None
        same = self._same[index]
        moved = Span(span.start - same.start + same.now, span.end - same.start + same.now)
        if span.start == same.start and (same.start, same.now) != (0, 0) and self._touched(moved, moved.start):
            return None
        ends = (len(self.old), len(self.new))
        if span.end == same.end and (span.end, moved.end) != ends and self._touched(moved, moved.end):
            return None
        return moved

    def _touched(self, span: Span, edge: int) -> bool:
        """Whether a change at an edge of a span of the new text is one of the span: nothing tells them apart."""
        return span.start == span.end or (_in_word(self.new[edge - 1 : edge]) and _in_word(self.new[edge : edge + 1]))

    def stretched(self, span: Span) -> Span | None:
        """Where its text is now from the first to the last character, whatever changed between; None without these."""
        if span.start == span.end:
            return self.span(span)
        first, last = self.span(Span(span.start, span.start + 1)), self.span(Span(span.end - 1, span.end))
        return None if first is None or last is None else Span(first.start, last.end)

    def near(self, span: Span, lines: int = 2) -> bool:
        """Whether a change lies on the lines of a span of the old text, or so many above or below."""
        first = self._line(span.start) - lines
        last = self._line(max(span.end - 1, span.start)) + lines
        return any(self._line(change.start) <= last and self._line(change.end) >= first for change in self.changes)

    def _line(self, offset: int) -> int:
        return bisect_right(self._line_starts, offset)

    @cached_property
    def _line_starts(self) -> list[int]:
        return Document("", self.old).line_starts

    @cached_property
    def changes(self) -> tuple[Span, ...]:
        """The parts of the old text that are gone; empty where something was only put in."""
        found: list[Span] = []
        position, now = 0, 0
        for same in (*self._same, _Same(len(self.old), len(self.old), len(self.new))):
            if same.start > position or same.now > now:
                found.append(Span(position, same.start))
            position, now = same.end, same.now + same.end - same.start
        return tuple(found)


def _in_word(character: str) -> bool:
    return character.isalnum() or (character != "" and character in "_.")


def _common(old: str, new: str) -> list[_Same]:
    """The text that both have, in order and as long as it goes."""
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    starts, nows = [0, *accumulate(map(len, before))], [0, *accumulate(map(len, after))]
    found: list[_Same] = []

    def add(start: int, end: int, now: int) -> None:
        if start == end:
            return
        if found and found[-1].end == start and found[-1].now + found[-1].end - found[-1].start == now:
            found[-1] = _Same(found[-1].start, end, found[-1].now)
        else:
            found.append(_Same(start, end, now))

    for equal, was, is_ in _runs(before, after, Span(0, len(before)), Span(0, len(after)), _DEPTH):
        start, end, now, now_end = starts[was.start], starts[was.end], nows[is_.start], nows[is_.end]
        if equal:
            add(start, end, now)
        else:
            head = _shared(old[start:end], new[now:now_end])
            tail = _shared(old[start + head : end][::-1], new[now + head : now_end][::-1])
            add(start, start + head, now)
            add(end - tail, end, now_end - tail)
    return found or [_Same(0, 0, 0)]


def _runs(before: list[str], after: list[str], was: Span, is_: Span, depth: int) -> Iterator[tuple[bool, Span, Span]]:
    """Runs of lines of the old and the new text that stand for each other, and whether they are equal."""
    head = _alike(before, after, was, is_)
    tail, most = 0, min(was.end - was.start, is_.end - is_.start) - head
    while tail < most and before[was.end - 1 - tail] == after[is_.end - 1 - tail]:
        tail += 1
    yield True, Span(was.start, was.start + head), Span(is_.start, is_.start + head)
    was_left, is_left = Span(was.start + head, was.end - tail), Span(is_.start + head, is_.end - tail)
    for one, other in _anchors(before, after, was_left, is_left) if depth else ():
        if one < was_left.start or other < is_left.start:
            continue  # a part of the run of the anchor before it
        yield from _runs(before, after, Span(was_left.start, one), Span(is_left.start, other), depth - 1)
        count = _alike(before, after, Span(one, was_left.end), Span(other, is_left.end))
        yield True, Span(one, one + count), Span(other, other + count)
        was_left, is_left = Span(one + count, was_left.end), Span(other + count, is_left.end)
    if was_left != (was.start + head, was.end - tail):
        yield from _runs(before, after, was_left, is_left, depth - 1)
    else:
        yield False, was_left, is_left
    yield True, Span(was.end - tail, was.end), Span(is_.end - tail, is_.end)


def _alike(before: list[str], after: list[str], was: Span, is_: Span) -> int:
    """With how many equal lines two runs begin."""
    count, most = 0, min(was.end - was.start, is_.end - is_.start)
    while count < most and before[was.start + count] == after[is_.start + count]:
        count += 1
    return count


def _anchors(before: list[str], after: list[str], was: Span, is_: Span) -> list[tuple[int, int]]:
    """Lines that stand once in each run, as many as keep their order."""
    if min(was.end - was.start, is_.end - is_.start) < 2:
        return []
    once = {line for line, count in Counter(before[was.start : was.end]).items() if count == 1 and line.strip()}
    counts = Counter(after[is_.start : is_.end])
    places = {line: number for number, line in enumerate(after[is_.start : is_.end], is_.start) if counts[line] == 1}
    pairs = [
        (number, places[line])
        for number, line in enumerate(before[was.start : was.end], was.start)
        if line in once and line in places
    ]
    ends: list[int] = []  # the smallest place at which a rising row of each length ends
    rows: list[Any] = []  # those rows, each as its last pair and the row before that
    for pair in pairs:
        length = bisect_left(ends, pair[1])
        row = (pair, rows[length - 1] if length else None)
        ends[length : length + 1] = [pair[1]]
        rows[length : length + 1] = [row]
    last = rows[-1] if rows else None
    longest: list[tuple[int, int]] = []
    while last is not None:
        longest.append(last[0])
        last = last[1]
    return longest[::-1]


def _shared(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def carried(findings: Iterable[Finding], shift: Shift) -> tuple[Finding, ...]:
    """Findings at their present places, without those that the change touched, and without fixes that it touched."""
    moved: list[Finding] = []
    for finding in findings:
        span = shift.span(finding.span)
        if span is not None:
            notes = tuple(
                note if note.span is None else replace(note, span=shift.span(note.span)) for note in finding.notes
            )
            fixes = tuple(fix for old in finding.fixes if (fix := fix_at(old, shift.span)) is not None)
            moved.append(replace(finding, span=span, notes=notes, fixes=fixes))
    return tuple(moved)


def fix_at(fix: Fix, place: Callable[[Span], Span | None]) -> Fix | None:
    """A fix whose edits are where `place` puts them; None when one of them has no place."""
    edits: list[Edit] = []
    for edit in fix.edits:
        span = place(edit.span)
        if span is None:
            return None
        edits.append(Edit(span, edit.text))
    return replace(fix, edits=tuple(edits))


def moved(program: Program, shift: Shift, document: Document) -> Program:
    """The program with its spans in `document`, the newer text.

    A span that the change touched is (0, 0), or stretched where it holds many things. What the data is known to be
    (`facts`, the values of arguments) is not looked into: it keeps the places of the old text, so `facts` are left out.
    """
    return _Mover(program, shift, document).program(program)


class _Mover:
    """One walk over a program; objects that were shared stay shared."""

    def __init__(self, program: Program, shift: Shift, document: Document) -> None:
        self._shift = shift
        self._document = document
        self._made: dict[int, Any] = {}
        self._places: dict[Span, Span] = {}
        models = [model for reading in program.readings() for model in reading.models]
        calls = (call for model in models for call in (model.call, *(event.call for event in model.events)))
        self._wide = {id(call) for call in calls if call is not None}

    def program(self, program: Program) -> Program:
        """One reading, and its alternatives."""
        fields = {
            name: self.value(value)
            for name, value in program.__dict__.items()
            if name not in ("document", "facts", "alternatives")
        }
        others = tuple(self.program(other) for other in program.alternatives)
        return Program(self._document, alternatives=others, **fields)

    def value(self, value: Any) -> Any:
        """A value with all spans in it moved."""
        kind = type(value)
        if kind in _PLAIN:
            return value
        if kind is Span:
            place = self._places.get(value)
            if place is None:
                place = self._places[value] = self._shift.span(value) or _NOWHERE
            return place
        if kind is tuple or kind is list:
            return kind([self.value(item) for item in value]) if value else value
        if kind is Argument and not value.given:  # nobody asks for the place of a default
            return value
        if kind is dict:
            return {name: self.value(item) for name, item in value.items()}
        return self._thing(value) if kind in _KINDS else value

    def _thing(self, thing: Any) -> Any:
        made = self._made.get(id(thing))
        if made is None:
            made = self._made[id(thing)] = object.__new__(type(thing))
            fields = made.__dict__
            for name, value in thing.__dict__.items():
                if name in _OFFSETS:
                    at = self._shift.span(Span(value, value))
                    fields[name] = at.start if at is not None else 0
                else:
                    fields[name] = self.value(value)
            if isinstance(thing, _WIDE) or id(thing) in self._wide:
                fields["span"] = self._shift.stretched(thing.span) or _NOWHERE
        return made


_KINDS = frozenset(
    kind
    for name, kind in vars(types).items()
    if isinstance(kind, type) and kind.__module__ == types.__name__ and kind is not Program
)
_PLAIN = frozenset({int, str, float, bool, type(None)})
_WIDE = (Model, Event, Loop, Subclass)
_OFFSETS = frozenset({"insertion", "parameters_end"})


def bridged(old: Analysis, document: Document, report: Report) -> Analysis:
    """The analysis of a text that does not parse: `report` says where, and the rest is what was known of `old`.

    `old` is that of the last text that parsed.
    """
    shift = Shift(old.document.text, document.text)
    found = (*report.findings, *(item for item in carried(old.report.findings, shift) if _sound(item, document)))
    held = tuple(item for item in carried(old.report.suppressed, shift) if _sound(item, document))
    report = replace(report, findings=tuple(sorted(found, key=Finding.place)), suppressed=held)
    program = None if old.program is None else moved(old.program, shift, document)
    return Analysis(document, old.settings, report, program, stale=True)


def _sound(finding: Finding, document: Document) -> bool:
    """Whether a finding lies in one cell, which may have been split."""
    cell = document.cell_at(finding.span.start)
    return cell is None or finding.span.end <= cell.end
