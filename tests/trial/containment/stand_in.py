"""A probe that records nothing of Keras, and a look at the processes that a run has left behind."""

from __future__ import annotations

import os
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from default_lint.trial.launch import Budget, Limits, Request, Result, run

# Says that it has begun, runs the script, says how that ended: what the true probe does, without Keras.
PROBE = """\
import json, os, sys, time

config = json.load(open(sys.argv[1]))
stream = os.open(config["events"], os.O_WRONLY | os.O_APPEND)
own = os.getpid()


def emit(event, **fields):
    line = json.dumps({"event": event, "pid": os.getpid(), "time": 0.0, **fields}) + "\\n"
    try:
        os.write(stream, line.encode())
    except OSError:
        pass


def epoch(number, **fields):
    if not number:
        emit("model", model=0, name="model", kind="Sequential")
    emit("epoch", model=0, epoch=number, fit=0, logs={"loss": 1.0}, **fields)


emit("start", versions={"python": "3"})
ended = {"kind": "finished", "code": 0}
try:
    path = config["source"] or config["script"]
    code = compile(open(path).read(), config["filename"], "exec")
    exec(code, {"__name__": "__main__", "epoch": epoch, "emit": emit, "config": config})
except SystemExit as error:
    ended = {"kind": "exit", "code": error.code or 0}
except BaseException as error:
    ended = {"kind": "error", "message": f"{type(error).__name__}: {error}", "code": 1}
if os.getpid() == own:
    emit("ended", seconds=1.0, **ended)
sys.exit(ended["code"])
"""

MARK = "DEFAULT_LINT_TEST_MARK"
SOON = 60.0  # s to wait for what must come; no verdict depends on how long it took


class Runs:
    """Runs scripts in a folder; everything that they start carries a mark in its environment."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.mark = uuid.uuid4().hex
        self.probe = folder / "stand_in_probe.py"
        self.probe.write_text(PROBE, encoding="utf-8")
        self.script = folder / "train.py"

    def request(self, text: str, *, seconds: float = 600.0, limits: Limits | None = None, **more: Any) -> Request:
        self.script.write_text(text, encoding="utf-8")
        settings: dict[str, Any] = {
            "script": str(self.script),
            "python": sys.executable,
            "probe": str(self.probe),
            "keras": False,
            "budget": Budget(seconds),
            "limits": limits or Limits(),
            "environment": {MARK: self.mark},
        }
        return Request(**{**settings, **more})

    def run(self, text: str, *, on_event: Any = None, on_output: Any = None, cancel: Any = None, **more: Any) -> Result:
        return run(self.request(text, **more), on_event=on_event, on_output=on_output, cancel=cancel)

    def alive(self) -> list[int]:
        """Processes of these runs that exist now."""
        return marked(self.mark)


def marked(mark: str) -> list[int]:
    """Processes that carry a mark in their environment."""
    found = []
    wanted = f"{MARK}={mark}".encode()
    for name in os.listdir("/proc"):
        if name.isdecimal():
            try:
                if wanted in Path("/proc", name, "environ").read_bytes():
                    found.append(int(name))
            except OSError:
                continue
    return found


def wait_for(condition: Callable[[], object]) -> bool:
    """True as soon as the condition holds; False when it never does."""
    until = time.monotonic() + SOON
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True
