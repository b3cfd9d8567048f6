"""`default-lint diagnose`, with runs that are told (fast) and one that is made."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from default_lint.trial import launch
from default_lint.trial.trace import Event, Trace, header
from tests.cli.conftest import Outcome
from tests.cli.test_process import environment
from tests.output import tracing
from tests.output.tracing import SCRIPT

Lint = Callable[..., Outcome]
GIB = 1 << 30


class Told:
    """Stands in for a run: tells `events`, prints `output`, and keeps what was requested."""

    def __init__(self) -> None:
        self.events: Sequence[Event] = tracing.events()[1:]
        self.output: list[tuple[str, bytes]] = []
        self.requests: list[launch.Request] = []

    def __call__(self, request: launch.Request, on_event: Any = None, on_output: Any = None, cancel: Any = None) -> Any:
        self.requests.append(request)
        for name, data in self.output:
            if on_output is not None:
                on_output(name, data)
        for event in self.events:
            on_event(event)
        sources = {request.name: launch.digest(request.script or "") or ""}
        kept = (header(request.name, sources), *self.events)
        return launch.Result(Trace.read(kept), kept, python="/env/bin/python")

    def end(self, kind: str, message: str = "", count: int = 2, **more: Any) -> None:
        """Let the run end in this way after `count` epochs."""
        self.events = tracing.events(count, kind=kind, message=message, **more)[1:]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    run = Told()
    monkeypatch.setattr(launch, "run", run)
    return run


@pytest.fixture
def script(project: Path) -> Path:
    path = project / "train.py"
    path.write_text(SCRIPT)
    return path


# usage


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "diagnose needs a script to run"),
        (("train.py", "other.py"), "one script at a time; arguments of the script follow `--`: `-- other.py`"),
        (("train.py", "--module", "pkg"), "--module pkg or train.py: only one of them can be run"),
        (("train.py", "--secnds", "3"), "unknown option `--secnds`, did you mean `--seconds`?"),
        (("train.py", "--seconds", "0"), "argument --seconds: 0 is not a number above 0"),
        (("train.py", "--epochs", "x"), "argument --epochs: invalid number value: 'x'"),
        (("train.py", "--memory", "lots"), "argument --memory: lots is not a size such as 8G or 500M"),
        (("train.py", "--html", "no/where.html"), "cannot write no/where.html: there is no folder no"),
        (("train.py", "--trace", "."), "cannot write .: is a folder"),
        (("missing.py",), "missing.py: no such file or directory"),
        (("folder",), "folder: is a folder; diagnose needs the script that trains"),
        (("train.py", "--select", "nonsense"), "unknown rule `nonsense` in --select"),
    ],
)
def test_mistakes_are_told_before_anything_runs(
    lint: Lint, told: Told, script: Path, project: Path, arguments: Sequence[str], message: str
):
    (project / "folder").mkdir()
    code, out, err = lint("diagnose", *arguments)
    assert (code, out) == (2, "")
    assert err.startswith(f"error: {message}")
    assert told.requests == []


def test_the_command_explains_itself(lint: Lint):
    code, out, err = lint("help", "diagnose")
    assert (code, err) == (0, "")
    assert out.startswith("Usage: default-lint diagnose [OPTIONS] SCRIPT [-- ARGS]\n")
    assert "  diagnose   " in lint("--help")[1]


def test_verbose_names_the_interpreter(lint: Lint, told: Told, script: Path):
    assert lint("diagnose", "train.py", "--verbose")[2] == "note: run by /env/bin/python\n"


def test_a_syntax_error_needs_no_run(lint: Lint, told: Told, script: Path):
    script.write_text("import keras\nkeras.Sequential([\n")
    code, out, err = lint("diagnose", "train.py")
    assert code == 1
    assert out.startswith("error[syntax-error]: Python cannot parse this")
    assert err == "note: train.py: not run: Python cannot parse it\n"
    assert told.requests == []


def test_what_was_asked_for_reaches_the_run(lint: Lint, told: Told, script: Path):
    options = "--seconds 5 --epochs 2 --steps 7 --finish --no-tests --network --memory 2G --python py --directory ."
    lint("diagnose", "train.py", *options.split(), "--", "--version", "--html", "x y")
    (request,) = told.requests
    assert request == launch.Request(
        script="train.py",
        args=("--version", "--html", "x y"),
        directory=".",
        python="py",
        budget=launch.Budget(5.0, 2, 7),
        limits=launch.Limits(memory=2 * GIB),
        finish=True,
        tests=False,
        network=True,
    )
    lint("diagnose", "train.py")
    assert told.requests[1] == launch.Request(script="train.py")


def test_a_module_is_run_by_its_name(lint: Lint, told: Told, project: Path):
    (project / "pkg").mkdir()
    (project / "pkg" / "fit.py").write_text(SCRIPT)
    lint("diagnose", "--module", "pkg.fit", "--", "-x")
    assert told.requests == [launch.Request(module="pkg.fit", args=("-x",))]
    (project / "pkg" / "fit.py").write_text("import keras(\n")
    assert lint("diagnose", "--module", "pkg.fit")[1].startswith("error[syntax-error]")
    assert len(told.requests) == 1


def test_a_notebook_is_run_as_its_cells(lint: Lint, told: Told, project: Path):
    cells = ["%pip install x\nimport keras\n", "model = keras.Sequential()"]
    rows = [{"cell_type": "code", "source": text, "metadata": {}} for text in cells]
    (project / "book.ipynb").write_text(json.dumps({"cells": rows, "metadata": {}, "nbformat": 4}))
    lint("diagnose", "book.ipynb")
    (request,) = told.requests
    assert request.script == "book.ipynb"
    assert request.filename == str(project / "book.ipynb")
    assert request.source is not None
    assert request.source.splitlines()[1:] == ["import keras", "", "model = keras.Sequential()"]
    compile(request.source, "book.ipynb", "exec")


def test_a_script_that_does_not_mention_keras_is_run(lint: Lint, told: Told, script: Path, project: Path):
    (project / "main.py").write_text("from train import model\n")
    assert "--> train.py:" in lint("diagnose", "main.py", "--select", "ALL")[1]
    assert told.requests[0].script == "main.py"


# what comes out


def test_the_report_follows_the_output_of_the_script(lint: Lint, told: Told, script: Path):
    told.output = [("stdout", b"Epoch 1/5\n"), ("stderr", b"careful\n"), ("stdout", "caf\u00e9".encode()[:-1])]
    told.output.append(("stdout", "caf\u00e9".encode()[-1:]))
    code, out, err = lint("diagnose", "train.py")
    assert code == 1
    assert out.startswith("Epoch 1/5\ncaf\u00e9\n\n✗ ")
    assert "error[softmax-on-one-unit]" in out
    assert " --> train.py:8:32\n" in out
    assert err == "careful\n"
    quiet = lint("diagnose", "train.py", "--quiet")
    assert quiet == (1, out[out.index("✗") :], "")


@pytest.mark.parametrize("form", ["json", "json-lines", "sarif", "github"])
def test_formats_for_programs_have_standard_output_to_themselves(lint: Lint, told: Told, script: Path, form: str):
    told.output = [("stdout", b"Epoch 1/5\n")]
    code, out, err = lint("diagnose", "train.py", "--format", form)
    assert (code, err) == (1, "Epoch 1/5\n")
    if form == "json":
        data = json.loads(out)
        assert list(data) == ["verdict", "run", "findings"]
        assert [row["rank"] for row in data["findings"]] == list(range(1, len(data["findings"]) + 1))
        assert "softmax-on-one-unit" in [row["name"] for row in data["findings"]]
    elif form == "json-lines":
        assert "softmax-on-one-unit" in [json.loads(line)["name"] for line in out.splitlines()]
    elif form == "sarif":
        results = json.loads(out)["runs"][0]["results"]
        assert any("evidence" in result["properties"] for result in results)
    else:
        assert "::error file=train.py,line=8" in out


def test_a_file_can_take_the_report(lint: Lint, told: Told, script: Path, project: Path):
    told.output = [("stdout", b"Epoch 1/5\n")]
    code, out, _ = lint("diagnose", "train.py", "--format", "json", "--output-file", "out.json", "--html", "out.html")
    assert (code, out) == (1, "Epoch 1/5\n\n")
    assert json.loads((project / "out.json").read_text())["verdict"]["faulty"] is True
    assert (project / "out.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def test_events_are_told_as_they_come_and_the_diagnosis_last(lint: Lint, told: Told, script: Path):
    told.output = [("stdout", b"Epoch 1/5\n")]
    told.events = [*told.events, {"event": "note", "text": "é", "value": float("nan")}]
    code, out, err = lint("diagnose", "train.py", "--events", "json")
    assert (code, err) == (1, "Epoch 1/5\n")
    rows = [json.loads(line, parse_constant=pytest.fail) for line in out.splitlines()]
    assert [row["event"] for row in rows[:-1]] == [event["event"] for event in told.events]
    assert rows[-1]["event"] == "diagnosis"
    assert rows[-1]["verdict"]["faulty"] is True
    assert out.isascii()


def test_files_of_the_run_beside_the_script_are_diagnosed_too(lint: Lint, told: Told, project: Path):
    (project / "main.py").write_text("import keras\nfrom train import model\n")
    (project / "train.py").write_text(SCRIPT)
    _, out, _ = lint("diagnose", "main.py")
    assert " --> train.py:8:32\n" in out


# how it ends


@pytest.mark.parametrize(
    ("kind", "code"),
    [("finished", 1), ("budget", 1), ("error", 1), ("hang", 1), ("limit", 1), ("signal", 1), ("cancelled", 130)],
)
def test_the_epochs_seen_are_diagnosed_however_the_run_ends(lint: Lint, told: Told, script: Path, kind: str, code: int):
    told.end(kind, "so it was")
    found, out, _ = lint("diagnose", "train.py")
    assert found == code
    assert "error[softmax-on-one-unit]" in out
    assert ("Ended: So it was\n" in out) == (kind != "finished")


def test_exit_codes_when_nothing_is_found(lint: Lint, told: Told, script: Path):
    nothing = ("--ignore", "ALL")
    assert lint("diagnose", "train.py", *nothing)[0] == 0
    told.end("error", "ValueError: no")
    assert lint("diagnose", "train.py", *nothing)[0] == 2
    assert lint("diagnose", "train.py")[0] == 1
    assert lint("diagnose", "train.py", "--exit-zero")[0] == 0


def test_a_run_that_cannot_start_is_one_message(lint: Lint, told: Told, script: Path):
    told.events = [{"event": "ended", "kind": "unstarted", "message": "py (Python 3.11) has no Keras"}]
    assert lint("diagnose", "train.py") == (2, "", "error: py (Python 3.11) has no Keras\n")


def test_a_script_without_training_says_so(lint: Lint, told: Told, script: Path):
    told.events = [{"event": "ended", "kind": "finished"}]
    code, out, err = lint("diagnose", "train.py")
    assert (code, err) == (2, "")
    assert out.startswith(("? No training was seen", "✗ No training was seen"))
    code, _, err = lint("diagnose", "train.py", "--format", "json")
    assert code == 2
    assert err == "error: train.py: the script ended before an epoch was trained\n"
    told.events = [
        {"event": "ended", "kind": "error", "message": "NameError: x", "site": ["train.py", 3, None, None, None]}
    ]
    code, out, err = lint("diagnose", "train.py")
    assert (code, err) == (2, "")
    assert "\nEnded: NameError: x (train.py:3)\n" in out
    err = lint("diagnose", "train.py", "--events", "json")[2]
    assert err == "error: train.py:3: the script ended before an epoch was trained: NameError: x\n"


# a saved run


@pytest.fixture
def saved(lint: Lint, told: Told, script: Path, project: Path) -> Path:
    lint("diagnose", "train.py", "--trace", "run.trace")
    return project / "run.trace"


def seen(text: str) -> bool:
    return " = seen: " in text


def test_a_saved_run_speaks_in_check(lint: Lint, saved: Path):
    without = lint("check", "train.py", "--select", "ALL")
    code, out, err = lint("check", "--trace", "run.trace", "train.py", "--select", "ALL")
    assert (code, err) == (1, "")
    assert seen(out) and not seen(without[1])
    rows = json.loads(lint("check", "--trace", "run.trace", "--format", "json", "--select", "ALL")[1])
    assert any(piece["kind"] == "observed" for row in rows for piece in row["evidence"])


def test_a_saved_run_is_silent_about_a_file_that_changed(lint: Lint, saved: Path, script: Path):
    script.write_text("# new\n" + SCRIPT)
    code, out, err = lint("check", "--trace", "run.trace", "train.py", "--select", "ALL")
    assert code == 1
    assert err == "note: train.py: changed since the run; what the run showed is left out\n"
    assert "softmax-on-one-unit" in out and not seen(out)


def test_a_saved_run_goes_with_the_text_not_the_place(lint: Lint, saved: Path, script: Path, project: Path):
    (project / "copy.py").write_text(SCRIPT)
    assert seen(lint("check", "--trace", "run.trace", "copy.py", "--select", "ALL")[1])
    (project / "other.py").write_text("import keras\n")
    err = lint("check", "--trace", "run.trace", "other.py")[2]
    assert err == "note: the run in run.trace is of train.py, which was not checked\n"


@pytest.mark.parametrize("text", [None, "", "{}\n", "[1]\n", '{"event": "trace", "format": 99}\n', "\udc80"])
def test_what_is_no_saved_run_is_told(lint: Lint, script: Path, project: Path, text: str | None):
    if text is not None:
        (project / "x.trace").write_bytes(text.encode("utf-8", "surrogateescape"))
    code, out, err = lint("check", "--trace", "x.trace", "train.py")
    assert (code, out) == (2, "")
    assert err.startswith("error: --trace x.trace: ")
    assert err.count("\n") == 1


# a run that is made

FAULTY = """\
import numpy as np
import keras
from keras import layers

rng = np.random.default_rng(0)
x = rng.normal(size=(256, 8)).astype("float32")
y = (x.sum(axis=1) > 0).astype("int32")

model = keras.Sequential([
    keras.Input((8,)),
    layers.Dense(16, activation="relu"),
    layers.Dense(1, activation="sigmoid"),
])
model.compile(keras.optimizers.SGD(1e6), loss="mse", metrics=["accuracy"])
model.fit(x, y, validation_split=0.25, epochs=3, verbose=0)
print("the script has ended")
"""


@pytest.mark.keras
@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo terminal")
def test_a_faulty_script_on_a_terminal(project: Path):
    import pty

    (project / "train.py").write_text(FAULTY)
    arguments = ["diagnose", "train.py", "--seconds", "100", "--trace", "run.trace", "--html", "run.html"]
    main, side = pty.openpty()
    with open(project / "shown", "wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "default_lint", *arguments, "--python", sys.executable],
            stdout=side, stderr=side, env=environment(COLUMNS="90"), cwd=project,
        )  # fmt: skip
        os.close(side)
        while True:
            try:
                data = os.read(main, 1 << 16)
            except OSError:  # Linux tells the end of a pseudo terminal so
                break
            if not data:
                break
            log.write(data)
    os.close(main)
    assert process.wait() == 1
    shown = (project / "shown").read_bytes().decode().replace("\r\n", "\n")
    drawn = re.findall(r"\r\x1b\[K([^\n]*? left)", shown)
    assert any("sequential" in line and "loss" in line for line in drawn)
    assert any("own tests: " in line for line in drawn)
    plain = re.sub(r"\x1b\][^\x1b]*\x1b\\|\x1b\[[\d;]*[mK]", "", shown)
    assert "the script has ended\n" in plain
    report = plain[plain.rindex("✗") :]
    assert re.search(r"^  epoch +loss +val_loss +accuracy +val_accuracy +gradient", report, re.MULTILINE)
    assert re.search(r"^ +--> train\.py:14:", report, re.MULTILINE)
    assert "Try first: " in report
    assert len(Trace.load((project / "run.trace").read_text()).models[0].epochs) == 3
    page = (project / "run.html").read_text(encoding="utf-8")
    assert 'id="s0-14"' in page
    assert page.count("<svg") >= 5
