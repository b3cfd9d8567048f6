"""Code frames: source lines with line numbers, carets under the place itself and dashes under the others."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from default_lint.output import View
from default_lint.output.style import clean, columns, paint, visible, width
from default_lint.text import Document, Span

CONTEXT = 2  # lines shown around the place itself; none around the others
LONGEST = 8  # lines of a span that are shown before its middle is left out
WIDEST = 140  # cells of a source line when the output is not a terminal
NARROWEST = 40


class Mark(NamedTuple):
    """A span to point at: what it says, and the style of its marks."""

    span: Span
    label: str
    style: str
    primary: bool = False


class Placed(NamedTuple):
    """A mark in lines (0-based, of the joined text) and columns (code points of its lines)."""

    mark: Mark
    first: int
    start: int
    last: int
    end: int

    @property
    def many(self) -> bool:
        """True when it covers several lines."""
        return self.first != self.last


class Row:
    """One line of the screen, filled piece by piece; a later piece covers an earlier one."""

    def __init__(self) -> None:
        self.cells: dict[int, tuple[str, str]] = {}

    def put(self, column: int, text: str, style: str = "") -> None:
        """Write `text` from `column` on."""
        starts = columns(text)
        last = column
        for index, character in enumerate(text):
            if starts[index + 1] == starts[index] and index:
                self.cells[last] = (self.cells[last][0] + character, style)
            else:
                last = column + starts[index]
                self.cells[last] = (character, style)

    def render(self, color: bool) -> str:
        """The row as text, runs of one style painted together."""
        pieces: list[str] = []
        run, style, at = "", "", 0
        for column in sorted(self.cells):
            text, its = self.cells[column]
            if its != style or column > at:
                pieces.append(paint(run, style, color and bool(style)))
                pieces.append(" " * (column - at))
                run, style = "", its
            run += text
            at = column + width(text)
        pieces.append(paint(run, style, color and bool(style)))
        return "".join(pieces).rstrip()


class Cut(NamedTuple):
    """The part of a source line that is shown: made visible, with the screen column of each of its characters."""

    text: str
    columns: list[int]

    def column(self, offset: int) -> int:
        """Screen column of the code point `offset` of the source line, clipped to the part shown."""
        return self.columns[max(0, min(offset, len(self.columns) - 1))]


def cut(line: str, limit: int, focus: tuple[int, int] = (0, 0)) -> Cut:
    """Make a source line presentable in `limit` cells, keeping the code points of `focus` in sight."""
    starts = columns(line)
    text = line if line.isascii() and line.isprintable() else "".join(map(visible, line))
    if starts[-1] <= limit:
        return Cut(text, starts)
    low, high = starts[min(focus[0], len(line))], starts[min(focus[1], len(line))]
    room = limit - 2
    left = max(0, low - (room - (high - low)) // 2) if high - low < room else max(0, low - room // 4)
    left = min(left, max(0, starts[-1] - room - 1))
    begin = next(index for index, start in enumerate(starts) if start >= left)
    if begin == 0 or starts[begin] <= 1:
        begin = 0
    lead = 1 if begin else 0
    stop = begin
    while stop < len(line) and starts[stop + 1] - starts[begin] <= limit - lead - 1:
        stop += 1
    tail = "…" if stop < len(line) else ""
    text = ("…" if lead else "") + "".join(map(visible, line[begin:stop])) + tail
    shift = starts[begin] - lead
    end = starts[stop] - shift
    return Cut(text, [min(max(start - shift, 0), end) for start in starts])


def limit_of(view: View, gutter: int, lanes: int = 0) -> int:
    """Cells that a source line may take beside the gutter."""
    return max(view.width - gutter - 3 - 2 * lanes, NARROWEST) if view.width else WIDEST


def line_text(document: Document, line: int) -> str:
    """Text of a 0-based line of the joined text, without its ending."""
    span = document.line_span(document.line_starts[line])
    return document.text[span.start : span.end]


def number_of(document: Document, line: int) -> int:
    """The number people give a 0-based line of the joined text: in a notebook, within its cell."""
    return document.locate(document.line_starts[line]).line


def place(document: Document, mark: Mark) -> Placed:
    """Where a mark lies in lines and columns."""
    start = max(0, min(mark.span.start, len(document.text)))
    end = max(start, min(mark.span.end, len(document.text)))
    while end > start and document.text[end - 1] in "\r\n":
        end -= 1
    first = bisect_right(document.line_starts, start) - 1
    last = bisect_right(document.line_starts, end) - 1
    return Placed(mark, first, start - document.line_starts[first], last, end - document.line_starts[last])


def gutter_of(document: Document, spans: Iterable[Span]) -> int:
    """Width of the largest line number that frames of `spans` can show."""
    largest = 0
    for span in spans:
        line = document.locate(min(span.end, len(document.text))).line
        largest = max(largest, line + CONTEXT)
    return len(str(largest))


def draw(document: Document, marks: Sequence[Mark], view: View, gutter: int) -> list[str]:
    """The frame of all `marks`; they must lie in one cell."""
    return _Frame(document, [place(document, mark) for mark in marks], view, gutter).rows()


class _Frame:
    """The geometry of one frame: line numbers, a lane at the left for each mark of several lines, then the source."""

    def __init__(self, document: Document, placed: list[Placed], view: View, gutter: int) -> None:
        self.document = document
        self.placed = placed
        self.view = view
        self.gutter = gutter
        self.lanes = _lanes(placed)
        used = max(self.lanes.values(), default=-1) + 1
        self.left = gutter + 3
        self.edge = self.left + 2 * used
        self.limit = limit_of(view, gutter, used)
        self.running: list[int] = []

    def rows(self) -> list[str]:
        """All rows, the empty one above the first line included."""
        rows = [self._row()]
        previous: int | None = None
        for line in _lines(self.document, self.placed):
            if previous is not None and line > previous + 1:
                gap = self._row()
                gap.put(0, " " * (self.gutter + 2))
                gap.put(0, "...", "gutter")
                rows.append(gap)
            previous = line
            rows.extend(self._line(line))
        return [row.render(self.view.color) for row in rows]

    def _row(self, number: str = "") -> Row:
        """A row with the gutter and the lanes of the marks that run through it."""
        row = Row()
        row.put(0, f"{number:>{self.gutter}} |", "gutter")
        for index in self.running:
            self._lane(row, index, "|")
        return row

    def _lane(self, row: Row, index: int, character: str) -> None:
        row.put(self.left + 2 * self.lanes[index], character, self.placed[index].mark.style)

    def _line(self, line: int) -> list[Row]:
        """A source line and the rows of marks under it."""
        text = line_text(self.document, line)
        single = [one for one in self.placed if not one.many and one.first == line]
        shown = cut(text, self.limit, _focus(text, single, self.limit))
        source = self._row(str(number_of(self.document, line)))
        source.put(self.edge, shown.text)
        rows = [source]
        begun = [index for index in self.lanes if self.placed[index].first == line]
        indent = len(text) - len(text.lstrip())
        for index in [index for index in begun if self.placed[index].start <= indent]:
            self._lane(source, index, "/")
            self.running.append(index)
            begun.remove(index)
        if single:
            rows.extend(self._marks(single, shown))
        for index in begun:
            rows.append(self._corner(index, shown.column(self.placed[index].start), ""))
            self.running.append(index)
        for index in [index for index in self.running if self.placed[index].last == line]:
            one = self.placed[index]
            rows.append(self._corner(index, shown.column(max(one.end - 1, 0)), one.mark.label))
            self.running.remove(index)
        return rows

    def _corner(self, index: int, column: int, label: str) -> Row:
        """Where a mark of several lines begins or ends: a line from its lane to the character."""
        row = self._row()
        mark = self.placed[index].mark
        lane = self.left + 2 * self.lanes[index]
        target = self.edge + column
        row.put(lane + 1, "_" * (target - lane - 1), mark.style)
        row.put(target, "^" if mark.primary else "-", mark.style)
        row.put(target + 2, clean(label), mark.style)
        return row

    def _marks(self, single: list[Placed], shown: Cut) -> list[Row]:
        """The rows under one source line: the marks, the last label beside them, the other labels hanging below."""
        marks = self._row()
        ranges: list[tuple[int, int, Placed]] = []
        for one in sorted(single, key=lambda one: one.mark.primary):
            start, end = shown.column(one.start), shown.column(one.end)
            end = max(end, start + 1)
            marks.put(self.edge + start, ("^" if one.mark.primary else "-") * (end - start), one.mark.style)
            if one.mark.label:
                ranges.append((start, end, one))
        ranges.sort(key=lambda entry: entry[:2])
        furthest = max(shown.column(one.end) for one in single)
        rows = [marks]
        if ranges:
            start, end, one = ranges[-1]
            at = self.edge + end + 1
            if end >= furthest and (not self.view.width or at + width(one.mark.label) <= self.view.width):
                marks.put(at, clean(one.mark.label), one.mark.style)
                ranges.pop()
        if ranges:
            rows.append(self._hang(ranges))
        while ranges:
            start, _, one = ranges.pop()
            for index, part in enumerate(self._wrapped(one.mark.label, start)):
                row = self._hang(ranges) if not index else self._row()
                row.put(self.edge + self._fitting(start, part), part, one.mark.style)
                rows.append(row)
        return rows

    def _hang(self, ranges: list[tuple[int, int, Placed]]) -> Row:
        row = self._row()
        for start, _, one in ranges:
            row.put(self.edge + start, "|", one.mark.style)
        return row

    def _wrapped(self, label: str, start: int) -> list[str]:
        if not self.view.width or self.edge + start + width(label) <= self.view.width:
            return [clean(label)]
        from textwrap import wrap

        return wrap(clean(label), max(self.view.width - self.edge - start, NARROWEST))

    def _fitting(self, start: int, text: str) -> int:
        """`start`, or further left where the text would leave the screen."""
        return min(start, max(self.view.width - self.edge - width(text), 0)) if self.view.width else start


def _focus(text: str, single: list[Placed], limit: int) -> tuple[int, int]:
    """The code points of a line that must stay in sight when it is too long: all its marks, else the chief one."""
    if not single:
        return (0, 0)
    start, end = min(one.start for one in single), max(one.end for one in single)
    if columns(text[start:end])[-1] <= limit - 2:
        return (start, end)
    chief = next((one for one in single if one.mark.primary), single[0])
    return (chief.start, chief.end)


def _lanes(placed: list[Placed]) -> dict[int, int]:
    """A column at the left for each mark of several lines; marks that do not meet share one."""
    lanes: dict[int, int] = {}
    for index, one in enumerate(placed):
        if one.many:
            taken = {
                lanes[other] for other in lanes if placed[other].first <= one.last and one.first <= placed[other].last
            }
            lanes[index] = next(lane for lane in range(len(placed)) if lane not in taken)
    return lanes


def _lines(document: Document, placed: list[Placed]) -> list[int]:
    """The lines to show: those marked, some context, and a single line between two groups."""
    wanted: set[int] = set()
    context: set[int] = set()
    cell = document.cell_at(placed[0].mark.span.start)
    lowest = bisect_right(document.line_starts, cell.start) - 1 if cell else 0
    highest = bisect_right(document.line_starts, max(cell.start, cell.end - 1)) if cell else len(document.line_starts)
    for one in placed:
        lines = range(one.first, one.last + 1)
        wanted.update(lines if len(lines) <= LONGEST else [*lines[: LONGEST // 2], *lines[-2:]])
        if one.mark.primary:
            context.update(range(max(one.first - CONTEXT, lowest), one.first))
            context.update(range(one.last + 1, min(one.last + 1 + CONTEXT, highest)))
    shown = sorted(wanted | context)
    shown = sorted({*shown, *(line + 1 for line, after in pairwise(shown) if after == line + 2)})
    empty = {line for line in context - wanted if not line_text(document, line).strip()}
    while dull := {line for line in empty & set(shown) if not {line - 1, line + 1} <= set(shown)}:
        shown = [line for line in shown if line not in dull]
    return shown
