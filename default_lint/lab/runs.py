"""One run of a program under the probe, in a fork of an interpreter that has Keras imported already.

    outcome = perform(Task(key="...", source=text, filename="train.py", seed=1, scoring=Scoring("accuracy")))

The interpreter (`default_lint.lab.warm`) is started by the first call in a process and stays for the next ones. The
trace is the one that `default_lint.trial.launch.run` gives, without the probe's own tests.
"""

from __future__ import annotations

import atexit
import gzip
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from default_lint.lab.scores import Scoring
from default_lint.lab.warm import CODE
from default_lint.trial import launch
from default_lint.trial.keeper import remove
from default_lint.trial.trace import Ended, Trace, dump

GIB = 1 << 30
RUNS = 200  # of one interpreter, after which a new one is started
START = 600.0  # s in which an interpreter must have imported Keras
PATIENCE = 60.0  # s beyond the limits of a run in which the interpreter must have answered
IDLE = 10  # a run may take so many times its processor time by the clock, on a machine that others use too
FREE = 30.0  # ... and these s
MODULES = (
    "numpy.random",
    "keras",
    "sklearn.datasets",
    "sklearn.model_selection",
    "sklearn.preprocessing",
    "sklearn.metrics",
    "statsmodels.api",
    "default_lint.lab.scores",
)
ENVIRONMENT = {
    "PYTHONHASHSEED": "0",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    **launch.SETTINGS,
}
OUT_OF_MEMORY = ("MemoryError", "_ArrayMemoryError", "ResourceExhaustedError")


@dataclass(frozen=True)
class Task:
    """A run to be made.

    key       unique among all runs: "<id of the program>-<seed>"
    seed      where random generators begin, at the start and wherever the script seeds one that all share
    scoring   how the score is told from the script's globals
    seconds   of processor time of the run and all that it starts, after which it is ended
    memory    bytes
    """

    key: str
    source: str
    filename: str
    seed: int
    scoring: Scoring
    seconds: float = 60.0
    memory: int = 3 * GIB


@dataclass(frozen=True)
class Outcome:
    """What came of a run.

    status   "ok", "crash" (the script raised, or ended with another status than 0), "timeout", "memory", "unscored"
             (it ended, but has no score), "lost" (something else ended it: worth another try)
    error    "ValueError: the first line", "" when all went well; `line` of the script where it was raised, 0: unknown
    score    NaN when predictions are not finite; None without one
    seconds  of processor time, imports of what the lab knows left out
    trace    lines of a trace file, gzip; None when the run never began
    """

    key: str
    seed: int
    status: str
    error: str = ""
    line: int = 0
    score: float | None = None
    seconds: float = 0.0
    trace: bytes | None = None

    def read(self) -> Trace:
        """The trace. Raises TraceError when there is none."""
        return Trace.load(gzip.decompress(self.trace).decode("utf-8") if self.trace else "")


class Lost(Exception):
    """The interpreter has died, or does not answer."""


class Zygote:
    """A warm interpreter, with the folder in which its runs live."""

    def __init__(self) -> None:
        self.owner = os.getpid()
        self.backend = os.environ.get("KERAS_BACKEND", "")
        self.runs = 0
        self.last = False
        self.base = tempfile.mkdtemp(prefix="dlint-")
        self.rest = b""
        try:
            self.process = self._start()
        except BaseException:
            remove(self.base)
            raise
        try:
            self._answer(START)
        except BaseException:
            self.close()
            raise

    def _start(self) -> subprocess.Popen[bytes]:
        settings = os.path.join(self.base, "settings.json")
        told = {
            "base": self.base,
            "report": os.path.join(self.base, "report"),
            "memory": 4 * GIB,
            "namespaces": True,
            "modules": [self.backend or "tensorflow", *MODULES],
            # The signal comes when the thread ends that has started the process, so that only the main one will do.
            "tied": threading.current_thread() is threading.main_thread(),
        }
        Path(settings).write_text(json.dumps(told), encoding="utf-8")
        code = CODE.format(root=launch.ROOT, settings=settings)
        environment = {**os.environ, **ENVIRONMENT, "KERAS_HOME": os.path.join(self.base, "keras")}
        environment.setdefault("CUDA_VISIBLE_DEVICES", "-1")
        return subprocess.Popen(
            [sys.executable, "-B", "-c", code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            cwd=self.base,
            env=environment,
            start_new_session=True,
        )

    @property
    def usable(self) -> bool:
        """Whether it can make another run of this process."""
        mine = self.owner == os.getpid() and self.backend == os.environ.get("KERAS_BACKEND", "")
        return mine and not self.last and self.runs < RUNS and self.process.poll() is None

    def run(self, task: Task) -> Outcome:
        """Make a run. Raises Lost."""
        self.runs += 1
        folder = os.path.join(self.base, f"r{self.runs}")
        scratch = os.path.join(folder, "t")
        os.makedirs(scratch)
        config = self._config(task, folder, scratch)
        Path(config["source"]).write_bytes(task.source.encode("utf-8", "replace"))
        Path(folder, "config.json").write_text(json.dumps(config), encoding="utf-8")
        assert self.process.stdin is not None
        try:
            try:
                os.write(self.process.stdin.fileno(), os.fsencode(folder) + b"\n")
            except OSError:
                raise Lost from None
            answer = self._answer(IDLE * task.seconds + FREE + PATIENCE)
            self.last = bool(answer.get("last"))
            return outcome(task, config, answer)
        finally:
            remove(folder)

    def _config(self, task: Task, folder: str, scratch: str) -> dict[str, Any]:
        """What the probe is told, and what the warden is."""
        name = os.path.basename(task.filename) or "script.py"
        return {
            "script": os.path.join(scratch, name),
            "source": os.path.join(scratch, name),
            "filename": task.filename,
            "args": [],
            "tests": False,
            "events": os.path.join(folder, "events"),
            "outcome": os.path.join(folder, "outcome.json"),
            "seed": task.seed,
            "scoring": asdict(task.scoring),
            "limits": {
                "directory": scratch,
                "environment": dict.fromkeys(("TMPDIR", "TEMP", "TMP"), scratch),
                "seconds": task.seconds,
                "wall": IDLE * task.seconds + FREE,
                "memory": task.memory,
                "processes": 64,
                "threads": 1024,
                "file": GIB,
                "written": 2 * GIB,
            },
        }

    def _answer(self, seconds: float) -> dict[str, Any]:
        """The next line that it writes."""
        assert self.process.stdout is not None
        stream = self.process.stdout.fileno()
        while b"\n" not in self.rest:
            if not select.select([stream], [], [], seconds)[0]:
                raise Lost("no answer")
            chunk = os.read(stream, 1 << 16)
            if not chunk:
                raise Lost("died")
            self.rest += chunk
        line, _, self.rest = self.rest.partition(b"\n")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def close(self) -> None:
        """End it and all that it has started, and remove its folder."""
        if self.owner != os.getpid():
            return  # a fork of the process that it belongs to
        process = self.process
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        try:
            process.wait(2.0)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(2.0)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        process.stdout.close()
        remove(self.base)


_idle: list[Zygote] = []  # taken and given back in one step each, so that threads need no lock


def perform(task: Task) -> Outcome:
    """Make the run, in a warm interpreter of this process; never raises for what the script does.

    Every thread that calls this at the same time has an interpreter of its own.
    """
    try:
        zygote = _taken()
    except Lost as reason:
        return _lost(task, reason)
    try:
        result = zygote.run(task)
    except Lost as reason:
        zygote.close()
        return _lost(task, reason)
    except BaseException:
        zygote.close()
        raise
    _idle.append(zygote)
    return result


def _taken() -> Zygote:
    while _idle:
        zygote = _idle.pop()
        if zygote.usable:
            return zygote
        zygote.close()
    return Zygote()


def _lost(task: Task, reason: Lost) -> Outcome:
    return Outcome(task.key, task.seed, "lost", f"the interpreter of the runs was lost ({reason})")


def end() -> None:
    """End the warm interpreters of this process that are at rest."""
    while _idle:
        _idle.pop().close()


atexit.register(end)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_idle.clear)


def outcome(task: Task, config: Mapping[str, Any], answer: Mapping[str, Any]) -> Outcome:
    """What came of a run, of what it has left in its folder and what its warden tells."""
    verdict = answer.get("verdict", {})
    request = launch.Request(source=task.source, filename=task.filename, tests=False, keras=False)
    result = launch.gather(request, config["events"], verdict)
    told = _told(config["outcome"])
    status, error = _status(verdict, result.trace.ended, told)
    site = result.trace.ended.site
    return Outcome(
        key=task.key,
        seed=task.seed,
        status=status,
        error=error,
        line=site.line if site is not None and site.file == task.filename and status in ("crash", "memory") else 0,
        score=told.get("score") if status == "ok" else None,
        seconds=round(float(told.get("seconds", answer.get("seconds", 0.0))), 3),
        trace=gzip.compress("".join(dump(result.events)).encode("utf-8"), mtime=0),
    )


def _told(path: str) -> dict[str, Any]:
    """What the run has written about itself; empty when it did not come so far."""
    try:
        told: dict[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return told


def _status(verdict: Mapping[str, Any], ended: Ended, told: Mapping[str, Any]) -> tuple[str, str]:
    """Status and error of a run."""
    reason, status = verdict.get("reason"), verdict.get("status")
    if "score" in told:
        return "ok", ""
    if reason == "time" or status == -signal.SIGXCPU:
        return "timeout", "its time was used up"
    if reason == "memory":
        return "memory", f"it used {verdict.get('detail')}"
    if reason == "stopped" or "failure" in verdict:
        return "lost", str(verdict.get("failure", "stopped"))
    if reason:
        return "crash", f"it used {verdict.get('detail')}"
    if ended.kind == "finished":
        return "unscored", str(told.get("error", "the process ended while its model was scored"))
    if status == -signal.SIGKILL:
        return "lost", ended.message
    if ended.kind == "error" and ended.message.partition(":")[0].rpartition(".")[2] in OUT_OF_MEMORY:
        return "memory", ended.message
    return "crash", ended.message
