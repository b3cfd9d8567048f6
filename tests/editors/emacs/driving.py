"""An Emacs of a test without a screen: forms go in by emacsclient, JSON comes out."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path
from typing import Any

from tests.editors.driving import Editor, Problem
from tests.editors.tools import ROOT, need, server

HERE = Path(__file__).parent
PACKAGE = ROOT / "editors" / "emacs"


def quoted(text: str) -> str:
    """A string of Emacs Lisp."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


class Emacs(Editor):
    """One Emacs with its own home, which serves Python buffers with default-lint."""

    patience = 60.0

    def __init__(self, command: list[str], home: Path, setup: str = "", **variables: str) -> None:
        self.client = need("emacsclient")
        super().__init__("emacs", home, LC_ALL="C.UTF-8", **variables)
        program = " ".join(quoted(part) for part in server())
        start = (
            f"(progn (setq default-lint-command (list {program})) {setup} (default-lint-setup)"
            " (add-hook 'python-mode-hook #'eglot-ensure))"
        )
        self.start(
            [
                *command,
                "-Q",
                f"--fg-daemon={self.folder / 's'}",
                *("-L", str(PACKAGE), "-l", str(HERE / "driver.el"), "--eval", start),
            ]
        )
        try:
            self.begun()
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
            timeout=self.patience,
            check=False,
        )
        if not answered.exists():
            raise Problem(f"{done.stdout}{done.stderr}")
        answer = json.loads(answered.read_text(encoding="utf-8"))
        if "problem" in answer:
            raise Problem(answer["problem"])
        return answer["result"]

    def wait(self, code: str, seconds: float | None = None) -> Any:
        """The value of a form, once it is neither nil nor empty."""
        return self.until(lambda: self.lisp(code) or None, code, seconds)

    def begun(self) -> None:
        """Wait until it answers."""
        end = time.monotonic() + self.patience
        while True:
            try:
                self.lisp("t")
                return
            except Problem:
                if time.monotonic() > end or self.process.poll() is not None:
                    raise
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

    def said(self) -> list[str]:
        return self.lisp("(vconcat (reverse driver-said))") or []
