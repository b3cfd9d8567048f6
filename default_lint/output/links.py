"""Where the page of a rule is, and how a place is written."""

from __future__ import annotations

from default_lint.findings import Finding
from default_lint.text import Document, Place

HOME = "https://default-lint.readthedocs.io"


def page_of(name: str) -> str:
    """Address of the page of a rule."""
    return f"{HOME}/rules/{name}"


def page(finding: Finding) -> str:
    """Address of the page that explains the finding's rule."""
    return page_of(finding.rule)


def written(document: Document, place: Place) -> str:
    """A place as editors and terminals link it: `file.py:3:7`, `book.ipynb:cell 2:3:7`."""
    cell = "" if place.cell is None else f"cell {place.cell}:"
    return f"{document.path}:{cell}{place.line}:{place.column}"
