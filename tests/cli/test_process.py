"""The command line as its users run it: a process, a pipe, a terminal."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SYNTAX = "import keras\nkeras.Sequential([\n"


def environment(**more: str) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "FORCE_COLOR", "CI", "COLUMNS")}
    return {**kept, "PYTHONPATH": str(ROOT), "TERM": "xterm-256color", **more}


def run(*arguments: str, data: bytes = b"", **more: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "default_lint", *arguments], input=data, capture_output=True, env=environment(**more)
    )


def test_the_exit_codes(project: Path):
    (project / "clean.py").write_text("import keras\n")
    (project / "faulty.py").write_text(SYNTAX)
    assert run("clean.py").returncode == 0
    assert run("faulty.py").returncode == 1
    assert run("missing.py", "faulty.py").returncode == 2
    assert run("-", "--stdin-filename", "x.py", data=SYNTAX.encode()).returncode == 1


def test_a_reader_that_goes_away_is_no_error(project: Path):
    for number in range(300):
        (project / f"f{number}.py").write_text(SYNTAX)
    command = [sys.executable, "-m", "default_lint", "--format", "full", "-j", "1"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment())
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == 1


def test_names_that_are_no_text_are_told(project: Path):
    name = os.fsdecode(b"caf\xe9.py")
    try:
        (project / name).write_text(SYNTAX)
    except OSError:
        pytest.skip("this file system takes no such name")
    for form in ("full", "concise", "json", "json-lines", "sarif", "github"):
        done = run("--format", form, "--no-cache")
        assert (done.returncode, done.stderr) == (1, b"")
        assert b"caf" in done.stdout


def test_an_output_that_knows_only_ascii_is_served(project: Path):
    (project / "x.py").write_text("import keras\nx = 'é' + \n", encoding="utf-8")
    done = run("x.py", PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (1, b"")
    assert b"\\xe9" in done.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo terminal")
def test_a_terminal_gets_color_and_links_and_a_pipe_does_not(project: Path):
    import pty

    (project / "faulty.py").write_text(SYNTAX)
    plain = run("faulty.py").stdout.decode()
    assert "\x1b" not in plain

    main, side = pty.openpty()
    command = [sys.executable, "-m", "default_lint", "faulty.py"]
    done = subprocess.run(command, stdout=side, stderr=side, env=environment(COLUMNS="90"))
    os.close(side)
    shown = os.read(main, 100_000).decode().replace("\r\n", "\n")
    os.close(main)
    assert done.returncode == 1
    assert "\x1b[1;31merror[" in shown
    assert "\x1b]8;;https://" in shown
    assert "Checking" not in shown


@pytest.mark.parametrize("command", ["rules", "explain", "settings", "files"])
def test_commands_survive_a_closed_pipe(project: Path, command: str):
    line = f'"{sys.executable}" -m default_lint {command} {"--all" if command == "explain" else ""} | head -n 1'
    done = subprocess.run(line, shell=True, capture_output=True, env=environment())
    assert done.stderr == b""
