"""The default format: each finding with its code, what contradicts it, and what would fix it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TextIO

from default_lint.findings import Confidence, Finding, Fix, Note, Report, Safety
from default_lint.output import View, evidence, links
from default_lint.output.frame import Mark, cut, draw, gutter_of, limit_of
from default_lint.output.style import clean, link, paint, width
from default_lint.text import Document, Span

KINDS = {
    Safety.SAFE: "safe fix",
    Safety.UNSAFE: "unsafe fix",
    Safety.SHOWN: "suggestion",
}
LONGEST_DIFF = 8  # changed lines that a fix may show


def write(reports: Iterable[Report], out: TextIO, view: View) -> None:
    """Write every finding, an empty line after each."""
    for report in reports:
        out.writelines("\n".join(render(report.document, finding, view)) + "\n\n" for finding in report.findings)


def render(document: Document, finding: Finding, view: View) -> list[str]:
    """The lines of one finding."""
    spanned = [note for note in finding.notes if note.span is not None and note.span != finding.span]
    fix = finding.fixes[0] if finding.fixes else None
    changes = diff(document, fix) if fix else None
    spans = [
        finding.span,
        *(note.span for note in spanned if note.span),
        *(edit.span for edit in (fix.edits if changes and fix else ())),
    ]
    gutter = gutter_of(document, spans)
    lines = [_headline(finding, view), _arrow(document, finding, view, gutter)]
    lines += _frames(document, finding, spanned, view, gutter)
    margin = paint(" " * (gutter + 1) + "|", "gutter", view.color)
    remarks = _remarks(finding, [note for note in finding.notes if note not in spanned], view, gutter)
    if remarks:
        lines += [margin, *remarks]
    if changes:
        lines += [margin, *(_changed(*change, view, gutter) for change in changes)]
    return lines


def _headline(finding: Finding, view: View) -> str:
    label = finding.severity.label
    name = link(finding.rule, links.page(finding), view.links)
    return paint(f"{label}[{name}]", label, view.color) + paint(f": {clean(finding.message)}", "bold", view.color)


def _arrow(document: Document, finding: Finding, view: View, gutter: int) -> str:
    where = links.written(document, document.locate(finding.span.start))
    sure = "" if finding.confidence is Confidence.HIGH else f"  ({finding.confidence.label} confidence)"
    return " " * gutter + paint("-->", "gutter", view.color) + f" {clean(where)}" + paint(sure, "dim", view.color)


def _frames(document: Document, finding: Finding, spanned: list[Note], view: View, gutter: int) -> list[str]:
    """The frame of the place itself with the notes of its cell, then one frame per other cell."""
    home = document.cell_at(finding.span.start)
    groups: dict[int, list[Mark]] = {home.number if home else 0: [Mark(finding.span, "", finding.severity.label, True)]}
    for note in spanned:
        if note.span:
            cell = document.cell_at(note.span.start)
            groups.setdefault(cell.number if cell else 0, []).append(Mark(note.span, note.text, "note"))
    lines: list[str] = []
    for marks in groups.values():
        if lines:
            where = links.written(document, document.locate(marks[0].span.start))
            lines.append(" " * gutter + paint(":::", "gutter", view.color) + f" {clean(where)}")
        lines += draw(document, marks, view, gutter)
    return lines


def _remarks(finding: Finding, notes: list[Note], view: View, gutter: int) -> list[str]:
    seen = evidence.seen(finding.evidence)
    lines = _remark("seen", seen, "", view, gutter) if seen else []
    lines += [line for note in notes for line in _remark("note", note.text, "", view, gutter)]
    for index, fix in enumerate(finding.fixes):
        word = "help" if index == 0 else "or"
        lines += _remark(word, fix.title, f" [{KINDS[fix.safety]}]", view, gutter)
    return lines


def _remark(word: str, text: str, suffix: str, view: View, gutter: int) -> list[str]:
    """`= note: text`, wrapped to the terminal."""
    lead = " " * (gutter + 1) + paint("=", "gutter", view.color) + f" {paint(word, 'bold', view.color)}: "
    indent = gutter + 3 + len(word) + 2
    parts = [clean(part) for part in text.splitlines()] or [""]
    if view.width and any(indent + width(part) + len(suffix) > view.width for part in parts):
        from textwrap import wrap

        room = max(view.width - indent, 30)
        parts = [line for part in parts for line in wrap(part, room) or [""]]
        if suffix and width(parts[-1]) + len(suffix) > room:
            parts.append(suffix.lstrip())
            suffix = ""
            parts[-1] = paint(parts[-1], "dim", view.color)
    parts[-1] += paint(suffix, "dim", view.color)
    return [lead + parts[0], *(" " * indent + part for part in parts[1:])]


def _changed(number: int, sign: str, text: str, view: View, gutter: int) -> str:
    style = "removed" if sign == "-" else "added"
    lead = paint(f"{number:>{gutter}} ", "gutter", view.color) + paint(f"{sign} ", style, view.color)
    return (lead + paint(cut(text, limit_of(view, gutter)).text, style, view.color)).rstrip()


def diff(document: Document, fix: Fix) -> list[tuple[int, str, str]] | None:
    """What a fix changes as (line number, sign, line), or None when that would be long or unclear."""
    edits = sorted(fix.edits, key=lambda edit: edit.span)
    if not edits:
        return None
    blocks: list[tuple[Span, list[int]]] = []  # whole lines, and the edits in them
    for index, edit in enumerate(edits):
        start = document.line_span(edit.span.start).start
        end = document.line_span(edit.span.end).end
        if document.cell_at(edit.span.start) != document.cell_at(edit.span.end):
            return None
        if blocks and start <= blocks[-1][0].end:
            last, members = blocks.pop()
            blocks.append((Span(last.start, max(last.end, end)), [*members, index]))
        else:
            blocks.append((Span(start, end), [index]))
    rows: list[tuple[int, str, str]] = []
    shift = 0
    cell = document.cell_at(edits[0].span.start)
    for span, members in blocks:
        if document.cell_at(span.start) != cell:
            cell, shift = document.cell_at(span.start), 0
        old = document[span]
        new = _edited(old, [(edits[index].span, edits[index].text) for index in members], span.start)
        first = document.locate(span.start).line
        before, after = _lines(old), _lines(new)
        if new == "" and span.end > span.start:
            after = []
        while before and after and before[0] == after[0]:
            before, after, first = before[1:], after[1:], first + 1
        while before and after and before[-1] == after[-1]:
            before, after = before[:-1], after[:-1]
        rows += [(first + index, "-", line) for index, line in enumerate(before)]
        rows += [(first + shift + index, "+", line) for index, line in enumerate(after)]
        shift += len(after) - len(before)
    return rows if 0 < len(rows) <= LONGEST_DIFF else None


def _edited(text: str, edits: list[tuple[Span, str]], base: int) -> str:
    pieces: list[str] = []
    at = 0
    for span, new in edits:
        pieces += [text[at : span.start - base], new]
        at = max(at, span.end - base)
    return "".join([*pieces, text[at:]])


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
