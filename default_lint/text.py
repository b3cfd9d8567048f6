"""Where text is: spans of code points, and a document (script or notebook) that can tell line and column."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import field
from functools import cached_property
from typing import NamedTuple

from default_lint.frozen import dataclass


class Span(NamedTuple):
    """A half-open range of code-point offsets into `Document.text`."""

    start: int
    end: int

    def contains(self, other: Span) -> bool:
        """True when `other` lies wholly inside this span."""
        return self.start <= other.start and other.end <= self.end

    def overlaps(self, other: Span) -> bool:
        """True when the two share a code point, or touch at an empty span."""
        return self.start < other.end and other.start < self.end


class Place(NamedTuple):
    """A position as people count: cell (1-based, None in a script), line and column (1-based code points)."""

    cell: int | None
    line: int
    column: int


@dataclass(frozen=True)
class Cell:
    """One code cell of a notebook: `number` counts all cells from 1; `start`/`end` delimit it in the joined text."""

    number: int
    start: int
    end: int


@dataclass(frozen=True)
class Document:
    """A source as the reader sees it.

    `text` is what is analyzed: the script, or a notebook's code cells joined (magics blanked out, lengths kept).
    `original` is the file's own text when it differs from `text` (a notebook's JSON).
    """

    path: str
    text: str
    cells: tuple[Cell, ...] = ()
    original: str | None = field(default=None, repr=False)

    @cached_property
    def line_starts(self) -> list[int]:
        """Offsets at which lines begin; CRLF, CR and LF each end one line."""
        starts = [0]
        text = self.text
        if "\r" not in text:
            position = text.find("\n")
            while position != -1:
                starts.append(position + 1)
                position = text.find("\n", position + 1)
            return starts
        index, size = 0, len(text)
        while index < size:
            character = text[index]
            if character == "\r" and text[index + 1 : index + 2] == "\n":
                index += 1
            if character in "\r\n":
                starts.append(index + 1)
            index += 1
        return starts

    def cell_at(self, offset: int) -> Cell | None:
        """The notebook cell that holds `offset`, if this is a notebook."""
        if not self.cells:
            return None
        position = bisect_right([cell.start for cell in self.cells], offset) - 1
        return self.cells[max(position, 0)]

    def locate(self, offset: int) -> Place:
        """Cell, line and column of a code-point offset; lines of a notebook count within their cell."""
        line = bisect_right(self.line_starts, offset)
        column = offset - self.line_starts[line - 1] + 1
        cell = self.cell_at(offset)
        if cell is None:
            return Place(None, line, column)
        return Place(cell.number, line - bisect_right(self.line_starts, cell.start) + 1, column)

    def offset(self, line: int, column: int) -> int:
        """Code-point offset of a 1-based line and column of the joined text; clipped to the text."""
        if line < 1:
            return 0
        if line > len(self.line_starts):
            return len(self.text)
        return min(self.line_starts[line - 1] + max(column - 1, 0), len(self.text))

    def line_span(self, offset: int) -> Span:
        """Span of the line at `offset`, without its line ending."""
        line = bisect_right(self.line_starts, offset)
        start = self.line_starts[line - 1]
        end = self.line_starts[line] if line < len(self.line_starts) else len(self.text)
        return Span(start, start + len(self.text[start:end].rstrip("\r\n")))

    def __getitem__(self, span: Span) -> str:
        return self.text[span.start : span.end]
