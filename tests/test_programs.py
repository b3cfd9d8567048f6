"""The linter against whole programs: silent on the healthy ones, every planted fault found at its line.

Marks in the programs: `# fault: name` at the line to blame, `# or: name` at another line that may be blamed instead.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.accuracy import SETS, findings, judge, marks, read, table
from default_lint.engine import check
from default_lint.findings import Severity
from default_lint.settings import Settings

ROOT = Path(__file__).parents[1]


def programs(name: str, kind: str) -> list[Path]:
    """All programs of a set and kind, scripts and notebooks."""
    return sorted(path for folder in SETS[name] for path in (folder / kind).iterdir() if path.suffix != ".md")


def titled(paths: list[Path]) -> pytest.MarkDecorator:
    """Parametrize by program."""
    return pytest.mark.parametrize("path", paths, ids=lambda path: path.stem)


@titled([path for name in SETS for path in programs(name, "healthy")])
def test_healthy_program_is_left_alone(path: Path) -> None:
    document = read(path)
    report = check(document, Settings())
    assert report.trouble == ()
    assert [(item.rule, document.locate(item.span.start).line, item.message) for item in report.findings] == []


@titled(programs("our own", "faulty"))
def test_every_planted_fault_is_found_at_its_line(path: Path) -> None:
    document = read(path)
    planted, others = marks(document)
    seen = findings(document)
    assert planted
    missing = [
        place
        for place in planted
        if place not in seen and not any(other in seen for other in others if other[1] == place[1])
    ]
    assert missing == [], sorted(seen)


@titled(programs("our own", "faulty"))
def test_nothing_else_is_reported_in_a_faulty_program(path: Path) -> None:
    document = read(path)
    planted, others = marks(document)
    loud = {place for place, item in findings(document).items() if item.severity >= Severity.WARNING}
    assert loud <= {*planted, *others}


def test_accuracy_is_as_written_in_the_docs() -> None:
    counts = {name: judge(folders) for name, folders in SETS.items()}
    assert table(counts) in (ROOT / "docs" / "accuracy.md").read_text(encoding="utf-8")
