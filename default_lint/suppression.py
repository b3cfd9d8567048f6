"""Ignore comments: find them, hold findings back, and report those that hold back nothing or name nothing.

`# default-lint: ignore[name] reason` at the end of a line covers that line, and a whole statement or call when the
line is its first or last; on a line of its own it covers the next statement, with others that begin on the same line.
`# default-lint: file-ignore[name]` covers the file. `# noqa: CODE` counts for our codes. There is no form that ignores
everything.
"""

from __future__ import annotations

import ast
import re
import warnings
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import NamedTuple

from default_lint.findings import Confidence, Edit, Finding, Fix, Note, Safety, Severity, Suppression
from default_lint.lexis import COMMENT, STRING
from default_lint.settings import (
    FAMILIES,
    SYNTAX_ERROR,
    UNKNOWN_SUPPRESSION,
    UNUSED_SUPPRESSION,
    RuleName,
    Settings,
    did_you_mean,
    observation_names,
    rule_names,
    suspicion_names,
)
from default_lint.text import Document, Span

MARK = "default-lint:"
ADVICE = "Name the rules in brackets: `# default-lint: ignore[rule-name] reason`"
_COMMENT = re.compile(rf"(?P<comment>{COMMENT})|{STRING}", re.DOTALL)
_DIRECTIVE = re.compile(r"#[ \t]*default-lint:[ \t]*(?P<form>[\w-]*)[ \t]*(?P<names>\[[^\]\r\n]*\]?)?")
_NOQA = re.compile(r"#[ \t]*noqa[ \t]*:[ \t]*(?P<codes>[A-Z]+[0-9]+(?:[, \t]+[A-Z]+[0-9]+)*)", re.IGNORECASE)
_NAME = re.compile(r"[^\s,\[\]]+")
_TIMED = re.compile(r"[ \t]*0[ \t]*;")  # what `notebooks.blank_magics` leaves of `%time`
# What may follow a reason within the same comment: the words of other tools, and our own once more.
_NEXT = re.compile(r"\s*#[ \t]*(?:default-lint:|noqa|type:|pragma|pylint:|mypy:|ruff:|fmt:|pyright:)", re.IGNORECASE)


class _Comment(NamedTuple):
    """An ignore comment as read: what it covers, and what an edit needs."""

    entry: Suppression
    names_at: tuple[Span, ...]
    brackets: Span | None  # between the brackets
    removal: Span  # the comment and the space that goes with it
    form: str  # ignore, file-ignore, noqa, or a word that means nothing


def suppress(
    findings: Iterable[Finding], document: Document, settings: Settings
) -> tuple[tuple[Finding, ...], tuple[Finding, ...], tuple[Suppression, ...]]:
    """Split findings into kept and held back, and list the suppressions that hold back nothing.

    Give it the findings of all selected rules, before those go that the audience does not want to hear: else a
    suppression of such a finding seems unused.
    """
    found = tuple(findings)
    if MARK not in document.text and not (found and "noqa" in document.text.lower()):
        return found, (), ()
    comments = tuple(read_comments(document))
    used: set[tuple[int, str]] = set()
    kept, held = _split(found, comments, used)
    unused: tuple[Suppression, ...] = ()
    own = tuple(_unknown(comments))
    if not any(finding.rule == SYNTAX_ERROR.name for finding in found):
        unused, complaints = _unused(comments, used, document, settings)
        own += complaints
    on = (rule.name for rule in (UNKNOWN_SUPPRESSION, UNUSED_SUPPRESSION) if settings.selected(rule, document.path))
    wanted = frozenset(on)
    own_kept, own_held = _split([finding for finding in own if finding.rule in wanted], comments, used)
    return kept + own_kept, held + own_held, unused


def _split(
    findings: Sequence[Finding], comments: Sequence[_Comment], used: set[tuple[int, str]]
) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """Findings kept and held back; `used` collects the comments (by position) and names that held something back."""
    kept: list[Finding] = []
    held: list[Finding] = []
    for finding in findings:
        matches = [
            (comment.entry.span.start, name)
            for comment in comments
            for name in comment.entry.names
            if name in (finding.rule, finding.code) and counts_for(comment.entry.covers, finding)
        ]
        used.update(matches)
        (held if matches else kept).append(finding)
    return tuple(kept), tuple(held)


def counts_for(covers: Span, finding: Finding) -> bool:
    """Whether what a comment covers holds the place of a finding, or one that its notes point at."""
    places = (finding.span, *(note.span for note in finding.notes if note.span is not None))
    return any(covers.start <= place.start <= covers.end for place in places)


def read_comments(document: Document) -> Iterator[_Comment]:
    """The ignore comments of a document, in order."""
    statements = _Statements(document)
    text = document.text
    for token in _COMMENT.finditer(text):
        comment = token["comment"]
        if comment is None or not ("noqa" in comment.lower() or MARK in comment):
            continue
        for match in _NOQA.finditer(text, token.start(), token.end()):
            codes = tuple(code.upper() for code in _NAME.findall(match["codes"]))
            span = Span(*match.span())
            entry = Suppression(span, statements.covered(token.start()), codes)
            yield _Comment(entry, (), None, span, "noqa")
        for match in _DIRECTIVE.finditer(text, token.start(), token.end()):
            parsed = _directive(match, token.end(), document, statements)
            if parsed is not None:
                yield parsed


def _directive(match: re.Match[str], limit: int, document: Document, statements: _Statements) -> _Comment | None:
    """One of our own comments; None for prose that only begins like one."""
    text, form = document.text, match["form"]
    following = _NEXT.search(text, match.end(), limit)
    end = following.start() if following is not None else limit
    reason = text[match.end() : end].strip(" \t:-")
    if not form.endswith("ignore") and match["names"] is None and reason:
        return None
    names: tuple[str, ...] = ()
    names_at: tuple[Span, ...] = ()
    brackets = None
    if match["names"] is not None:
        brackets = Span(match.start("names") + 1, match.end("names") - match["names"].endswith("]"))
        places = list(_NAME.finditer(text, brackets.start, brackets.end))
        names = tuple(place[0] for place in places)
        names_at = tuple(Span(*place.span()) for place in places)
    covers = Span(0, len(text)) if form == "file-ignore" else statements.covered(match.start())
    if form not in ("ignore", "file-ignore"):
        covers = Span(match.start(), match.start())
    entry = Suppression(Span(match.start(), end), covers, names, reason)
    return _Comment(entry, names_at, brackets, _removal(document, entry.span), form)


def _removal(document: Document, span: Span) -> Span:
    """What to delete so that a comment leaves no trace: its whole line, or the space before it."""
    text = document.text
    line = document.line_span(span.start)
    if not text[line.start : span.start].strip() and span.end == line.end:
        index = bisect_right(document.line_starts, span.start)
        end = document.line_starts[index] if index < len(document.line_starts) else len(text)
        return Span(line.start, end)
    start = line.start + len(text[line.start : span.start].rstrip(" \t\f"))
    return Span(start, span.end) if start > line.start else span


def _unknown(comments: Sequence[_Comment]) -> Iterator[Finding]:
    """A finding for each suppression that cannot work."""
    known: dict[str, RuleName] = {}
    for comment in comments:
        form = comment.form
        if form == "noqa":
            continue
        if form not in ("ignore", "file-ignore"):
            hint = did_you_mean(form, ("ignore", "file-ignore"))
            yield _finding(UNKNOWN_SUPPRESSION, comment.entry.span, f"`{form}` is no form of suppression{hint}", ADVICE)
        elif not comment.entry.names:
            yield _finding(
                UNKNOWN_SUPPRESSION, comment.entry.span, f"`{form}` names no rule, so it suppresses nothing", ADVICE
            )
        else:
            known = known or _known()
            for name, span in zip(comment.entry.names, comment.names_at, strict=True):
                if name not in known:
                    yield _unknown_name(name, span, known)


def _known() -> dict[str, RuleName]:
    """Every rule by name and by code."""
    rules = rule_names()
    return {rule.name: rule for rule in rules} | {rule.code: rule for rule in rules}


def _unknown_name(name: str, span: Span, known: Mapping[str, RuleName]) -> Finding:
    if name in FAMILIES or name == "ALL":
        return _finding(UNKNOWN_SUPPRESSION, span, f"suppression of `{name}` instead of single rules", ADVICE)
    hint = did_you_mean(name, known)
    fixes: tuple[Fix, ...] = ()
    if hint:
        meant = hint.split("`")[1]
        fixes = (Fix(f"Replace by `{meant}`", (Edit(span, meant),), Safety.UNSAFE),)
    return _finding(UNKNOWN_SUPPRESSION, span, f"suppression of unknown rule `{name}`{hint}", fixes=fixes)


def _unused(
    comments: Sequence[_Comment], used: set[tuple[int, str]], document: Document, settings: Settings
) -> tuple[tuple[Suppression, ...], tuple[Finding, ...]]:
    """Suppressions that held nothing back, reduced to the names that did not, and a finding for each."""
    own = [comment for comment in comments if comment.form in ("ignore", "file-ignore")]
    known = _known() if any(comment.entry.names for comment in own) else {}
    unused, findings = [], []
    for comment in own:
        entry = comment.entry
        idle = tuple(
            name
            for name in entry.names
            if (entry.span.start, name) not in used and _would_speak(known.get(name), document.path, settings)
        )
        if idle:
            unused.append(Suppression(entry.span, entry.covers, idle, entry.reason))
            findings.append(_unused_finding(comment, idle))
    return tuple(unused), tuple(findings)


def _would_speak(rule: RuleName | None, path: str, settings: Settings) -> bool:
    """Whether a finding of this rule had to come; a rule that is off, what runs show or classifiers prove nothing."""
    if rule is None or rule in (UNUSED_SUPPRESSION, UNKNOWN_SUPPRESSION, *observation_names(), *suspicion_names()):
        return False
    return settings.selected(rule, path)


def _unused_finding(comment: _Comment, idle: Sequence[str]) -> Finding:
    names = comment.entry.names
    listed = ", ".join(f"`{name}`" for name in idle)
    message = f"suppression of {listed} holds back nothing"
    if len(idle) == len(names) or comment.brackets is None:
        fix = Fix("Remove the suppression", (Edit(comment.removal, ""),), Safety.SAFE)
        return _finding(UNUSED_SUPPRESSION, comment.entry.span, message, fixes=(fix,))
    rest = ", ".join(name for name in names if name not in idle)
    fix = Fix(f"Remove {listed} from the suppression", (Edit(comment.brackets, rest),), Safety.SAFE)
    return _finding(UNUSED_SUPPRESSION, comment.names_at[names.index(idle[0])], message, fixes=(fix,))


def _finding(rule: RuleName, span: Span, message: str, advice: str = "", fixes: tuple[Fix, ...] = ()) -> Finding:
    return Finding(
        rule.name,
        rule.code,
        span,
        message,
        Severity.WARNING,
        Confidence.HIGH,
        rule.family,
        notes=(Note(advice),) if advice else (),
        fixes=fixes,
    )


def ignore(document: Document, finding: Finding) -> Edit | None:
    """The edit that holds `finding` back by a comment at its place; None when no comment can.

    The name goes into the brackets of the ignore comment of the finding's line, else in a comment to the end of that
    line; where none can stand (within a string, behind a backslash) to the first or last line of the call or statement
    around it, else on a line of its own above. Lines of magics stay as they are.
    """
    place = finding.span.start
    lines = _lines(document)
    if finding.rule == SYNTAX_ERROR.name or not lines.statements.parsed or place > len(document.text):
        return None
    for candidate in lines.candidates(place, finding.rule):
        if candidate is not None and candidate[1].start <= place <= candidate[1].end:
            return candidate[0]
    return None


@lru_cache(maxsize=4)
def _lines(document: Document) -> _Lines:
    """Kept for the next finding of the same document."""
    return _Lines(document)


class _Lines:
    """Where in a document one more ignore comment can stand; each way gives an edit and the range it would cover."""

    def __init__(self, document: Document) -> None:
        self.statements = _Statements(document)
        self._document = document
        self._comments = [comment for comment in read_comments(document) if comment.form == "ignore"]
        self._tokens = [Span(*token.span()) for token in _COMMENT.finditer(document.text)]

    def candidates(self, place: int, name: str) -> Iterator[tuple[Edit, Span] | None]:
        """All ways, the closest to `place` first."""
        yield self.joined(place, name)
        yield self.at_end(place, name)
        for block in self.statements.holding(place):
            yield self.at_end(block.start, name)
            yield self.at_end(block.end, name)
            yield self.above(block.start, name)

    def joined(self, place: int, name: str) -> tuple[Edit, Span] | None:
        """The name put into the brackets of the ignore comment that ends the line of `place`."""
        text, line = self._document.text, self._document.line_span(place)
        for comment in self._comments:
            start = comment.entry.span.start
            if not line.start <= start <= line.end or not text[line.start : start].strip() or comment.brackets is None:
                continue
            end = comment.brackets.end
            if text[end : end + 1] == "]":
                at = comment.names_at[-1].end if comment.names_at else end
                return Edit(Span(at, at), f", {name}" if comment.names_at else name), comment.entry.covers
        return None

    def at_end(self, place: int, name: str) -> tuple[Edit, Span] | None:
        """A comment at the end of the line of `place`, behind what stands there."""
        line = self._document.line_span(place)
        text = self._document[line]
        if not text.strip() or (self._document.cells and _TIMED.match(text)) or not self._free(line.end):
            return None
        space = "" if text.endswith("  ") else " " if text[-1] in " \t" else "  "
        return Edit(Span(line.end, line.end), f"{space}# {MARK} ignore[{name}]"), self.statements.around(line)

    def _free(self, end: int) -> bool:
        """Whether a comment can stand at `end`, the end of a line: not within a string nor behind a backslash."""
        text = self._document.text
        index = bisect_left(self._tokens, Span(end, 0)) - 1
        token = self._tokens[index] if index >= 0 else Span(0, 0)
        if token.end < end:
            return text[end - 1] != "\\"
        if text[token.start] == "#":
            return not re.search(rf"{MARK}[ \t]*[\w-]*[ \t]*\[[^\]]*\Z", text[token.start : end])
        return token.end == end and len(self._document[token]) > 1 and text[token.start] == text[end - 1]

    def above(self, place: int, name: str) -> tuple[Edit, Span] | None:
        """A comment on a line of its own above that of `place`, indented alike."""
        text, line = self._document.text, self._document.line_span(place)
        cell = self._document.cell_at(place)
        if not self._begins(line.start) or (cell is not None and line.start < cell.start):
            return None
        indent = self._document[line][: -len(self._document[line].lstrip()) or None]
        after = text[line.end : line.end + 2]
        ending = "\r\n" if after == "\r\n" else after[:1] or self._ending()
        words = f"{indent.lstrip(chr(12))}# {MARK} ignore[{name}]{ending}"
        return Edit(Span(line.start, line.start), words), self.statements.below(line.start)

    def _begins(self, start: int) -> bool:
        """Whether a line can be put in at `start`: neither within a string nor below a backslash."""
        index = bisect_left(self._tokens, Span(start, 0)) - 1
        before = self._document.text[:start].rstrip("\r\n")
        return (index < 0 or self._tokens[index].end <= start) and not before.endswith("\\")

    def _ending(self) -> str:
        """How the first line ends."""
        found = re.search(r"\r\n|\r|\n", self._document.text)
        return found[0] if found is not None else "\n"


class _Block(NamedTuple):
    """A statement or call: its text range, and for a compound statement where its body starts."""

    start: int
    end: int
    body: int | None = None


class _Statements:
    """What a comment at some place covers, by the statements of the document."""

    def __init__(self, document: Document) -> None:
        self._document = document

    def covered(self, place: int) -> Span:
        """The range that an ignore comment starting at `place` covers."""
        line = self._document.line_span(place)
        return self.around(line) if self._document.text[line.start : place].strip() else self.below(place)

    def below(self, place: int) -> Span:
        """What a comment on a line of its own covers that stands at `place`, or would stand in front of it."""
        inside = any(block.body is None and block.start < place < block.end for block in self._statements)
        if not inside:
            limit = self._limit(place)
            following = [block for block in self._statements if place <= block.start <= limit]
            if following:
                line = self._document.line_span(following[0].start)
                return Span(following[0].start, max(block.end for block in following if block.start <= line.end))
        return self._next_line(place)

    def holding(self, place: int) -> list[_Block]:
        """The statements and calls around `place`, the smallest first."""
        blocks = [block for block in (*self._statements, *self._calls) if block.start <= place <= block.end]
        return sorted(blocks, key=lambda block: block.end - block.start)

    @property
    def parsed(self) -> bool:
        """Whether Python can parse the document."""
        return self._tree is not None

    def around(self, line: Span) -> Span:
        """A line, and every statement and call that has it as first or last line."""
        start, end = line
        for block in self._by_line.get(line.start, ()):
            if block.body is not None:
                if line.start <= block.start <= line.end or (block.start <= line.start and line.end < block.body):
                    start, end = min(start, block.start), max(end, block.body - 1)
            elif line.start <= block.start <= line.end or line.start < block.end <= line.end:
                start, end = min(start, block.start), max(end, block.end)
        return Span(start, end)

    @cached_property
    def _by_line(self) -> dict[int, list[_Block]]:
        """The statements and calls that begin, end or have their header on each line, by where it starts."""
        starts = self._document.line_starts
        found: dict[int, list[_Block]] = {}
        for block in (*self._statements, *self._calls):
            first = bisect_right(starts, block.start) - 1
            last = bisect_right(starts, block.end if block.body is None else block.body) - 1
            for number in {first, last} if block.body is None else range(first, last + 1):
                found.setdefault(starts[number], []).append(block)
        return found

    def _next_line(self, place: int) -> Span:
        """The next line with code, and the calls that start on it; where nothing follows, an empty range."""
        starts, text = self._document.line_starts, self._document.text
        limit = self._limit(place)
        for start in starts[bisect_left(starts, place) :]:
            line = self._document.line_span(start)
            code = text[line.start : line.end].strip()
            if start > limit:
                break
            if code and not code.startswith("#"):
                ends = [call.end for call in self._calls if line.start <= call.start <= line.end]
                return Span(line.start, max([line.end, *ends]))
        return Span(place, place)

    def _limit(self, place: int) -> int:
        """The end of the cell, or of the script."""
        cell = self._document.cell_at(place)
        return cell.end if cell is not None else len(self._document.text)

    @cached_property
    def _tree(self) -> ast.Module | None:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return ast.parse(self._document.text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None

    @cached_property
    def _nodes(self) -> tuple[list[ast.stmt], list[ast.Call]]:
        """The statements and the calls of the tree, in no order."""
        statements: list[ast.stmt] = []
        calls: list[ast.Call] = []
        waiting: list[ast.AST] = [self._tree] if self._tree is not None else []
        while waiting:
            node = waiting.pop()
            if isinstance(node, ast.stmt):
                statements.append(node)
            elif isinstance(node, ast.Call):
                calls.append(node)
            for value in node.__dict__.values():  # quicker than `ast.walk`
                if isinstance(value, list):
                    waiting.extend([child for child in value if isinstance(child, ast.AST)])
                elif isinstance(value, ast.AST):
                    waiting.append(value)
        return statements, calls

    @cached_property
    def _statements(self) -> list[_Block]:
        return sorted(self._statement(node) for node in self._nodes[0])

    def _statement(self, node: ast.stmt) -> _Block:
        decorators: list[ast.expr] = getattr(node, "decorator_list", [])
        first = min((decorator.lineno for decorator in decorators), default=node.lineno)
        start = self._document.line_starts[first - 1] if first < node.lineno else self._offset(node)
        inner: list[ast.stmt] = getattr(node, "body", [])
        body: ast.stmt | ast.pattern | None = inner[0] if inner else None
        if isinstance(node, ast.Match):
            body = node.cases[0].pattern
        return _Block(start, self._offset(node, end=True), self._offset(body) if body is not None else None)

    @cached_property
    def _calls(self) -> list[_Block]:
        return [_Block(self._offset(call), self._offset(call, end=True)) for call in self._nodes[1]]

    def _offset(self, node: ast.stmt | ast.expr | ast.pattern, end: bool = False) -> int:
        """Code-point offset of where a node starts or ends; `ast` counts columns in bytes."""
        line = (node.end_lineno or node.lineno) if end else node.lineno
        column = (node.end_col_offset or 0) if end else node.col_offset
        start = self._document.line_starts[line - 1]
        head = self._document.text[start : start + column]
        if head.isascii():
            return start + column
        return start + len(head.encode("utf-8", "replace")[:column].decode("utf-8", "ignore"))
