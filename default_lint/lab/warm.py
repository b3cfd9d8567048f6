"""A warm interpreter for runs: Keras is imported once, every run is a fork of it. The other side is `lab.runs`.

    python -c "...; run = warm.serve(SETTINGS); ended = run.execute(); warm.leave(run, ended)"

Three processes: one that waits, the zygote below it (the first process of a namespace where the system allows that),
and below that the run. The zygote reads the folders of runs from its standard input, a line each, and answers each with
a line; the end of its input ends everything. It imports and never computes: the threads of TensorFlow begin with the
first operation, and a fork would lose them. `serve` returns in the runs alone, to a frame that is no file's, so that
no file of ours stands above the script's own frames.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from default_lint.trial import isolation, keeper, probe

CHILD = ("events", "session", "monitor", "hooks", "sites", "hardware")  # of the probe, beside what these import
SLACK = 10  # s of processor time after which the system ends a process that the zygote has not ended
CODE = (
    "import sys; sys.path.append({root!r}); from default_lint.lab import warm; "
    "run = warm.serve({settings!r}); ended = run.execute(); warm.leave(run, ended)"
)


class Forked(BaseException):
    """This process is the fork: unwinds the zygote's frames."""


class Warden(keeper.Warden):
    """The keeper's warden over a fork in place of a new process, and over processor time in place of the clock's."""

    used = 0.0

    def _start(self) -> str:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python 3.12 warns of forks beside threads; ours are at rest
            self.pid = os.fork()
        if self.pid == 0:
            raise Forked
        self.started = time.monotonic()
        return ""

    def _overdue(self, now: float) -> tuple[str, str] | None:
        self.used = max(self.used, sum(map(processor, self.tree.known)))
        late = now - self.started > self.settings["wall"]
        return ("time", "") if late or self.used > self.settings["seconds"] else None


def processor(pid: int) -> float:
    """Seconds of processor time of a process and of those that it has waited for."""
    try:
        with open(f"/proc/{pid}/stat", "rb") as stream:
            row = stream.read().rpartition(b")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, row[11:15])) / float(os.sysconf("SC_CLK_TCK"))


def serve(path: str) -> probe.Run:
    """Be the zygote; returns in each run, which is ready to be executed."""
    settings = json.loads(Path(path).read_text(encoding="utf-8"))
    if sys.path and sys.path[0] == "":
        del sys.path[0]
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    if settings["tied"]:
        isolation.prctl(isolation.PR_SET_PDEATHSIG, signal.SIGTERM)
    isolation.prctl(isolation.PR_SET_CHILD_SUBREAPER, 1)
    separation, _ = isolation.separate(True, allowed=settings["namespaces"])
    first = os.fork()
    if first:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # the answers end with the zygote
        farewell = signal.SIGKILL if separation.processes else signal.SIGTERM
        code = keeper.attend(first, settings, farewell)
        if code == keeper.GONE:
            keeper.remove(settings["base"])
        os._exit(code)
    try:
        return _zygote(settings, separation)
    except Forked:
        raise AssertionError("a run has left the loop") from None


def _zygote(settings: Mapping[str, Any], separation: isolation.Separation) -> probe.Run:
    """Import, and answer until the input ends; returns in each run."""
    isolation.prctl(isolation.PR_SET_PDEATHSIG, signal.SIGKILL if separation.processes else signal.SIGTERM)
    isolation.prctl(isolation.PR_SET_CHILD_SUBREAPER, 1)
    if separation.processes:
        isolation.own_mounts(settings["memory"])
    answers = os.dup(1)
    os.set_inheritable(answers, False)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    seed = _prepare(settings)
    os.write(answers, b'{"ready": true}\n')
    while True:
        folder = _line()
        if not folder:
            os._exit(keeper.GONE)
        config = json.loads(Path(folder, "config.json").read_text(encoding="utf-8"))
        warden = Warden(config["limits"], separation)
        try:
            verdict = warden.run()
        except Forked:
            os.close(answers)
            return _become(config, seed, warden.tasks)
        except Exception as error:
            verdict = {"failure": f"{type(error).__name__}: {error}"}
        if warden.gone:
            os._exit(keeper.GONE)
        last = bool(warden.tree.look())  # not all have ended: they go with this process
        answer = {"verdict": verdict, "seconds": warden.used, "last": last}
        os.write(answers, json.dumps(answer).encode() + b"\n")
        if last:
            os._exit(0)


def _line() -> str:
    """The next line of the input, without its end; "" when the input has ended."""
    line = b""
    while not line.endswith(b"\n"):
        byte = os.read(0, 1)
        if not byte:
            return ""
        line += byte
    return line.decode().strip()


def _prepare(settings: Mapping[str, Any]) -> list[int | None]:
    """Import all that runs will ask for; the cell that holds the seed of a run."""
    for name in settings["modules"]:
        try:
            importlib.import_module(name)
        except Exception:
            continue  # not installed: the script that wants it will say so
    probe.load()
    for name in CHILD:
        probe.child(name)
    cell: list[int | None] = [None]
    pin(cell)
    gc.collect()
    gc.freeze()
    return cell


SEEDING = (
    ("random", "seed"),
    ("numpy.random", "seed"),
    ("keras.src.utils.rng_utils", "set_random_seed"),
    ("tensorflow.python.framework.random_seed", "set_seed"),
    ("tensorflow.python.framework.random_seed", "set_random_seed"),
    ("torch.random", "manual_seed"),
)


def pin(cell: list[int | None]) -> None:
    """From now on whoever seeds a generator that all share seeds it with the number in the cell."""
    replaced: dict[int, tuple[Any, Any]] = {}
    for module, name in SEEDING:
        original = getattr(sys.modules.get(module), name, None)
        if original is not None:
            replaced[id(original)] = original, _pinned(original, cell)
    for thing in list(sys.modules.values()):
        names = getattr(thing, "__dict__", None)
        if not isinstance(names, dict):
            continue
        for name, value in list(names.items()):
            if id(value) in replaced and value is replaced[id(value)][0]:
                names[name] = replaced[id(value)][1]


def _pinned(original: Callable[..., Any], cell: list[int | None]) -> Callable[..., Any]:
    def seed(*args: Any, **kwargs: Any) -> Any:
        return original(*args, **kwargs) if cell[0] is None else original(cell[0])

    seed.__name__ = seed.__qualname__ = getattr(original, "__name__", "seed")
    seed.__doc__ = original.__doc__
    return seed


def _become(config: Mapping[str, Any], cell: list[int | None], tasks: int | None) -> probe.Run:
    """Be the run: in a session, a folder and within limits of its own."""
    import resource

    os.setsid()
    isolation.prctl(isolation.PR_SET_PDEATHSIG, signal.SIGKILL)
    isolation.prctl(isolation.PR_SET_NO_NEW_PRIVS, 1)
    isolation.usual_signals()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # as Python has it at its start
    for ignored in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(ignored, signal.SIG_IGN)
    isolation.first_victim()
    limits = config["limits"]
    isolation.limit(limits["file"], tasks)
    seconds = int(limits["seconds"]) + SLACK
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + SLACK))
    os.chdir(limits["directory"])
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in range(3):
        os.dup2(nothing, number)
    os.close(nothing)
    os.environ.update(limits["environment"])
    tempfile.tempdir = None
    cell[0] = config["seed"]
    run = probe.Run(dict(config), time.monotonic())
    run.start()
    return run


def leave(run: probe.Run, ended: dict[str, Any]) -> None:
    """The script has ended: say how, score what it has trained, and go."""
    told: dict[str, Any] = {"seconds": _used()}
    run.after(ended)
    status = run.finish(ended)
    run.monitor.silent = True
    _write(run.config["outcome"], told)
    if ended["kind"] == "finished":
        try:
            from default_lint.lab.scores import Scoring

            told["score"] = Scoring(**run.config["scoring"]).of(sys.modules["__main__"].__dict__)
        except BaseException as error:
            told["error"] = f"{type(error).__name__}: {error}"
        _write(run.config["outcome"], told)
    os._exit(status)


def _used() -> float:
    """Seconds of processor time of this process and its children."""
    times = os.times()
    return sum(times[:4])


def _write(path: str, told: Mapping[str, Any]) -> None:
    Path(path + "~").write_text(json.dumps(told), encoding="utf-8")
    os.replace(path + "~", path)
