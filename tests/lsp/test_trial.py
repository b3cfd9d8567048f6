"""The run behind `default-lint.diagnose`: what is asked for, what is told meanwhile, how it ends."""

from __future__ import annotations

import json
import os
import sys
import threading
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from default_lint import notebooks
from default_lint.engine import check
from default_lint.files import from_text
from default_lint.findings import Observed
from default_lint.settings import Settings
from default_lint.text import Document
from default_lint.trial import launch
from default_lint.trial.trace import Event, Trace, header
from default_lsp.trial import QUIET, Asked, Outcome, Teller, diagnose
from tests.output import tracing
from tests.output.tracing import SCRIPT
from tests.trial.containment.stand_in import MARK, marked, wait_for


class Heard:
    """A listener that remembers."""

    def __init__(self) -> None:
        self.names: list[tuple[str, float]] = []
        self.messages: list[str] = []
        self.percentages: list[int] = []
        self.events: list[tuple[str, Mapping[str, Any]]] = []

    def started(self, name: str, seconds: float) -> None:
        self.names.append((name, seconds))

    def progress(self, message: str, percentage: int | None) -> None:
        self.messages.append(message)
        if percentage is not None:
            self.percentages.append(percentage)

    def event(self, state: str, data: Mapping[str, Any]) -> None:
        json.dumps(data, allow_nan=False)
        self.events.append((state, data))


class Told:
    """Stands in for a run: tells `events` and keeps what was requested."""

    def __init__(self) -> None:
        self.events: Sequence[Event] = tracing.events()[1:]
        self.requests: list[launch.Request] = []
        self.stderr = ""
        self.python = "/env/bin/python"

    def __call__(self, request: launch.Request, on_event: Any = None, on_output: Any = None, cancel: Any = None) -> Any:
        self.requests.append(request)
        for event in self.events:
            on_event(event)
        kept = (header(request.name, {}), *self.events)
        return launch.Result(Trace.read(kept), kept, "the script's own words\n", self.stderr, self.python)

    def end(self, kind: str, message: str = "", *, epochs: int = 0, **more: Any) -> None:
        """Let the run end in this way after so many epochs; without any, before a model was made."""
        events = tracing.events(epochs, kind=kind, message=message, **more)[1:]
        self.events = events if epochs else [events[-1]]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    run = Told()
    monkeypatch.setattr(launch, "run", run)
    return run


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A script in a project; the sites of the told run lie in it."""
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "train.py"
    path.write_text(SCRIPT)
    return path


def opened(path: Path | str, text: str = SCRIPT, **more: Any) -> Asked:
    """What is asked when a text is open under a path."""
    return Asked(from_text(str(path), text), str(path), **more)


def run(asked: Asked, heard: Heard | None = None, buffers: Mapping[str, Document] | None = None) -> Outcome:
    return diagnose(asked, heard or Heard(), threading.Event(), (buffers or {}).get)


# what is asked for


def test_a_saved_script_runs_from_its_file(told: Told, script: Path) -> None:
    asked = opened(script, seconds=5.0, epochs=2, arguments=("--small",), interpreter="py", directory="data")
    (script.parent / "data").mkdir()
    assert run(Asked(**{**vars(asked), "folder": str(script.parent)})).kind == "finished"
    assert told.requests == [
        launch.Request(
            script=str(script),
            args=("--small",),
            directory=str(script.parent / "data"),
            python="py",
            budget=launch.Budget(5.0, 2),
        )
    ]


def test_an_edited_script_runs_as_it_is_in_the_editor(told: Told, script: Path) -> None:
    text = SCRIPT + "# edited\n"
    assert run(opened(script, text)).kind == "finished"
    (request,) = told.requests
    assert (request.script, request.source, request.filename) == (str(script), text, str(script))
    assert script.read_text() == SCRIPT


def test_an_untitled_script_runs_in_the_workspace(told: Told, script: Path) -> None:
    folder = script.parent / "work"
    folder.mkdir()
    assert run(Asked(Document("Untitled-1", SCRIPT), folder=str(folder))).kind == "finished"
    (request,) = told.requests
    assert request.source == SCRIPT
    assert request.folder == str(folder)
    assert request.script == str(folder / "Untitled-1")
    assert request.filename == os.path.abspath("Untitled-1")


def test_a_notebook_runs_as_its_cells(told: Told, script: Path) -> None:
    document = book(script.parent / "book.ipynb", "%pip install x\n", SCRIPT)
    run(Asked(document, document.path))
    (request,) = told.requests
    assert request.script == request.filename == document.path
    assert request.source == document.text


def test_a_declared_encoding_is_not_that_of_an_editors_text(told: Told, script: Path) -> None:
    text = "#!/usr/bin/python\n# -*- coding: latin-1 -*-\n" + SCRIPT
    run(opened(script, text))
    source = told.requests[0].source or ""
    assert len(source) == len(text)
    assert source.splitlines()[1:] == ["# -*- ------: latin-1 -*-", *SCRIPT.splitlines()]


def test_paths_of_the_settings_are_meant_from_the_workspace_folder(told: Told, script: Path) -> None:
    run(opened(script, folder=str(script.parent), interpreter="env/bin/python"))
    assert told.requests[0].python == str(script.parent / "env" / "bin" / "python")
    outcome = run(opened(script, folder=str(script.parent), directory="nowhere"))
    assert (outcome.kind, outcome.diagnosis) == ("failed", None)
    assert outcome.message == f"train.py was not run: there is no folder {script.parent / 'nowhere'}"
    assert len(told.requests) == 1


def test_what_python_cannot_parse_is_not_run(told: Told, script: Path) -> None:
    heard = Heard()
    outcome = run(opened(script, SCRIPT + "model.fit(\n"), heard)
    assert outcome == Outcome("failed", "train.py was not run: Python cannot parse line 13: '(' was never closed")
    assert (told.requests, heard.names) == ([], [])
    document = book(script.parent / "book.ipynb", SCRIPT, "model.fit(\n")
    assert "Python cannot parse cell 2, line 1: " in run(Asked(document, document.path)).message


# how it ends


def test_a_diagnosis_is_told_in_one_sentence(told: Told, script: Path) -> None:
    heard = Heard()
    outcome = run(opened(script), heard)
    assert outcome.kind == "finished"
    assert heard.names == [("train.py", 60.0)]
    assert outcome.diagnosis is not None
    first = outcome.diagnosis.verdict.first
    assert outcome.message == f"{outcome.diagnosis.verdict.sentence}. Try first: {first}"
    assert outcome.output == "the script's own words"
    assert outcome.python == "/env/bin/python"
    (report,) = outcome.diagnosis.reports
    assert report.document.path == str(script)
    assert [finding.rule for finding in report.findings] == ["softmax-on-one-unit", "learning-rate-out-of-range"]
    assert outcome.observations is not None
    assert outcome.observations.paths == (str(script),)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("budget", ""),
        ("error", " (train.py:3)"),
        ("signal", "; so it was"),
        ("hang", "; so it was"),
        ("limit", "; so it was"),
        ("exit", "; so it was"),
    ],
)
def test_what_was_seen_is_diagnosed_however_it_ends(told: Told, script: Path, kind: str, said: str) -> None:
    told.end(kind, "so it was", epochs=3, site=["train.py", 3, None, None, None] if kind == "error" else None)
    outcome = run(opened(script))
    assert outcome.kind == "finished"
    assert outcome.diagnosis is not None
    assert outcome.message.partition(". Try first: ")[0] == outcome.diagnosis.verdict.sentence + said


@pytest.mark.parametrize(
    ("kind", "message", "stderr", "told_so"),
    [
        ("finished", "", "", "No training was seen: the script fits no Keras model"),
        ("error", "NameError: x", "NameError: x\n", "No training was seen: NameError: x (train.py:3)"),
        (
            "exit",
            "the script exited with status 2",
            "usage: ...\ntrain.py: error: the following arguments are required: --data\n",
            "No training was seen: the script exited with status 2: "
            "train.py: error: the following arguments are required: --data",
        ),
        (
            "budget",
            "",
            "",
            "No training was seen within the time: raise `default-lint.diagnose.seconds`, "
            "or move slow preparation out of the script",
        ),
    ],
)
def test_a_run_without_training_failed(
    told: Told, script: Path, kind: str, message: str, stderr: str, told_so: str
) -> None:
    told.stderr = stderr
    told.end(kind, message, site=["train.py", 3, None, None, None] if kind == "error" else None)
    outcome = run(opened(script))
    assert (outcome.kind, outcome.message) == ("failed", told_so)


def test_a_run_that_did_not_start_says_why(told: Told, script: Path) -> None:
    told.end("unstarted", "the run could not be started (no memory)")
    assert run(opened(script)).message == "train.py was not run: the run could not be started (no memory)"
    told.python = ""
    told.end("unstarted", "/py (Python 3.11) has no Keras")
    outcome = run(opened(script))
    assert outcome.kind == "failed"
    assert outcome.message == (
        "train.py was not run: /py (Python 3.11) has no Keras; `default-lint.diagnose.interpreter` names another"
    )


@pytest.mark.parametrize("epochs", [0, 2])
def test_a_canceled_run_keeps_what_it_showed(told: Told, script: Path, epochs: int) -> None:
    told.end("cancelled", "the run was canceled", epochs=epochs)
    outcome = run(opened(script))
    assert (outcome.kind, outcome.message) == ("cancelled", "The run of train.py was canceled")
    assert (outcome.diagnosis is not None) == (epochs > 0)


def test_what_goes_wrong_in_ourselves_is_told(told: Told, script: Path, caplog: pytest.LogCaptureFixture) -> None:
    class Gone(Heard):
        def event(self, state: str, data: Mapping[str, Any]) -> None:
            raise RuntimeError("nobody is there")

    outcome = run(opened(script), Gone())
    assert (outcome.kind, outcome.message) == (
        "failed",
        "train.py was not diagnosed: RuntimeError: nobody is there",
    )
    assert "the run of train.py failed" in caplog.text


def test_settings_of_the_document_hold(told: Told, script: Path) -> None:
    outcome = run(opened(script, settings=Settings(ignore=("ALL",))))
    assert outcome.diagnosis is not None
    assert outcome.diagnosis.ranked == ()


# the other files of a run


@pytest.fixture
def imported(told: Told, script: Path) -> Path:
    """A script that trains what another file defines."""
    other = script.with_name("nets.py")
    script.replace(other)
    os.utime(other, (1e9, 1e9))
    script.write_text("from nets import model\n")
    told.events = json.loads(json.dumps(tracing.events()[1:]).replace("train.py", "nets.py"))
    return other


def paths(outcome: Outcome) -> list[str]:
    assert outcome.diagnosis is not None
    return [report.document.path for report in outcome.diagnosis.reports]


def test_findings_lie_in_the_file_that_they_are_about(script: Path, imported: Path) -> None:
    outcome = run(opened(script, "from nets import model\n"))
    assert [os.path.basename(path) for path in paths(outcome)] == ["train.py", "nets.py"]
    assert outcome.diagnosis is not None
    assert {os.path.basename(document.path) for document, _ in outcome.diagnosis.ranked} == {"nets.py"}


@pytest.mark.parametrize("text", [SCRIPT, "# edited\n" + SCRIPT])
def test_what_ran_of_another_file_is_what_was_in_it(script: Path, imported: Path, text: str) -> None:
    buffer = Document("as the editor knows it", text)
    outcome = run(opened(script, "from nets import model\n"), None, {"nets.py": buffer})
    assert paths(outcome) == [str(script), "as the editor knows it"]
    assert outcome.diagnosis is not None
    assert outcome.diagnosis.reports[1].document.text == SCRIPT


def test_a_file_that_was_saved_during_the_run_is_left_out(script: Path, imported: Path) -> None:
    os.utime(imported, (9e9, 9e9))
    assert paths(run(opened(script, "from nets import model\n"))) == [str(script)]


# what is told meanwhile


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Telling:
    """A teller whose clock goes on by `step` before each event."""

    def __init__(self, seconds: float = 60.0, epochs: int | None = None, step: float = 1.0) -> None:
        self.heard = Heard()
        self.clock = Clock()
        self.step = step
        self.teller = Teller(self.heard, seconds, epochs, self.clock)
        self.teller.begin()

    def __call__(self, *events: Event) -> Heard:
        for event in events:
            self.clock.now += self.step
            self.teller(event)
        return self.heard


def batch(number: int, step: int, loss: Any = 0.5, of: int = 0) -> Event:
    return {"event": "batch", "model": of, "epoch": number, "step": step, "loss": loss}


def test_a_run_is_told_in_words() -> None:
    events = [
        {"event": "start", "versions": {"python": "3.11"}},
        {"event": "start", "versions": {"python": "3.11", "keras": "3.15"}},
        tracing.model(),
        {**tracing.epoch(0), "epoch": -1},
        batch(0, 3),
        tracing.epoch(0),
        batch(1, 3, "NaN"),
        tracing.epoch(1),
        {"event": "testing", "model": 0, "name": "overfit_batch"},
        {"event": "test", "model": 0, "name": "overfit_batch", "result": {}},
        {"event": "testing", "model": 0, "name": "another_test"},
        {"event": "ended", "kind": "finished"},
    ]
    heard = Telling()(*events)
    assert heard.messages == [
        "starting",
        "preparing",
        "training `sequential`",
        "epoch 1 of 20, batch 3: loss 0.5000",
        "epoch 1 of 20: loss 2.7000",
        "epoch 2 of 20, batch 3 of 25: loss NaN",
        "epoch 2 of 20: loss 1.7000",
        "own tests: overfit one batch",
        "own tests: another test",
    ]


def test_the_panel_is_told_of_epochs_batches_and_notes() -> None:
    broken = tracing.epoch(0, logs={"loss": "NaN", "accuracy": float("inf")}, learning_rate=None)
    heard = Telling()(
        tracing.model(), batch(0, 3), broken, tracing.epoch(1, fit=1), batch(2, 4, float("-inf")),
        {"event": "note", "text": "look"}, {"event": "note", "text": "look"},
    )  # fmt: skip
    asked = {"model": 0, "name": "sequential", "asked": 20, "seconds": 0.25, "complete": True}
    logs = {"loss": 1.7, "accuracy": 0.5, "val_loss": 1.8, "val_accuracy": 0.5}
    assert heard.events == [
        ("live", {"model": 0, "step": 3, "steps": None, "loss": 0.5}),
        (
            "epoch",
            {**asked, "number": 0, "fit": 0, "logs": {"loss": "NaN", "accuracy": "Infinity"}, "learningRate": None},
        ),
        ("epoch", {**asked, "number": 1, "fit": 1, "logs": logs, "learningRate": 5.0}),
        ("live", {"model": 0, "step": 4, "steps": 25, "loss": "-Infinity"}),
        ("note", {"text": "look"}),
    ]


def test_people_are_told_a_few_times_a_second() -> None:
    telling = Telling(step=QUIET / 10)
    telling(tracing.model(), *(tracing.epoch(number) for number in range(20)), *(batch(20, at) for at in range(40)))
    heard = telling({"event": "testing", "model": 0, "name": "zero_input"})
    assert [state for state, _ in heard.events].count("epoch") == 20
    assert [state for state, _ in heard.events].count("live") == 4
    assert len(heard.messages) == 1 + 1 + 6 + 1
    assert heard.messages[-1] == "own tests: zeroed input"


def test_the_percentage_never_falls_and_never_ends() -> None:
    second = [tracing.model(1, name="second"), *(tracing.epoch(number, of=1) for number in range(3))]
    tests = [{"event": "testing", "model": of, "name": f"{name}"} for of in (0, 1) for name in range(9)]
    heard = Telling()(tracing.model(), *(tracing.epoch(number) for number in range(20)), *second, *tests)
    assert heard.percentages == sorted(heard.percentages)
    assert heard.percentages[-1] < 100
    assert Telling(seconds=10.0)(tracing.model(asked={}), *map(tracing.epoch, range(40))).percentages[-1] == 70


def test_epochs_are_counted_within_a_fit() -> None:
    first = [tracing.model(asked={"epochs": 2}), tracing.epoch(0), tracing.epoch(1)]
    heard = Telling()(*first, tracing.model(asked={"epochs": 5}), tracing.epoch(2, fit=1))
    assert heard.messages[-1] == "epoch 1 of 5: loss 1.3667"
    assert heard.events[-1][1]["number"] == 2


def test_the_budget_limits_the_epochs_that_are_expected() -> None:
    heard = Telling(epochs=3)(tracing.model(), tracing.epoch(0))
    assert heard.messages[-1] == "epoch 1 of 3: loss 2.7000"
    assert heard.events[-1][1]["asked"] == 20


def test_several_models_are_told_apart() -> None:
    first = [tracing.model(0, name="critic"), tracing.model(1, name="artist")]
    heard = Telling()(*first, tracing.epoch(0, of=1), tracing.epoch(0, of=0))
    assert heard.messages[-2:] == ["`artist` epoch 1 of 20: loss 2.7000", "`critic` epoch 1 of 20: loss 2.7000"]


def test_a_loop_of_the_users_own_has_steps() -> None:
    model = tracing.model(trained="tape", window="50 steps", asked={})
    heard = Telling()(model, batch(0, 30), tracing.epoch(0), tracing.epoch(1), batch(2, 7))
    assert [message.partition(":")[0] for message in heard.messages[2:]] == [
        "step 30",
        "step 50",
        "step 100",
        "step 107",
    ]


def test_damaged_events_are_passed_over() -> None:
    telling = Telling()
    telling({}, {"event": None}, {"event": "epoch"}, {"event": "epoch", "model": 0, "epoch": "x"})  # type: ignore[arg-type]
    telling({"event": "batch"}, {"event": "note"}, {"event": "start", "versions": None}, {"event": "model"})
    heard = telling({"event": "epoch", "model": 0, "epoch": 0, "logs": {"loss": "?"}})
    assert (heard.messages, heard.events) == (["starting"], [])
    assert telling(tracing.epoch(0)).messages[-1] == "epoch 1: loss 2.7000"


# runs that are made

FAULTY = """\
import numpy as np
import keras
from keras import layers

print("the script speaks")
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
"""
# A training step of the user's own: AutoGraph must find its source.
LOOP = """\
import tensorflow as tf
import keras

model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
optimizer = keras.optimizers.SGD(1e6)
x = tf.random.stateless_normal((64, 4), (1, 2))
y = tf.reduce_sum(x, axis=1, keepdims=True)

@tf.function
def step(x, y):
    with tf.GradientTape() as tape:
        loss = tf.constant(0.0)
        for row in tf.range(2):
            loss += tf.reduce_mean((model(x) - y) ** 2)
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return loss

for number in range(100):
    step(x, y)
"""
REFUSED = """\
import numpy as np
import keras

model = keras.Sequential([
    keras.Input((8,)),
    keras.layers.Dense(16, activation="relu"),
    keras.layers.Dense(1),
])
model.compile("adam", loss="mse")
model.fit(np.zeros((64, 5), "float32"), np.zeros((64, 1), "float32"), epochs=2, verbose=0)
"""


def made(asked: Asked, heard: Heard, cancel: threading.Event | None = None) -> Outcome:
    options = {**vars(asked), "seconds": 200.0, "interpreter": sys.executable}
    return diagnose(Asked(**options), heard, cancel or threading.Event(), lambda path: None)


def observed(outcome: Outcome) -> dict[str, tuple[Document, int, int]]:
    """What was observed, with the document, cell and line."""
    assert outcome.diagnosis is not None
    found = {}
    for document, finding in outcome.diagnosis.ranked:
        for piece in finding.evidence:
            if isinstance(piece, Observed):
                place = document.locate(finding.span.start)
                found[piece.name] = (document, place.cell or 0, place.line)
    return found


def book(path: Path, *cells: str) -> Document:
    rows = [{"cell_type": "code", "source": text, "metadata": {}} for text in cells]
    document = notebooks.read(str(path), json.dumps({"cells": rows, "metadata": {}, "nbformat": 4}))
    assert isinstance(document, Document)
    return document


@pytest.mark.keras
@pytest.mark.slow
def test_an_unsaved_script_is_diagnosed(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "train.py"
    path.write_text("raise SystemExit('not this one')\n")
    heard = Heard()
    outcome = made(opened(path, FAULTY), heard)
    assert outcome.kind == "finished"
    assert observed(outcome)["learning-rate-off"][1:] == (0, 15)
    assert path.read_text() == "raise SystemExit('not this one')\n"
    assert sorted(os.listdir(tmp_path)) == ["train.py"]
    assert outcome.output.startswith("the script speaks")
    assert capfd.readouterr() == ("", "")
    epochs = [data for state, data in heard.events if state == "epoch"]
    assert [(row["number"], row["asked"]) for row in epochs] == [(0, 3), (1, 3), (2, 3)]
    assert {"loss", "val_loss", "accuracy", "val_accuracy"} == set(epochs[0]["logs"])
    assert heard.messages[0] == "starting"
    assert any(message.startswith("epoch 1 of 3") for message in heard.messages)
    assert any(message.startswith("own tests: ") for message in heard.messages)
    known, settings = outcome.observations, Settings()
    assert known is not None
    edited = Document(str(path), FAULTY.replace("1e6", "0.01"))
    rules = [(found.rule, found.severity.label) for found in known.merge(check(edited, settings), settings)]
    assert ("learning-rate-off", "hint") in rules


@pytest.mark.keras
@pytest.mark.slow
def test_an_untitled_script_is_diagnosed(tmp_path: Path) -> None:
    heard = Heard()
    outcome = made(Asked(Document("Untitled-1", LOOP), folder=str(tmp_path)), heard)
    assert outcome.kind == "finished", outcome.message
    assert outcome.trace is not None
    assert len(outcome.trace.models[0].complete) == 2
    assert all(document.path == "Untitled-1" for document, _, _ in observed(outcome).values())
    assert observed(outcome)
    assert os.listdir(tmp_path) == []


@pytest.mark.keras
@pytest.mark.slow
def test_findings_of_a_notebook_lie_in_its_cells(tmp_path: Path) -> None:
    head, tail = FAULTY.split("model.compile")
    document = book(tmp_path / "book.ipynb", "%matplotlib inline\n" + head, "model.compile" + tail)
    outcome = made(Asked(document, document.path, seconds=300.0), Heard())
    assert outcome.kind == "finished", outcome.message
    found, cell, line = observed(outcome)["learning-rate-off"]
    assert (found.path, cell, line) == (document.path, 2, 1)


@pytest.mark.keras
@pytest.mark.slow
def test_a_crash_before_the_first_epoch_lands_at_its_line(tmp_path: Path) -> None:
    path = tmp_path / "train.py"
    path.write_text(REFUSED)
    outcome = made(opened(path, REFUSED), Heard())
    assert outcome.kind == "finished", outcome.message
    assert "shape-mismatch" in observed(outcome)
    assert "(train.py:10)" in outcome.message


@pytest.mark.keras
@pytest.mark.slow
@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="looks for processes in /proc")
def test_cancel_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mark = uuid.uuid4().hex
    monkeypatch.setenv(MARK, mark)
    text = (
        "import subprocess, sys, time  # keras\n"
        "child = [sys.executable, '-c', 'import time; time.sleep(600)']\n"
        "subprocess.Popen(child), subprocess.Popen(child, start_new_session=True)\n"
        "open('ready', 'w').close()\ntime.sleep(600)\n"
    )
    path = tmp_path / "train.py"
    path.write_text(text)
    cancel = threading.Event()
    outcomes: list[Outcome] = []
    thread = threading.Thread(target=lambda: outcomes.append(made(opened(path, text), Heard(), cancel)))
    thread.start()
    assert wait_for((tmp_path / "ready").exists)
    assert len(marked(mark)) >= 3
    cancel.set()
    thread.join()
    assert [(outcome.kind, outcome.diagnosis) for outcome in outcomes] == [("cancelled", None)]
    assert marked(mark) == []


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a shell script")
def test_an_interpreter_without_keras_is_told(script: Path) -> None:
    bare = script.parent / "python"
    bare.write_text("#!/bin/sh\necho '[[3, 11], []]'\n")
    bare.chmod(0o755)
    outcome = run(opened(script, interpreter=str(bare)))
    assert (outcome.kind, outcome.trace is None or outcome.trace.models) == ("failed", ())
    assert outcome.message == (
        f"train.py was not run: {bare} (Python 3.11) has no Keras; `default-lint.diagnose.interpreter` names another"
    )


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a shell script")
def test_a_missing_interpreter_is_told(script: Path) -> None:
    outcome = run(opened(script, interpreter="no-such-python"))
    assert outcome.message.startswith("train.py was not run: there is no Python interpreter no-such-python")


# fixes that are tried


FIXED = SCRIPT.replace('"softmax"', '"sigmoid"')


class Tried(Told):
    """A run in which the model learns once its output is a sigmoid."""

    def __call__(self, request: launch.Request, on_event: Any = None, on_output: Any = None, cancel: Any = None) -> Any:
        text = request.source or Path(request.script or "").read_text()
        good = {"loss": 0.1, "accuracy": 0.95, "val_accuracy": 0.9}
        events = tracing.events()[1:]
        self.events = [
            {**event, "logs": good} if event["event"] == "epoch" and "sigmoid" in text else event for event in events
        ]
        return super().__call__(request, on_event, on_output, cancel)


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> Tried:
    found = Tried()
    monkeypatch.setattr(launch, "run", found)
    return found


def test_fixes_are_tried_on_the_text_of_the_editor(tried: Tried, script: Path) -> None:
    heard = Heard()
    outcome = run(opened(script, SCRIPT + "# edited\n", seconds=20.0, verify=1, folder=str(script.parent)), heard)
    assert outcome.kind == "finished"
    first, second = tried.requests
    assert (first.source, second.source) == (SCRIPT + "# edited\n", FIXED + "# edited\n")
    assert (first.seed, first.budget.seconds) == (second.seed, 20.0)
    assert (second.budget.seconds, second.tests) == (14.0, False)
    assert not os.path.exists(second.folder)
    assert outcome.verification is not None
    (attempt,) = outcome.verification.attempts
    assert (attempt.outcome, attempt.told) == ("helps", "validation accuracy 0.50 -> 0.90 in 5 epochs")
    assert attempt.diff.startswith("--- a/train.py\n")
    assert outcome.message.endswith("(verified: validation accuracy 0.50 -> 0.90 in 5 epochs)")
    assert script.read_text() == SCRIPT

    assert heard.names == [("train.py", 40.0)]
    assert heard.percentages == sorted(heard.percentages)
    assert f"fix 1: {attempt.title}" in heard.messages
    assert [data["text"] for state, data in heard.events if state == "note"] == [
        f"helps: {attempt.title}: {attempt.told}"
    ]
    assert len([state for state, _ in heard.events if state == "epoch"]) == 5, "those of the first run"

    assert outcome.diagnosis is not None and outcome.observations is not None
    (document,) = outcome.observations.documents
    shown = outcome.observations.merge(check(document, Settings()), Settings())
    proven = next(finding for finding in shown if finding.rule == "softmax-on-one-unit")
    assert any(note.text.startswith("verified: ") for note in proven.notes)
    assert proven.fixes[0].title == attempt.title


def test_fixes_of_a_notebook_are_tried(tried: Tried, script: Path) -> None:
    document = book(script.parent / "book.ipynb", "%pip install x\n", SCRIPT)
    outcome = run(Asked(document, document.path, verify=1))
    assert outcome.verification is not None
    (attempt,) = outcome.verification.attempts
    assert (attempt.outcome, attempt.diff) == ("helps", ""), "what the editor holds is in no file"
    assert tried.requests[1].source == document.text.replace('"softmax"', '"sigmoid"')


def test_a_canceled_try_leaves_the_diagnosis(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Stopped(Told):
        def __call__(self, request: Any, on_event: Any = None, on_output: Any = None, cancel: Any = None) -> Any:
            if self.requests:
                self.end("cancelled", "the run was canceled", epochs=1)
            return super().__call__(request, on_event, on_output, cancel)

    stopped = Stopped()
    monkeypatch.setattr(launch, "run", stopped)
    outcome = run(opened(script, verify=2))
    assert len(stopped.requests) == 2
    assert outcome.kind == "finished"
    assert outcome.verification is not None and outcome.verification.cancelled
    assert outcome.verification.attempts[0].outcome == "not tried"


@pytest.mark.parametrize(
    ("options", "count"),
    [(None, 0), ({}, 0), ({"verifyFixes": True}, 3), ({"verifyFixes": False}, 0), ({"verifyFixes": 2}, 2),
     ({"verifyFixes": -1}, 0), ({"verifyFixes": "yes"}, 0), ([1], 0)],
)  # fmt: skip
def test_how_many_a_client_wants(options: Any, count: int) -> None:
    from default_lsp.diagnosing import fixes

    assert fixes(options) == count
