"""The way out: one JSON object a line, to a file descriptor or a file."""

from __future__ import annotations

import json
import math
import os
import threading
import time
from typing import Any

_DEPTH = 8
_LENGTH = 4096


def clean(value: Any, depth: int = _DEPTH) -> Any:
    """The value as JSON can carry it: arrays as lists, non-finite numbers as strings, anything else as text."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        if math.isfinite(value):
            return float(value)
        return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"
    if depth <= 0:
        return _text(value)
    if isinstance(value, dict):
        return {str(key): clean(entry, depth - 1) for key, entry in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [clean(entry, depth - 1) for entry in value]
    for convert in ("tolist", "numpy"):
        method = getattr(value, convert, None)
        if callable(method):
            try:
                return clean(method(), depth - 1)
            except Exception:
                break
    return _text(value)


def _text(value: Any) -> str:
    try:
        return str(value)[:_LENGTH]
    except Exception:
        return f"<{type(value).__name__}>"


class Writer:
    """Writes events; silent in processes forked from the one that made it, and when nobody reads any more.

    Args:
        target: a file descriptor or a path.
        started: `time.monotonic()` at the start of the run.
    """

    def __init__(self, target: int | str, started: float) -> None:
        self.started = started
        self.process = os.getpid()
        self.lock = threading.RLock()
        if isinstance(target, int):
            self.file = target
            os.set_inheritable(target, False)
        else:
            self.file = os.open(target, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def __call__(self, event: dict[str, Any]) -> None:
        """Write the event with the process and the seconds since the start. Never raises an `Exception`."""
        process = os.getpid()
        if self.file < 0 or process != self.process:
            return
        try:
            row = {**clean(event), "pid": process, "time": round(time.monotonic() - self.started, 6)}
            line = memoryview((json.dumps(row, separators=(",", ":")) + "\n").encode("ascii"))
            with self.lock:
                while line:
                    line = line[os.write(self.file, line) :]
        except OSError:
            self.file = -1
        except Exception:
            return
