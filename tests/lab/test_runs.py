"""Runs in forks of a warm interpreter: how they end, what they tell, and that nothing of them is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from default_lint.lab import runs
from default_lint.lab.runs import GIB, Task, perform
from default_lint.lab.scores import Scoring

ROOT = Path(__file__).parents[2]
MODEL = """
class model:
    def predict(x, verbose):
        import numpy
        return numpy.eye(3)
x_test = y_test = [0, 1, 2]
"""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="forks")


def task(source: str, seed: int = 1, seconds: float = 20.0, memory: int = GIB) -> Task:
    return Task("a", source, "train.py", seed, Scoring("accuracy"), seconds, memory)


@pytest.fixture(scope="module")
def light() -> Iterator[None]:
    """An interpreter that is ready at once, as it imports no Keras."""
    runs.end()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KERAS_BACKEND", "numpy")
        patch.setattr(runs, "MODULES", ("numpy.random", "default_lint.lab.scores"))
        yield
        runs.end()


ENDS = {
    "score": (MODEL, "ok", "", 0),
    "no score": ("x = 1", "unscored", "NameError: name 'model'", 0),
    "raises": ("x = 1\nraise ValueError('first\\nsecond')", "crash", "ValueError: first", 2),
    "raises in a library": ("import json\n\njson.loads('{')", "crash", "JSONDecodeError", 3),
    "syntax": ("x = 1\ny =\n", "crash", "SyntaxError: invalid syntax", 2),
    "exit 3": ("raise SystemExit(3)", "crash", "exited with status 3", 1),
    "exit 0": (MODEL + "raise SystemExit(0)", "ok", "", 0),
    "os._exit": (MODEL + "import os; os._exit(0)", "crash", "os._exit", 0),
    "segmentation fault": ("import ctypes; ctypes.string_at(0)", "crash", "SIGSEGV", 0),
    "killed": ("import os; os.kill(os.getpid(), 9)", "lost", "SIGKILL", 0),
    "endless": ("while True: pass", "timeout", "time", 0),
    "endless below": ("import os\nif os.fork(): os.wait()\nwhile True: pass", "timeout", "time", 0),
    "endless score": (MODEL.replace("import numpy", "while True: pass"), "timeout", "time", 0),
    "prints": (MODEL + "for _ in range(3000): print('x' * 100_000)", "ok", "", 0),
    "large array": ("import numpy\nnumpy.ones(10**15)", "memory", "MemoryError", 2),
    "hoard": ("import numpy\nx = [numpy.ones(10**7) for _ in range(10**6)]", "memory", "of memory", 0),
    "thread": (MODEL + "import threading, time; threading.Thread(target=time.sleep, args=(999,)).start()", "ok", "", 0),
    "left behind": (MODEL + "import os, time\nif os.fork() == 0: os.setsid(); time.sleep(999)", "ok", "", 0),
}


@pytest.mark.usefixtures("light")
@pytest.mark.parametrize("name", ENDS)
def test_how_a_run_ends(name: str) -> None:
    source, status, error, line = ENDS[name]
    seconds = 1.0 if name.startswith("endless") else 30.0
    outcome = perform(task(source, seconds=seconds))
    assert (outcome.status, outcome.line) == (status, line), outcome
    assert error in outcome.error
    assert outcome.score == (1.0 if status == "ok" else None)
    assert outcome.read().script == "train.py"


@pytest.mark.usefixtures("light")
def test_many_processes_end_a_run_and_harm_no_other() -> None:
    outcome = perform(task("import os, time\nfor _ in range(100): os.fork() or time.sleep(99)\ntime.sleep(99)"))
    assert outcome.status == "crash"
    assert "more than 64 processes" in outcome.error
    assert perform(task(MODEL)).status == "ok"


DRAWS = """
import random
import numpy
random.seed({0}); numpy.random.seed({0})
again = random.random(), numpy.random.rand()
raise ValueError(f"{{again}} {{numpy.random.default_rng(5).random()}}")
"""


@pytest.mark.usefixtures("light")
def test_the_seed_of_the_task_is_the_seed_of_the_script() -> None:
    """Generators that the script makes for its data are its own."""
    drawn = [perform(task(DRAWS.format(seed), number)).error.split() for seed, number in ((1, 7), (2, 7), (1, 8))]
    assert drawn[0] == drawn[1]
    assert drawn[0][1:3] != drawn[2][1:3]
    assert drawn[0][3] == drawn[2][3]


@pytest.mark.usefixtures("light")
def test_the_script_finds_a_fresh_world() -> None:
    source = """
import os, sys, tempfile
assert __name__ == "__main__" and sys.argv[0] == __file__ and sys.path[0] == os.getcwd() == os.path.dirname(__file__)
assert os.listdir() == ["train.py"] and tempfile.gettempdir() == os.getcwd()
files = [frame.filename for frame in __import__("inspect").stack()]
assert files[0] == "train.py" and files[-1] == "<string>" and files[1].endswith("probe.py") and len(files) == 3
open("mark", "w").write("x")
os.environ["MARK"] = sys.modules["json"].mark = "x"
"""
    again = source + "raise KeyError('the end')"
    assert [perform(task(again)).error for _ in range(2)] == ["KeyError: 'the end'"] * 2


@pytest.mark.usefixtures("light")
def test_an_interpreter_that_has_died_is_replaced() -> None:
    assert perform(task(MODEL)).status == "ok"
    zygote = runs._idle[0]
    zygote.process.kill()
    zygote.process.wait()
    assert perform(task(MODEL)).status == "ok"
    assert runs._idle[0] is not zygote
    assert not os.path.exists(zygote.base)


@pytest.mark.usefixtures("light")
def test_an_interpreter_makes_so_many_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    runs.end()
    monkeypatch.setattr(runs, "RUNS", 2)
    used = []
    for _ in range(3):
        assert perform(task(MODEL)).status == "ok"
        used.append(runs._idle[0])
    assert used[0] is used[1] is not used[2]


@pytest.mark.usefixtures("light")
def test_a_run_whose_interpreter_dies_is_lost() -> None:
    assert perform(task(MODEL)).status == "ok"
    process = runs._idle[0].process
    killer = threading.Timer(1.0, process.kill)
    killer.start()
    outcome = perform(task("import time; time.sleep(99)"))
    killer.join()
    assert (outcome.status, outcome.trace) == ("lost", None)
    assert perform(task(MODEL)).status == "ok"


@pytest.mark.usefixtures("light")
def test_threads_have_an_interpreter_each() -> None:
    runs.end()
    with ThreadPoolExecutor(2) as threads:
        outcomes = list(threads.map(perform, [task("import time; time.sleep(1)\n" + MODEL)] * 2))
    assert [outcome.status for outcome in outcomes] == ["ok", "ok"]
    assert len(runs._idle) == 2


HOST = """
import sys
from default_lint.lab import runs
from default_lint.lab.scores import Scoring
runs.MODULES = ("numpy",)
runs.perform(runs.Task("a", "import os, time\\nos.fork() or os.setsid()\\ntime.sleep(999)", "a.py", 1, Scoring("r2")))
"""


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_nothing_outlives_the_process_that_asked(number: signal.Signals) -> None:
    environment = {**os.environ, "KERAS_BACKEND": "numpy", "PYTHONPATH": str(ROOT)}
    host = subprocess.Popen([sys.executable, "-c", HOST], env=environment, stderr=subprocess.DEVNULL)
    watched = psutil.Process(host.pid)
    until = time.monotonic() + 60
    while len(children := watched.children(recursive=True)) < 4 and time.monotonic() < until:
        time.sleep(0.05)
    assert len(children) == 4  # who waits, the zygote, the script and its fork
    host.send_signal(number)
    host.wait(30)
    assert psutil.wait_procs(children, 30)[1] == []
