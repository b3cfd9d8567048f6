"""What the drivers of Neovim and Emacs share: a process with a home of its own, and waiting for what it shows."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from tests.editors.examples import LEGACY, SOFTMAX
from tests.editors.tools import ROOT

Found = TypeVar("Found")
Shown = TypeVar("Shown", bound="Editor")


class Problem(AssertionError):
    """The editor raised, or something did not come about."""


class Editor(ABC):
    """An editor of a test without a screen. `patience` only limits: each wait ends as soon as its condition holds."""

    patience = 25.0  # s
    process: subprocess.Popen[bytes]

    def __init__(self, name: str, home: Path, **variables: str) -> None:
        # A socket has to have a short name.
        self.folder = Path(tempfile.mkdtemp(prefix=f"dl-{name}-"))
        self.home = home
        home.mkdir(exist_ok=True)
        self.environment = {
            **{key: value for key, value in os.environ.items() if key not in {"VIRTUAL_ENV", "CONDA_PREFIX"}},
            "HOME": str(home),
            "PYTHONPATH": str(ROOT),
            **{f"XDG_{key}_HOME": str(home / key.lower()) for key in ("CONFIG", "DATA", "STATE", "CACHE")},
            "XDG_RUNTIME_DIR": str(self.folder),
            **variables,
        }
        self.log = (home / f"{name}.log").open("wb")

    def start(self, command: Sequence[str]) -> None:
        """Start the editor in a process group of its own."""
        self.process = subprocess.Popen(
            command,
            env=self.environment,
            cwd=self.home,
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
        )

    @abstractmethod
    def open(self, path: Path) -> None:
        """Open a file."""

    @abstractmethod
    def diagnostics(self) -> list[dict[str, Any]]:
        """The findings that the editor shows, in the order of the text."""

    @abstractmethod
    def said(self) -> list[str]:
        """The messages that the user saw."""

    def given_up(self) -> bool:
        """Whether the server has ended, so that there is nothing to wait for."""
        return False

    def until(self, look: Callable[[], Found | None], wanted: str, seconds: float | None = None) -> Found:
        """What `look` gives, once it gives something."""
        end = time.monotonic() + (self.patience if seconds is None else seconds)
        while True:
            found = look()
            if found is not None:
                return found
            if time.monotonic() > end or self.given_up():
                raise Problem(f"did not come about: {wanted}\nsaid: {self.said()}\nshown: {self.diagnostics()}")
            time.sleep(0.05)

    def rules(self, *expected: str) -> list[dict[str, Any]]:
        """The diagnostics, once their rules are the expected ones, in the order of the text."""

        def look() -> list[dict[str, Any]] | None:
            found = self.diagnostics()
            return found if [finding["code"] for finding in found] == list(expected) else None

        return self.until(look, f"{expected}")

    def finding(self, rule: str, **properties: Any) -> dict[str, Any]:
        """The diagnostic of a rule, once it has the given properties."""

        def look() -> dict[str, Any] | None:
            found = (one for one in self.diagnostics() if one["code"] == rule and properties.items() <= one.items())
            return next(found, None)

        return self.until(look, f"{rule} with {properties}")

    def close(self) -> None:
        """End the editor and whatever it started."""
        if hasattr(self, "process"):
            if self.process.poll() is None:
                os.killpg(self.process.pid, signal.SIGTERM)
                try:
                    self.process.wait(10)
                except subprocess.TimeoutExpired:
                    pass
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            self.process.wait()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def showing(editor: Shown, script: Path) -> Shown:
    """The editor, once it shows the findings of the faulty script."""
    editor.open(script)
    editor.rules(SOFTMAX, LEGACY)
    return editor


@contextmanager
def closing(running: Sequence[Editor]) -> Iterator[None]:
    """End editors with the test, which fails when the server had an error of its own."""
    yield
    try:
        for editor in running:
            assert not [text for text in editor.said() if "internal error" in text]
    finally:
        for editor in running:
            editor.close()
