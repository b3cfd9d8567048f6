"""`diagnose` on whole programs: the planted fault among the first findings, no alarm about a healthy program.

The bars are for all programs together, one test for each seed: a single run of a network on another machine may differ.
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path

import pytest

from benchmarks.trial_accuracy import (
    PAGE,
    SEEDS,
    TOP,
    Outcome,
    diagnose,
    effects,
    judge,
    marks,
    programs,
    repaired,
    table,
)
from default_lint.engine import check
from default_lint.files import load
from default_lint.settings import Settings
from default_lint.text import Document

FAULTY, HEALTHY = programs("faulty"), programs("healthy")
FOUND, LEFT_ALONE = 27, 14  # of 30 and of 15, for each seed


def counted(rights: list[bool], least: int) -> bool:
    """Whether so many are right."""
    return sum(rights) >= least


@pytest.mark.slow
@pytest.mark.keras
@pytest.mark.parametrize("seed", SEEDS)
def test_bars(seed: int) -> None:
    outcomes = [diagnose(path, seed) for path in FAULTY + HEALTHY]
    sys.stdout.write(table(outcomes))
    wrong = [outcome for outcome in outcomes if not outcome.right]
    assert counted([outcome.right for outcome in outcomes if outcome.fault], FOUND), wrong
    assert counted([outcome.right for outcome in outcomes if not outcome.fault], LEFT_ALONE), wrong


def test_there_are_as_many_programs_as_promised() -> None:
    assert (len(FAULTY), len(HEALTHY)) == (30, 15)


@pytest.mark.parametrize("path", FAULTY, ids=lambda path: path.stem)
def test_one_fault_is_marked_on_few_lines(path: Path) -> None:
    marked = marks(path)
    assert len(set(marked.values())) == 1
    assert 1 <= len(marked) <= 3


def test_faults_differ() -> None:
    names = [next(iter(marks(path).values())) for path in FAULTY]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("path", HEALTHY, ids=lambda path: path.stem)
def test_healthy_program_has_no_mark_and_no_finding_of_the_source(path: Path) -> None:
    document = load(str(path), 2_000_000)
    assert isinstance(document, Document)
    assert marks(path) == {}
    assert [item.rule for item in check(document, Settings()).findings] == []


@pytest.mark.parametrize("path", FAULTY, ids=lambda path: path.stem)
def test_fault_really_hurts(path: Path) -> None:
    """By the numbers as they were measured; a program that ends with an error or NaN hurts, too."""
    effect = effects()[path.stem]
    repaired(path.read_text(encoding="utf-8"), effect["repair"])
    sign = 1 if effect["better"] == "higher" else -1
    for bad, good in zip(effect["faulty"], effect["repaired"], strict=True):
        assert good is not None
        assert bad is None or sign * (good - bad) >= 0.15


def test_every_program_is_in_the_effects() -> None:
    assert set(effects()) == {path.stem for path in FAULTY + HEALTHY}
    assert all(value is not None for path in HEALTHY for value in effects()[path.stem]["healthy"])


def test_the_page_shows_every_run_and_meets_the_bars() -> None:
    cells = [[cell.strip() for cell in line.split("|")] for line in PAGE.read_text(encoding="utf-8").splitlines()]
    told = {(row[1], row[3]): row[4] for row in cells if len(row) == 11}
    told |= {(row[1], row[2]): row[3] for row in cells if len(row) == 8}
    for seed in map(str, SEEDS):
        ranks = [told[path.stem, seed] for path in FAULTY]
        assert counted([rank.isdigit() and int(rank) <= TOP for rank in ranks], FOUND)
        assert counted([told[path.stem, seed] == "none" for path in HEALTHY], LEFT_ALONE)


# The harness itself, with a made-up program and a made-up command.


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "program.py"
    path.write_text("a = 1\nb = 2  # fault: b-is-two\nc = 3\nd = 4\ne = 5  # fault: b-is-two\n", encoding="utf-8")
    return path


def rows(*lines: int, severity: str = "warning", file: str = "program.py") -> list[dict[str, object]]:
    """Findings at these lines, the most likely first."""
    made = [
        {"rank": rank, "name": f"rule-{line}", "file": f"somewhere/{file}", "line": line, "severity": severity}
        for rank, line in enumerate(lines, 1)
    ]
    return sorted(made, key=lambda row: str(row["name"]))


@pytest.mark.parametrize(
    ("lines", "rank", "right", "finding"),
    [
        ([], None, False, ""),
        ([2], 1, True, "rule-2"),
        ([3, 1, 5], 3, True, "rule-5"),
        ([3, 4, 1, 2], 4, False, "rule-2"),
        ([3, 1], None, False, "rule-3"),
        ([5, 2, 1], 1, True, "rule-5"),
    ],
)
def test_rank_is_the_place_of_the_first_marked_line(
    program: Path, lines: list[int], rank: int | None, right: bool, finding: str
) -> None:
    outcome = judge(program, 0, rows(*lines), 1.0)
    assert (outcome.rank, outcome.right, outcome.finding) == (rank, right, finding)


def test_finding_in_another_file_is_no_hit(program: Path) -> None:
    assert judge(program, 0, rows(2, file="helpers.py"), 1.0).rank is None


@pytest.mark.parametrize(("severity", "right"), [("hint", True), ("info", True), ("warning", False), ("error", False)])
def test_alarm_is_a_warning_or_worse(tmp_path: Path, severity: str, right: bool) -> None:
    path = tmp_path / "healthy.py"
    path.write_text("a = 1\n", encoding="utf-8")
    outcome = judge(path, 0, rows(1, severity=severity, file="healthy.py"), 1.0)
    assert outcome.right is right
    assert outcome.loud == (() if right else ("rule-1:1",))


def test_command_is_run_with_the_seed_and_its_answer_is_judged(program: Path, tmp_path: Path) -> None:
    stub = tmp_path / "stub.py"
    stub.write_text(
        "import json, sys\n"
        "line = 2 if sys.argv[-2:] == ['--', '7'] and sys.argv[1] == 'diagnose' else 1\n"
        "row = {'rank': 1, 'name': 'rule', 'file': 'program.py', 'line': line, 'severity': 'error'}\n"
        "print(json.dumps({'findings': [row]}))\n"
        "raise SystemExit(1)\n",
        encoding="utf-8",
    )
    outcome = diagnose(program, 7, command=(sys.executable, str(stub)))
    assert (outcome.rank, outcome.finding, outcome.fault, outcome.trouble) == (1, "rule", "b-is-two", "")


def test_command_without_an_answer_is_a_miss_with_a_reason(program: Path, tmp_path: Path) -> None:
    stub = tmp_path / "stub.py"
    stub.write_text("raise SystemExit('no Keras here')\n", encoding="utf-8")
    outcome = diagnose(program, 0, command=(sys.executable, str(stub)))
    assert not outcome.right
    assert outcome.trouble == "exit 1, no Keras here"


def test_table_counts_by_seed() -> None:
    outcomes = [
        Outcome("dead_relu", "dead-relu", 0, 1, "dead-relu", (), 20.0),
        Outcome("dead_relu", "dead-relu", 1, 4, "dead-relu", (), 20.0),
        Outcome("two_outputs", "", 0, None, "", (), 20.0),
        Outcome("two_outputs", "", 1, None, "a", ("a:1",), 20.0),
    ]
    text = table(outcomes)
    assert "seed 0: 1 of 1 faults found (1 of them first), 1 of 1 healthy programs left alone" in text
    assert "seed 1: 0 of 1 faults found (0 of them first), 0 of 1 healthy programs left alone" in text
    assert "| two_outputs | 1 | a:1 | 20 |" in text


@pytest.mark.parametrize("repair", [[["absent", "x"]], [["fault", "x"]]])
def test_repair_must_meet_one_place(program: Path, repair: list[tuple[str, str]]) -> None:
    with pytest.raises(ValueError, match="times"):
        repaired(program.read_text(encoding="utf-8"), repair)


def test_effects_are_json_without_nan() -> None:
    numbers = [
        v for effect in effects().values() for key in ("faulty", "repaired", "healthy") for v in effect.get(key, [])
    ]
    assert all(number is None or math.isfinite(number) for number in numbers)
    assert json.loads(json.dumps(effects(), allow_nan=False)) == effects()
