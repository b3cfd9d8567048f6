"""What a critical reading of the server found: races, requests that were never answered, clients that behave badly."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcInternalError

from tests.lsp.client import FAULTY, PATIENCE, ROOT, RULES, session

WHOLE = {"settings": {"diagnosticMode": "workspace"}}
BROKEN = "import keras\nmodel = (\n"


async def reports(client: Any, known: dict[str, str] | None = None) -> dict[str, list[str]]:
    """The rules of the findings of each file, by its name."""
    previous = [{"uri": uri, "value": value} for uri, value in (known or {}).items()]
    answer = await client.call("workspace/diagnostic", {"previousResultIds": previous})
    return {
        item["uri"].rpartition("/")[2]: [row["code"] for row in item.get("items", ())]
        for item in answer["result"]["items"]
    }


def changed(client: Any, path: Path) -> None:
    client.tell("workspace/didChangeWatchedFiles", {"changes": [{"uri": path.as_uri(), "type": 2}]})


@pytest.mark.asyncio
async def test_the_workspace_is_told_of_with_a_configuration_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(FAULTY)
    (tmp_path / "default-lint.toml").write_text("select = 3\n")
    async with session(folders=[tmp_path], options=WHOLE, settings=WHOLE["settings"]) as client:
        assert await reports(client) == {"a.py": RULES}
        assert [text for text in client.said() if "`select`" in text]


@pytest.mark.asyncio
async def test_syntax_errors_that_nobody_wants_are_not_told_of_files_that_are_not_open(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(BROKEN)
    settings = {**WHOLE["settings"], "showSyntaxErrors": False}
    async with session(folders=[tmp_path], options={"settings": settings}, settings=settings) as client:
        assert await reports(client) in ({}, {"a.py": []})


@pytest.mark.asyncio
async def test_a_file_that_is_open_under_a_uri_written_otherwise_is_told_once(tmp_path: Path) -> None:
    path = tmp_path / "train(1).py"
    path.write_text(FAULTY)
    async with session(folders=[tmp_path], options=WHOLE, settings=WHOLE["settings"]) as client:
        client.open(path.as_uri().replace("%28", "(").replace("%29", ")"), FAULTY)
        assert await reports(client) == {}


@pytest.mark.asyncio
async def test_what_is_new_is_told_to_the_next_who_asks_when_the_request_was_canceled(tmp_path: Path) -> None:
    for number in range(60):
        (tmp_path / f"a{number}.py").write_text(FAULTY.replace("Dense(8", f"Dense({number + 1}"))
    async with session(folders=[tmp_path], options=WHOLE, settings=WHOLE["settings"]) as client:
        client.send({"id": "raw-first", "method": "workspace/diagnostic", "params": {"previousResultIds": []}})
        await asyncio.sleep(0.5)  # most often it has begun by then; when it has not, that is right too
        client.tell("$/cancelRequest", {"id": "raw-first"})
        if "error" in await client.answer("raw-first"):
            assert len(await reports(client)) == 60


@pytest.mark.asyncio
async def test_the_server_ends_in_order_while_a_command_waits_for_the_editor() -> None:
    async with session(quiet=False) as client:
        client.protocol.fm.features.pop("window/showDocument", None)
        asked, late, answered = asyncio.Event(), asyncio.Event(), asyncio.Event()

        @client.feature("window/showDocument")
        async def _(_: Any) -> lsp.ShowDocumentResult:
            asked.set()
            await late.wait()
            asyncio.get_running_loop().call_later(0, answered.set)
            return lsp.ShowDocumentResult(True)

        arguments = {"command": "default-lint.explain", "arguments": [RULES[0]]}
        client.send({"id": "raw-explain", "method": "workspace/executeCommand", "params": arguments})
        await client.until(asked.is_set)
        client.send({"id": "raw-shutdown", "method": "shutdown"})
        assert (await client.answer("raw-shutdown")) == {"id": "raw-shutdown", "jsonrpc": "2.0", "result": None}
        client.send({"id": "raw-late", "method": "textDocument/hover", "params": position("file:///a.py")})
        assert (await client.answer("raw-late"))["error"]["code"] == -32600
        late.set()
        await client.until(answered.is_set)
        client.send({"method": "exit"})
        assert await client.process.wait() == 0
    assert "Traceback" not in client.stderr


@pytest.mark.asyncio
@pytest.mark.parametrize("answer", [None, lsp.ShowDocumentResult(False), {"error": "not now"}])
async def test_a_page_that_the_editor_does_not_show_is_a_message(answer: Any) -> None:
    async with session(quiet=False) as client:
        client.protocol.fm.features.pop("window/showDocument", None)

        @client.feature("window/showDocument")
        def _(_: Any) -> Any:
            if isinstance(answer, dict):
                raise JsonRpcInternalError(answer["error"])
            return answer

        page = await client.command("explain", RULES[0])
        assert page["title"] == RULES[0]
        await client.until(lambda: [text for text in client.said() if RULES[0] in text])


def position(uri: str) -> dict[str, Any]:
    return {"textDocument": {"uri": uri}, "position": {"line": 0, "character": 0}}


class Server:
    """A server process without a client that knows the protocol."""

    def __init__(self, *arguments: str, cwd: Path = ROOT) -> None:
        command = [sys.executable, "-m", "default_lsp", *arguments]
        self.process = subprocess.Popen(
            command, cwd=cwd, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )

    def talk(self, *messages: dict[str, Any]) -> list[Any]:
        """Send messages and the end; what it answers."""
        data = b"".join(framed(message) for message in messages)
        stdout, self.stderr = self.process.communicate(data, timeout=PATIENCE)
        return list(read(stdout))


def framed(message: dict[str, Any]) -> bytes:
    body = json.dumps({"jsonrpc": "2.0", **message}).encode()
    return b"Content-Length: %d\r\n\r\n" % len(body) + body


def read(data: bytes) -> list[Any]:
    return [json.loads(body) for body in re.split(rb"Content-Length: \d+\r\n(?:.+\r\n)*\r\n", data) if body]


INITIALIZE = {
    "id": 1,
    "method": "initialize",
    "params": {"processId": None, "rootUri": None, "capabilities": {}},
}
END = ({"id": "end", "method": "shutdown"}, {"method": "exit"})


def test_the_modules_of_the_folder_where_it_starts_are_not_run(tmp_path: Path) -> None:
    for name in ("psutil", "logging", "argparse", "pygls", "libcst", "random"):
        (tmp_path / f"{name}.py").write_text("import pathlib; pathlib.Path('ran').touch()")
    server = Server(cwd=tmp_path)
    document = {"uri": "file:///a.py", "languageId": "python", "version": 1, "text": FAULTY}
    answers = server.talk(
        INITIALIZE,
        {"method": "textDocument/didOpen", "params": {"textDocument": document}},
        {"id": 2, "method": "textDocument/hover", "params": position("file:///a.py")},
        {"id": 3, "method": "workspace/executeCommand", "params": {"command": "default-lint.debug", "arguments": []}},
        *END,
    )
    assert server.process.returncode == 0, server.stderr
    assert "capabilities" in answers[0]["result"]
    assert not (tmp_path / "ran").exists()


def test_a_second_client_on_the_port_takes_nothing_over() -> None:
    server = Server("--tcp", "0")
    assert server.process.stderr is not None
    port = int(server.process.stderr.readline().decode().rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as first:
        first.sendall(framed(INITIALIZE))
        assert first.recv(1 << 16)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), PATIENCE)
        first.sendall(framed({"id": 2, "method": "textDocument/hover", "params": position("file:///a.py")}))
        assert b'"id": 2' in first.recv(1 << 16)
        first.sendall(b"".join(map(framed, END)))
        assert server.process.wait(PATIENCE) == 0
    server.process.communicate()


def test_a_client_on_the_port_that_goes_ends_the_server() -> None:
    server = Server("--tcp", "0")
    assert server.process.stderr is not None
    port = int(server.process.stderr.readline().decode().rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as first:
        first.sendall(framed(INITIALIZE))
        assert first.recv(1 << 16)
        first.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # a reset, not an end
    _, said = server.process.communicate(timeout=PATIENCE)
    assert server.process.returncode == 0
    assert b"Traceback" not in said
