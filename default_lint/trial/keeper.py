"""The process between us and the user's script: starts it, watches what it uses, and takes all of it down at the end.

    python -I -S -c "...; main(SETTINGS.json)"

Its standard input is the line to the process that asked for the run: a byte on it ends the run, and its end means that
the asker is gone, however it went. Standard library only. What it has to tell goes to the file `report`, one JSON
object per line: {"notes"}, {"pid"}, and at the end a verdict {"reason", "detail", "status", "asked", "left"}.

The keeper starts a `Warden`, and that the script. On Linux the warden is the first process of a process namespace, with
which everything ends; where that is not allowed it adopts the processes that lose their parent, and the keeper those of
a warden that was killed. On Windows a job object holds them together.
"""

from __future__ import annotations

import json
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from default_lint.trial import isolation
from default_lint.trial.processes import Process, Shared, Tree, own_memory, written

Settings = Mapping[str, Any]

INTERVAL = 0.05  # s between two looks at the processes
SLOW = 0.5
FRUGAL = 50  # a look may take at most this part of the time
HURRIED = 4  # ... and this one when there are many processes
REST = 1.0  # s that processes of a script that has ended may need to end themselves
LAST = 10.0  # s to wait for killed processes before they are given up (they hang in the kernel)
GONE = 3  # exit code: the asker is gone, nobody reads the report


class Warden:
    """Starts the script as its child, looks at all of its descendants, ends them.

    `own_pids`: it is the first process of a process namespace, so that one call kills everything.
    """

    def __init__(self, settings: Settings, separation: isolation.Separation) -> None:
        self.settings = settings
        self.own_pids = separation.processes
        # The kernel counts threads by user, and not root's; in a user namespace of its own these are the run's alone.
        counted = separation.user and os.geteuid() != 0
        # Twice as many, so that the watch comes first, which can say why.
        self.tasks = 2 * int(settings["threads"]) if counted else None
        self.tree = Tree(_own_number())
        self.shared = Shared([settings["directory"], settings["environment"].get("TMPDIR", "/tmp"), "/dev/shm"])
        self.pid = 0
        self.status: int | None = None
        self.started = 0.0
        self.asked: float | None = None
        self.weighed = 0.0
        self.gone = False

    def run(self) -> dict[str, Any]:
        """Start the script and stay until nothing of it is left.

        Returns the verdict: `reason` it was killed for ("" when it ended by itself), `detail` of that for people,
        `status` (exit code, or minus the signal; None when unknown), `asked` (it was sent SIGTERM for its time),
        `left` (number of processes that the script had left running).
        """
        signal.signal(signal.SIGTERM, lambda number, frame: setattr(self, "gone", True))
        trouble = self._start()
        if trouble:
            return {"reason": "start", "detail": trouble, "status": None, "asked": False, "left": 0}
        reason, detail = self._watch()
        left = 0
        if not reason:
            left = self._rest()
        _kill(self.tree, everything=self.own_pids, reap=self._reap)
        asked = self.asked is not None
        return {"reason": reason, "detail": detail, "status": self.status, "asked": asked, "left": left}

    def _start(self) -> str:
        """Start the script; why that is not possible, else ""."""
        reader, writer = os.pipe()  # closed by a successful exec
        self.pid = os.fork()
        if self.pid == 0:
            try:
                self._become()
            except BaseException as error:
                os.write(writer, f"{getattr(error, 'strerror', None) or error}".encode())
            os._exit(127)
        self.started = time.monotonic()
        os.close(writer)
        with open(reader, "rb") as stream:
            trouble = stream.read().decode("utf-8", "replace")
        if trouble:
            os.waitpid(self.pid, 0)
        return trouble

    def _become(self) -> NoReturn:
        os.setsid()
        isolation.prctl(isolation.PR_SET_PDEATHSIG, signal.SIGKILL)
        isolation.prctl(isolation.PR_SET_NO_NEW_PRIVS, 1)
        isolation.usual_signals()
        isolation.first_victim()
        isolation.limit(int(self.settings["file"]), self.tasks)
        os.chdir(self.settings["directory"])
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        command = self.settings["command"]
        os.execve(command[0], command, dict(self.settings["environment"]))

    def _watch(self) -> tuple[str, str]:
        """Wait for the end of the script, or for a reason to end it."""
        pause = INTERVAL
        while True:
            if self._told(pause):
                return "stopped", ""
            self._reap()
            if self.status is not None:
                return "", ""
            before = time.monotonic()
            processes = self.tree.look()
            found = self._exceeded(processes) or self._overdue(before)
            if found is not None:
                return found
            many = len(processes) > self.settings["processes"] // 4
            spent = time.monotonic() - before
            pause = min(max(INTERVAL, spent * (HURRIED if many else FRUGAL)), SLOW)

    def _told(self, seconds: float) -> bool:
        """Wait that long for the asker's word, or for its end."""
        ready = select.select([0], [], [], seconds)[0]
        if ready and not os.read(0, 1):
            self.gone = True
        return bool(ready) or self.gone

    def _reap(self) -> None:
        """Collect the processes that have ended: the script, and the orphans that came to us."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid == self.pid:
                self.status = os.waitstatus_to_exitcode(status)

    def _exceeded(self, processes: list[Process]) -> tuple[str, str] | None:
        limits = self.settings
        if len(processes) > limits["processes"]:
            return "processes", f"more than {limits['processes']} processes"
        if sum(process.threads for process in processes) > limits["threads"]:
            return "threads", f"more than {limits['threads']} threads"
        pids = [process.pid for process in processes]
        # Pages that processes share, and files they look into, count many times over: weigh only what looks heavy.
        now = time.monotonic()
        heavy = sum(process.resident for process in processes) > limits["memory"]
        if heavy and now - self.weighed > 5 * INTERVAL:
            self.weighed = now
            if own_memory(pids) > limits["memory"]:
                return "memory", f"more than {size(limits['memory'])} of memory"
        if written(pids) + self.shared.grown() > limits["written"]:
            return "written", f"more than {size(limits['written'])} written to files"
        return None

    def _overdue(self, now: float) -> tuple[str, str] | None:
        """Past its time the script is asked to end, and some seconds later it is not asked."""
        seconds = self.settings["seconds"]
        if seconds is None or now - self.started < seconds:
            return None
        if self.asked is None:
            self.asked = now
            _send(self.pid, signal.SIGTERM)
        elif now - self.asked >= self.settings["grace"]:
            return "time", ""
        return None

    def _rest(self) -> int:
        """Give what the script left running a moment to end itself; how many did not."""
        until = time.monotonic() + REST
        while True:
            self._reap()
            left = [process for process in self.tree.look() if not process.zombie]
            if not left or time.monotonic() > until or self._told(INTERVAL):
                return len(left)


def _own_number() -> int:
    """The number of this process in the /proc that can be seen, which may be that of another namespace."""
    try:
        return int(os.readlink("/proc/self"))
    except OSError:
        return os.getpid()


def _kill(tree: Tree, *, everything: bool, reap: Callable[[], None]) -> None:
    """Kill until nothing is left below; a process that hangs in the kernel is given up after a while.

    `everything`: this is the first process of a namespace, so that all but itself is meant.
    """
    until = time.monotonic() + LAST
    while time.monotonic() < until:
        left = [process.pid for process in tree.look() if not process.zombie]
        if everything:
            _send(-1, signal.SIGKILL)
        else:
            for number in (signal.SIGSTOP, signal.SIGKILL):  # stopped ones cannot fork while others are killed
                for pid in left:
                    _send(pid, number)
        reap()
        if not left:
            return
        time.sleep(INTERVAL / 10)


def _send(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except OSError:
        pass


def size(count: float) -> str:
    """Bytes for people: "1.5 GiB"."""
    for unit in ("bytes", "KiB", "MiB"):
        if count < 1024:
            return f"{round(count, 1):g} {unit}"
        count /= 1024
    return f"{round(count, 1):g} GiB"


def main(path: str) -> NoReturn:
    """Do the run that the file of settings describes."""
    with open(path, encoding="utf-8") as stream:
        settings = json.load(stream)
    try:
        code = _windows(settings) if sys.platform == "win32" else _posix(settings)
    except BaseException as error:
        _tell(settings, {"failure": f"{type(error).__name__}: {error}"})
        code = 1
    if code == GONE:
        remove(settings["base"])
    os._exit(code)


def remove(folder: str) -> None:
    """Delete a folder of ours and whatever the script has put there, folders without rights for anybody included."""
    import shutil

    for path, names, _ in os.walk(folder):
        for inner in (os.path.join(path, name) for name in names):
            try:
                if not os.path.islink(inner):
                    os.chmod(inner, 0o700)
            except OSError:
                continue
    shutil.rmtree(folder, ignore_errors=True)


def _tell(settings: Settings, line: Mapping[str, Any]) -> None:
    with open(settings["report"], "a", encoding="utf-8") as stream:
        stream.write(json.dumps(line) + "\n")


def _posix(settings: Settings) -> int:
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    adopts = isolation.prctl(isolation.PR_SET_CHILD_SUBREAPER, 1)
    separation, notes = isolation.separate(not settings["network"], allowed=settings["namespaces"])
    if not adopts and not separation.processes:
        notes.append("a process that leaves its parent at once may outlive the run on this system")
    if not sys.platform.startswith("linux"):
        notes.append("the total that the run writes to files is not limited on this system")
    # After the namespaces: a change of rights takes this back. It reaches us even if the line to the asker leaked.
    isolation.prctl(isolation.PR_SET_PDEATHSIG, signal.SIGTERM)
    _tell(settings, {"notes": notes})
    first = os.fork()
    if first == 0:
        code = 1
        try:
            # The system ends a namespace with its first process; elsewhere the warden must do it, so it is asked.
            isolation.prctl(isolation.PR_SET_PDEATHSIG, signal.SIGKILL if separation.processes else signal.SIGTERM)
            isolation.prctl(isolation.PR_SET_CHILD_SUBREAPER, 1)
            if separation.processes:
                isolation.own_mounts(settings["memory"])
            code = _guard(settings, separation)
        except BaseException as error:
            _tell(settings, {"failure": f"{type(error).__name__}: {error}"})
        finally:
            os._exit(code)
    return attend(first, settings, signal.SIGKILL if separation.processes else signal.SIGTERM)


def _guard(settings: Settings, separation: isolation.Separation) -> int:
    warden = Warden(settings, separation)
    verdict = warden.run()
    if warden.gone:
        return GONE
    _tell(settings, verdict)
    return 0


def attend(first: int, settings: Settings, farewell: int) -> int:
    """Wait for the warden, and end what it has left behind if it was killed; `farewell` ends it and all others."""
    gone = []

    def ended(number: int, frame: object) -> None:
        gone.append(number)
        _send(first, farewell)

    signal.signal(signal.SIGTERM, ended)
    code = os.waitstatus_to_exitcode(os.waitpid(first, 0)[1])
    _kill(Tree(os.getpid()), everything=False, reap=_reap_all)
    if gone:
        return GONE
    if code < 0:
        _tell(settings, {"failure": f"the process that watches the run was killed (signal {-code})"})
    return max(code, 0)


def _reap_all() -> None:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def _windows(settings: Settings) -> int:
    """A job object that ends with this process; time and the asker's end are watched, memory and number by Windows."""
    import subprocess
    import threading

    from default_lint.trial import windows

    trouble = windows.enclose(settings["memory"], settings["processes"] + 1)
    missing = [f"the run could not be put into a job object ({trouble})"] if trouble else []
    if not settings["network"]:
        missing.append("the network cannot be turned off for the run on Windows")
    missing.append("files that the run writes are not limited on Windows")
    _tell(settings, {"notes": missing})
    heard: list[bytes] = []
    told = threading.Event()

    def listen() -> None:
        heard.append(os.read(0, 1))
        told.set()

    verdict = {"reason": "", "detail": "", "status": None, "asked": False, "left": 0}
    try:
        script = subprocess.Popen(
            settings["command"], cwd=settings["directory"], env=settings["environment"], stdin=subprocess.DEVNULL
        )
    except OSError as error:
        _tell(settings, {**verdict, "reason": "start", "detail": error.strerror or str(error)})
        return 0
    threading.Thread(target=listen, daemon=True).start()
    limit = None if settings["seconds"] is None else time.monotonic() + settings["seconds"] + settings["grace"]
    while script.poll() is None and not verdict["reason"]:
        if told.wait(INTERVAL):
            verdict["reason"] = "stopped"
        elif limit is not None and time.monotonic() > limit:
            verdict["reason"] = "time"
    script.kill()
    verdict["status"] = script.wait()
    if heard == [b""]:
        return GONE
    _tell(settings, verdict)
    return 0
