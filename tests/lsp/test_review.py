"""What a critical reading of the server found: races, requests that were never answered, clients that behave badly."""

from __future__ import annotations

import asyncio
import json
import os
import re
import socket
import struct
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcInternalError

from default_lint.text import Document, Span
from default_lsp.configuration import ClientSettings, Configuration, parse
from default_lsp.server import all_fixes
from default_lsp.session import Session
from default_lsp.source import Units
from default_lsp.translate import Abilities, actions_from_data
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


class Editor:
    """Stands in for the client of a `Session`."""

    def __init__(self) -> None:
        self.failures: list[str] = []
        self.published: list[tuple[str, int | None, list[str]]] = []

    def publish(self, uri: str, version: int | None, diagnostics: Sequence[lsp.Diagnostic]) -> None:
        self.published.append((uri, version, [str(item.code) for item in diagnostics]))

    def outdated(self) -> None:
        pass

    def failed(self, what: str, error: BaseException) -> None:
        self.failures.append(what)


@pytest_asyncio.fixture
async def editing(tmp_path: Path) -> AsyncIterator[Session]:
    configuration = Configuration(lambda message: None, folders={str(tmp_path): ClientSettings()})
    mine = Session(Editor(), configuration, Units(), Abilities(), push=True)
    yield mine
    mine.stop()


@pytest.mark.asyncio
async def test_an_engine_that_cannot_be_loaded_is_told_and_nobody_waits(
    editing: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise ImportError("libcst")

    monkeypatch.setattr("default_lsp.session._engine", broken)
    editing.start()
    uri = (tmp_path / "a.py").as_uri()
    for _ in range(2):
        editing.open(uri, FAULTY, 1, "python")
        assert await asyncio.wait_for(editing.current(uri), PATIENCE) is None
        editing.close(uri)
    assert isinstance(editing.client, Editor)
    assert editing.client.failures


@pytest.mark.asyncio
async def test_an_editor_that_cannot_be_told_does_not_end_the_analyses(editing: Session, tmp_path: Path) -> None:
    def gone(*_: Any) -> None:
        raise BrokenPipeError

    editing.start()
    uri, other = (tmp_path / "a.py").as_uri(), (tmp_path / "b.py").as_uri()
    editor = editing.client
    editor.publish, before = gone, editor.publish  # type: ignore[method-assign]
    editing.open(uri, FAULTY, 1, "python")
    await editing.current(uri)
    editor.publish = before  # type: ignore[method-assign]
    editing.open(other, FAULTY, 1, "python")
    assert await asyncio.wait_for(editing.current(other), PATIENCE) is not None


@pytest.mark.asyncio
async def test_the_places_of_a_run_are_those_of_the_text_as_it_is_now(editing: Session, tmp_path: Path) -> None:
    editing.start()
    path = tmp_path / "a.py"
    uri, ran = path.as_uri(), Document(str(path), FAULTY)
    start = FAULTY.index("lr=0.1")
    editing.open(uri, FAULTY, 1, "python")
    await editing.current(uri)
    before = editing.place(ran, Span(start, start + 6), uri)
    editing.change(uri, 2, [lsp.TextDocumentContentChangeWholeDocument("# one\n# two\n" + FAULTY)])
    await editing.current(uri, hurry=True)
    after = editing.place(ran, Span(start, start + 6), uri)
    for end in ("start", "end"):
        was, now = before["range"][end], after["range"][end]  # type: ignore[index]
        assert (now["line"], now["character"]) == (was["line"] + 2, was["character"])
    editing.change(uri, 3, [lsp.TextDocumentContentChangeWholeDocument(FAULTY.replace("lr=0.1", ""))])
    await editing.current(uri, hurry=True)
    gone = editing.place(ran, Span(start, start + 6), uri)
    assert gone["range"]["start"]["line"] == before["range"]["start"]["line"]  # type: ignore[index]


def test_edits_that_a_diagnostic_carries_are_not_made_in_another_cell_that_changed() -> None:
    rows = [{"uri": f"cell:{cell}", "range": [0, 0, 0, 1], "text": "x", "version": 1} for cell in "ab"]
    offer = {"title": "Fix", "kind": "fix", "rule": RULES[0], "safe": True, "edits": rows}
    where = lsp.Range(lsp.Position(0, 0), lsp.Position(0, 1))
    diagnostic = lsp.Diagnostic(where, "message", data={"version": 1, "offers": [offer]})
    versions = {"cell:a": 1, "cell:b": 1}
    assert actions_from_data(diagnostic, "cell:a", versions.get, Abilities())
    versions["cell:b"] = 2
    assert not actions_from_data(diagnostic, "cell:a", versions.get, Abilities())
    versions.update({"cell:a": 2, "cell:b": 1})
    assert not actions_from_data(diagnostic, "cell:a", versions.get, Abilities())


@pytest.mark.asyncio
async def test_all_fixes_are_those_of_the_text_that_they_are_made_in(editing: Session, tmp_path: Path) -> None:
    editing.start()
    uri = (tmp_path / "a.py").as_uri()
    editing.open(uri, FAULTY, 1, "python")
    call, calls = editing.call, 0

    async def slow(function: Any) -> Any:
        nonlocal calls
        calls += 1
        found = await call(function)
        if calls == 1:  # the user types meanwhile
            editing.change(uri, 2, [lsp.TextDocumentContentChangeWholeDocument("#\n" + FAULTY)])
        return found

    editing.call = slow  # type: ignore[method-assign]
    edits = await all_fixes(editing, uri)
    assert edits
    assert {version for _, version, _ in edits} == {2}
    editing.close(uri)
    assert await all_fixes(editing, uri) is None


@pytest.mark.asyncio
@pytest.mark.parametrize("polite", [True, False])
async def test_a_run_that_the_end_of_the_server_cuts_off_leaves_no_files(tmp_path: Path, polite: bool) -> None:
    temporary, begun, path = tmp_path / "temporary", tmp_path / "begun", tmp_path / "train.py"
    temporary.mkdir()
    path.write_text(f"import time  # keras\nopen({str(begun)!r}, 'w').close()\ntime.sleep(600)\n")
    environment = {**os.environ, "TMPDIR": str(temporary)}
    options = {"trusted": True}
    async with session(folders=[tmp_path], options=options, environment=environment, quiet=polite) as client:
        await client.command("diagnose", client.open(path))
        await client.until(begun.exists)
        assert list(temporary.iterdir())
        if not polite:
            assert client.process.stdin is not None
            client.process.stdin.close()
            await client.process.wait()
    assert not list(temporary.iterdir())


def test_odd_values_of_the_editor_cost_only_themselves(tmp_path: Path) -> None:
    told: list[str] = []
    path = str(tmp_path / "a.py")
    for raw in ({"exclude": ["[z-a].py"]}, {"configuration": "a\0b"}):
        configuration = Configuration(told.append, general=parse(raw, told.append))
        assert not configuration.settings(path).excluded(path)
    assert len(told) == 1
