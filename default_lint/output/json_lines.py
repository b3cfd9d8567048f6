"""One JSON row per line and finding, as they are found."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TextIO

from default_lint.findings import Report
from default_lint.output import View
from default_lint.output.row import row


def write(reports: Iterable[Report], out: TextIO, view: View) -> None:
    """Write the rows."""
    for report in reports:
        rows = (row(report.document, finding) for finding in report.findings)
        out.writelines(json.dumps(entry, ensure_ascii=False) + "\n" for entry in rows)
