"""GitHub workflow commands: each finding becomes an annotation of the pull request."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TextIO

from default_lint.findings import Finding, Report, Severity
from default_lint.output import View, links
from default_lint.output.row import where
from default_lint.text import Document

LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice", Severity.HINT: "notice"}


def write(reports: Iterable[Report], out: TextIO, view: View) -> None:
    """Write one command per finding; what could not be checked is an error annotation too."""
    for report in reports:
        path = _value(report.document.path)
        out.writelines(_command(report.document, finding) + "\n" for finding in report.findings)
        out.writelines(f"::error file={path},title=default-lint::{_data(trouble)}\n" for trouble in report.trouble)


def _command(document: Document, finding: Finding) -> str:
    place = where(document, finding.span)
    properties: dict[str, object] = {"file": document.path}
    head = ""
    if place["cell"] is None:
        properties.update(line=place["line"], endLine=place["end_line"])
        if place["line"] == place["end_line"]:  # GitHub takes columns on one line only
            properties.update(col=place["column"], endColumn=place["end_column"])
    else:  # lines of a notebook's JSON mean nothing to a reader
        head = links.written(document, document.locate(finding.span.start)) + ": "
    properties["title"] = f"default-lint ({finding.rule})"
    parts = [head + finding.message, *(f"note: {note.text}" for note in finding.notes)]
    parts += [f"help: {fix.title}" for fix in finding.fixes[:1]]
    joined = ",".join(f"{key}={_value(str(value))}" for key, value in properties.items())
    return f"::{LEVELS[finding.severity]} {joined}::{_data(chr(10).join(parts))}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _value(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
