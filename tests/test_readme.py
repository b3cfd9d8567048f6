"""README tells the truth: its commands are those of CI, its output is what the program prints."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from default_lint.cli import main

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
SHOWN = re.findall(r"```text\n(.*?)```", README, re.DOTALL)
EXAMPLE = "examples/faulty/plant_disease.py"


def test_ci_runs_the_test_command() -> None:
    command = next(line for line in README.splitlines() if "pytest -n" in line)
    assert command in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize(
    ("number", "arguments"),
    [(0, ["check", "--no-cache", "--select", "softmax-with-binary-loss", EXAMPLE]), (1, ["program", EXAMPLE])],
    ids=["check", "program"],
)
def test_shown_output_is_what_is_printed(
    number: int, arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    main(arguments)
    assert SHOWN[number].rstrip() in capsys.readouterr().out


@pytest.mark.keras
@pytest.mark.slow
def test_the_main_job_finds_what_is_shown() -> None:
    command = next(line for line in README.splitlines() if "default-lint diagnose --quiet" in line)
    arguments = command.rpartition("&& ")[2].split()[1:]
    call = [sys.executable, "-m", "default_lint", *arguments]
    done = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert SHOWN[2].rstrip() in done.stdout
    assert "Try first: line 20: " in done.stdout


def test_links_lead_somewhere() -> None:
    targets = re.findall(r"\]\(((?!http)[^)#]+)\)", README)
    assert targets
    assert [target for target in targets if not (ROOT / target).exists()] == []
