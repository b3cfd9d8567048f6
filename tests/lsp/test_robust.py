"""Any request on any text: the server answers and goes on."""

from __future__ import annotations

import asyncio
import os
import random
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from lsprotocol import types as lsp

from tests.lsp.client import FAULTY, NOTEBOOKS, ROOT, RULES, Client, Editor, Sessions, begun, ended, session

pytestmark = pytest.mark.asyncio(loop_scope="module")
URI = "file:///project/train.py"
INVALID = -32602


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def _rough() -> AsyncIterator[Client]:
    client = await begun(Editor("vscode", changes=[NOTEBOOKS]))
    yield client
    assert client.process.returncode is None, client.stderr[-3000:]
    await ended(client, quiet=False)
    assert client.process.returncode == 0
    assert not [text for text in [*client.past_messages, *client.said()] if "internal error" in text], client.stderr


@pytest_asyncio.fixture(loop_scope="module")
async def rough(_rough: Client) -> AsyncIterator[Client]:
    """A session in which the client does what it likes; afterwards everything has to be as before."""
    _rough.forget()
    yield _rough
    _rough.forget()
    assert await _rough.rules(_rough.open("file:///project/after.py", FAULTY)) == RULES


# Messages


REQUESTS = {
    "textDocument/hover": {"textDocument": {"uri": URI}, "position": {"line": 0, "character": 0}},
    "textDocument/codeAction": {
        "textDocument": {"uri": URI},
        "range": {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}},
        "context": {"diagnostics": []},
    },
    "textDocument/inlayHint": {
        "textDocument": {"uri": URI},
        "range": {"start": {"line": 0, "character": 0}, "end": {"line": 99, "character": 0}},
    },
    "textDocument/codeLens": {"textDocument": {"uri": URI}},
    "textDocument/documentSymbol": {"textDocument": {"uri": URI}},
    "textDocument/diagnostic": {"textDocument": {"uri": URI}},
    "codeAction/resolve": {"title": "x"},
    "workspace/executeCommand": {"command": "default-lint.explain", "arguments": ["softmax-on-one-unit"]},
}
BROKEN: list[Any] = [None, [], {}, 5, "text", {"textDocument": None}, {"textDocument": {"uri": 5}}, {"a": {"b": []}}]


@pytest.mark.parametrize("method", list(REQUESTS))
async def test_a_request_with_wrong_parameters_is_answered(rough: Client, method: str) -> None:
    rough.open(URI, FAULTY)
    for params in BROKEN:
        answer = await rough.call(method, params)
        assert "error" in answer or answer.get("result") in (None, []) or "items" in answer["result"], answer
    answer = await rough.call(method, REQUESTS[method])
    assert "error" not in answer, answer


@pytest.mark.parametrize(
    "method",
    [
        "textDocument/didOpen",
        "textDocument/didChange",
        "textDocument/didClose",
        "textDocument/didSave",
        "notebookDocument/didOpen",
        "notebookDocument/didChange",
        "notebookDocument/didClose",
        "workspace/didChangeConfiguration",
        "workspace/didChangeWatchedFiles",
        "workspace/didChangeWorkspaceFolders",
        "default-lint/trust",
        "$/cancelRequest",
        "$/setTrace",
        "window/workDoneProgress/cancel",
        "nonsense/nonsense",
    ],
)
async def test_a_notification_with_wrong_parameters_does_no_harm(rough: Client, method: str) -> None:
    for params in BROKEN:
        rough.tell(method, params)
    assert await rough.rules(rough.open(URI, FAULTY)) == RULES


@pytest.mark.parametrize("body", [b"", b"{", b"null", b"[]", b"5", b'"x"', b"{}", b"\xff\xfe", b'{"jsonrpc": "1.0"}'])
async def test_what_is_no_message_does_no_harm(rough: Client, body: bytes) -> None:
    if body:
        rough.send(body)
    assert rough.process.stdin is not None
    rough.process.stdin.write(b"Content-Type: nonsense\r\nX: y\r\n")
    assert await rough.rules(rough.open(URI, FAULTY)) == RULES


async def test_unknown_requests_and_commands_are_refused(rough: Client) -> None:
    assert (await rough.call("textDocument/definition", REQUESTS["textDocument/hover"]))["error"]["code"] == -32601
    answer = await rough.call("workspace/executeCommand", {"command": "default-lint.nonsense"})
    assert answer["error"]["code"] == INVALID
    answer = await rough.call("workspace/executeCommand", {"command": "default-lint.explain"})
    assert answer["result"] is None


async def test_answers_that_nobody_asked_for_do_no_harm(rough: Client) -> None:
    rough.send({"id": "nobody", "result": None})
    rough.send({"id": 4711, "error": {"code": 1, "message": "x"}})
    assert await rough.rules(rough.open(URI, FAULTY)) == RULES


async def test_requests_before_open_and_after_close(rough: Client) -> None:
    for _ in range(2):
        for method, params in REQUESTS.items():
            answer = await rough.call(method, params)
            assert "error" not in answer, answer
        rough.tell("textDocument/didChange", {"textDocument": {"uri": URI, "version": 2}, "contentChanges": []})
        rough.tell("textDocument/didClose", {"textDocument": {"uri": URI}})
        rough.tell("textDocument/didSave", {"textDocument": {"uri": URI}})
        rough.open(URI, FAULTY)
        rough.close(URI)


async def test_a_document_that_is_opened_twice_is_the_second(rough: Client) -> None:
    rough.open(URI, FAULTY)
    first = asyncio.create_task(rough.symbols(URI))
    await asyncio.sleep(0)
    rough.open(URI, FAULTY.replace("softmax", "sigmoid"))
    assert await rough.rules(URI) == RULES[1:]
    assert len(await first) <= 1, "whoever waited for the first is answered"


async def test_before_initialize_nothing_is_done_and_after_shutdown_neither() -> None:
    client = Client()
    await client.start_io(sys.executable, "-m", "default_lsp", cwd=ROOT)
    client.tell("textDocument/didOpen", {"textDocument": {"uri": URI, "languageId": "p", "version": 1, "text": FAULTY}})
    for method, params in REQUESTS.items():
        client.send({"id": f"raw-early-{method}", "method": method, "params": params})
    for method in REQUESTS:
        await client.answer(f"raw-early-{method}")
    answer = await client.call("initialize", {"processId": None, "rootUri": None, "capabilities": {}})
    assert "capabilities" in answer["result"]
    client.tell("initialized", {})
    assert (await client.call("textDocument/codeLens", REQUESTS["textDocument/codeLens"]))["result"] == []
    await client.call("shutdown", None)
    client.tell("textDocument/didOpen", {"textDocument": {"uri": URI, "languageId": "p", "version": 1, "text": FAULTY}})
    client.tell("exit", None)
    await client.stop()
    assert client.process.returncode == 0


# Places and texts


async def test_places_out_of_range(rough: Client) -> None:
    rough.open(URI, FAULTY)
    most = 2**31 - 1
    for line, character in ((0, most), (most, 0), (most, most), (len(FAULTY.split("\n")) - 1, 5)):
        place = lsp.Position(line, character)
        await rough.hover(URI, place)
        await rough.hints(URI, lsp.Range(place, place))
        await rough.hints(URI, lsp.Range(lsp.Position(0, 0), place))
        await rough.hints(URI, lsp.Range(place, lsp.Position(0, 0)))
        await rough.actions(URI, lsp.Range(place, lsp.Position(0, 0)))
    change = {
        "range": {"start": {"line": 10**6, "character": 9}, "end": {"line": 1, "character": 0}},
        "text": "\n# end",
    }
    document = {"uri": URI, "version": 2}
    rough.tell("textDocument/didChange", {"textDocument": document, "contentChanges": [change]})
    rough.held[URI].version = 2
    assert await rough.rules(URI) == RULES


def odd_texts() -> dict[str, str]:
    draw = random.Random(7)
    return {
        "null bytes": FAULTY.replace("Dense", "De\x00nse"),
        "null at the end": f"{FAULTY}\x00",
        "controls": "import keras\n" + "".join(map(chr, range(32))),
        "binary": "keras" + bytes(draw.randrange(256) for _ in range(5000)).decode("latin-1"),
        "lone surrogates": FAULTY.replace('"relu"', '"\ud800"') + "# \udfff\n",
        "a surrogate in a name": FAULTY.replace("model", "mod\udc80el"),
        "a long line": "import keras\nx = [" + "1, " * 20_000 + "]\n" + FAULTY,
        "a long line of characters beyond": "import keras\nx = '" + "\U0001f600" * 50_000 + "'; " + FAULTY,
        "deep": "import keras\nx = " + "(" * 5000 + ")" * 5000 + "\n",
        "deep in a way that parses": "import keras\nx = " + "-" * 3000 + "1\n",
        "deep attributes": "import keras\nx = keras" + ".a" * 3000 + "\n",
        "deep blocks": "import keras\n" + "".join(f"{' ' * n}if x:\n" for n in range(120)) + " " * 120 + "pass\n",
        "deep calls": "import keras\nx = " + "f(" * 150 + ")" * 150 + "\n",
        "many models": "import keras\n" + "keras.Sequential([keras.layers.Dense(1, activation='softmax')])\n" * 300,
        "only spaces": "# keras\n" + " " * 10_000,
        "strange numbers": "import keras\nkeras.layers.Dense(1" + "0" * 5000 + ")\nkeras.layers.Dense(10**10**10)\n",
        "strange escapes": "import keras\nx = '\\N{nothing}' '\\xZZ' '\\ud800'\n",
        "tabs and spaces": "import keras\nif 1:\n\tx = 1\n        y = 2\n",
        "an encoding that lies": "# -*- coding: utf-16 -*-\n" + FAULTY,
        "an encoding that is none": "# -*- coding: nonsense -*-\n" + FAULTY,
        "python 2": "import keras\nprint 'x'\n",
        "a formatted string": "import keras\nf'{'\n",
    }


@pytest.mark.parametrize("name", list(odd_texts()))
async def test_every_request_on_every_text(rough: Client, name: str) -> None:
    text = odd_texts()[name]
    rough.open(URI, text)
    for change in (None, "x = keras\n", "("):
        if change is not None:
            document = {"uri": URI, "version": rough.held[URI].version + 1}
            rough.held[URI].version += 1
            rough.held[URI].text = change + rough.held[URI].text
            at = {"start": {"line": 0, "character": 0}, "end": {"line": 0, "character": 0}}
            changes = [{"range": at, "text": change}]
            rough.tell("textDocument/didChange", {"textDocument": document, "contentChanges": changes})
        for method, params in REQUESTS.items():
            answer = await rough.call(method, params)
            assert "error" not in answer, answer
        diagnostics = (await rough.call("textDocument/diagnostic", {"textDocument": {"uri": URI}}))["result"]["items"]
        for item in diagnostics:
            context = {"diagnostics": [item]}
            params = {"textDocument": {"uri": URI}, "range": item["range"], "context": context}
            answer = await rough.call("textDocument/codeAction", params)
            assert "error" not in answer, answer
            if len(diagnostics) > 20:
                break
        await rough.command("fixAll", "file:///not/open.py")
    assert rough.process.returncode is None


async def test_a_document_of_three_megabytes(rough: Client) -> None:
    text = "import keras\n" + FAULTY + "# " + "x" * 98 + "\n"
    big = text + ("y = [" + "1, " * 30 + "]\n") * 31_000
    assert len(big) > 3_000_000
    rough.open(URI, big)
    for method, params in REQUESTS.items():
        answer = await rough.call(method, params)
        assert "error" not in answer, answer
    for _ in range(5):
        rough.edit(URI, (0, 0, "#\n"))
    await rough.findings(URI)
    rough.write(URI, FAULTY)
    assert await rough.rules(URI) == RULES


async def test_odd_notebooks(rough: Client) -> None:
    for number, text in enumerate(odd_texts().values()):
        uri = f"file:///project/{number}.ipynb"
        cells = rough.open_notebook(uri, [("python", FAULTY), ("python", text), ("markdown", text), ("python", "%%")])
        for cell in cells:
            for method in ("textDocument/inlayHint", "textDocument/documentSymbol", "textDocument/codeLens"):
                answer = await rough.call(method, {**REQUESTS[method], "textDocument": {"uri": cell}})
                assert "error" not in answer, answer
        rough.close_notebook(uri)


# Errors of our own


async def test_an_error_of_ours_is_told_once_and_the_server_goes_on(tmp_path: Path) -> None:
    start = tmp_path / "start.py"
    start.write_text(
        "import default_lint.engine as engine\n"
        "before = engine.analyze\n"
        "def analyze(document, settings, *rest, **more):\n"
        "    if 'BOOM' in document.text: raise RuntimeError('a bug')\n"
        "    if 'DEEP' in document.text: raise RecursionError('deep')\n"
        "    return before(document, settings, *rest, **more)\n"
        "engine.analyze = analyze\n"
        "from default_lsp.__main__ import run\nrun()\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = (sys.executable, str(start))
    for editor in ("vscode", "emacs"):
        async with session(editor, command=command, environment=environment, quiet=False) as client:
            uri = client.open(URI, FAULTY)
            assert await client.rules(uri) == RULES
            for number in range(3):
                client.edit(uri, (0, 0, f"# BOOM {number}\n"))
                await client.hover(uri, lsp.Position(0, 0))
                await client.hints(uri)
                if client.pulls:
                    await client.pull(uri)
            said = client.said()
            assert len(said) == 1, said
            assert "internal error" in said[0]
            assert "RuntimeError" in said[0]
            assert "a bug" in client.stderr
            client.write(uri, FAULTY)
            assert await client.rules(uri) == RULES
            client.edit(uri, (0, 0, "# DEEP\n"))
            await client.hints(uri)
            client.write(uri, FAULTY)
            assert await client.rules(uri) == RULES
            page = await client.command("debug")
            assert "a bug" in page["markdown"]
        assert client.process.returncode == 0


async def test_a_rule_that_raises_costs_only_itself(tmp_path: Path) -> None:
    start = tmp_path / "start.py"
    start.write_text(
        "from default_lint import rules\n"
        "broken = next(rule for rule in rules.RULES if rule.name == 'softmax-on-one-unit')\n"
        "def check(self, program):\n"
        "    raise RuntimeError('a bug in a rule')\n"
        "(broken if isinstance(broken, type) else type(broken)).check = check\n"
        "from default_lsp.__main__ import run\nrun()\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    async with session("vscode", command=(sys.executable, str(start)), environment=environment, quiet=False) as client:
        uri = client.open(URI, FAULTY)
        assert await client.rules(uri) == RULES[1:]
        assert await client.hints(uri)


async def test_a_client_that_is_slow_to_read_loses_nothing(sessions: Sessions) -> None:
    client = await sessions("vscode-push")
    uris = [client.open(f"file:///project/{number}.py", FAULTY) for number in range(30)]
    for uri in uris:
        client.edit(uri, (0, 0, "#\n"))
    for uri in uris:
        await client.settled(uri)
    assert all(len(client.shown(uri)) == 3 for uri in uris)
