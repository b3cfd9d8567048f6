"""Small questions about the source that rules of several families ask."""

from __future__ import annotations

import re

from default_lint.program.data_values import Array
from default_lint.program.values import Unknown
from default_lint.text import Document, Span

_COLUMN = frozenset(("pandas.column", "pandas.pop"))
_ROW_WISE = frozenset(
    (
        *("pandas.to_numpy", "pandas.values", "pandas.astype", "numpy.astype", "pandas.map", "pandas.replace"),
        "sklearn.model_selection.train_test_split",
    )
)
_GUARD = re.compile(r"try\s*:|with\b.*[rR]aises")


def one_dimensional(array: Array) -> bool:
    """True for an array of one axis, such as a column of a table."""
    if not isinstance(array.shape, Unknown):
        return len(array.shape) == 1
    place = next((at for at, step in enumerate(array.steps) if step.name in _COLUMN), None)
    return place is not None and all(step.name in _ROW_WISE for step in array.steps[place + 1 :])


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


def in_test(document: Document, span: Span) -> bool:
    """True inside `def test_...`: extreme settings are what is tested there."""
    line = document.locate(span.start).line
    starts = document.line_starts
    indent = _indent(document.text[starts[line - 1] : span.start])
    for number in range(line - 1, 0, -1):
        row = document.text[starts[number - 1] : starts[number]]
        if row.strip() and _indent(row) < indent:
            indent = _indent(row)
            if row.lstrip().startswith(("def test_", "async def test_")):
                return True
        if not indent:
            return False
    return False


def _indent(row: str) -> int:
    return len(row) - len(row.lstrip())
