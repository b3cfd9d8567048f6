"""What the client has open, as something to be checked: a script, or a notebook with all its cells as one program.

Inside are code-point offsets into one text; lines and the client's units exist only here and in `translate`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from lsprotocol import types as lsp

from default_lint import files, notebooks
from default_lint.text import Document, Span

_CODECS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}


class Units:
    """The client's way to count the characters of a line: "utf-8", "utf-16" or "utf-32" code units."""

    def __init__(self, encoding: str = "utf-16") -> None:
        self.encoding = str(getattr(encoding, "value", encoding))
        self._codec, self._size = _CODECS[self.encoding]

    def count(self, text: str) -> int:
        """How many units `text` has."""
        if text.isascii():
            return len(text)
        return len(text.encode(self._codec, "surrogatepass")) // self._size

    def index(self, text: str, units: int) -> int:
        """Code points of `text` that lie wholly before so many units; all of them when it has fewer."""
        if text.isascii():
            return min(max(units, 0), len(text))
        low, high = 0, min(max(units, 0), len(text))  # a character has one unit at least
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if self.count(text[:middle]) <= units else (low, middle - 1)
        return low


class Buffer:
    """The text of one document of the client at one version."""

    def __init__(self, uri: str, text: str, version: int | None = None, language: str = "python") -> None:
        self.uri = uri
        self.text = text
        self.version = version
        self.language = language

    @cached_property
    def _lines(self) -> Document:
        return Document(self.uri, self.text)

    def offset(self, position: lsp.Position, units: Units) -> int:
        """Offset of a position; beyond the end of a line its end, beyond the last line the end of the text."""
        starts = self._lines.line_starts
        if position.line >= len(starts):
            return len(self.text)
        span = self._lines.line_span(starts[max(position.line, 0)])
        return span.start + units.index(self.text[span.start : span.end], position.character)

    def position(self, offset: int, units: Units) -> lsp.Position:
        """Line and character of an offset."""
        offset = min(max(offset, 0), len(self.text))
        line = bisect_right(self._lines.line_starts, offset) - 1
        start = self._lines.line_starts[line]
        return lsp.Position(line, units.count(self.text[start:offset]))

    def range(self, span: Span, units: Units) -> lsp.Range:
        """The range of a span."""
        return lsp.Range(self.position(span.start, units), self.position(span.end, units))

    def changed(
        self, changes: Sequence[lsp.TextDocumentContentChangeEvent], version: int | None, units: Units
    ) -> Buffer:
        """The text after the client's changes, which are made one after the other."""
        buffer = self
        for change in changes:
            text = change.text
            if isinstance(change, lsp.TextDocumentContentChangePartial):
                start = buffer.offset(change.range.start, units)
                end = max(buffer.offset(change.range.end, units), start)
                text = buffer.text[:start] + change.text + buffer.text[end:]
            buffer = Buffer(self.uri, text, version, self.language)
        return buffer if changes else Buffer(self.uri, self.text, version, self.language)


class Location:
    """A place in one of the client's documents."""

    __slots__ = ("range", "uri")

    def __init__(self, uri: str, range: lsp.Range) -> None:  # noqa: A002 -- the protocol's word
        self.uri = uri
        self.range = range


@dataclass(frozen=True)
class Part:
    """One buffer within a source: `start` is where its text begins in the document, after `lead` characters."""

    buffer: Buffer
    start: int = 0
    lead: int = 0

    @property
    def end(self) -> int:
        """Where its text ends in the document."""
        return self.start + len(self.buffer.text) - self.lead

    def local(self, span: Span) -> Span:
        """A span of the document as offsets into the buffer, clipped to it."""
        start = min(max(span.start, self.start), self.end) - self.start + self.lead
        return Span(start, max(min(span.end, self.end) - self.start + self.lead, start))


@dataclass(frozen=True, eq=False)
class Source:
    """What is checked, frozen: its URI, its path, and the document with the buffers that it is made of.

    `document` is None when there is nothing to check: no Keras in it, no Python, too large (`trouble` says so).
    """

    uri: str
    path: str
    parts: tuple[Part, ...]
    document: Document | None
    units: Units
    version: int | None = None
    trouble: str = ""

    def part(self, offset: int) -> Part:
        """The part that holds an offset of the document."""
        position = bisect_right([part.start for part in self.parts], offset) - 1
        return self.parts[max(position, 0)]

    def location(self, span: Span) -> Location:
        """Where a span lies; it never reaches beyond the part in which it begins."""
        part = self.part(span.start)
        return Location(part.buffer.uri, part.buffer.range(part.local(span), self.units))

    def offset(self, uri: str, position: lsp.Position) -> int | None:
        """Offset of a client's position; None when the document is no part of this."""
        for part in self.parts:
            if part.buffer.uri == uri:
                return part.start + max(part.buffer.offset(position, self.units) - part.lead, 0)
        return None

    def span(self, uri: str, range: lsp.Range) -> Span | None:  # noqa: A002
        """The span of a client's range."""
        start, end = self.offset(uri, range.start), self.offset(uri, range.end)
        return None if start is None or end is None else Span(start, max(start, end))

    @property
    def versions(self) -> Mapping[str, int | None]:
        """Version of each of the client's documents in this."""
        return {part.buffer.uri: part.buffer.version for part in self.parts}


def script(buffer: Buffer, path: str, units: Units, limit: int) -> Source:
    """A script, or any other document without cells; more than `limit` bytes are not looked at."""
    found = (Part(buffer),)
    document = None
    trouble = ""
    if _mentions(buffer.text):
        size = len(buffer.text.encode("utf-8", "replace"))
        if size > limit:
            trouble = f"{size / 1e6:.1f} MB of source, more than `max-file-size` allows ({limit / 1e6:.1f} MB)"
        else:
            document = files.from_text(path, buffer.text)
            found = (Part(buffer, 0, len(buffer.text) - len(document.text)),)
    return Source(buffer.uri, path, found, document, units, buffer.version, trouble)


def notebook(
    uri: str, path: str, version: int | None, cells: Sequence[Buffer | None], units: Units, limit: int
) -> Source:
    """A notebook: all its cells in order, None for one that is no Python code."""
    texts = [cell.text if cell is not None else None for cell in cells]
    trouble = ""
    document: Document | None = None
    if sum(len(text) for text in texts if text) > limit:
        trouble = f"more code than `max-file-size` allows ({limit / 1e6:.1f} MB)"
    elif any(_mentions(text) for text in texts if text):
        joined = notebooks.joined(path, texts)
        document = joined if isinstance(joined, Document) else None
        trouble = joined.message if isinstance(joined, files.Trouble) else ""
    if document is None:
        found = tuple(_end_to_end(cell for cell in cells if cell is not None))
    else:
        places = {cell.number: cell.start for cell in document.cells}
        pairs = ((cell, places.get(number)) for number, cell in enumerate(cells, 1))
        found = tuple(Part(cell, start) for cell, start in pairs if cell is not None and start is not None)
    return Source(uri, path, found, document, units, version, trouble)


def _end_to_end(cells: Iterator[Buffer] | Sequence[Buffer]) -> Iterator[Part]:
    start = 0
    for cell in cells:
        yield Part(cell, start)
        start += len(cell.text) + 1


def _mentions(text: str) -> bool:
    return "keras" in text or "tensorflow" in text
