"""Small questions about the source that rules of several families ask."""

from __future__ import annotations

import re

from default_lint.text import Document, Span

_GUARD = re.compile(r"try\s*:|with\b.*[rR]aises")


def failure_expected(document: Document, span: Span) -> bool:
    """True inside `try:` or `with pytest.raises(...)`: the author knows that this may raise."""
    line = document.locate(span.start).line
    starts = document.line_starts
    if document.cells:
        return False
    indent = _indent(document.text[starts[line - 1] : span.start])
    for number in range(line - 1, 0, -1):
        row = document.text[starts[number - 1] : starts[number]]
        if not row.strip() or _indent(row) >= indent:
            continue
        indent = _indent(row)
        if _GUARD.match(row.strip()):
            return True
        if not indent:
            return False
    return False


def _indent(row: str) -> int:
    return len(row) - len(row.lstrip())
