"""The path of one document: read it, apply the rules, suppress, sort. Knows no file system and prints nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from default_lint.findings import Confidence, Diagnosis, Finding, Note, Observed, Report, Severity
from default_lint.program.read import SyntaxTrouble, read
from default_lint.program.types import Program
from default_lint.settings import Settings
from default_lint.suppression import suppress
from default_lint.text import Document, Span

if TYPE_CHECKING:
    from default_lint.trial.observations.base import Seen, Sight
    from default_lint.trial.trace import Trace

SYNTAX = ("syntax-error", "SYN001")


def check(document: Document, settings: Settings, trace: Trace | None = None, *, raising: bool = False) -> Report:
    """Everything the linter has to say about one document.

    `trace` is the record of a training run; without one only the source speaks. A rule that fails costs its own
    findings only and is told in the report's trouble, unless `raising`.
    """
    if trace is not None:
        return diagnose((document,), settings, trace, raising=raising).reports[0]
    return analyze(document, settings, raising=raising)[0]


def analyze(document: Document, settings: Settings, *, raising: bool = False) -> tuple[Report, Program | None]:
    """`check` without a run, and the program that it was made from; None when Python cannot parse the document."""
    trouble: list[str] = []
    try:
        program = read(document)
    except SyntaxTrouble as error:
        return _unparsed(document, error, settings), None
    found = apply_rules(program, settings, None if raising else trouble)
    kept, suppressed, unused = suppress(found, document, settings)
    shown = sorted((finding for finding in kept if _wanted(finding, settings)), key=Finding.place)
    report = Report(document, tuple(shown), suppressed, unused, (*program.trouble, *trouble), program.skipped)
    return report, program


def _wanted(finding: Finding, settings: Settings) -> bool:
    """Whether the audience wants to hear it, or it was selected by name."""
    named = {*settings.select, *settings.extend_select}
    return heard(finding, settings.audience) or finding.rule in named or finding.code in named


def diagnose(documents: Sequence[Document], settings: Settings, trace: Trace, *, raising: bool = False) -> Diagnosis:
    """What a training run and the sources say together, ranked by how well it explains the run.

    `documents` are the user's files that took part, the script first; there is one report for each of them. An
    observation that fails costs its own findings only and is told in the trouble of the first report that could be
    read, else of the first, unless `raising`.
    """
    from default_lint.diagnosis.detection import verdict
    from default_lint.diagnosis.fusion import fuse

    reports: dict[int, Report] = {}
    programs: dict[int, Program] = {}
    for number, document in enumerate(documents):
        try:
            programs[number] = read(document)
        except SyntaxTrouble as error:
            reports[number] = _unparsed(document, error, settings)
    trouble: list[str] = []
    told = None if raising else trouble
    rules = {number: apply_rules(program, settings, told) for number, program in programs.items()}
    everything = [finding for found in rules.values() for finding in found]
    sights, seen = observe(list(programs.values()), trace, everything, settings, told)
    kept: dict[int, tuple[Finding, ...]] = {}
    for number, program in programs.items():
        mine = [*rules[number], *(item.finding for item in seen if item.place.document is program.document)]
        kept[number], held, unused = suppress(mine, program.document, settings)
        reports[number] = Report(program.document, (), held, unused, program.trouble, program.skipped)
    if trouble and reports:
        first = min(programs or reports)
        reports[first] = replace(reports[first], trouble=(*reports[first].trouble, *trouble))
    left = {id(finding) for findings in kept.values() for finding in findings}
    healths = [sight.health for sight in sights]
    ranked = fuse(
        [(programs[number].document, finding) for number in programs for finding in kept[number] if not _seen(finding)],
        [item for item in seen if id(item.finding) in left],
        healths,
    )
    ranked = [item for item in ranked if _wanted(item.finding, settings)]
    for number, report in reports.items():
        fused = [item.finding for item in ranked if item.document is report.document]
        reports[number] = replace(report, findings=tuple(sorted([*report.findings, *fused], key=Finding.place)))
    return Diagnosis(
        verdict(trace, healths, ranked),
        tuple(reports[number] for number in sorted(reports)),
        tuple((item.document, item.finding) for item in ranked),
    )


def _seen(finding: Finding) -> bool:
    return any(isinstance(piece, Observed) for piece in finding.evidence)


def observe(
    programs: Sequence[Program],
    trace: Trace,
    rules: Sequence[Finding],
    settings: Settings,
    trouble: list[str] | None,
) -> tuple[list[Sight], list[Seen]]:
    """What the selected observations saw of each trained model, and the models as they looked at them."""
    from default_lint.trial.observations import OBSERVATIONS
    from default_lint.trial.observations.base import Sight
    from default_lint.trial.observations.place import Sources

    sources = Sources(programs)
    sights = [Sight(trace, model, sources, rules) for model in trace.models]
    seen: list[Seen] = []
    for sight in sights:
        for observation_class in OBSERVATIONS:
            if not settings.selected(observation_class, trace.script):
                continue
            observation = observation_class()
            try:
                seen.extend(observation.check(sight))
            except Exception as error:
                if trouble is None:
                    raise
                trouble.append(f"internal error: observation `{observation.name}`: {type(error).__name__}: {error}")
    return sights, seen


def _unparsed(document: Document, error: SyntaxTrouble, settings: Settings) -> Report:
    """The report about a document that Python cannot parse."""
    found = [_syntax_finding(error)] if settings.enabled(*SYNTAX, "api", document.path) else []
    return Report(document, tuple(found))


def _syntax_finding(error: SyntaxTrouble) -> Finding:
    message = f"Python cannot parse this: {error.args[0]}"[:120]
    return Finding(*SYNTAX, error.span, message, Severity.ERROR, Confidence.HIGH, "api")


def heard(finding: Finding, audience: str) -> bool:
    """Whether the audience wants it: `regular` hears warnings and up of which we are at least fairly sure."""
    if audience == "curious":
        return True
    return finding.severity >= Severity.WARNING and finding.confidence >= Confidence.MEDIUM


def apply_rules(program: Program, settings: Settings, trouble: list[str] | None) -> list[Finding]:
    """What the selected rules find; see `_across_readings` for programs with tests of unknown outcome.

    A rule that fails costs its own findings only, and is told in `trouble`; it raises when there is no such list.
    """
    from default_lint.rules import RULES

    if not program.imports and not program.calls:
        return []
    readings = list(program.readings())
    found: list[Finding] = []
    for rule_class in RULES:
        if not settings.selected(rule_class, program.document.path):
            continue
        rule = rule_class()
        try:
            results = [_unique(rule.check(reading)) for reading in readings]
        except Exception as error:
            if trouble is None:
                raise
            trouble.append(f"internal error: rule `{rule.name}`: {type(error).__name__}: {error}")
            continue
        found.extend(results[0] if len(readings) == 1 else _across_readings(readings, results))
    return found


def _unique(found: Iterable[Finding]) -> list[Finding]:
    """One finding per rule, place and message."""
    return list({finding.place(): finding for finding in found}.values())


def _across_readings(readings: Sequence[Program], results: Sequence[Sequence[Finding]]) -> list[Finding]:
    """Findings that hold whatever the unknown tests say, or whenever a single one of them goes one way.

    A finding that needs two unknown outcomes at once may stand on a combination that never happens: it is dropped.
    """
    holders: dict[tuple[str, Span], dict[int, Finding]] = {}
    for number, findings in enumerate(results):
        for finding in findings:
            holders.setdefault((finding.rule, finding.span), {}).setdefault(number, finding)
    taken = [{condition.text: condition for condition in reading.conditions} for reading in readings]
    kept: list[Finding] = []
    for where in holders.values():
        first = min(where)
        if len(where) == len(readings):
            kept.append(where[first])
            continue
        for text, condition in taken[first].items():
            same = {n for n, row in enumerate(taken) if text in row and row[text].outcome is condition.outcome}
            if same <= where.keys():
                note = Note(f"when `{_short(text)}` is {'true' if condition.outcome else 'false'}", condition.span)
                kept.append(replace(where[first], notes=(*where[first].notes, note)))
                break
    return kept


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:37]}..."
