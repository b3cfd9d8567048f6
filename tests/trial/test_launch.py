"""What the parent tells the probe, what it makes of the events, and what it keeps."""

from __future__ import annotations

import hashlib
import json
import os
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from default_lint.trial import launch
from default_lint.trial.launch import Budget, Limits, Request, first_line, load, run, save
from default_lint.trial.trace import TraceError
from tests.trial.containment.stand_in import Runs

SHOW_CONFIG = "import json\nprint(json.dumps(config))\n"


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path)


def told(runs: Runs, **more: Any) -> dict[str, Any]:
    """The configuration that the probe received."""
    config: dict[str, Any] = json.loads(runs.run(SHOW_CONFIG, **more).stdout)
    return config


def test_the_probe_is_told_what_was_asked(runs: Runs) -> None:
    config = told(runs, args=("--epochs", "3"), seed=7, tests=False)
    script = str(runs.script)
    assert Path(config.pop("events")).name == "events"
    assert config == {
        "script": script,
        "module": None,
        "source": None,
        "filename": script,
        "args": ["--epochs", "3"],
        "directory": str(runs.folder),
        "budget": {"seconds": 600.0, "epochs": None, "steps": None},
        "finish": False,
        "tests": False,
        "seed": 7,
    }


def test_the_budget_is_told(runs: Runs) -> None:
    runs.script.write_text(SHOW_CONFIG)
    request = runs.request(SHOW_CONFIG)
    asked = {**vars(request), "budget": Budget(30.0, 4, 100), "finish": True}
    config = json.loads(run(Request(**asked)).stdout)
    assert config["budget"] == {"seconds": 30.0, "epochs": 4, "steps": 100}
    assert config["finish"] is True


def test_a_script_runs_in_its_own_folder(runs: Runs) -> None:
    assert runs.run("import os\nprint(os.getcwd())\n").stdout.strip() == str(runs.folder)


def test_a_script_runs_in_the_folder_asked_for(runs: Runs) -> None:
    other = runs.folder / "other"
    other.mkdir()
    assert runs.run("import os\nprint(os.getcwd())\n", directory=str(other)).stdout.strip() == str(other)


def test_a_relative_script_is_found(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(runs.folder.parent)
    result = runs.run("print('here')\n", script=os.path.join(runs.folder.name, "train.py"))
    assert result.stdout == "here\n"


def test_text_runs_in_place_of_a_script(runs: Runs) -> None:
    text = "epoch(0)\nprint('größer')\n"
    result = runs.run("raise SystemExit(1)\n", source=text, filename="notebook.ipynb")
    assert result.trace.ended.kind == "finished"
    assert result.stdout == "größer\n"


def test_variables_of_the_run(runs: Runs) -> None:
    names = ("MPLBACKEND", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "EXTRA")
    text = f"import os\nprint(*(os.environ[name] for name in {names}))\n"
    assert runs.run(text, environment={"EXTRA": "more"}).stdout == "Agg 1 1 more\n"


def test_events_come_while_the_script_runs(runs: Runs) -> None:
    """The script waits for a file that is made when its first epoch is heard of."""
    text = "import os, time\nepoch(0)\nwhile not os.path.exists('heard'):\n    time.sleep(0.01)\nepoch(1)\n"
    heard: list[str] = []

    def listen(event: dict[str, Any]) -> None:
        heard.append(event["event"])
        if event["event"] == "epoch":
            (runs.folder / "heard").touch()

    result = runs.run(text, on_event=listen)
    assert heard == ["start", "model", "epoch", "epoch", "ended"]
    assert [event["event"] for event in result.events] == ["trace", *heard]


def test_output_comes_while_the_script_runs(runs: Runs) -> None:
    text = (
        "import os, time\nprint('first')\nwhile not os.path.exists('heard'):\n    time.sleep(0.01)\nprint('second')\n"
    )
    shown: list[tuple[str, bytes]] = []

    def listen(name: str, data: bytes) -> None:
        shown.append((name, data))
        (runs.folder / "heard").touch()

    result = runs.run(text, on_output=listen)
    assert b"".join(data for _, data in shown) == b"first\nsecond\n"
    assert result.stdout == "first\nsecond\n"


def test_streams_are_kept_apart(runs: Runs) -> None:
    result = runs.run("import sys\nprint('out')\nprint('err', file=sys.stderr)\n")
    assert (result.stdout, result.stderr) == ("out\n", "err\n")


def test_batches_are_shown_and_not_kept(runs: Runs) -> None:
    heard: list[str] = []
    text = "epoch(0)\nemit('batch', model=0, epoch=0, step=1, loss=1.0)\n"
    result = runs.run(text, on_event=lambda event: heard.append(event["event"]))
    assert "batch" in heard
    assert "batch" not in [event["event"] for event in result.events]


def test_an_error_in_a_callback_ends_the_run_and_is_raised(runs: Runs) -> None:
    def fail(event: dict[str, Any]) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        runs.run("import time\ntime.sleep(10**6)\n", on_event=fail)
    if sys.platform == "linux":
        assert runs.alive() == []


def test_a_run_that_is_canceled_before_it_starts(runs: Runs) -> None:
    cancel = threading.Event()
    cancel.set()
    trace = runs.run("import time\ntime.sleep(10**6)\n", cancel=cancel).trace
    assert trace.ended.kind == "cancelled"


def test_a_run_in_a_thread(runs: Runs) -> None:
    kinds: list[str] = []
    thread = threading.Thread(target=lambda: kinds.append(runs.run("epoch(0)\n").trace.ended.kind))
    thread.start()
    thread.join()
    assert kinds == ["finished"]


def test_a_torn_last_line_is_no_damage(runs: Runs) -> None:
    text = 'import os\nepoch(0)\nos.write(stream_of(config), b\'{"event": "epo\')\nos._exit(0)\n'
    opening = "def stream_of(config):\n    import os\n    return os.open(config['events'], os.O_WRONLY | os.O_APPEND)\n"
    trace = runs.run(opening + text).trace
    assert len(trace.models[0].epochs) == 1
    assert not any("damaged" in note for note in trace.notes)


def test_a_damaged_line_is_counted_and_the_rest_is_read(runs: Runs) -> None:
    text = "epoch(0)\nopen(config['events'], 'a').write('garbage\\n[1]\\n{}\\n\\n')\nepoch(1)\n"
    trace = runs.run(text).trace
    assert len(trace.models[0].epochs) == 2
    assert "3 records of the run were damaged and left out" in trace.notes


def test_events_that_make_no_sense_are_left_out(runs: Runs) -> None:
    text = "epoch(0)\nemit('epoch', model=99, epoch=0)\nemit('model')\nepoch(1)\nemit('data', model=0, facts=3)\n"
    trace = runs.run(text).trace
    assert trace.ended.kind == "finished"
    assert [epoch.number for epoch in trace.models[0].epochs] == [0, 1]
    assert "3 records of the run were damaged and left out" in trace.notes


def test_the_end_of_a_child_is_not_the_end_of_the_script(runs: Runs) -> None:
    text = (
        "import os\nif not os.fork():\n    emit('ended', kind='error', message='a child')\n    os._exit(1)\nos.wait()\n"
    )
    assert runs.run(text).trace.ended.kind == "finished"


def test_sources_are_hashed(runs: Runs) -> None:
    helper = runs.folder / "helper.py"
    helper.write_text("helps = True\n")
    text = f"emit('model', model=0, name='m', kind='Model', site=[{str(helper)!r}, 1, None, None, None])\n"
    trace = runs.run(text).trace
    assert trace.sources == {
        str(runs.script): hashlib.sha256(text.encode()).hexdigest(),
        str(helper): hashlib.sha256(b"helps = True\n").hexdigest(),
    }


def test_a_script_that_changes_itself_is_known_as_it_was_started(runs: Runs) -> None:
    text = "open('train.py', 'w').write('changed')\n"
    trace = runs.run(text).trace
    assert trace.sources[str(runs.script)] == hashlib.sha256(text.encode()).hexdigest()


def test_a_saved_trace_is_the_same(runs: Runs) -> None:
    result = runs.run("epoch(0, measures={'held_loss': 'NaN'})\nemit('note', text='of the child')\n1 / 0\n")
    save(runs.folder / "run.trace", result)
    loaded = load(runs.folder / "run.trace")
    assert repr(loaded) == repr(result.trace)  # NaN is not equal to itself
    assert loaded.ended.kind == "error"
    assert "of the child" in loaded.notes


def test_a_trace_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(TraceError, match=r"none\.trace cannot be read \(No such file or directory\)"):
        load(tmp_path / "none.trace")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    with pytest.raises(TraceError, match="this is not a trace of default-lint"):
        load(tmp_path / "binary")


def test_what_cannot_be_started_is_told_and_not_raised(runs: Runs, tmp_path: Path) -> None:
    def message(**more: Any) -> str:
        heard: list[dict[str, Any]] = []
        trace = runs.run("", on_event=heard.append, **more).trace
        assert trace.ended.kind == "unstarted"
        assert [event["event"] for event in heard] == ["ended"]
        return trace.ended.message

    assert message(script="missing.py") == "there is no file missing.py"
    assert message(directory=str(tmp_path / "missing")) == f"there is no folder {tmp_path / 'missing'}"
    assert message(script=None) == "there is nothing to run"
    assert message(python="no-such-python") == "there is no Python interpreter no-such-python"


def test_a_script_that_is_no_file_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "train.py")

    def never(path: str) -> None:
        pytest.fail("it waits for a writer")

    monkeypatch.setattr(launch, "digest", never)
    ended = run(Request(script=str(tmp_path / "train.py"))).trace.ended
    assert (ended.kind, ended.message) == ("unstarted", f"there is no file {tmp_path / 'train.py'}")


def test_a_keeper_that_cannot_be_started_leaves_nothing_open(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[launch._Events] = []

    class Events(launch._Events):
        def __init__(self, path: str) -> None:
            super().__init__(path)
            opened.append(self)

    def fail(*_: object, **__: object) -> None:
        raise OSError(11, "Resource temporarily unavailable")

    monkeypatch.setattr(launch, "_Events", Events)
    monkeypatch.setattr("subprocess.Popen", fail)
    monkeypatch.setattr(
        launch.interpreter, "find", lambda *_, **__: (launch.interpreter.Interpreter(sys.executable, (3, 11), ()), "")
    )
    ended = runs.run("").trace.ended
    assert (ended.kind, ended.message) == (
        "unstarted",
        "the run could not be started (Resource temporarily unavailable)",
    )
    assert [events.stream.closed for events in opened] == [True]


TENSORFLOW = """\
InvalidArgumentError: Graph execution error:

Detected at node compile_loss/sparse_categorical_crossentropy defined at (most recent call last):
  File "train.py", line 10, in <module>

  File "/lib/python3.11/site-packages/keras/src/trainer.py", line 377, in fit

Received a label value of 9 which is outside the valid range of [0, 5).  Label values: 9 1 2
\t [[{{node compile_loss/sparse_categorical_crossentropy}}]] [Op:__inference_multi_step_on_iterator_1]
"""


@pytest.mark.parametrize(
    ("message", "line"),
    [
        (
            TENSORFLOW,
            "InvalidArgumentError: Received a label value of 9 which is outside the valid range of [0, 5).  "
            "Label values: 9 1 2",
        ),
        ("ValueError: no\n\nArguments received:\n  x", "ValueError: no"),
        ("OutOfRangeError: End of sequence [[{{node next}}]] [Op:Next]", "OutOfRangeError: End of sequence"),
        ("KeyError", "KeyError"),
        ("KeyError: ", "KeyError"),
        ("ValueError: " + "long " * 40, ("ValueError: " + "long " * 40)[:117].rstrip() + "..."),
        (
            "ValueError: Exception encountered when calling Dense.call().\n\n\x1b[1mwrong shape\x1b[0m\n",
            "ValueError: wrong shape",
        ),
    ],
)
def test_an_error_is_told_in_one_line(message: str, line: str) -> None:
    assert first_line(message) == line


def test_the_verdict_is_one_line_and_the_trace_keeps_the_rest(runs: Runs) -> None:
    text = TENSORFLOW.partition(": ")[2]
    said = {"type": "InvalidArgumentError", "message": text}
    trace = runs.run(f"emit('error', **{said!r})\nraise RuntimeError(' [[{{{{node x}}}}]]')\n").trace
    assert trace.ended.kind == "error"
    assert trace.ended.message.startswith("InvalidArgumentError: Received a label value of 9")
    assert "\n" not in trace.ended.message
    assert trace.error == text


def test_a_probe_that_fails_is_told_with_its_last_line(runs: Runs) -> None:
    runs.probe.write_text("import no_such_module\n")
    ended = runs.run("").trace.ended
    assert ended.kind == "unstarted"
    assert ended.message == (
        "the run ended before the script began, with code 1: ModuleNotFoundError: No module named 'no_such_module'"
    )


def test_arguments_that_no_process_can_have(runs: Runs) -> None:
    ended = runs.run("", environment={"BAD": "null\0byte"}).trace.ended
    assert ended.kind == "unstarted"


def test_no_temporary_folder(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(prefix: str) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.mkdtemp", full)
    ended = runs.run("").trace.ended
    assert ended.kind == "unstarted"
    assert "No space left on device" in ended.message


def test_output_of_any_bytes_is_kept_as_text(runs: Runs) -> None:
    result = runs.run("import os\nos.write(1, bytes(range(256)))\n")
    assert "abc" in result.stdout


@pytest.mark.parametrize("limit", [0, 5, 10])
def test_output_is_cut_at_the_limit_exactly(runs: Runs, limit: int) -> None:
    shown: list[tuple[str, bytes]] = []
    result = runs.run(
        "print('123456789')\n", limits=Limits(output=limit), on_output=lambda name, data: shown.append((name, data))
    )
    assert b"".join(data for name, data in shown if name == "stdout") == b"123456789\n"[:limit]
    cut = any("is not shown" in note for note in result.trace.notes)
    assert cut == (limit < 10) == any(name == "stderr" for name, _ in shown)


def test_a_relative_script_has_one_hash_under_its_full_name(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(runs.folder)
    site = "[__import__('os').path.abspath('train.py'), 1, None, None, None]"
    result = runs.run(f"emit('model', model=0, name='m', kind='Model', site={site})\n", script="train.py")
    assert list(result.trace.sources) == [str(runs.script)]
    assert result.trace.script == "train.py"


def test_a_script_that_removes_our_temporary_folder(runs: Runs) -> None:
    text = "import os, shutil\nepoch(0)\nshutil.rmtree(os.path.dirname(config['events']))\n"
    trace = runs.run(text).trace
    assert trace.ended.kind == "finished"
    assert len(trace.models[0].epochs) == 1


def test_control_c_in_the_middle_of_events_loses_none(runs: Runs) -> None:
    """All of them are there with one write; the interruption comes with the first."""
    text = (
        "import json, time\n"
        "rows = [dict(event='model', model=0, name='m', kind='Model')]\n"
        "rows += [dict(event='epoch', model=0, epoch=number, logs={}) for number in range(3)]\n"
        "open(config['events'], 'a').write(''.join(json.dumps(row) + '\\n' for row in rows))\n"
        "time.sleep(10**6)\n"
    )

    def interrupt(event: dict[str, Any]) -> None:
        if event["event"] == "model":
            raise KeyboardInterrupt

    trace = runs.run(text, on_event=interrupt).trace
    assert (trace.ended.kind, trace.ended.message) == ("cancelled", "the run was ended with Ctrl-C")
    assert len(trace.models[0].epochs) == 3


def test_a_plot_opens_no_window(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MPLBACKEND", "TkAgg")
    assert runs.run("import os\nprint(os.environ['MPLBACKEND'])\n").stdout == "Agg\n"
