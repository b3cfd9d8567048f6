"""`default-lint lab` as a person calls it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from default_lint import cli
from default_lint.lab.mutants import operators
from default_lint.lab.seeds import load
from tests.lab.test_corpus import SOURCE

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "signs.py"
    path.write_text(SOURCE, encoding="utf-8")
    return path


def printed(capsys: Captured, *arguments: object) -> str:
    assert cli.main(["lab", *map(str, arguments)]) == 0
    return capsys.readouterr().out


def refused(capsys: Captured, code: int, *arguments: object) -> str:
    assert cli.main(["lab", *map(str, arguments)]) == code
    return capsys.readouterr().err


def test_mutate_prints_the_mutant_and_its_record(capsys: Captured, script: Path) -> None:
    text, brace, rest = printed(capsys, "mutate", script, "--operator", "HNE").rpartition("\n{\n")
    record = json.loads(brace + rest)
    (fault,) = record["faults"]
    assert (fault["operator"], fault["family"], fault["cause"]) == ("HNE", "hyperparameter", "epochs")
    (place,) = fault["after"]
    assert text.splitlines()[place["line"] - 1] != SOURCE.splitlines()[place["line"] - 1]
    assert (text + "\n")[place["start"] : place["end"]] == str(fault["values"]["after"])
    assert script.read_text(encoding="utf-8") == SOURCE


def test_the_same_seed_is_the_same_mutant(capsys: Captured, script: Path) -> None:
    first, again, other = (printed(capsys, "mutate", script, "--operator", "HLR", "--seed", n) for n in (1, 1, 3))
    assert first == again != other


def test_diff_shows_only_what_changed(capsys: Captured, script: Path) -> None:
    lines = printed(capsys, "mutate", script, "--operator", "HNE", "--diff").splitlines()
    assert [line for line in lines if line.startswith("-")][1:] == ["-" + SOURCE.splitlines()[-1]]


def test_several_operators_make_a_compound_mutant(capsys: Captured, script: Path) -> None:
    output = printed(capsys, "mutate", script, "--operator", "HLR,ACH")
    record = json.loads(output[output.rindex("\n{\n") :])
    assert record["operators"] == ["HLR", "ACH"]
    assert record["families"] == ["hyperparameter", "activation"]


def test_list_names_all_operators(capsys: Captured) -> None:
    told = printed(capsys, "mutate", "--list").splitlines()
    assert [line.split()[0] for line in told] == list(operators())


def test_list_of_a_file_tells_places_and_reasons(capsys: Captured, script: Path) -> None:
    told = printed(capsys, "mutate", script, "--list")
    assert "HNE  line 10: argument=epochs, before=20" in told
    assert "RCD  cannot be seeded here: " in told


def test_what_cannot_be_seeded_is_said(capsys: Captured, script: Path) -> None:
    assert "signs.py: cannot be seeded here: " in refused(capsys, 1, "mutate", script, "--operator", "RCD")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["mutate"], "name a FILE"),
        (["mutate", "FILE"], "name an --operator"),
        (["mutate", "FILE", "--operator", "XYZ"], "unknown operator `XYZ`"),
        (["mutate", "nowhere.py", "--operator", "HLR"], "nowhere.py"),
        (["seeds", "nobody"], "unknown seed `nobody`"),
        (["corpus", "build", "DIR", "--operators", "XYZ"], "unknown operator `XYZ`"),
        (["corpus", "export", "nowhere", "out"], "nowhere is not a folder"),
        (["corpus", "report", "nowhere"], "nowhere is not a folder"),
        (["import-deep4ge", "nowhere", "--out", "out"], "nowhere is not a folder"),
    ],
)
def test_wrong_use_is_one_clear_line(
    capsys: Captured, script: Path, tmp_path: Path, arguments: list[str], reason: str
) -> None:
    given = [str(script) if part == "FILE" else str(tmp_path / "new") if part == "DIR" else part for part in arguments]
    told = refused(capsys, 2, *given)
    assert reason in told
    assert told.startswith("error: ")
    assert told.count("\n") == 1


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"import keras\nmodel = (\n", b""])
def test_a_file_that_is_no_program(capsys: Captured, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "odd.py"
    path.write_bytes(content)
    code = cli.main(["lab", "mutate", str(path), "--operator", "HLR"])
    told = capsys.readouterr().err
    assert code in (1, 2)
    assert told.count("\n") == 1
    assert "Traceback" not in told


def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    command = [sys.executable, "-m", "default_lint", "lab", "seeds"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0)
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    process.wait(timeout=60)


def test_seeds_are_listed(capsys: Captured) -> None:
    assert [line.split()[0] for line in printed(capsys, "seeds").splitlines()] == [seed.name for seed in load()]


def test_status_of_a_corpus_that_was_not_begun(capsys: Captured, tmp_path: Path) -> None:
    told = printed(capsys, "corpus", "status", tmp_path / "new", "--seeds", load()[0].name, "--operators", "HNE,HBS")
    assert told.split()[1] == "open"
    assert "0 faulty" not in told


def test_without_the_extra_it_is_said_what_to_install(capsys: Captured, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy", None)
    for name in [name for name in sys.modules if name.startswith("default_lint.lab.verdict")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delitem(sys.modules, "default_lint.lab.corpus", raising=False)
    told = refused(capsys, 2, "corpus", "status", "somewhere")
    assert "pip install 'default-lint[lab]'" in told
