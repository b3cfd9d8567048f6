"""Markdown in which text of the user's cannot become markup."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from default_lint.output.style import clean

_SPECIAL = re.compile(r"([\\`*_\[\]<>&#~!])")
_QUOTED = re.compile(r"`([^`]+)`")
LONGEST = 120  # characters of one value


def plain(text: str) -> str:
    """Text that shows as it is."""
    return _SPECIAL.sub(r"\\\1", clean(text))


def code(text: str) -> str:
    """Text as a code span; nothing for no text."""
    if text.isascii() and text.isprintable() and "`" not in text and 0 < len(text) <= LONGEST and not text.isspace():
        return f"`{text}`"
    text = clean(text)
    if not text.strip():
        return ""
    if len(text) > LONGEST:
        text = text[: LONGEST - 1] + "…"
    fence = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    space = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{space}{text}{space}{fence}"


def prose(text: str) -> str:
    """A sentence of ours: what it has between backticks is code, all else shows as it is."""
    pieces: list[str] = []
    at = 0
    for match in _QUOTED.finditer(text):
        pieces += [plain(text[at : match.start()]), code(match[1])]
        at = match.end()
    return "".join([*pieces, plain(text[at:])])


def block(text: str, language: str) -> str:
    """A block of code."""
    fence = "`" * max(3, max((len(run) + 1 for run in re.findall("`+", text)), default=3))
    return f"{fence}{language}\n{text}\n{fence}"


def link(text: str, address: str) -> str:
    """A link; the text is ours."""
    return f"[{text}]({address})"


def table(header: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[int] = ()) -> str:
    """A table of Markdown cells; `right` are the columns of numbers."""
    rule = ["---:" if index in right else "---" for index in range(len(header))]
    return "\n".join(_row(cells) for cells in (header, rule, *rows))


def _row(cells: Sequence[str]) -> str:
    inner = " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells)
    return f"| {inner} |"


def paragraphs(parts: Iterable[str]) -> str:
    """The parts that are not empty, with a blank line between them."""
    return "\n\n".join(part for part in parts if part)
