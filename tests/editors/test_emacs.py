"""default-lint in a real Emacs with eglot, without a screen."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.editors import tools
from tests.editors.driving import closing, showing
from tests.editors.emacs.driving import PACKAGE, Emacs, quoted
from tests.editors.examples import (
    ENDLESS,
    FAULTY,
    FIXED,
    FOUND,
    HEALTHY,
    LEGACY,
    SOFTMAX,
    TARGETS,
    TRAINING,
    columns,
)

Start = Callable[..., Emacs]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts Emacsen that end with the test."""
    running: list[Emacs] = []

    def starts(setup: str = "", **variables: str) -> Emacs:
        running.append(Emacs(tools.emacs(), tmp_path / f"home{len(running)}", setup, **variables))
        return running[-1]

    with closing(running):
        yield starts


def test_compiles_without_warnings(tmp_path: Path) -> None:
    package = tmp_path / "default-lint.el"
    package.write_text((PACKAGE / "default-lint.el").read_text(encoding="utf-8"), encoding="utf-8")
    command = [*tools.emacs(), "--batch", "-Q", "--eval", "(setq byte-compile-error-on-warn t)"]
    done = subprocess.run([*command, "-f", "batch-byte-compile", package], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""


def test_findings_at_their_columns(start: Start, script: Path) -> None:
    editor = start()
    editor.open(script)
    for finding in editor.rules(SOFTMAX, LEGACY):
        rule = finding["code"]
        # Emacs counts characters; between it and the server are units of UTF-16.
        assert (finding["line"], finding["first"], finding["last"]) == (FOUND[rule][1], *columns(rule, "utf-32"))
        assert finding["source"] == "default-lint"
        assert finding["severity"] == 1


def test_hover(start: Start, script: Path) -> None:
    editor = showing(start(), script)
    layer = editor.lisp("(driver-hover 6 16)")
    assert "Dense" in layer
    assert "(None, 8)" in layer
    assert "40" in layer
    assert LEGACY in editor.lisp(f"(driver-hover 10 {columns(LEGACY, 'utf-32')[0]})")


def test_quick_fix(start: Start, script: Path) -> None:
    editor = showing(start(), script)
    editor.lisp(f'(progn (driver-fix 10 {columns(LEGACY, "utf-32")[0]} "Rename to `learning_rate`") nil)')
    editor.rules(SOFTMAX)
    assert editor.text() == FIXED
    assert script.read_text(encoding="utf-8") == FAULTY


def test_fix_all(start: Start, script: Path) -> None:
    editor = showing(start(), script)
    editor.lisp("(progn (default-lint-fix-all) nil)")
    editor.rules(SOFTMAX)
    assert editor.text() == FIXED
    assert not [text for text in editor.said() if "Proceed" in text]


def test_an_edit_brings_new_findings(start: Start, script: Path) -> None:
    editor = showing(start(), script)
    editor.type(HEALTHY)
    editor.rules()
    editor.type("# a line above\n" + FIXED)
    (finding,) = editor.rules(SOFTMAX)
    assert (finding["line"], finding["first"], finding["last"]) == (8, *columns(SOFTMAX, "utf-32"))


def test_names_with_spaces_and_letters_beyond_ascii(start: Start, tmp_path: Path) -> None:
    path = tmp_path / "Größe 100% 試" / "mein modèle #1.py"
    path.parent.mkdir()
    path.write_text(FAULTY, encoding="utf-8")
    editor = showing(start(), path)
    editor.lisp("(progn (default-lint-fix-all) nil)")
    editor.rules(SOFTMAX)
    assert editor.text() == FIXED


def test_explain(start: Start, script: Path) -> None:
    editor = showing(start(), script)
    # What the command offers at the finding.
    offered = editor.lisp(
        "(progn (driver-at 7 0) (cl-letf (((symbol-function 'completing-read)"
        " (lambda (_prompt rules _p _r _i _h default &rest _) (setq driver-answer (vconcat rules)) default)))"
        " (call-interactively #'default-lint-explain)) driver-answer)"
    )
    assert offered == [SOFTMAX, LEGACY]
    page = editor.wait(f"(driver-page {quoted(SOFTMAX)})")
    assert "softmax" in page
    assert "## " in page
    assert editor.lisp(f"(and (get-buffer-window {quoted(f'*default-lint: {SOFTMAX}*')}) t)")


def test_info(start: Start, script: Path) -> None:
    editor = showing(start(), script)
    editor.lisp("(progn (default-lint-info) nil)")
    page = editor.wait(
        '(cl-some (lambda (b) (and (string-prefix-p "*default-lint:" (buffer-name b))'
        " (with-current-buffer b (buffer-string)))) (buffer-list))"
    )
    assert str(script.parent) in page


def test_restart(start: Start, script: Path) -> None:
    editor = showing(start(), script)
    editor.lisp("(progn (setq old (eglot-current-server)) (eglot-reconnect old) nil)")
    editor.wait("(and (eglot-current-server) (not (eq old (eglot-current-server))) t)")
    editor.type(FIXED)
    editor.rules(SOFTMAX)


def test_settings(start: Start, script: Path) -> None:
    editor = start(f"(setq default-lint-settings '(:ignore [{quoted(SOFTMAX)}]))")
    editor.open(script)
    editor.rules(LEGACY)


def test_settings_of_a_project(start: Start, script: Path) -> None:
    script.with_name(".dir-locals.el").write_text(
        f"((python-mode . ((eglot-workspace-configuration . (:default-lint (:ignore [{quoted(SOFTMAX)}]))))))"
    )
    editor = start("(setq enable-local-variables :all)")
    editor.open(script)
    editor.rules(LEGACY)


def test_the_server_of_the_project(start: Start, script: Path) -> None:
    program = script.parent / ".venv" / "bin" / "default-lsp"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\nexec " + " ".join(f"'{part}'" for part in tools.server()) + "\n")
    program.chmod(0o755)
    showing(start("(setq default-lint-command nil)", PATH="/usr/bin:/bin"), script)


def test_without_a_server(start: Start, script: Path) -> None:
    editor = start("(setq default-lint-command nil)", PATH="/usr/bin:/bin")
    editor.lisp(f"(progn (switch-to-buffer (find-file-noselect {quoted(str(script))})) nil)")
    told = editor.lisp("(condition-case problem (call-interactively #'eglot) (error (error-message-string problem)))")
    assert 'pip install "default-lint[lsp]"' in told


def test_diagnosis_asks_first(start: Start, script: Path) -> None:
    ran = script.with_name("ran")
    script.write_text(FAULTY + f"open({str(ran)!r}, 'w').close()\n", encoding="utf-8")
    editor = showing(start(), script)
    told = editor.lisp("(condition-case problem (default-lint-diagnose) (user-error (error-message-string problem)))")
    assert told == "Nothing was run"
    assert any("executes code" in text for text in editor.said())
    # Past the question, the server refuses too.
    editor.lisp(
        "(progn (setq driver-said nil)"
        ' (default-lint--execute (eglot-current-server) "default-lint.diagnose" (default-lint--uri)) nil)'
    )
    editor.wait('(and (cl-some (lambda (text) (string-search "trust" text)) driver-said) t)')
    assert not ran.exists()


@pytest.mark.slow
@pytest.mark.keras
def test_diagnosis(start: Start, script: Path) -> None:
    pytest.importorskip("tensorflow")
    script.write_text(TRAINING, encoding="utf-8")
    editor = start("(setq driver-answer t)")
    editor.open(script)
    editor.rules("learning-rate-out-of-range")
    editor.lisp("(progn (default-lint-diagnose) nil)")
    editor.wait('(and (cl-some (lambda (text) (string-search "Try first: line 6" text)) driver-said) t)', seconds=240)
    rule, line = TARGETS
    editor.finding(rule, line=line, severity=2)
    assert any("Diagnosing train.py: epoch 1 of 6" in text for text in editor.said())


@pytest.mark.slow
@pytest.mark.keras
def test_a_diagnosis_is_stopped(start: Start, script: Path) -> None:
    pytest.importorskip("tensorflow")
    script.write_text(ENDLESS, encoding="utf-8")
    editor = start("(setq default-lint-settings '(:diagnose (:seconds 600)))")
    editor.lisp(f"(progn (setq default-lint-trusted (list {quoted(str(script.parent.parent))})) nil)")
    editor.open(script)
    editor.lisp("(progn (default-lint-diagnose) nil)")
    editor.wait('(and (cl-some (lambda (text) (string-search "epoch" text)) driver-said) t)', seconds=240)
    editor.lisp("(progn (default-lint-cancel) nil)")
    editor.wait("(null default-lint--running)")
    assert not [text for text in editor.said() if "executes code" in text]
