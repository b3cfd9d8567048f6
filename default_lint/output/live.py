"""The run while it runs: one line at the foot of the terminal, the script's own output above it."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any, TextIO

from default_lint.output.evidence import TESTS, number, real
from default_lint.output.run import marks_of, spark
from default_lint.output.style import clean, paint
from default_lint.output.table import shorten

REFRESH = 0.125  # seconds between two drawings
KEPT = 400  # batch losses that the sparkline is made of
SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
PLAIN_SPINNER = "|/-\\"


class Live:
    """Call it with each event; `above` shows output of the script; it draws while it is entered.

    Nothing but the clock of the machine moves the spinner and the seconds left, so a script that is silent for long
    (an import, a download) still looks alive.
    """

    def __init__(self, stream: TextIO, seconds: float, *, color: bool, columns: int, lead: str = "") -> None:
        self.stream = stream
        self.seconds = seconds
        self.color = color
        self.columns = columns or 80
        self.lead = lead
        self.marks = marks_of(stream)
        self.state = "starting"
        self.names: dict[int, str] = {}
        self.asked: dict[int, Any] = {}
        self.losses: list[float] = []
        self.started = time.monotonic()
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._drawn = False
        self._open = ""  # the unfinished last line of the script's output
        self._turn = 0
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Live:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._over.set()
        self._thread.join(1.0)
        with self._lock:
            self._clear()
            if self._open:
                self.stream.write(self._open + "\n")
            self.stream.flush()

    def __call__(self, event: Mapping[str, Any]) -> None:
        """Take one event."""
        with self._lock:
            self._take(event)

    def _take(self, event: Mapping[str, Any]) -> None:
        kind, model = event.get("event"), event.get("model")
        if kind == "model":
            self.names[event["model"]] = str(event.get("name") or event.get("kind") or "model")
            self.asked[event["model"]] = (event.get("asked") or {}).get("epochs")
            self.losses = []
            self.state = self._name(model)
        elif kind == "batch":
            loss, steps = real(event.get("loss")), event.get("steps")
            self.losses = [*self.losses[-KEPT:], loss]
            batch = f"batch {event.get('step', 0)}{f'/{steps}' if steps else ''}"
            self.state = f"{self._epoch(event)}  {batch}  loss {number(loss)}"
        elif kind == "epoch" and event.get("epoch", -1) >= 0:
            logs = event.get("logs") or {}
            if "loss" in logs:
                loss = real(logs["loss"])
                self.losses = self.losses or [loss]
                self.state = f"{self._epoch(event)}  loss {number(loss)}"
        elif kind == "testing":
            name = str(event.get("name", ""))
            self.state = f"{self._name(model)}  own tests: {TESTS.get(name, name.replace('_', ' '))}"

    def _name(self, model: Any) -> str:
        return self.names.get(model, "model")

    def _epoch(self, event: Mapping[str, Any]) -> str:
        asked = self.asked.get(event.get("model", 0))
        return f"{self._name(event.get('model'))}  epoch {event.get('epoch', 0) + 1}{f'/{asked}' if asked else ''}"

    def above(self, text: str) -> None:
        """Show output of the script; a line waits for its end, and what was written over is gone."""
        with self._lock:
            *whole, self._open = (self._open + text).split("\n")
            self._open = self._open.rsplit("\r", 1)[-1] if not self._open.endswith("\r") else self._open
            if not whole:
                return
            self._clear()
            self.stream.write("".join(f"{_last(line)}\n" for line in whole))
            self._draw()

    def _run(self) -> None:
        while not self._over.wait(REFRESH):
            with self._lock:
                self._turn += 1
                self._draw()

    def line(self) -> str:
        """What the foot of the terminal says."""
        frames = SPINNER if self.marks.bars != "" and not self.marks.bars.isascii() else PLAIN_SPINNER
        left = self.seconds - (time.monotonic() - self.started)
        clock = f"{left:.0f} s left" if left > 0 else "ending"
        bars = spark(self.losses, 24, self.marks.bars)
        return "  ".join(filter(None, (f"{frames[self._turn % len(frames)]} {self.lead}{self.state}", bars, clock)))

    def _draw(self) -> None:
        text = self.marks.plain(shorten(clean(self.line()), self.columns - 1))
        self.stream.write("\r\x1b[K" + paint(text, "gutter", self.color))
        self.stream.flush()
        self._drawn = True

    def _clear(self) -> None:
        if self._drawn:
            self.stream.write("\r\x1b[K")
            self._drawn = False


def _last(line: str) -> str:
    """What a terminal would show of a line with carriage returns."""
    parts = [part for part in line.split("\r") if part]
    return parts[-1] if parts else ""
