"""Runs a user's script under the probe, in a process of its own, within limits; what it saw becomes a `Trace`.

    result = run(Request(script="train.py"))
    result.trace.ended.kind, result.trace.models

The parent (this module) starts a keeper (`default_lint.trial.keeper`), and that starts the probe in the user's
interpreter. The probe appends its events to a file that is read while it grows, so that neither side waits for the
other and nothing is lost when the script crashes. Nothing outlives the call of `run`, nor this process.
"""

from __future__ import annotations

import hashlib
import json
import os
import queue
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import field, replace
from pathlib import Path
from typing import Any, BinaryIO

from default_lint.frozen import dataclass
from default_lint.trial import interpreter
from default_lint.trial.keeper import remove
from default_lint.trial.processes import GIB, usual_memory
from default_lint.trial.trace import Ended, Event, Site, Trace, TraceError, dump, header

PROBE = str(Path(__file__).with_name("probe.py"))
ROOT = str(Path(__file__).parents[2])
LINE = 120  # characters of what an exception said
TICK = 0.05  # s between two looks at the events
TAIL = 1 << 16  # bytes of each output stream that are kept
LONGEST = 1 << 26  # bytes of one event
LINGER = 10.0  # s that the process may take to end after the script has
PATIENCE = 30.0  # s for the keeper to end everything, after which it is killed itself
DEFAULTS = {"PYTHONIOENCODING": "utf-8", "TF_CPP_MIN_LOG_LEVEL": "2"}
SETTINGS = {
    "MPLBACKEND": "Agg",
    "PYTHONUNBUFFERED": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
}
CRASHES = {
    "SIGSEGV": "an access to memory that is not there",
    "SIGBUS": "an access to memory that is not there",
    "SIGABRT": "a library gave up",
    "SIGFPE": "an arithmetic error",
    "SIGILL": "an instruction that this processor does not know",
    "SIGTRAP": "a trap in a library",
}
OFFLINE = re.compile(
    r"URLError|gaierror|NewConnectionError|Network is unreachable|Temporary failure in name resolution"
    r"|Name or service not known|nodename nor servname"
)

_FRAMES = re.compile(
    r"(Graph execution error|Detected at node|\[\[\{?\{?node|File \"|Original stack trace|Errors may have originated"
    r"|Input Source operations|Function call stack|defined at|\d+ root error|\(\d+\) [A-Z_]+:?$"
    r"|Exception encountered when)"
)
_COLORS = re.compile(r"\x1b\[[0-9;]*m")
_CODING = re.compile(r"^([ \t\f]*#[^\r\n]*?)coding(?=[:=][ \t]*[-\w.])")

OnEvent = Callable[[Event], None]
OnOutput = Callable[[str, bytes], None]


@dataclass(frozen=True)
class Budget:
    """How long to watch: seconds of the whole run, epochs of each fit, training steps of each model; None: no end."""

    seconds: float = 60.0
    epochs: int | None = None
    steps: int | None = None


@dataclass(frozen=True)
class Limits:
    """What the script and everything that it starts may use together; sizes in bytes.

    memory     None: 8 GiB, or 80 % of a smaller machine's
    file       size of one file; `written` the total written to files
    output     that is handed on as it comes; what is beyond it is read and dropped
    grace      seconds after the budget until it is asked to end (SIGTERM), and from there until it is killed
    """

    memory: int | None = None
    processes: int = 256
    threads: int = 16384
    file: int = GIB
    written: int = 4 * GIB
    output: int = 10_000_000
    grace: float = 10.0


@dataclass(frozen=True)
class Request:
    """What to run, and how.

    script, module  one of them: the path of a script, or the dotted name of a module
    source          text to run in place of the script's own (a notebook's cells); `filename` is what its sites carry
    args            the script's arguments
    directory       working folder; None: the script's own, for a module the current one
    python          interpreter, a file, a command or an environment's folder; None: `interpreter.find` looks
    finish          let the script go on after its training was ended by the budget; the run then has no last second
    tests           make the probe's own tests when the script has ended
    network         leave the network on
    namespaces      use the system's namespaces where there are any; without them the network stays on
    environment     variables to set for the script beside the usual ones
    seed            what random generators begin with; the script may seed them itself
    replaced        texts that imports read in place of files, by their real paths
    keras           refuse an interpreter that has no Keras
    """

    script: str | None = None
    module: str | None = None
    source: str | None = None
    filename: str | None = None
    args: tuple[str, ...] = ()
    directory: str | None = None
    python: str | None = None
    budget: Budget = Budget()
    limits: Limits = Limits()
    finish: bool = False
    tests: bool = True
    network: bool = False
    namespaces: bool = True
    seed: int | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    replaced: Mapping[str, str] = field(default_factory=dict)
    probe: str = PROBE
    keras: bool = True

    @property
    def name(self) -> str:
        """What is run, as the user said it."""
        return self.script or self.module or self.filename or ""

    @property
    def file(self) -> str | None:
        """The name under which the script is compiled, which its sites carry; None for a module."""
        return self.filename or (os.path.abspath(self.script) if self.script else None)

    @property
    def folder(self) -> str:
        """The working folder, absolute."""
        if self.directory is not None:
            return os.path.abspath(self.directory)
        return os.path.dirname(os.path.abspath(self.script)) if self.script else os.getcwd()


@dataclass(frozen=True)
class Result:
    """What a run gave.

    events          header, all events but those for the live display, notes, the end: the lines of a trace file
    stdout, stderr  the last 64 KiB of what the script wrote
    python          interpreter that ran it, "" when none did
    """

    trace: Trace
    events: tuple[Event, ...]
    stdout: str = ""
    stderr: str = ""
    python: str = ""


def run(
    request: Request,
    on_event: OnEvent | None = None,
    on_output: OnOutput | None = None,
    cancel: threading.Event | None = None,
) -> Result:
    """Run it to its end, or to the end of its budget, or until something must end it; never raises for what it does.

    Both callbacks are called in this thread: `on_event` with each event as it comes, the last one is "ended";
    `on_output` with "stdout" or "stderr" and some bytes. An error in one ends the run and is raised here. `cancel`,
    once set, ends the run; Ctrl-C does the same, and the result tells what was seen until then.
    """
    return _Run(request, on_event, on_output, cancel).run()


def gather(request: Request, events: str | os.PathLike[str], verdict: Mapping[str, Any]) -> Result:
    """The result of a run that somebody else has started: of the file of its events, and of what a warden told."""
    run = _Run(request, None, None, None)
    if request.source is not None:
        run.sources[request.file or ""] = hashlib.sha256(request.source.encode("utf-8", "replace")).hexdigest()
    found = _Events(os.fspath(events))
    with found.stream:
        run._take(found)
    run.damaged = found.damaged
    return run._result(run._ended(verdict))


def save(path: str | os.PathLike[str], result: Result) -> None:
    """Write the trace of a run.

    Raises:
        OSError: it cannot be written.
    """
    Path(path).write_text("".join(dump(result.events)), encoding="utf-8")


def load(path: str | os.PathLike[str]) -> Trace:
    """The trace in a file that `save` wrote.

    Raises:
        TraceError: it cannot be read, or is not a trace.
    """
    try:
        return Trace.load(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise TraceError(f"{path} cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise TraceError("this is not a trace of default-lint") from None


def digest(path: str) -> str | None:
    """SHA-256 of a file, in hexadecimal; None when it cannot be read."""
    try:
        return hashlib.sha256(Path(path).read_bytes()).hexdigest()
    except (OSError, ValueError):
        return None


def files(trace: Trace) -> list[str]:
    """The source files that the sites of a trace lie in, sorted."""
    sites: list[Site | None] = [trace.ended.site]
    for model in trace.models:
        sites += [model.compiled, *model.fits]
        for layer in model.layers:
            sites += [layer.site, *layer.callers]
    return sorted({site.file for site in sites if site is not None})


def first_line(message: str) -> str:
    """The first line of an exception's message that says something, at most 120 characters.

    TensorFlow names the node of its graph and repeats the program's frames before or around what went wrong.
    """
    kind, _, rest = message.partition(":")
    named = kind.isidentifier() or all(part.isidentifier() for part in kind.split("."))
    head, text = (f"{kind}: ", rest) if named and rest else ("", message)
    lines = [line.strip() for line in _COLORS.sub("", text).splitlines()]
    said = [line for line in lines if line and not _FRAMES.match(line)]
    line = head + said[0] if said else kind if head else message.strip()
    line = line.partition(" [[{{node")[0].partition(" [[node")[0].rstrip()
    return line if len(line) <= LINE else line[: LINE - 3].rstrip() + "..."


def plain(text: str) -> str:
    """A source without a declared encoding, for the texts of a request become UTF-8; all columns stay."""
    lines = text.split("\n", 2)
    if not any("coding" in line for line in lines[:2]):
        return text
    lines[:2] = [_CODING.sub(r"\1------", line) for line in lines[:2]]
    return "\n".join(lines)


class _Output:
    """What the script prints: read by a thread for each stream, handed on up to a limit, its end kept."""

    def __init__(self, limit: int, on_output: OnOutput | None) -> None:
        self.left = limit
        self.limit = limit
        self.on_output = on_output
        self.chunks: queue.Queue[tuple[str, bytes]] = queue.Queue(maxsize=64)
        self.tails: dict[str, bytearray] = {"stdout": bytearray(), "stderr": bytearray()}
        self.threads: list[threading.Thread] = []
        self.closed = False

    def read(self, name: str, stream: BinaryIO) -> None:
        """Begin to read a stream."""
        thread = threading.Thread(target=self._drain, args=(name, stream), name=f"{name} of a run", daemon=True)
        self.threads.append(thread)
        thread.start()

    def _drain(self, name: str, stream: BinaryIO) -> None:
        with stream:
            while chunk := os.read(stream.fileno(), 1 << 16):
                while not self.closed:
                    try:
                        self.chunks.put((name, chunk), timeout=1.0)
                        break
                    except queue.Full:
                        continue

    def pass_on(self, seconds: float) -> None:
        """Wait that long for output, and hand on what has come."""
        until = time.monotonic() + seconds
        while True:
            try:
                name, chunk = self.chunks.get(timeout=max(until - time.monotonic(), 0.0))
            except queue.Empty:
                return
            tail = self.tails[name]
            tail += chunk
            del tail[:-TAIL]
            if self.on_output is not None and self.left >= 0:
                if self.left:
                    self.on_output(name, chunk[: self.left])
                if len(chunk) > self.left:
                    self.on_output("stderr", f"\n[{self.notice}]\n".encode())
            self.left -= len(chunk)
            if time.monotonic() > until:
                return

    @property
    def notice(self) -> str:
        return f"the script wrote more than {self.limit / 1e6:g} MB; the rest is not shown"

    def close(self, seconds: float) -> None:
        """Take what is still on its way; give up after a while if somebody keeps a stream open."""
        until = time.monotonic() + seconds
        while any(thread.is_alive() for thread in self.threads) and time.monotonic() < until:
            self.pass_on(TICK)
        self.pass_on(0.0)
        while not self.chunks.empty():
            self.pass_on(0.0)
        self.closed = True

    def text(self, name: str) -> str:
        return self.tails[name].decode("utf-8", "replace")


class _Events:
    """The events in the file that the probe appends to; a line that is not whole yet waits for its end."""

    def __init__(self, path: str) -> None:
        Path(path).touch()
        self.stream = open(path, "rb")  # noqa: SIM115 -- closed by the run
        self.rest = b""
        self.damaged = 0

    def read(self) -> list[Event]:
        """Events that have come since the last time."""
        events: list[Event] = []
        while chunk := self.stream.read(1 << 20):
            *lines, self.rest = (self.rest + chunk).split(b"\n")
            for line in lines:
                event = self._parse(line)
                if event is not None:
                    events.append(event)
            if len(self.rest) > LONGEST:
                self.rest = b""
                self.damaged += 1
        return events

    def _parse(self, line: bytes) -> Event | None:
        try:
            event = json.loads(line)
        except (ValueError, RecursionError):
            event = None
        if isinstance(event, dict) and isinstance(event.get("event"), str):
            return event
        self.damaged += bool(line.strip())
        return None


class _Run:
    def __init__(
        self,
        request: Request,
        on_event: OnEvent | None,
        on_output: OnOutput | None,
        cancel: threading.Event | None,
    ) -> None:
        self.request = request
        self.on_event = on_event
        self.cancel = cancel
        self.output = _Output(request.limits.output, on_output)
        self.kept: list[Event] = []
        self.pending: deque[Event] = deque()
        self.notes: list[str] = []
        self.told: Event | None = None
        self.early: Event | None = None  # how the script ended, told before the tests of our own
        self.main: int | None = None
        self.python = ""
        self.stopped = ""
        self.latest = 0.0
        self.testing = False
        self.began = time.monotonic()
        self.damaged = 0
        self.sources: dict[str, str] = {}

    def run(self) -> Result:
        request = self.request
        environment = self._environment()
        problem = self._problem()
        if not problem:
            known = digest(request.script) if request.script and os.path.isfile(request.script) else None
            if known is not None:
                self.sources[request.file or ""] = known
            try:
                python, note = interpreter.find(request.python, request.folder, environment, keras=request.keras)
                self.python = python.path
                self._note(note)
            except interpreter.NoInterpreter as reason:
                problem = str(reason)
        if problem:
            return self._result(Ended("unstarted", problem))
        try:
            base = tempfile.mkdtemp(prefix="dlint-")
        except OSError as error:
            return self._result(Ended("unstarted", f"there is no room for temporary files ({error})"))
        try:
            return self._result(self._run_in(base, environment))
        finally:
            remove(base)

    def _problem(self) -> str:
        request = self.request
        if not request.script and not request.module and request.source is None:
            return "there is nothing to run"
        if request.script and request.source is None and not os.path.isfile(request.script):
            return f"there is no file {request.script}"
        if not os.path.isdir(request.folder):
            return f"there is no folder {request.folder}"
        return ""

    def _environment(self) -> dict[str, str]:
        environment = {name: value for name, value in os.environ.items() if name != "__PYVENV_LAUNCHER__"}
        return {**DEFAULTS, **environment, **SETTINGS, **self.request.environment}

    def _run_in(self, base: str, environment: dict[str, str]) -> Ended:
        report = os.path.join(base, "report")
        try:
            Path(report).touch()
            settings = self._write_settings(base, environment)
            events = _Events(os.path.join(base, "events"))
        except OSError as error:
            return Ended("unstarted", f"there is no room for temporary files ({error})")
        with events.stream:
            return self._run_under(base, settings, events, report)

    def _run_under(self, base: str, settings: str, events: _Events, report: str) -> Ended:
        """Start the keeper, follow the run to its end."""
        code = f"import sys; sys.path.append({ROOT!r}); from default_lint.trial.keeper import main; main(sys.argv[1])"
        try:
            keeper = subprocess.Popen(
                [sys.executable, "-I", "-S", "-B", "-c", code, settings],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                cwd=base,
                start_new_session=True,
            )
        except OSError as error:
            return Ended("unstarted", f"the run could not be started ({error.strerror})")
        assert keeper.stdin is not None
        assert keeper.stdout is not None
        assert keeper.stderr is not None
        with keeper.stdin:
            try:
                self.output.read("stdout", keeper.stdout)  # type: ignore[arg-type]
                self.output.read("stderr", keeper.stderr)  # type: ignore[arg-type]
                self._follow(keeper, events)
            finally:
                self._end(keeper)
        self._take(events)
        self.output.close(seconds=2.0)
        if self.output.left < 0:
            self._note(self.output.notice)
        self.damaged = events.damaged
        return self._ended(self._verdict(report))

    def _write_settings(self, base: str, environment: dict[str, str]) -> str:
        """Write what the probe and the keeper are told, each in its file; path of the keeper's."""
        request, limits = self.request, self.request.limits
        scratch = os.path.join(base, "t")  # short: the names of sockets in it may have a hundred characters
        os.mkdir(scratch)
        source = None
        if request.source is not None:
            source = os.path.join(base, "source.py")
            Path(source).write_bytes(request.source.encode("utf-8", "replace"))
        config: dict[str, Any] = {
            "script": os.path.abspath(request.script) if request.script else None,
            "module": request.module,
            "source": source,
            "filename": request.file or request.module,
            "args": list(request.args),
            "directory": request.folder,
            "budget": {
                "seconds": request.budget.seconds,
                "epochs": request.budget.epochs,
                "steps": request.budget.steps,
            },
            "finish": request.finish,
            "tests": request.tests,
            "events": os.path.join(base, "events"),
            "seed": request.seed,
        }
        if request.replaced:
            config["replaced"] = dict(request.replaced)
        told = os.path.join(base, "config.json")
        Path(told).write_text(json.dumps(config), encoding="utf-8")
        settings = {
            "command": [self.python, os.path.abspath(request.probe), told],
            "directory": request.folder,
            "environment": {**environment, **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), scratch)},
            "base": base,
            "report": os.path.join(base, "report"),
            "network": request.network,
            "namespaces": request.namespaces,
            "seconds": None if request.finish else request.budget.seconds + limits.grace,
            "grace": limits.grace,
            "memory": usual_memory() if limits.memory is None else limits.memory,
            "processes": limits.processes,
            "threads": limits.threads,
            "file": limits.file,
            "written": limits.written,
        }
        path = os.path.join(base, "keeper.json")
        Path(path).write_text(json.dumps(settings), encoding="utf-8")
        return path

    def _follow(self, keeper: subprocess.Popen[bytes], events: _Events) -> None:
        while keeper.poll() is None:
            try:
                self._take(events)
                self.output.pass_on(TICK)
                if self.cancel is not None and self.cancel.is_set():
                    self._stop(keeper, "the run was canceled")
                elif self._lingers():
                    if self.told is not None and self.told.get("threads", 1):
                        self._note("the script ended but its process did not (a thread left running?), and was ended")
                    self._stop(keeper, "lingering")
            except KeyboardInterrupt:
                if self.stopped:
                    raise
                self._stop(keeper, "the run was ended with Ctrl-C")

    def _stop(self, keeper: subprocess.Popen[bytes], why: str) -> None:
        """Tell the keeper to end everything."""
        if self.stopped:
            return
        self.stopped = why
        assert keeper.stdin is not None
        try:
            os.write(keeper.stdin.fileno(), b"s")
        except OSError:
            pass  # it has just ended

    def _lingers(self) -> bool:
        """The script has ended, and so have our own tests, but its process stays."""
        waiting = self.told is not None and not self.testing and not self.request.finish
        return waiting and time.monotonic() - self.latest > LINGER

    def _end(self, keeper: subprocess.Popen[bytes]) -> None:
        """After this the keeper is gone, and everything with it."""
        if keeper.poll() is None:
            self._stop(keeper, "the run was canceled")
            until = time.monotonic() + PATIENCE
            while keeper.poll() is None and time.monotonic() < until:
                time.sleep(TICK)
            if keeper.poll() is None:
                keeper.kill()
                self._note("a process of the script did not end when it was killed")
        keeper.wait()

    def _take(self, events: _Events) -> None:
        self.pending += events.read()
        while self.pending:
            event = self.pending.popleft()  # one by one: Ctrl-C may come in between
            self.latest = time.monotonic()
            kind = event["event"]
            if kind == "start" and self.main is None:
                self.main = event.get("pid")
            self.testing = kind == "testing"
            if kind in ("ended", "finished"):
                if event.get("pid") == self.main:
                    self.told, self.early = (event if kind == "ended" else self.told), event
                continue
            if kind != "batch":
                self.kept.append(event)
            if self.on_event is not None:
                self.on_event(event)

    def _note(self, text: str) -> None:
        if text and text not in self.notes:
            self.notes.append(text)

    def _verdict(self, report: str) -> dict[str, Any]:
        """What the keeper told at the end; its notes become ours."""
        verdict: dict[str, Any] = {"failure": "the process that watches the run was killed"}
        try:
            lines = Path(report).read_text(encoding="utf-8").splitlines()
        except OSError:
            return verdict  # the script has removed it
        for line in lines:
            try:
                told = json.loads(line)
            except ValueError:
                continue
            for note in told.get("notes", ()):
                self._note(note)
            if "reason" in told or "failure" in told:
                verdict = told
        return verdict

    def _ended(self, verdict: Mapping[str, Any]) -> Ended:
        ended = self._cause(verdict)
        whole = ended.message
        if ended.kind == "error":
            whole = self._said(whole)
            ended = replace(ended, message=first_line(whole))
        if verdict.get("left"):
            self._note(f"{verdict['left']} processes that the script left running were ended")
        seen = f"{whole}\n{self.output.text('stderr')[-4000:]}"
        if ended.kind in ("error", "exit") and not self.request.network and OFFLINE.search(seen):
            self._note("the script wanted the network, which is off during a run unless it is asked for (--network)")
        if ended.kind == "error" and re.search(r"Errno 27\b|File too large", seen):
            self._note(f"a file may grow to {self.request.limits.file / GIB:g} GiB during a run, and one wanted more")
        return ended

    def _said(self, message: str) -> str:
        """All of what the exception said that ended the script; the child's word for the end is only a line of it."""
        errors = [event for event in self.kept if event["event"] == "error" and event.get("pid") == self.main]
        text = str(errors[-1].get("message", "")).strip() if errors else ""
        return f"{errors[-1].get('type', 'Error')}: {text}" if "\n" in text else message

    def _cause(self, verdict: Mapping[str, Any]) -> Ended:
        """How the run ended: the child's own word if it had one, else what was seen of its end from outside."""
        told = self.told
        if told is None and self.early is not None and verdict.get("reason") != "stopped":
            told = {**self.early, "event": "ended"}
            self._note("the tests of the model were cut short")
        if told is not None:
            try:
                return Trace.read([told]).ended
            except (KeyError, TypeError, ValueError, AttributeError):
                self._note("the end of the run was recorded badly")
        reason, status = verdict.get("reason"), verdict.get("status")
        budget = f"its budget of {self.request.budget.seconds:g} s"
        if reason == "start":
            return Ended("unstarted", f"{self.python} could not be started ({verdict['detail']})")
        if reason == "stopped":
            return Ended("cancelled", self.stopped)
        if reason == "time" and self.testing:
            return Ended("budget", f"a test of the model was still under way when {budget} was used up")
        if reason == "time":
            return Ended("hang", f"the script did not answer when {budget} was used up, and was killed")
        if reason:
            return Ended("limit", f"the script used {verdict['detail']}, and was killed")
        if "failure" in verdict:
            return Ended("signal", str(verdict["failure"]))
        if verdict.get("asked") and status == -signal.SIGTERM:
            return Ended("budget", f"the script was ended when {budget} was used up", status)
        if status is not None and status < 0:
            return Ended("signal", _crash(-status), status)
        return self._left(status)

    def _left(self, status: int | None) -> Ended:
        """The process ended without a word: before the script began, or by `os._exit`."""
        if self.main is not None:
            return Ended("exit", f"the process ended at once, as by os._exit, with code {status}", status)
        lines = self.output.text("stderr").strip().splitlines()
        last = f": {lines[-1]}" if lines else ""
        return Ended("unstarted", f"the run ended before the script began, with code {status}{last}", status)

    def _result(self, ended: Ended) -> Result:
        site = ended.site
        row = None if site is None else [site.file, site.line, site.end_line, site.column, site.end_column]
        told = self.told or self.early
        seconds = float(told["seconds"]) if told and _is_number(told.get("seconds")) else None
        if seconds is None:
            seconds = time.monotonic() - self.began
        kept = _sound(self.kept)
        damaged = self.damaged + len(self.kept) - len(kept)
        if damaged:
            self._note(f"{damaged} records of the run were damaged and left out")
        closing: list[Event] = [{"event": "note", "text": note} for note in self.notes]
        closing.append(
            {
                "event": "ended",
                "kind": ended.kind,
                "message": ended.message,
                "code": ended.code,
                "site": row,
                "seconds": round(seconds, 3),
            }
        )
        if self.on_event is not None:
            for event in closing:
                self.on_event(event)
        events = [*kept, *closing]
        for path in files(Trace.read(events)):
            found = digest(path) if path not in self.sources else None
            if found is not None:
                self.sources[path] = found
        events = [header(self.request.name, self.sources), *events]
        return Result(
            Trace.read(events), tuple(events), self.output.text("stdout"), self.output.text("stderr"), self.python
        )


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _crash(number: int) -> str:
    try:
        name = signal.Signals(number).name
    except ValueError:
        return f"the script was killed (signal {number})"
    if name in CRASHES:
        return f"the script crashed ({name}: {CRASHES[name]})"
    perhaps = ", perhaps by the system for want of memory" if name == "SIGKILL" else ""
    return f"the script was killed ({name}){perhaps}"


def _sound(events: list[Event]) -> list[Event]:
    """The events without those that no trace can be made of; found by halving, as there are few if any."""
    kept: list[Event] = []
    pending = deque([events])
    while pending:
        part = pending.popleft()
        try:
            Trace.read([*kept, *part])
            kept += part
        except (KeyError, TypeError, ValueError, AttributeError):
            if len(part) > 1:
                middle = len(part) // 2
                pending.extendleft((part[middle:], part[:middle]))
    return kept
