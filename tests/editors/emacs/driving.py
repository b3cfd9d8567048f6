"""An Emacs of a test without a screen: forms go in by emacsclient, JSON comes out."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.editors.tools import ROOT, need, server

HERE = Path(__file__).parent
PACKAGE = ROOT / "editors" / "emacs"
PATIENCE = 60.0  # s; only a limit: each wait ends as soon as its condition holds


class Problem(AssertionError):
    """Emacs raised, or something did not come about."""


def quoted(text: str) -> str:
    """A string of Emacs Lisp."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


class Emacs:
    """One Emacs with its own home, which serves Python buffers with default-lint."""

    def __init__(self, command: list[str], home: Path, setup: str = "", **variables: str) -> None:
        self.client = need("emacsclient")
        # A socket has to have a short name.
        self.folder = Path(tempfile.mkdtemp(prefix="dl-emacs-"))
        home.mkdir(exist_ok=True)
        self.environment = {
            **{name: value for name, value in os.environ.items() if name not in {"VIRTUAL_ENV", "CONDA_PREFIX"}},
            "HOME": str(home),
            "XDG_CONFIG_HOME": str(home / "config"),
            "XDG_RUNTIME_DIR": str(self.folder),
            "PYTHONPATH": str(ROOT),
            "LC_ALL": "C.UTF-8",
            **variables,
        }
        program = " ".join(quoted(part) for part in server())
        start = (
            f"(progn (setq default-lint-command (list {program})) {setup} (default-lint-setup)"
            " (add-hook 'python-mode-hook #'eglot-ensure))"
        )
        self.log = (home / "emacs.log").open("wb")
        self.process = subprocess.Popen(
            [
                *command,
                "-Q",
                f"--fg-daemon={self.folder / 's'}",
                *("-L", str(PACKAGE), "-l", str(HERE / "driver.el"), "--eval", start),
            ],
            env=self.environment,
            cwd=home,
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
            start_new_session=True,
        )
        try:
            self.wait("t", raising=False)
        except BaseException:
            self.close()
            raise

    def lisp(self, code: str) -> Any:
        """The value of a form in the buffer that is shown, by way of JSON."""
        asked, answered = self.folder / "form.el", self.folder / "answer.json"
        asked.write_text(code, encoding="utf-8")
        answered.unlink(missing_ok=True)
        call = f"(driver-run {quoted(str(answered))} {quoted(str(asked))})"
        done = subprocess.run(
            [self.client, f"--socket-name={self.folder / 's'}", "--eval", call],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        if not answered.exists():
            raise Problem(f"{done.stdout}{done.stderr}")
        answer = json.loads(answered.read_text(encoding="utf-8"))
        if "problem" in answer:
            raise Problem(answer["problem"])
        return answer["result"]

    def wait(self, code: str, seconds: float = PATIENCE, raising: bool = True) -> Any:
        """The value of a form, once it is neither nil nor empty."""
        end = time.monotonic() + seconds
        while True:
            try:
                value = self.lisp(code)
            except Problem:
                if raising or time.monotonic() > end or self.process.poll() is not None:
                    raise
                value = None
            if value:
                return value
            if time.monotonic() > end:
                raise Problem(f"did not come about: {code}\nsaid: {self.said()}")
            time.sleep(0.05)

    def open(self, path: Path) -> None:
        self.lisp(f"(progn (switch-to-buffer (find-file-noselect {quoted(str(path))})) nil)")
        # `eglot-ensure` waits for the end of the command that opens the file.
        self.lisp("(progn (run-hooks 'post-command-hook) nil)")
        self.wait("(and (eglot-current-server) t)")

    def type(self, text: str) -> None:
        """Replace the text of the buffer."""
        self.lisp(f"(progn (erase-buffer) (insert {quoted(text)}) nil)")

    def text(self) -> str:
        return self.lisp("(buffer-substring-no-properties (point-min) (point-max))")

    def diagnostics(self) -> list[dict[str, Any]]:
        return self.lisp("(driver-diagnostics)") or []

    def rules(self, *expected: str) -> list[dict[str, Any]]:
        """The diagnostics, once their rules are the expected ones, in the order of the text."""
        end = time.monotonic() + PATIENCE
        while True:
            found = self.diagnostics()
            if [finding["code"] for finding in found] == list(expected):
                return found
            if time.monotonic() > end:
                raise Problem(f"expected {expected}, there are {found}\nsaid: {self.said()}")
            time.sleep(0.05)

    def finding(self, rule: str, **properties: Any) -> dict[str, Any]:
        """The diagnostic of a rule, once it has the given properties."""
        end = time.monotonic() + PATIENCE
        while True:
            found = self.diagnostics()
            for one in found:
                if one["code"] == rule and properties.items() <= one.items():
                    return one
            if time.monotonic() > end:
                raise Problem(f"expected {rule} with {properties}, there are {found}\nsaid: {self.said()}")
            time.sleep(0.05)

    def said(self) -> list[str]:
        return self.lisp("(vconcat (reverse driver-said))") or []

    def close(self) -> None:
        """End Emacs and whatever it started."""
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
