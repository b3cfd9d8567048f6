"""SARIF 2.1.0, for code scanning services."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import quote

from default_lint.findings import Confidence, Finding, Fix, Report, Safety, Severity
from default_lint.output import View, links
from default_lint.output.evidence import data
from default_lint.output.row import where
from default_lint.text import Document, Span

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note", Severity.HINT: "note"}
PRECISION = {Confidence.HIGH: "very-high", Confidence.MEDIUM: "high", Confidence.LOW: "medium"}


def write(reports: Iterable[Report], out: TextIO, view: View) -> None:
    """Write the log once all findings are known."""
    results: list[dict[str, Any]] = []
    notifications: list[dict[str, Any]] = []
    found: dict[str, Finding] = {}
    for report in reports:
        seen: Counter[str] = Counter()
        for finding in report.findings:
            found.setdefault(finding.rule, finding)
            results.append(_result(report.document, finding, seen))
        notifications += [_notification(report.document, trouble) for trouble in report.trouble]
    rules = [_rule(name, found[name]) for name in sorted(found)]
    order = {rule["id"]: index for index, rule in enumerate(rules)}
    for result in results:
        result["ruleIndex"] = order[result["ruleId"]]
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(rules, results, notifications)]}
    out.write(json.dumps(log, indent=2, ensure_ascii=False) + "\n")


def _run(rules: list[Any], results: list[Any], notifications: list[Any]) -> dict[str, Any]:
    from default_lint import __version__

    driver = {
        "name": "default-lint",
        "informationUri": links.HOME,
        "semanticVersion": __version__,
        "rules": rules,
    }
    invocation = {"executionSuccessful": not notifications, "toolExecutionNotifications": notifications}
    return {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The directory that was checked from."}}},
        "invocations": [invocation],
        "results": results,
    }


def _rule(name: str, finding: Finding) -> dict[str, Any]:
    """The rule of a finding, with its page from the catalogue."""
    from default_lint.diagnosis.catalogue import SUSPICIONS
    from default_lint.output import catalogue
    from default_lint.rules import RULES
    from default_lint.trial.observations import OBSERVATIONS

    known = catalogue.find((*RULES, *OBSERVATIONS, *SUSPICIONS), name)
    summary = known.summary() if known else finding.message
    body = known.page() if known else summary
    severity = known.severity if known else finding.severity
    confidence = known.confidence if known else finding.confidence
    return {
        "id": name,
        "name": "".join(part.capitalize() for part in name.split("-")),
        "shortDescription": {"text": summary},
        "fullDescription": {"text": summary},
        "help": {"text": body, "markdown": body},
        "helpUri": links.page(finding),
        "defaultConfiguration": {"level": LEVELS[severity]},
        "properties": {
            "precision": PRECISION[confidence],
            "problem.severity": {"note": "recommendation"}.get(LEVELS[severity], LEVELS[severity]),
            "tags": [finding.family, finding.code],
        },
    }


def _result(document: Document, finding: Finding, seen: Counter[str]) -> dict[str, Any]:
    message = finding.message
    for note in finding.notes:
        message += f"\n{note.text}" if note.span is None else ""
    related = [
        {**_location(document, note.span), "id": index, "message": {"text": note.text}}
        for index, note in enumerate((note for note in finding.notes if note.span), 1)
        if note.span
    ]
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "level": LEVELS[finding.severity],
        "message": {"text": message},
        "locations": [_location(document, finding.span)],
        "partialFingerprints": {"defaultLint/v1": _fingerprint(document, finding, seen)},
        "properties": {"confidence": finding.confidence.label, **_evidence(finding)},
    }
    if related:
        result["relatedLocations"] = related
    fixes = [_fix(document, fix) for fix in finding.fixes if fix.edits and fix.safety is not Safety.SHOWN]
    if fixes and not document.cells:  # the regions of a notebook are not those of its JSON
        result["fixes"] = fixes
    return result


def _evidence(finding: Finding) -> dict[str, Any]:
    """What a run adds to the source; nothing when the source alone speaks."""
    pieces = [data(piece) for piece in finding.evidence]
    return {"evidence": pieces} if any(piece["kind"] != "rule" for piece in pieces) else {}


def _fingerprint(document: Document, finding: Finding, seen: Counter[str]) -> str:
    """The rule, the text of the line and how many alike came before: lines added above change none of them."""
    line = document[document.line_span(finding.span.start)].strip()
    key = f"{_uri(document.path)}\n{finding.rule}\n{line}\n{document[finding.span]}"
    seen[key] += 1
    return f"{sha256(key.encode('utf-8', 'backslashreplace')).hexdigest()[:32]}:{seen[key]}"


def _location(document: Document, span: Span) -> dict[str, Any]:
    location: dict[str, Any] = {"physicalLocation": {"artifactLocation": _artifact(document.path)}}
    place = where(document, span)
    if place["cell"] is None:
        location["physicalLocation"]["region"] = _region(document, span)
    else:
        location["logicalLocations"] = [{"fullyQualifiedName": f"cell {place['cell']}, line {place['line']}"}]
        location["physicalLocation"]["region"] = {"startLine": 1}
    return location


def _region(document: Document, span: Span) -> dict[str, int | None]:
    place = where(document, span)
    return {
        "startLine": place["line"],
        "startColumn": place["column"],
        "endLine": place["end_line"],
        "endColumn": place["end_column"],
    }


def _artifact(path: str) -> dict[str, str]:
    return {"uri": _uri(path), "uriBaseId": "%SRCROOT%"} if _inside(path) else {"uri": _uri(path)}


def _inside(path: str) -> bool:
    return (not Path(path).is_absolute() and not path.startswith("..")) or Path(path).is_relative_to(Path.cwd())


def _uri(path: str) -> str:
    """A path as a URI: relative to the working directory where it lies inside it."""
    place = Path(path)
    if place.is_absolute():
        if not place.is_relative_to(Path.cwd()):
            return place.as_uri()
        place = place.relative_to(Path.cwd())
    return quote(place.as_posix(), errors="surrogateescape")


def _fix(document: Document, fix: Fix) -> dict[str, Any]:
    replacements = [
        {"deletedRegion": _region(document, edit.span), "insertedContent": {"text": edit.text}} for edit in fix.edits
    ]
    change = {"artifactLocation": _artifact(document.path), "replacements": replacements}
    return {"description": {"text": f"{fix.title} ({fix.safety.value})"}, "artifactChanges": [change]}


def _notification(document: Document, trouble: str) -> dict[str, Any]:
    return {
        "level": "error",
        "message": {"text": trouble},
        "locations": [{"physicalLocation": {"artifactLocation": _artifact(document.path)}}],
    }
