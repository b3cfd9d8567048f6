"""One line per finding, for terminals, logs and editors that read `file:line:column: text`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TextIO

from default_lint.findings import Report, Safety
from default_lint.output import View, links
from default_lint.output.style import clean, link, paint
from default_lint.output.summary import safest


def write(reports: Iterable[Report], out: TextIO, view: View) -> None:
    """Write one line per finding; `[*]` marks what `--fix` would fix."""
    for report in reports:
        for finding in report.findings:
            label = finding.severity.label
            where = links.written(report.document, report.document.locate(finding.span.start))
            name = link(finding.rule, links.page(finding), view.links)
            safety = safest(finding)
            fixable = safety is Safety.SAFE or (view.unsafe and safety is not None)
            mark = paint("[*] ", "help", view.color) if fixable else ""
            head = paint(clean(where), "path", view.color)
            out.write(f"{head}: {paint(f'{label}[{name}]', label, view.color)} {mark}{clean(finding.message)}\n")
