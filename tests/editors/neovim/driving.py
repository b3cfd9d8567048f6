"""A headless Neovim of a test: code in Lua goes in over its socket, JSON comes out."""

from __future__ import annotations

import json
import socket
import struct
import time
from pathlib import Path
from typing import Any

from tests.editors.driving import Editor, Problem
from tests.editors.tools import ROOT, server

HERE = Path(__file__).parent
PLUGIN = ROOT / "editors" / "neovim"


def pack(value: Any) -> bytes:
    """MessagePack of whole numbers, strings and lists, which is all that a call needs."""
    if isinstance(value, int):
        return b"\xce" + struct.pack(">I", value)
    if isinstance(value, str):
        raw = value.encode()
        return b"\xdb" + struct.pack(">I", len(raw)) + raw
    return b"\xdd" + struct.pack(">I", len(value)) + b"".join(map(pack, value))


class Answers:
    """MessagePack as it arrives; only the kinds that an answer holds."""

    def __init__(self, connection: socket.socket) -> None:
        self.stream = connection.makefile("rb")

    def take(self, form: str) -> int:
        return struct.unpack(form, self.stream.read(struct.calcsize(form)))[0]

    def next(self) -> Any:
        kind = self.take(">B")
        if kind < 0x80:
            return kind
        if kind < 0xA0 and kind >= 0x90:
            return [self.next() for _ in range(kind & 0x0F)]
        if 0xA0 <= kind < 0xC0:
            return self.stream.read(kind & 0x1F).decode()
        simple = {0xC0: None, 0xC2: False, 0xC3: True}
        if kind in simple:
            return simple[kind]
        sizes = {0xD9: ">B", 0xDA: ">H", 0xDB: ">I", 0xC4: ">B", 0xC5: ">H", 0xC6: ">I"}
        if kind in sizes:
            return self.stream.read(self.take(sizes[kind])).decode()
        numbers = {0xCC: ">B", 0xCD: ">H", 0xCE: ">I", 0xCF: ">Q", 0xD0: ">b", 0xD1: ">h", 0xD2: ">i", 0xD3: ">q"}
        if kind in numbers:
            return self.take(numbers[kind])
        raise Problem(f"unexpected MessagePack 0x{kind:x}")


class Neovim(Editor):
    """One Neovim with its own home, and `default_lint` set up with the given options (Lua)."""

    def __init__(self, program: Path, home: Path, options: str = "", setup: str | None = None, **variables: str):
        super().__init__("nvim", home, **variables)
        address = str(self.folder / "s")
        command = "{" + ", ".join(json.dumps(part) for part in server()) + "}"
        setup = setup or f"require('default_lint').setup({{ cmd = {command}, {options} }})"
        self.start([str(program), "--headless", "-u", "NONE", "-i", "NONE", "-n", "--listen", address])
        try:
            self.connection = self.connect(address)
            self.answers = Answers(self.connection)
            self.calls = 0
            self.call(f"vim.o.runtimepath = vim.o.runtimepath .. ',' .. {json.dumps(str(PLUGIN))}")
            self.call((HERE / "driver.lua").read_text())
            self.lua(setup)
        except BaseException:
            self.close()
            raise

    def connect(self, address: str) -> socket.socket:
        end = time.monotonic() + self.patience
        while True:
            connection = socket.socket(socket.AF_UNIX)
            try:
                connection.connect(address)
            except OSError:
                connection.close()
                if self.process.poll() is not None or time.monotonic() > end:
                    raise Problem("Neovim did not start") from None
                time.sleep(0.02)
                continue
            connection.settimeout(self.patience)
            return connection

    def call(self, code: str, *arguments: Any) -> Any:
        self.calls += 1
        self.connection.sendall(pack([0, self.calls, "nvim_exec_lua", [code, list(arguments)]]))
        _, number, error, result = self.answers.next()
        assert number == self.calls
        if error is not None:
            raise Problem(error[1] if isinstance(error, list) else error)
        return result

    def lua(self, code: str, *arguments: Any) -> Any:
        """The value that a chunk returns; `...` are the arguments."""
        answer = json.loads(self.call("return driver.run(...)", code, *arguments))
        if "problem" in answer:
            raise Problem(answer["problem"])
        return answer["result"]

    def wait(self, code: str, *arguments: Any, seconds: float | None = None) -> Any:
        """The value that a chunk returns, once it is neither nil nor false nor empty."""
        return self.until(lambda: self.lua(code, *arguments) or None, code, seconds)

    def open(self, path: Path) -> None:
        self.lua("vim.cmd('edit ' .. vim.fn.fnameescape(...))", str(path))

    def type(self, text: str) -> None:
        """Replace the text of the buffer, as one edit."""
        self.lua(
            "vim.api.nvim_buf_set_lines(0, 0, -1, false, vim.split((...), '\\n')) vim.cmd('doautocmd TextChanged')",
            text.removesuffix("\n"),
        )

    def text(self) -> str:
        return "\n".join(self.lua("return driver.lines()")) + "\n"

    def diagnostics(self) -> list[dict[str, Any]]:
        return self.lua("return driver.diagnostics()") or []

    def said(self) -> list[str]:
        return self.lua("return driver.said") or []

    def given_up(self) -> bool:
        return any("quit with exit code" in text for text in self.said())

    def close(self) -> None:
        """End Neovim and whatever it started."""
        if hasattr(self, "connection"):
            self.connection.close()
        super().close()
