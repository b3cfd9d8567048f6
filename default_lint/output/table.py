"""Plain tables: aligned columns that read well on a terminal and in a pipe."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from default_lint.output.style import clean, pad, paint, width


def table(
    header: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    right: Sequence[int] = (),
    color: bool = False,
    limit: int = 0,
) -> list[str]:
    """Lines of a table; columns in `right` align right, and with `limit` the last column is cut to fit a terminal."""
    cells = [[clean(cell) for cell in row] for row in rows]
    drawn = [list(header), *cells]
    widths = [max(width(row[index]) for row in drawn) for index in range(len(header))]
    lines = []
    for number, row in enumerate(drawn):
        line = "  ".join(
            pad(cell, size, index in right) for index, (cell, size) in enumerate(zip(row, widths, strict=True))
        )
        line = line.rstrip()
        if limit and width(line) > limit:
            line = shorten(line, limit)
        lines.append(paint(line, "bold", color) if number == 0 else line)
        if number == 0:
            rule = "  ".join("─" * size for size in widths)
            lines.append(paint(rule[:limit] if limit else rule, "dim", color))
    return lines


def shorten(text: str, limit: int) -> str:
    """`text` cut to `limit` cells, with an ellipsis where something is missing."""
    if width(text) <= limit:
        return text
    while text and width(text) >= limit:
        text = text[:-1]
    return text.rstrip() + "…"
