"""Fixing: choose edits that do not overlap, apply them, check again, until nothing more is to be fixed.

After every round two things hold: the text parses if it did before, and no applied fix is less safe than allowed.
"""

from __future__ import annotations

import ast
import os
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from default_lint import files
from default_lint.findings import Edit, Finding, Fix, Report, Safety
from default_lint.settings import Settings
from default_lint.text import Document, Span

ROUNDS = 20

Check = Callable[[Document], Report]


@dataclass(frozen=True)
class Fixed:
    """What fixing made of a document.

    `text` is the new text of the file (of a notebook its JSON), `applied` the fixes in order, `remaining` the report
    on the new document, and `problem` says why a fix was left out or the rounds were ended early. `rounds` are the
    edits of each round to the document's text as it then was.
    """

    document: Document
    text: str
    remaining: Report
    applied: tuple[tuple[Finding, Fix], ...] = ()
    problem: str | None = None
    rounds: tuple[tuple[Edit, ...], ...] = ()


def restrict(report: Report, settings: Settings) -> Report:
    """The report with fixes that the settings do not want applied made such that are only shown."""
    if settings.fixable == ("ALL",) and not settings.unfixable:
        return report
    findings = tuple(
        finding
        if settings.may_fix(finding.rule, finding.code, finding.family)
        else replace(finding, fixes=tuple(replace(fix, safety=Safety.SHOWN) for fix in finding.fixes))
        for finding in report.findings
    )
    return replace(report, findings=findings)


def fix(report: Report, check: Check, *, unsafe: bool = False) -> Fixed:
    """Apply the fixes of a report and of the reports that `check` then gives, until a fixed point.

    `unsafe` also applies fixes that change what is trained.
    """
    document, text = report.document, source(report.document)
    applied: list[tuple[Finding, Fix]] = []
    rounds: list[tuple[Edit, ...]] = []
    problem: str | None = None
    seen = {document.text}
    barred: set[tuple[str, str]] = set()
    for _ in range(ROUNDS):
        candidates = [
            (finding, chosen)
            for finding in report.findings
            if (chosen := applicable(finding, unsafe)) and (finding.rule, chosen.title) not in barred
        ]
        taken = choose(document, candidates)
        if not taken:
            break
        after = applied_to(document, taken)
        if after is None:
            broken = [pair for pair in taken if applied_to(document, [pair]) is None]
            barred |= {(finding.rule, chosen.title) for finding, chosen in broken or taken[1:]}
            problem = f"a fix of {_names(broken or taken)} would break the syntax; it was not applied"
            continue
        if after[0].text in seen:
            problem = f"the fixes of {_names(taken)} undo each other"
            break
        rounds.append(edits_of(document, taken))
        document, text = after
        seen.add(document.text)
        applied += taken
        report = check(document)
    else:
        problem = problem or f"not all was fixed after {ROUNDS} rounds"
    return Fixed(document, text, report, tuple(applied), problem, tuple(rounds))


def source(document: Document) -> str:
    """The text of the document's file: of a notebook its JSON, of a script with its byte order mark."""
    return document.text if document.original is None else document.original


def applicable(finding: Finding, unsafe: bool) -> Fix | None:
    """The fix that may be applied: the first that has edits and is safe (or unsafe too, when asked)."""
    allowed = (Safety.SAFE, Safety.UNSAFE) if unsafe else (Safety.SAFE,)
    return next((fix for fix in finding.fixes if fix.edits and fix.safety in allowed), None)


def choose(document: Document, candidates: Iterable[tuple[Finding, Fix]]) -> list[tuple[Finding, Fix]]:
    """Those fixes, in the order of the text, whose edits neither overlap nor touch; equal edits may be shared."""
    taken: list[tuple[Finding, Fix]] = []
    edits: set[Edit] = set()
    for finding, fix in sorted(
        candidates, key=lambda pair: (min(edit.span for edit in pair[1].edits), pair[0].place())
    ):
        if not sound(document, fix):
            continue
        new = [edit for edit in fix.edits if edit not in edits]
        if not any(_touch(edit, other) for edit in new for other in edits):
            taken.append((finding, fix))
            edits.update(new)
    return taken


def sound(document: Document, fix: Fix) -> bool:
    """Whether the edits lie inside the text, do not overlap each other and stay within a cell."""
    edits = sorted(fix.edits, key=lambda edit: edit.span)
    for edit in edits:
        if not 0 <= edit.span.start <= edit.span.end <= len(document.text):
            return False
        cell = document.cell_at(edit.span.start)
        if cell is not None and edit.span.end > cell.end:
            return False
    return all(one.span.end <= other.span.start for one, other in pairwise(edits))


def write(document: Document, text: str) -> None:
    """Replace the file of `document` by `text` in one step; its encoding and mode stay, links are followed."""
    data = files.encode(document, text)
    path = os.path.realpath(document.path)
    scratch = f"{path}.{os.getpid()}.tmp"
    try:
        with open(scratch, "xb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(scratch, os.stat(path).st_mode & 0o7777)
        os.replace(scratch, path)
    except BaseException:
        if os.path.exists(scratch):
            os.unlink(scratch)
        raise


def diff(path: str, before: str, after: str) -> str:
    """A unified diff that `git apply` and `patch -p1` understand; empty when nothing changed."""
    from difflib import unified_diff

    name = path.replace("\\", "/").removeprefix("./").lstrip("/")
    lines = []
    for line in unified_diff(_split(before), _split(after), f"a/{name}", f"b/{name}"):
        lines.append(line if line.endswith("\n") else line + "\n\\ No newline at end of file\n")
    return "".join(lines)


def parses(text: str) -> bool:
    """Whether Python accepts `text`; compiling also sees what parsing lets pass, such as an argument given twice."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(text, "<text>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
    return True


def edits_of(document: Document, taken: Iterable[tuple[Finding, Fix]]) -> tuple[Edit, ...]:
    """The edits of these fixes, each once, with the line endings of the document."""
    ending = _ending(document)
    edits = dict.fromkeys(edit for _, fix in taken for edit in fix.edits)
    return tuple(Edit(edit.span, edit.text.replace("\r\n", "\n").replace("\n", ending)) for edit in edits)


def composed(text: str, rounds: Iterable[Sequence[Edit]]) -> tuple[Edit, ...]:
    """The edits to `text` that do the same as these rounds, each to what the one before it left."""
    pieces: list[Span | str] = [Span(0, len(text))]  # parts of the text, and what was written since
    for edits in rounds:
        position, after = 0, list[Span | str]()
        for edit in sorted(edits, key=lambda edit: edit.span):
            after += (*_cut(pieces, position, edit.span.start), edit.text)
            position = edit.span.end
        pieces = [*after, *_cut(pieces, position, None)]
    whole: list[Edit] = []
    position, written = 0, ""
    for piece in (*pieces, Span(len(text), len(text))):
        if isinstance(piece, str):
            written += piece
            continue
        if written != text[position : piece.start]:
            whole.append(Edit(Span(position, piece.start), written))
        position, written = piece.end, ""
    return tuple(whole)


def _cut(pieces: Iterable[Span | str], start: int, end: int | None) -> Iterator[Span | str]:
    """What the pieces hold between two offsets of the text that they make; without `end` to the last."""
    position = 0
    for piece in pieces:
        size = len(piece) if isinstance(piece, str) else piece.end - piece.start
        first = max(start - position, 0)
        last = size if end is None else min(end - position, size)
        position += size
        if first < last:
            yield piece[first:last] if isinstance(piece, str) else Span(piece.start + first, piece.start + last)


def applied_to(document: Document, taken: Sequence[tuple[Finding, Fix]]) -> tuple[Document, str] | None:
    """The document and its file's text after these fixes, or None when it would no longer parse."""
    text = files.rebuild(document, edits_of(document, taken))
    after = files.reread(document, text)
    if not isinstance(after, Document) or (parses(document.text) and not parses(after.text)):
        return None
    return after, text


def _touch(one: Edit, other: Edit) -> bool:
    return one.span.start <= other.span.end and other.span.start <= one.span.end


def _names(taken: Iterable[tuple[Finding, Fix]]) -> str:
    return ", ".join(sorted({finding.rule for finding, _ in taken}))


def _ending(document: Document) -> str:
    """How the first line of a script ends; the lines of a notebook end with LF."""
    text = document.text
    at = text.find("\n")
    if document.cells or (at == -1 and "\r" not in text):
        return "\n"
    if at == -1:
        return "\r"
    return "\r\n" if text[at - 1 : at] == "\r" else "\n"


def _split(text: str) -> list[str]:
    """Lines with their endings; only LF ends a line of a diff."""
    lines = text.split("\n")
    return [line + "\n" for line in lines[:-1]] + lines[-1:] if lines[-1] else [line + "\n" for line in lines[:-1]]
