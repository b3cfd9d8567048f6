"""What is known about one text: the report that the command line would give, and the program behind it."""

from __future__ import annotations

from dataclasses import dataclass

from default_lint.engine import analyze as read
from default_lint.findings import Report
from default_lint.program.types import Program
from default_lint.settings import Settings
from default_lint.text import Document


@dataclass(frozen=True, eq=False)
class Analysis:
    """The result for one text.

    report    what `default-lint check` says of the document
    program   None when nothing was read: no Keras in it, excluded, or Python cannot parse it
    stale     the program is that of an earlier text, the last one that parsed; its spans were moved to the present one
    """

    document: Document
    settings: Settings
    report: Report
    program: Program | None = None
    stale: bool = False


def analyze(document: Document, settings: Settings) -> Analysis:
    """Check a document and keep the program."""
    report, program = read(document, settings)
    return Analysis(document, settings, report, program)
