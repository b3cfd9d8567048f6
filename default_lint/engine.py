"""The path of one document: read it, apply the rules, merge, suppress, sort. Knows no file system and prints nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from default_lint.findings import Confidence, Finding, Note, Report, Severity
from default_lint.program.read import SyntaxTrouble, read
from default_lint.program.types import Program
from default_lint.settings import Settings
from default_lint.suppression import suppress
from default_lint.text import Document

SYNTAX = ("syntax-error", "SYN001")


def check(document: Document, settings: Settings, trace: object = None) -> Report:
    """Everything the linter has to say about one document.

    `trace` is the record of a training run; without one only the source speaks.
    """
    try:
        program = read(document)
    except SyntaxTrouble as trouble:
        finding = Finding(
            *SYNTAX,
            trouble.span,
            f"Python cannot parse this: {trouble.args[0]}"[:120],
            Severity.ERROR,
            Confidence.HIGH,
            "api",
        )
        return Report(document, (finding,))
    found = merge(apply_rules(program, settings))
    kept, suppressed, unused = suppress(found, document, settings)
    shown = [finding for finding in kept if heard(finding, settings.audience)]
    return Report(document, tuple(sorted(shown, key=Finding.place)), tuple(suppressed), tuple(unused), program.trouble)


def heard(finding: Finding, audience: str) -> bool:
    """Whether the audience wants it: `regular` hears warnings and up of which we are at least fairly sure."""
    if audience == "curious":
        return True
    return finding.severity >= Severity.WARNING and finding.confidence >= Confidence.MEDIUM


def apply_rules(program: Program, settings: Settings) -> list[Finding]:
    """What the selected rules find; see `_across_readings` for programs with tests of unknown outcome."""
    from default_lint.rules import RULES

    if not program.imports and not program.calls:
        return []
    readings = list(program.readings())
    found: list[Finding] = []
    for rule_class in RULES:
        if not settings.selected(rule_class, program.document.path):
            continue
        rule = rule_class()
        results = [_unique(rule.check(reading)) for reading in readings]
        found.extend(results[0] if len(readings) == 1 else _across_readings(readings, results))
    return found


def _unique(found: Iterable[Finding]) -> list[Finding]:
    """One finding per rule, place and message."""
    return list({finding.place(): finding for finding in found}.values())


def _across_readings(readings: Sequence[Program], results: Sequence[Sequence[Finding]]) -> list[Finding]:
    """Findings that hold whatever the unknown tests say, or whenever a single one of them goes one way.

    A finding that needs two unknown outcomes at once may stand on a combination that never happens: it is dropped.
    """
    holders: dict[tuple[object, ...], set[int]] = {}
    first: dict[tuple[object, ...], Finding] = {}
    for number, findings in enumerate(results):
        for finding in findings:
            key = (finding.rule, finding.span)
            holders.setdefault(key, set()).add(number)
            first.setdefault(key, finding)
    taken = [{condition.text: condition for condition in reading.conditions} for reading in readings]
    everywhere = set(range(len(readings)))
    kept: list[Finding] = []
    for key, where in holders.items():
        if where == everywhere:
            kept.append(first[key])
            continue
        for text, condition in taken[min(where)].items():
            same = {n for n, row in enumerate(taken) if text in row and row[text].outcome is condition.outcome}
            if same == where or same <= where:
                note = Note(f"when `{_short(text)}` is {'true' if condition.outcome else 'false'}", condition.span)
                kept.append(replace(first[key], notes=(*first[key].notes, note)))
                break
    return kept


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:37]}..."


def merge(found: Sequence[Finding]) -> list[Finding]:
    """One fault, one finding: at the same place the surest and worst finding of a family speaks for all of it."""
    best: dict[tuple[object, ...], Finding] = {}
    for finding in found:
        key = (finding.span, finding.rule)
        if key not in best:
            best[key] = finding
    return list(best.values())
