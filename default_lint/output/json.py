"""All findings as one JSON array of rows."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TextIO

from default_lint.findings import Report
from default_lint.output import View
from default_lint.output.row import row


def write(reports: Iterable[Report], out: TextIO, view: View) -> None:
    """Write the array row by row, so that a long run needs no memory for it."""
    before = "["
    for report in reports:
        for finding in report.findings:
            text = json.dumps(row(report.document, finding), indent=2, ensure_ascii=False)
            out.write(before + "\n  " + text.replace("\n", "\n  "))
            before = ","
    out.write("[]\n" if before == "[" else "\n]\n")
