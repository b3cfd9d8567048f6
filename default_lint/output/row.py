"""One finding as plain data: the row of the `json` and `json-lines` formats."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from default_lint.findings import Finding, Fix, Note
from default_lint.output import links
from default_lint.output.evidence import data
from default_lint.text import Document, Span

NOWHERE: Mapping[str, None] = {"line": None, "column": None, "end_line": None, "end_column": None, "cell": None}


def row(document: Document, finding: Finding) -> dict[str, Any]:
    """The keys that tools may rely on, in this order."""
    place = where(document, finding.span)
    return {
        "file": document.path,
        "cell": place["cell"],
        "line": place["line"],
        "column": place["column"],
        "end_line": place["end_line"],
        "end_column": place["end_column"],
        "name": finding.rule,
        "code": finding.code,
        "category": finding.family,
        "severity": finding.severity.label,
        "confidence": finding.confidence.label,
        "message": finding.message,
        "evidence": [data(piece) for piece in finding.evidence],
        "notes": [_note(document, note) for note in finding.notes],
        "fix": _fixes(document, finding.fixes),
        "url": links.page(finding),
    }


def where(document: Document, span: Span) -> dict[str, int | None]:
    """Lines and columns of a span, 1-based code points, the end exclusive; lines of a notebook count in their cell."""
    start, end = document.locate(span.start), document.locate(span.end)
    if end.cell != start.cell:  # the end of a cell is the start of the next
        last = document.locate(span.end - 1)
        end = last._replace(column=last.column + 1)
    return {
        "line": start.line,
        "column": start.column,
        "end_line": end.line,
        "end_column": end.column,
        "cell": start.cell,
    }


def _note(document: Document, note: Note) -> dict[str, Any]:
    return {"message": note.text, **(where(document, note.span) if note.span else NOWHERE)}


def _fix(document: Document, fix: Fix) -> dict[str, Any]:
    return {
        "title": fix.title,
        "applicability": fix.safety.value,
        "edits": [{**where(document, edit.span), "content": edit.text} for edit in fix.edits],
    }


def _fixes(document: Document, fixes: tuple[Fix, ...]) -> dict[str, Any] | None:
    """The first fix, the best one, with the others as its alternatives."""
    if not fixes:
        return None
    best, *others = (_fix(document, fix) for fix in fixes)
    return {**best, "alternatives": others}
