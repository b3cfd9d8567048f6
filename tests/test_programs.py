"""The linter against whole programs: silent on the healthy ones, every planted fault found at its line.

Marks in the programs: `# fault: name` at the line to blame, `# or: name` at another line that may be blamed instead.
"""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

from default_lint.engine import check
from default_lint.files import load
from default_lint.findings import Severity
from default_lint.settings import Settings
from default_lint.text import Document

ROOT = Path(__file__).parents[1]
MARK = re.compile(r"#\s*(fault|or):\s*([\w-]+(?:,\s*[\w-]+)*)")


def programs(kind: str) -> list[Path]:
    """All programs of a kind, scripts and notebooks."""
    folders = (ROOT / "examples" / kind, ROOT / "tests" / "programs" / kind)
    return sorted(path for folder in folders for path in folder.iterdir() if path.suffix in (".py", ".ipynb"))


def document(path: Path) -> Document:
    """The program as the command line reads it."""
    loaded = load(str(path), 2_000_000)
    assert isinstance(loaded, Document)
    return loaded


def marks(source: Document) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """Lines and names of the planted faults, and of the other places that may be blamed for them."""
    planted: list[tuple[int, str]] = []
    others: list[tuple[int, str]] = []
    for number, line in enumerate(source.text.splitlines(), 1):
        for kind, names in MARK.findall(line):
            (planted if kind == "fault" else others).extend((number, name.strip()) for name in names.split(","))
    return planted, others


def found(source: Document) -> dict[tuple[int, str], Severity]:
    """(line, rule) of every finding, for the curious audience."""
    report = check(source, Settings(audience="curious"))
    assert report.trouble == ()
    lines = source.text.count
    return {(lines("\n", 0, item.span.start) + 1, item.rule): item.severity for item in report.findings}


@pytest.mark.parametrize("path", programs("healthy"), ids=lambda path: path.stem)
def test_healthy_program_is_left_alone(path: Path) -> None:
    report = check(document(path), Settings())
    assert [(item.rule, document(path).locate(item.span.start).line, item.message) for item in report.findings] == []


@pytest.mark.parametrize("path", programs("faulty"), ids=lambda path: path.stem)
def test_every_planted_fault_is_found_at_its_line(path: Path) -> None:
    source = document(path)
    planted, others = marks(source)
    seen = found(source)
    assert planted
    missing = [
        (line, name)
        for line, name in planted
        if (line, name) not in seen and not any(place in seen for place in others if place[1] == name)
    ]
    assert missing == [], sorted(seen)


@pytest.mark.parametrize("path", programs("faulty"), ids=lambda path: path.stem)
def test_nothing_else_is_reported_in_a_faulty_program(path: Path) -> None:
    source = document(path)
    planted, others = marks(source)
    allowed = {*planted, *others}
    loud = {place for place, severity in found(source).items() if severity >= Severity.WARNING}
    assert loud <= allowed


@pytest.mark.parametrize(
    "path", sorted((ROOT / "tests" / "programs" / "holdout" / "healthy").glob("*.py")), ids=lambda path: path.stem
)
def test_healthy_program_of_the_holdout_is_left_alone(path: Path) -> None:
    assert [(item.rule, item.message) for item in check(document(path), Settings()).findings] == []


def test_accuracy_is_as_written_in_the_docs() -> None:
    tool = runpy.run_path(str(ROOT / "benchmarks" / "accuracy.py"))
    counts = {name: tool["judge"](folders) for name, folders in tool["SETS"].items()}
    assert tool["table"](counts) in (ROOT / "docs" / "accuracy.md").read_text(encoding="utf-8")
