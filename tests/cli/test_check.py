from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from default_lint import cli
from default_lint.arguments import DEFAULTS
from default_lint.options import check_parser
from default_lint.output import FORMATS
from tests.cli.conftest import CLEAN, FAULTY, Outcome

Lint = Callable[..., Outcome]


@pytest.fixture
def faulty(project: Path) -> Path:
    path = project / "train.py"
    path.write_text(FAULTY)
    return path


def concise(text: str) -> list[str]:
    return [line.split(" ")[0] + " " + line.split(" ")[1] for line in text.splitlines() if ": " in line]


def test_a_clean_file_passes(lint: Lint, project: Path):
    (project / "a.py").write_text(CLEAN)
    assert lint("check", "a.py") == (0, "All checks passed!\n", "")


def test_no_command_and_no_path_check_the_working_directory(lint: Lint, faulty: Path):
    for arguments in ((), ("check",), (".",), ("train.py",), ("check", "train.py")):
        code, out, err = lint(*arguments)
        assert (code, err) == (1, "")
        assert " --> train.py:3:79\n" in out
        assert out.endswith("Found 2 errors in 1 file.\n[*] 1 fixable with `--fix` (1 more with `--unsafe-fixes`).\n")


def test_the_options_without_argparse_are_those_with_it():
    options = check_parser().parse_args([])
    assert vars(options) == {"paths": [], **DEFAULTS}


def test_options_and_paths_may_be_mixed(lint: Lint, faulty: Path, project: Path):
    (project / "b.py").write_text(FAULTY)
    code, out, _ = lint("train.py", "--format", "concise", "b.py", "-q")
    assert code == 1
    assert {line.partition(":")[0] for line in out.splitlines()} == {"train.py", "b.py"}


def test_rules_are_chosen_by_name_code_family_and_all(lint: Lint, faulty: Path):
    def names(*arguments: str) -> list[str]:
        rows = json.loads(lint("check", "--format", "json", *arguments)[1])
        return [row["name"] for row in rows]

    assert names() == ["softmax-on-one-unit", "legacy-lr-argument"]
    assert names("--select", "softmax-on-one-unit") == ["softmax-on-one-unit"]
    assert names("--select", "OPT139") == ["legacy-lr-argument"]
    assert names("--select=activation,optimization") == ["softmax-on-one-unit", "legacy-lr-argument"]
    assert names("--ignore", "activation") == ["legacy-lr-argument"]
    assert names("--ignore", "activation", "--ignore", "OPT139") == []
    assert names("--select", "ALL", "--extend-ignore", "ACT101") == ["legacy-lr-argument"]
    assert names("--select", "activation", "--extend-select", "OPT139") == ["softmax-on-one-unit", "legacy-lr-argument"]
    assert names("--per-file-ignores", "train.py:ACT101,OPT139") == []
    assert names("--per-file-ignores", "other.py:ACT101,train*:OPT139") == ["softmax-on-one-unit"]


def test_the_curious_hear_everything(lint: Lint, faulty: Path):
    assert "epochs-few" not in lint("check")[1]
    code, out, _ = lint("check", "--audience", "curious")
    assert code == 1
    assert "info[epochs-few]: `epochs=1` is wrong" in out


def test_exit_zero_hides_findings_but_not_trouble(lint: Lint, faulty: Path):
    assert lint("check", "--exit-zero")[0] == 0
    assert lint("check", "--exit-zero", "missing.py")[0] == 2


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_can_be_written_to_a_file(lint: Lint, faulty: Path, project: Path, name: str):
    code, shown, _ = lint("check", "--output-format", name)
    assert code == 1
    assert lint("check", "--output-format", name, "--output-file", "out.txt") == (1, "", "")
    assert (project / "out.txt").read_text() == shown


def test_a_format_without_findings_is_still_valid(lint: Lint, project: Path):
    (project / "a.py").write_text(CLEAN)
    assert lint("--format", "json") == (0, "[]\n", "")
    assert lint("--format", "json-lines") == (0, "", "")
    assert json.loads(lint("--format", "sarif")[1])["runs"][0]["results"] == []


def test_an_output_file_that_cannot_be_written_is_one_message(lint: Lint, faulty: Path):
    code, out, err = lint("check", "--output-file", "no/such/dir")
    assert (code, out) == (2, "")
    assert err == "error: cannot write no/such/dir: No such file or directory\n"


def test_quiet_shows_findings_only(lint: Lint, faulty: Path, project: Path):
    assert "Found" not in lint("-q")[1]
    (project / "train.py").write_text(CLEAN)
    assert lint("-q") == (0, "", "")


def test_statistics_count_by_rule(lint: Lint, faulty: Path, project: Path):
    (project / "b.py").write_text(FAULTY.replace("lr=", "learning_rate="))
    code, out, _ = lint("--statistics")
    assert code == 1
    assert out.splitlines() == [
        "Count  Code    Name                 Fixable",
        "─────  ──────  ───────────────────  ───────",
        "    2  ACT101  softmax-on-one-unit        2",
        "    1  OPT139  legacy-lr-argument         1",
        "",
        "Found 3 errors in 2 files.",
        "[*] 1 fixable with `--fix` (2 more with `--unsafe-fixes`).",
    ]
    rows = json.loads(lint("--statistics", "--format", "json")[1])
    assert rows[0] == {"name": "softmax-on-one-unit", "code": "ACT101", "count": 2, "fixable": 2}


def test_fix_applies_what_is_safe(lint: Lint, faulty: Path):
    code, out, _ = lint("--fix")
    assert code == 1
    assert faulty.read_text() == FAULTY.replace("lr=", "learning_rate=")
    assert out.endswith(
        "Found 1 error in 1 file.\n1 finding fixable with `--fix --unsafe-fixes`.\nFixed 1 finding in 1 file.\n"
    )
    code, out, _ = lint("--fix", "--unsafe-fixes")
    assert (code, out) == (0, "Fixed 1 finding in 1 file.\n")
    assert lint("--fix", "--unsafe-fixes") == (0, "All checks passed!\n", "")


def test_fixing_can_be_told_and_can_fail_the_run(lint: Lint, faulty: Path):
    code, out, _ = lint("--fix", "--unsafe-fixes", "--show-fixes", "--exit-non-zero-on-fix")
    assert code == 1
    assert out.splitlines() == [
        "train.py:",
        '  1 x softmax-on-one-unit: write "sigmoid"',
        "  1 x legacy-lr-argument: write learning_rate",
        "",
        "Fixed 2 findings in 1 file.",
    ]


def test_unsafe_fixes_alone_change_nothing(lint: Lint, faulty: Path):
    code, out, _ = lint("--unsafe-fixes")
    assert code == 1
    assert "[*] 2 fixable with `--fix --unsafe-fixes`." in out
    assert faulty.read_text() == FAULTY


def test_diff_writes_nothing(lint: Lint, faulty: Path):
    code, out, err = lint("--diff")
    assert (code, err) == (1, "Would fix 1 finding in 1 file.\n")
    assert out.splitlines()[:3] == ["--- a/train.py", "+++ b/train.py", "@@ -1,5 +1,5 @@"]
    assert '+model.compile(optimizer=keras.optimizers.Adam(learning_rate=0.1), loss="binary_crossentropy")' in out
    assert faulty.read_text() == FAULTY
    assert lint("--diff", "--exit-zero")[0] == 0
    assert lint("--diff", "--ignore", "optimization") == (0, "", "Nothing would be fixed.\n")


def test_rules_that_may_not_be_fixed_are_not(lint: Lint, faulty: Path, project: Path):
    (project / "default-lint.toml").write_text('unfixable = ["optimization"]\n')
    code, out, _ = lint("--fix")
    assert code == 1
    assert faulty.read_text() == FAULTY
    assert "help: write learning_rate [suggestion]" in out
    assert "[*]" not in out


def test_a_file_that_cannot_be_written_is_told_and_its_findings_are_shown(
    lint: Lint, faulty: Path, monkeypatch: pytest.MonkeyPatch
):
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("default_lint.fixing.write", refuse)
    code, out, err = lint("--fix")
    assert code == 2
    assert err == "error: train.py: cannot be written: Permission denied\n"
    assert out.startswith("error[softmax-on-one-unit]")
    assert "Fixed" not in out


def test_one_bad_file_does_not_hide_the_others(lint: Lint, faulty: Path, project: Path):
    (project / "bad.py").write_bytes(b"import keras\nx = '\xff'\n")
    (project / "bug.py").write_text(CLEAN + "BUG = 1\n")
    code, out, err = lint("missing.py", "bad.py", "bug.py", "train.py")
    assert code == 2
    assert "Found 2 errors in 1 file." in out
    assert err.splitlines() == [
        "error: missing.py: no such file or directory",
        "error: bad.py: line 2 is not valid utf-8",
        "error: bug.py: internal error: rule `broken-rule`: RuntimeError: no such luck",
        cli.BUG.rstrip(),
    ]
    assert "Traceback" not in err


def test_verbose_shows_where_an_internal_error_was(lint: Lint, project: Path):
    (project / "bug.py").write_text(CLEAN + "BUG = 1\n")
    code, _, err = lint("-v")
    assert code == 2
    assert "Traceback" in err
    assert "RuntimeError: no such luck" in err
    assert "Settings: defaults" in err


def test_a_syntax_error_is_a_finding(lint: Lint, project: Path):
    (project / "a.py").write_text("import keras\nkeras.Sequential([\n")
    code, out, err = lint("--format", "concise")
    assert (code, err) == (1, "")
    assert out.startswith("a.py:2:")
    assert "error[syntax-error]" in out


def stdin(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(data)))


def test_standard_input_is_checked_under_a_name(lint: Lint, monkeypatch: pytest.MonkeyPatch):
    stdin(monkeypatch, FAULTY.encode())
    code, out, _ = lint("-", "--format", "concise", "--stdin-filename", "src/x.py", "-q")
    assert code == 1
    assert [line.partition(":")[0] for line in out.splitlines()] == ["src/x.py"] * 2
    stdin(monkeypatch, FAULTY.encode())
    assert lint("check", "-", "--format", "concise")[1].startswith("-:3:79: ")
    stdin(monkeypatch, b"print(1)\n")
    assert lint("-") == (0, "All checks passed!\n", "")
    stdin(monkeypatch, b"")
    assert lint("-", "x.py")[0] == 2


def test_standard_input_with_fix_gives_the_fixed_text(
    capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
):
    for data, expected in (
        (FAULTY.encode(), FAULTY.replace("lr=", "learning_rate=").encode()),
        (b"print(1)\r\n", b"print(1)\r\n"),
    ):
        monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BytesIO(), encoding="utf-8"))
        stdin(monkeypatch, data)
        cli.main(["-", "--fix"])
        assert sys.stdout.buffer.getvalue() == expected  # type: ignore[attr-defined]
    assert b"Found 1 error" in capfdbinary.readouterr().err


def test_excluded_files_are_left_out_when_forced(lint: Lint, faulty: Path):
    assert lint("--extend-exclude", "train.py")[0] == 0
    assert lint("--extend-exclude", "train.py", "train.py")[0] == 1
    assert lint("--extend-exclude", "train.py", "--force-exclude", "train.py")[0] == 0
    assert lint("--exclude", "tr*.py")[0] == 0


def test_configuration_comes_from_the_closest_file_another_file_or_the_command_line(
    lint: Lint, faulty: Path, project: Path
):
    (project / "default-lint.toml").write_text('ignore = ["activation"]\n')
    (project / "other.toml").write_text('ignore = ["optimization"]\n')

    def codes(*arguments: str) -> list[str]:
        return [row["code"] for row in json.loads(lint("--format", "json", *arguments)[1])]

    assert codes() == ["OPT139"]
    assert codes("--config", "other.toml") == ["ACT101"]
    assert codes("--isolated") == ["ACT101", "OPT139"]
    assert codes("--config", "ignore=['optimization']") == ["ACT101"]
    assert codes("--config", "ignore=ACT101,OPT139") == []
    assert codes("--isolated", "--config", "audience=curious") == ["ACT101", "OPT139", "HYP156"]
    (project / "default-lint.toml").write_text('output-format = "concise"\n')
    assert lint()[1].startswith("train.py:3:79: error[softmax-on-one-unit]")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--selct", "x"], "unknown option `--selct`, did you mean `--select`?"),
        (["chekc"], "no command or file `chekc`, did you mean `check`?"),
        (["--format", "xml"], "invalid choice: 'xml'"),
        (["--select", "softmax-on-one-unti"], "unknown rule `softmax-on-one-unti` in --select, did you mean"),
        (["--config", "selct=x"], "unknown key `selct` in --config, did you mean `select`?"),
        (["--config", "no.toml"], "no configuration file no.toml"),
        (["--per-file-ignores", "x.py"], "--per-file-ignores takes GLOB:RULE, not `x.py`"),
        (["--jobs", "many"], "invalid int value: 'many'"),
        (["rules", "extra"], "one argument too many: `extra`"),
        (["explain"], "explain needs the name or code of a rule"),
        (["explain", "ACT999"], "no rule `ACT999`"),
    ],
)
def test_mistakes_are_told_in_one_message(lint: Lint, arguments: list[str], message: str):
    code, out, err = lint(*arguments)
    assert (code, out) == (2, "")
    assert err.startswith("error: ")
    assert message in err


def test_a_bad_configuration_is_told(lint: Lint, faulty: Path, project: Path):
    (project / "default-lint.toml").write_text("selct = 1\n")
    code, _, err = lint()
    assert code == 2
    assert "unknown key `selct`" in err
    assert "did you mean `select`?" in err


def test_color_follows_option_and_environment(lint: Lint, faulty: Path, monkeypatch: pytest.MonkeyPatch):
    assert "\x1b" not in lint()[1]
    assert "\x1b[1;31merror" in lint("--color", "always")[1]
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b" in lint()[1]
    assert "\x1b" not in lint("--color", "never")[1]
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in lint()[1]


def test_an_interrupt_ends_quietly(lint: Lint, faulty: Path, monkeypatch: pytest.MonkeyPatch):
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("default_lint.run.check_files", interrupt)
    assert lint() == (130, "", "error: interrupted\n")


def test_an_unexpected_error_is_one_message(lint: Lint, faulty: Path, monkeypatch: pytest.MonkeyPatch):
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr("default_lint.run.check_files", fail)
    assert lint() == (2, "", "error: internal error: ZeroDivisionError: oh\n" + cli.BUG)
    assert "Traceback" in lint("--verbose")[2]


def test_the_cache_is_used_and_can_be_switched_off_and_removed(lint: Lint, faulty: Path, project: Path):
    os.utime(faulty, (1, 1))
    first = lint("--format", "json")
    assert (project / ".default_lint_cache").is_dir()
    assert lint("--format", "json") == first
    code, out, _ = lint("clean")
    assert (code, out) == (0, f"Removed {project / '.default_lint_cache'}\n")
    assert lint("clean")[1].startswith("No cache at ")
    lint("--no-cache")
    assert not (project / ".default_lint_cache").exists()
    lint("--cache-dir", "kept")
    assert (project / "kept").is_dir()


DEEP = "import keras\nkeras.Sequential()\nx = " + "[" * 150 + "]" * 150 + "\n"


def test_a_file_that_is_not_read_is_told_and_does_not_fail(lint: Lint, faulty: Path, project: Path):
    (project / "deep.py").write_text(DEEP)
    code, out, err = lint("deep.py")
    assert code == 0
    assert err == "note: deep.py: not read: nested 152 levels deep, too deep to read\n"
    code, out, err = lint("deep.py", "train.py", "-q")
    assert (code, err) == (1, "")
    code, out, err = lint("deep.py", "train.py")
    assert code == 1
    assert "Found 2 errors" in out
    assert err.count("not read") == 1
