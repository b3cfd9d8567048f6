"""A page as blocks, written as Markdown and as one self-contained HTML file.

Texts may hold `code`, **bold** and *emphasis*, as in Markdown; all else is shown as it is.
"""

from __future__ import annotations

import base64
import html
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

TYPES = {".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg"}
CALM = {"passed": "good", "missed": "bad", "yes": "good", "no": "bad"}
"""Words that have a color when they are all of a cell."""


class Heading(NamedTuple):
    """A heading of level 1 to 3."""

    level: int
    text: str


class Text(NamedTuple):
    """A paragraph."""

    text: str


class Items(NamedTuple):
    """A list."""

    items: tuple[str, ...]


class Table(NamedTuple):
    """A table; the first column names the row, the others are numbers, but for those in `words`."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    words: tuple[int, ...] = ()


class Picture(NamedTuple):
    """An image file, and what it shows in words."""

    path: Path
    text: str


Block = Heading | Text | Items | Table | Picture


def markdown(blocks: Iterable[Block], folder: str | os.PathLike[str]) -> str:
    """The blocks as Markdown for a file in a folder, by which images are named."""
    return "\n".join(line for block in blocks for line in (*_lines(block, folder), ""))


def _lines(block: Block, folder: str | os.PathLike[str]) -> Iterator[str]:
    if isinstance(block, Heading):
        yield f"{'#' * block.level} {block.text}"
    elif isinstance(block, Text):
        yield block.text
    elif isinstance(block, Items):
        yield from (f"- {item}" for item in block.items)
    elif isinstance(block, Table):
        yield _row(block.head)
        yield _row(["---:" if _number(block, place) else "---" for place in range(len(block.head))])
        yield from map(_row, block.rows)
    else:
        yield f"![{block.text}]({os.path.relpath(block.path, folder).replace(os.sep, '/')})"


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def _number(table: Table, place: int) -> bool:
    return place > 0 and place not in table.words


def page(blocks: Sequence[Block], title: str) -> str:
    """The blocks as an HTML page that asks nothing of the network: images are within. OSError: one cannot be read."""
    parts = [part for block in blocks for part in _elements(block)]
    contents = "".join(
        f'<li><a href="#{_anchor(block.text)}">{_inline(block.text)}</a></li>'
        for block in blocks
        if isinstance(block, Heading) and block.level == 2
    )
    first = next((place for place, part in enumerate(parts) if part.startswith("<h2")), len(parts))
    if contents:
        parts.insert(first, f'<nav aria-label="Contents"><ul>{contents}</ul></nav>')
    return "\n".join([_HEAD.format(title=html.escape(title), style=_STYLE), *parts, "</main></body></html>", ""])


def _elements(block: Block) -> Iterator[str]:
    if isinstance(block, Heading):
        anchor = f' id="{_anchor(block.text)}"' if block.level == 2 else ""
        yield f"<h{block.level}{anchor}>{_inline(block.text)}</h{block.level}>"
    elif isinstance(block, Text):
        yield f"<p>{_inline(block.text)}</p>"
    elif isinstance(block, Items):
        yield "<ul>" + "".join(f"<li>{_inline(item)}</li>" for item in block.items) + "</ul>"
    elif isinstance(block, Table):
        yield '<div class="table"><table>'
        cells = (f"<th{_kind(block, place)}>{_inline(cell)}</th>" for place, cell in enumerate(block.head))
        yield f"<thead><tr>{''.join(cells)}</tr></thead><tbody>"
        for row in block.rows:
            told = (f"<td{_kind(block, place, cell)}>{_inline(cell)}</td>" for place, cell in enumerate(row) if place)
            yield f'<tr><th scope="row">{_inline(row[0])}</th>{"".join(told)}</tr>'
        yield "</tbody></table></div>"
    else:
        kind = TYPES[block.path.suffix.lower()]
        data = base64.b64encode(block.path.read_bytes()).decode()
        text = html.escape(block.text)
        yield f'<figure><img alt="{text}" src="data:{kind};base64,{data}"><figcaption>{text}</figcaption></figure>'


def _kind(table: Table, place: int, cell: str = "") -> str:
    names = (["number"] if _number(table, place) else []) + ([CALM[cell]] if cell in CALM else [])
    return f' class="{" ".join(names)}"' if names else ""


def _anchor(text: str) -> str:
    return re.sub(r"\W+", "-", text.lower()).strip("-")


def _inline(text: str) -> str:
    parts = re.split(r"(`[^`]+`)", text)
    return "".join(
        f"<code>{html.escape(part[1:-1])}</code>" if part[:1] == "`" and len(part) > 2 else _marked(html.escape(part))
        for part in parts
    )


def _marked(text: str) -> str:
    text = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", text)
    return re.sub(r"\*(\S(?:.*?\S)?)\*", r"<em>\1</em>", text)


_HEAD = """\
<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>{title}</title>
<style>{style}</style></head><body><main>"""
_STYLE = """
:root { color-scheme: light dark; --line: #d0d4da; --faint: #f4f6f8; --good: #1a6b34; --bad: #a12622; }
@media (prefers-color-scheme: dark) {
  :root { --line: #454b54; --faint: #23272d; --good: #7fd79a; --bad: #f29a94; } }
body { font: 15px/1.5 system-ui, sans-serif; margin: 0; }
main { max-width: 80rem; margin: 0 auto; padding: 1rem 1.25rem 4rem; }
p, main > ul { max-width: 60rem; }
h1 { line-height: 1.2; } h2 { margin-top: 2.5rem; border-bottom: 1px solid var(--line); }
nav ul { columns: 3 12rem; padding-left: 1.2rem; }
.table { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; font-size: 0.93em; }
th, td { padding: 0.25rem 0.7rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
thead th { background: var(--faint); } tbody th { font-weight: 500; }
.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.good { color: var(--good); font-weight: 600; } .bad { color: var(--bad); font-weight: 600; }
figure { margin: 1.5rem 0; } figure img { max-width: 100%; background: white; padding: 0.5rem; }
figcaption { font-size: 0.9em; opacity: 0.8; }
code { background: var(--faint); padding: 0 0.2em; }
"""
