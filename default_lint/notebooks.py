"""Jupyter notebooks: the code cells as one program, and edits put back into the JSON without touching the rest.

Magics and shell lines are blanked out with their length kept, so an offset in the text is an offset in the cell.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from default_lint.files import Trouble, apply_edits, mentions_keras
from default_lint.findings import Edit
from default_lint.lexis import COMMENT, STRING
from default_lint.settings import Settings
from default_lint.text import Cell, Document, Span

# Cell magics whose body is Python that runs in the notebook.
_PYTHON_CELLS = frozenset({"capture", "memit", "prun", "time", "timeit", "wandb"})
_LINE_MAGIC = re.compile(r"[ \t]*(?:[%!?]|[\w.\[\]'\"]+\?{1,2}[ \t]*$)")
_TIMED = re.compile(r"([ \t]*)(%time(?:it)?[ \t]+)(?!-)(?=\S)")
_ASSIGNED_MAGIC = re.compile(r"([ \t]*[A-Za-z_][\w.,\[\] \t]*=[ \t]*)([%!][^\r\n]*)")
_SURROGATE = re.compile("[\ud800-\udfff]")
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
# Within a statement: what may hide a line end, and the line ends themselves.
_TOKEN = re.compile(
    rf"{COMMENT}|{STRING}|\\(?:\r\n|\r|\n)|(?P<open>[(\[{{])|(?P<close>[)\]}}])|(?P<end>\r\n|\r|\n)", re.DOTALL
)


def read(path: str, text: str, max_size: int = Settings().max_file_size) -> Document | Trouble | None:
    """The document of a notebook's JSON; None when its Python code does not mention Keras."""
    try:
        notebook = json.loads(text.removeprefix("\ufeff"))
    except json.JSONDecodeError as error:
        return Trouble(path, f"not valid JSON at line {error.lineno} column {error.colno}: {error.msg}")
    except RecursionError:
        return Trouble(path, "not a notebook: its JSON is nested too deeply")
    if not isinstance(notebook, dict) or not ("cells" in notebook or "worksheets" in notebook):
        return Trouble(path, "not a notebook: it has no `cells`")
    if not _speaks_python(notebook.get("metadata")):
        return None
    return _document(path, _code(_cells(notebook)), text, max_size)


def joined(
    path: str, sources: Sequence[str | None], max_size: int = Settings().max_file_size
) -> Document | Trouble | None:
    """The document of a notebook that is open in an editor, from the texts of its cells, as `read` gives it.

    `sources` are all cells in order, None for those that are not Python. The document's `original` is the JSON of a
    notebook of these cells alone, so that fixes can be put into it; `sources` of that gives the cells back.
    """
    code = ((number, source) for number, source in enumerate(sources, 1) if source is not None)
    return _document(path, code, _written(sources), max_size)


def sources(text: str) -> list[str | None]:
    """The texts of all cells of a notebook's JSON, with their magics; None for those that are not Python."""
    cells = _cells(json.loads(text.removeprefix("\ufeff")))
    code = dict(_code(cells))
    return [code.get(number) for number in range(1, len(cells) + 1)]


def _written(sources: Iterable[str | None]) -> str:
    """The JSON of a notebook with these cells and nothing else."""
    code: dict[str, Any] = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": []}
    other = {"cell_type": "raw", "metadata": {}, "source": ""}
    cells = [other if source is None else {**code, "source": source} for source in sources]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 4}, indent=1)


def _document(path: str, code: Iterable[tuple[int, str]], original: str, max_size: int) -> Document | Trouble | None:
    """The document of numbered cells; None when they do not mention Keras."""
    cells: list[Cell] = []
    parts: list[str] = []
    start = 0
    for number, source in code:
        blanked = blank_magics(_SURROGATE.sub("\ufffd", source))
        cells.append(Cell(number, start, start + len(blanked)))
        parts.append(blanked)
        start += len(blanked) + 1
    text = "\n".join(parts)
    if not mentions_keras(text.encode()):
        return None
    if len(text) > max_size:
        return Trouble(path, f"{len(text):,} characters of code, more than `max-file-size` allows ({max_size:,})")
    return Document(path, text, tuple(cells), original)


def _speaks_python(metadata: Any) -> bool:
    """Whether the kernel runs Python; a notebook that does not say is taken to."""
    if not isinstance(metadata, Mapping):
        return True
    for section, key in (("kernelspec", "language"), ("language_info", "name")):
        entry = metadata.get(section)
        language = entry.get(key) if isinstance(entry, Mapping) else None
        if isinstance(language, str) and language:
            return "python" in language.lower()
    return True


def _cells(notebook: Mapping[str, Any]) -> list[Any]:
    """All cells in order, of nbformat 4 or 3."""
    holders = [notebook]
    if "cells" not in notebook:
        sheets = notebook["worksheets"]
        holders = [sheet for sheet in sheets if isinstance(sheet, Mapping)] if isinstance(sheets, list) else []
    return [cell for holder in holders if isinstance(holder.get("cells"), list) for cell in holder["cells"]]


def _code(cells: Sequence[Any]) -> Iterator[tuple[int, str]]:
    """Number and source of each Python cell; numbers count all cells from 1."""
    for number, cell in enumerate(cells, 1):
        if not isinstance(cell, Mapping) or cell.get("cell_type") != "code" or not _is_python_cell(cell):
            continue
        source = cell.get("source", cell.get("input"))
        if isinstance(source, str | list):
            yield number, _whole(source)


def _whole(source: str | list[Any]) -> str:
    """The text of a cell, which the JSON holds whole or by lines."""
    return source if isinstance(source, str) else "".join(line for line in source if isinstance(line, str))


def _is_python_cell(cell: Mapping[str, Any]) -> bool:
    """False for a cell that says it is written in another language."""
    metadata = cell.get("metadata")
    editor = metadata.get("vscode") if isinstance(metadata, Mapping) else None
    named = (cell.get("language"), editor.get("languageId") if isinstance(editor, Mapping) else None)
    return all("python" in language.lower() for language in named if isinstance(language, str))


def blank_magics(source: str) -> str:
    """A cell with its magics and shell lines replaced by Python of the same length that means nothing."""
    stripped = source.lstrip()
    if stripped.startswith("%%"):
        name = re.match(r"%%(\w*)", stripped)
        if name is None or name[1] not in _PYTHON_CELLS:
            return _spaces(source)
        line = len(source) - len(stripped)
        end = _line_end(source, line)
        return _spaces(source[:end]) + blank_magics(source[end:])
    if not any(mark in source for mark in "%!?"):
        return source
    parts: list[str] = []
    position = 0
    while position < len(source):
        end = _line_end(source, position)
        line_text = source[position:end].rstrip("\r\n")
        timed = _TIMED.match(line_text)
        if timed is not None:  # its argument is a statement of the program: keep it, in its column
            parts.append(timed[1] + "0" + " " * (len(timed[2]) - 2) + ";")
            position += timed.end()
            end = _statement_end(source, position)
            parts.append(source[position:end])
        elif _LINE_MAGIC.match(line_text):
            while source[:end].rstrip("\r\n").endswith("\\") and end < len(source):
                end = _line_end(source, end)
            parts.append(_nothing(source[position:end]))
        else:
            end = _statement_end(source, position)
            statement = source[position:end]
            assigned = _ASSIGNED_MAGIC.fullmatch(statement.rstrip("\r\n"))
            if assigned is not None:  # an unknown name, so that the value is unknown
                statement = assigned[1] + "_" + _spaces(statement[assigned.end(1) + 1 :])
            parts.append(statement)
        position = end
    return "".join(parts)


def _line_end(text: str, position: int) -> int:
    match = _LINE.match(text, position)
    return match.end() if match is not None else len(text)


def _statement_end(text: str, position: int) -> int:
    """Where the statement that starts at `position` ends: after the line end outside of brackets and strings."""
    depth = 0
    for token in _TOKEN.finditer(text, position):
        if token.lastgroup == "open":
            depth += 1
        elif token.lastgroup == "close":
            depth = max(depth - 1, 0)
        elif token.lastgroup == "end" and depth == 0:
            return token.end()
    return len(text)


def _spaces(text: str) -> str:
    return re.sub(r"[^\r\n]", " ", text)


def _nothing(text: str) -> str:
    """A statement without effect, as long as `text` and with its indentation and line ends."""
    indent = len(text) - len(text.lstrip(" \t"))
    word = "pass" if re.match(r"[^\r\n\\]{4}", text[indent:]) else "0"
    return text[:indent] + word + _spaces(text[indent + len(word) :])


def rebuild(document: Document, edits: Sequence[Edit]) -> str:
    """The notebook's JSON after edits to the joined text; everything but the edited sources stays as it is."""
    original = document.original or ""
    spans = dict(_source_spans(original))
    by_cell: dict[Cell, list[Edit]] = {}
    for edit in edits:
        cell = document.cell_at(edit.span.start)
        if cell is None or edit.span.end > cell.end + 1:
            raise ValueError("an edit reaches beyond its cell")
        end = min(edit.span.end, cell.end)
        moved = Edit(Span(edit.span.start - cell.start, end - cell.start), edit.text)
        by_cell.setdefault(cell, []).append(moved)
    replacements = []
    for cell, moved_edits in by_cell.items():
        span = spans[cell.number]
        raw = original[span.start : span.end]
        value = json.loads(raw)
        source = apply_edits(_whole(value), moved_edits)
        replacements.append(Edit(span, _dump(source, raw, isinstance(value, list), original.isascii())))
    return apply_edits(original, replacements)


def _dump(source: str, raw: str, is_list: bool, ascii_only: bool) -> str:
    """`source` as JSON, laid out like `raw`, the value it replaces."""
    if not is_list:
        return json.dumps(source, ensure_ascii=ascii_only)
    lines = [json.dumps(line, ensure_ascii=ascii_only) for line in source.splitlines(keepends=True)]
    if not lines:
        return "[]"
    opening = re.match(r"\[(\s*)", raw)
    closing = re.search(r"(\s*)\]\Z", raw)
    lead = opening[1] if opening is not None else ""
    return "[" + lead + ("," + (lead or " ")).join(lines) + (closing[1] if closing is not None else "") + "]"


_SPACE = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


def _source_spans(text: str) -> Iterator[tuple[int, Span]]:
    """Number of each cell, as `_code` counts them, and where its source stands in the JSON text."""
    start = _skip(text, 1 if text.startswith("\ufeff") else 0)
    top = dict(_members(text, start))
    holders = [start]
    if "cells" not in top:
        holders = [sheet.start for sheet in _elements(text, top["worksheets"].start) if text[sheet.start] == "{"]
    places = [place for holder in holders if (place := dict(_members(text, holder)).get("cells")) is not None]
    cells = (cell for place in places if text[place.start] == "[" for cell in _elements(text, place.start))
    for number, cell in enumerate(cells, 1):
        members = dict(_members(text, cell.start)) if text[cell.start] == "{" else {}
        source = members.get("source", members.get("input"))
        if source is not None:
            yield number, source


def _skip(text: str, position: int) -> int:
    match = _SPACE.match(text, position)
    return match.end() if match is not None else position


def _members(text: str, position: int) -> Iterator[tuple[str, Span]]:
    """Keys and the spans of their values of the JSON object at `position`."""
    position = _skip(text, position + 1)
    while text[position] != "}":
        key, position = _DECODER.raw_decode(text, position)
        start = _skip(text, _skip(text, position) + 1)
        end = _DECODER.raw_decode(text, start)[1]
        yield key, Span(start, end)
        position = _after_comma(text, end)


def _elements(text: str, position: int) -> Iterator[Span]:
    """Spans of the elements of the JSON array at `position`."""
    position = _skip(text, position + 1)
    while text[position] != "]":
        end = _DECODER.raw_decode(text, position)[1]
        yield Span(position, end)
        position = _after_comma(text, end)


def _after_comma(text: str, position: int) -> int:
    position = _skip(text, position)
    return _skip(text, position + 1) if text[position] == "," else position
