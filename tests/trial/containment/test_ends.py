"""However a script ends, that is told in one sentence, and the epochs seen until then are there."""

from __future__ import annotations

import signal

import pytest

from default_lint.trial.launch import Limits
from tests.trial.containment.stand_in import Runs

QUICK = Limits(grace=0.3)


def test_a_script_that_runs_to_its_end(runs: Runs) -> None:
    trace = runs.run("epoch(0)\nepoch(1)\n").trace
    assert trace.ended.kind == "finished"
    assert trace.ended.code == 0
    assert [epoch.number for epoch in trace.models[0].epochs] == [0, 1]
    assert trace.notes == ()
    assert runs.alive() == []


def test_an_exception(runs: Runs) -> None:
    trace = runs.run("epoch(0)\nraise ValueError('shapes')\n").trace
    assert trace.ended.kind == "error"
    assert trace.ended.message == "ValueError: shapes"
    assert len(trace.models[0].epochs) == 1


def test_leaving_by_sys_exit(runs: Runs) -> None:
    ended = runs.run("import sys\nsys.exit(4)\n").trace.ended
    assert (ended.kind, ended.code) == ("exit", 4)


def test_leaving_at_once(runs: Runs) -> None:
    trace = runs.run("import os\nepoch(0)\nos._exit(3)\n").trace
    assert trace.ended.kind == "exit"
    assert trace.ended.code == 3
    assert trace.ended.message == "the process ended at once, as by os._exit, with code 3"
    assert len(trace.models[0].epochs) == 1


@pytest.mark.parametrize(
    ("number", "message"),
    [
        (signal.SIGSEGV, "the script crashed (SIGSEGV: an access to memory that is not there)"),
        (signal.SIGABRT, "the script crashed (SIGABRT: a library gave up)"),
        (signal.SIGKILL, "the script was killed (SIGKILL), perhaps by the system for want of memory"),
        (signal.SIGTERM, "the script was killed (SIGTERM)"),
    ],
)
def test_a_signal(runs: Runs, number: signal.Signals, message: str) -> None:
    trace = runs.run(f"import os\nepoch(0)\nos.kill(os.getpid(), {int(number)})\n").trace
    assert (trace.ended.kind, trace.ended.message, trace.ended.code) == ("signal", message, -number)
    assert len(trace.models[0].epochs) == 1


def test_a_crash_in_native_code(runs: Runs) -> None:
    ended = runs.run("import ctypes\nctypes.string_at(0)\n").trace.ended
    assert (ended.kind, ended.code) == ("signal", -signal.SIGSEGV)


def test_recursion_without_end(runs: Runs) -> None:
    ended = runs.run("def f():\n    return f()\nf()\n").trace.ended
    assert ended.kind == "error"
    assert ended.message.startswith("RecursionError")


def test_recursion_that_breaks_the_stack(runs: Runs) -> None:
    text = "import sys\nsys.setrecursionlimit(10**9)\nx = []\nfor _ in range(10**6): x = [x]\nrepr(x)\n"
    ended = runs.run(text).trace.ended
    assert ended.kind in ("signal", "error")


def test_sleeping_for_ever_is_ended_at_the_budget(runs: Runs) -> None:
    trace = runs.run("import time\nepoch(0)\ntime.sleep(10**6)\n", seconds=4.0, limits=QUICK).trace
    assert trace.ended.kind == "budget"
    assert trace.ended.message == "the script was ended when its budget of 4 s was used up"
    assert len(trace.models[0].epochs) == 1
    assert runs.alive() == []


def test_a_script_that_ignores_to_be_asked_is_killed(runs: Runs) -> None:
    text = "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nepoch(0)\ntime.sleep(10**6)\n"
    trace = runs.run(text, seconds=4.0, limits=QUICK).trace
    assert trace.ended.kind == "hang"
    assert trace.ended.message == "the script did not answer when its budget of 4 s was used up, and was killed"
    assert len(trace.models[0].epochs) == 1
    assert runs.alive() == []


def test_a_test_of_ours_that_takes_too_long_is_not_a_hang_of_the_script(runs: Runs) -> None:
    text = (
        "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nepoch(0)\n"
        "emit('testing', model=0, name='x')\ntime.sleep(10**6)\n"
    )
    assert runs.run(text, seconds=4.0, limits=QUICK).trace.ended.kind == "budget"


def test_a_script_that_may_finish_has_no_last_second(runs: Runs) -> None:
    trace = runs.run(
        "import time\ntime.sleep(1.5)\nepoch(0)\n", seconds=0.1, limits=Limits(grace=0.1), finish=True
    ).trace
    assert trace.ended.kind == "finished"
    assert len(trace.models[0].epochs) == 1


def test_a_thread_left_running_is_ended(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("default_lint.trial.launch.LINGER", 0.2)
    trace = runs.run("import threading, time\nthreading.Thread(target=time.sleep, args=(10**6,)).start()\n").trace
    assert trace.ended.kind == "finished"
    assert "the script ended but its process did not (a thread left running?), and was ended" in trace.notes
    assert runs.alive() == []


def test_a_thread_that_ends_in_time_is_waited_for(runs: Runs) -> None:
    text = "import threading, time\nthreading.Thread(target=lambda: (time.sleep(0.5), epoch(0))).start()\n"
    trace = runs.run(text).trace
    assert trace.ended.kind == "finished"
    assert len(trace.models[0].epochs) == 1
    assert trace.notes == ()


def test_descriptors_that_the_script_closes(runs: Runs) -> None:
    trace = runs.run("import os\nepoch(0)\nos.closerange(0, 100)\nepoch(1)\n").trace
    assert trace.ended.kind == "exit"  # nothing could be heard of its end any more
    assert len(trace.models[0].epochs) == 1


def test_streams_that_the_script_closes(runs: Runs) -> None:
    trace = runs.run("import os, time\nos.close(1)\nos.close(2)\ntime.sleep(0.3)\nepoch(0)\n").trace
    assert len(trace.models[0].epochs) == 1


def test_standard_input_is_empty(runs: Runs) -> None:
    ended = runs.run("input()\n").trace.ended
    assert ended.message.startswith("EOFError")
