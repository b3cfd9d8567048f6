"""The server as a process: how it starts, how it ends, and that nothing else comes out of it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import psutil
import pytest

from default_lint import __version__
from tests.lsp.client import FAULTY, PATIENCE, ROOT, RULES, Client, begun, capabilities, session
from tests.lsp.client import Editor as Setup

URI = "file:///project/train.py"


def run(*command: str, **more: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, cwd=ROOT, check=False, **more)


def message(method: str, params: Any, number: int | None = None) -> bytes:
    body: dict[str, Any] = {"jsonrpc": "2.0", "method": method, "params": params}
    if number is not None:
        body["id"] = number
    data = json.dumps(body).encode()
    return b"Content-Length: %d\r\n\r\n" % len(data) + data


INITIALIZE = message("initialize", {"processId": None, "rootUri": None, "capabilities": {}}, 1)


# Start


@pytest.mark.parametrize(
    "command",
    [("-m", "default_lsp"), ("-m", "default_lint", "server"), ("-m", "default_lsp", "--stdio")],
    ids=" ".join,
)
async def test_every_way_to_start_it(command: tuple[str, ...]) -> None:
    async with session("vscode", command=(sys.executable, *command)) as client:
        assert client.result is not None and client.result.server_info is not None
        assert (client.result.server_info.name, client.result.server_info.version) == ("default-lint", __version__)
        assert await client.rules(client.open(URI, FAULTY)) == RULES


def test_its_version() -> None:
    done = run(sys.executable, "-m", "default_lsp", "--version")
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, f"default-lsp {__version__}", "")


def test_without_pygls_it_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "pygls").mkdir()
    (tmp_path / "pygls" / "__init__.py").write_text("raise ImportError('not here')\n")
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    for command in (("-m", "default_lsp"), ("-m", "default_lint", "server")):
        done = run(sys.executable, *command, env=environment, stdin=subprocess.DEVNULL)
        assert done.returncode == 2
        assert done.stdout == ""
        assert 'pip install "default-lint[lsp]"' in done.stderr
        assert "Traceback" not in done.stderr
        assert sys.executable in done.stderr


@pytest.mark.parametrize("arguments", [("--nonsense",), ("--tcp", "x"), ("--tcp", "99999999"), ("--log-level", "x")])
def test_wrong_arguments(arguments: tuple[str, ...]) -> None:
    done = run(sys.executable, "-m", "default_lsp", *arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def test_it_listens_on_a_port() -> None:
    port = free_port()
    command = (sys.executable, "-m", "default_lsp", "--tcp", f"127.0.0.1:{port}")
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stderr=asyncio.subprocess.PIPE)
    try:
        client = Client()
        for _ in range(600):
            try:
                await client.start_tcp("127.0.0.1", port)
                break
            except OSError:
                assert process.returncode is None
                await asyncio.sleep(0.1)
        from lsprotocol import types as lsp

        client.result = await client.initialize_session(lsp.InitializeParams(capabilities("vscode")))
        client.pulls = True
        assert await client.rules(client.open(URI, FAULTY)) == RULES
        await client.shutdown_async(None)
        client.exit(None)
        assert await asyncio.wait_for(process.wait(), PATIENCE) == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def test_a_port_that_is_taken_is_told() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = run(sys.executable, "-m", "default_lsp", "--tcp", str(taken.getsockname()[1]))
    assert done.returncode == 2
    assert "cannot listen" in done.stderr
    assert "Traceback" not in done.stderr


# End


async def test_shutdown_and_exit() -> None:
    async with session("vscode") as client:
        client.open(URI, FAULTY)
    assert client.process.returncode == 0


@pytest.mark.parametrize("after", [b"", INITIALIZE, INITIALIZE + message("initialized", {})], ids=["at once", "1", "2"])
def test_the_end_of_input_ends_it(after: bytes) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "default_lsp"], input=after, capture_output=True, timeout=PATIENCE, cwd=ROOT, check=False
    )
    assert done.returncode == 0
    assert b"Traceback" not in done.stderr, done.stderr.decode()


def test_the_end_of_input_in_the_middle_of_work_ends_it() -> None:
    document = {"uri": URI, "languageId": "python", "version": 1, "text": FAULTY * 40}
    pull = message("textDocument/documentSymbol", {"textDocument": {"uri": URI}}, 2)
    begin = INITIALIZE + message("initialized", {}) + message("textDocument/didOpen", {"textDocument": document}) + pull
    done = subprocess.run(
        [sys.executable, "-m", "default_lsp"], input=begin, capture_output=True, timeout=PATIENCE, cwd=ROOT, check=False
    )
    assert done.returncode in (0, 1)
    assert len(done.stderr) < 20_000, "no flood of errors about a client that is gone"


def test_exit_without_shutdown_ends_it_with_1() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "default_lsp"],
        input=INITIALIZE + message("exit", None),
        capture_output=True,
        timeout=PATIENCE,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 1


async def test_exit_while_it_works_is_quick_and_quiet() -> None:
    async with session("vscode-push", quiet=False) as client:
        client.open(URI, FAULTY * 40)
        client.send({"id": "raw-1", "method": "textDocument/documentSymbol", "params": {"textDocument": {"uri": URI}}})
    assert client.process.returncode == 0
    assert len(client.stderr) < 20_000


@pytest.mark.skipif(os.name == "nt", reason="editors are killed in another way there")
def test_it_ends_when_its_editor_is_killed() -> None:
    """The editor is a process that keeps the server's pipes open in a third one, so that only its end tells."""
    editor = textwrap.dedent(
        """
        import json, os, subprocess, sys, time
        inherited = os.pipe()
        server = subprocess.Popen([sys.executable, "-m", "default_lsp"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize",
                           "params": {"processId": os.getpid(), "rootUri": None, "capabilities": {}}}).encode()
        server.stdin.write(b"Content-Length: %d\\r\\n\\r\\n" % len(body) + body)
        server.stdin.flush()
        server.stdout.readline()
        keeper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"],
                                  pass_fds=[server.stdin.fileno(), server.stdout.fileno()], stdout=subprocess.DEVNULL)
        print(server.pid, keeper.pid, flush=True)
        time.sleep(600)
        """
    )
    process = subprocess.Popen([sys.executable, "-c", editor], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    server, keeper = (psutil.Process(int(word)) for word in process.stdout.readline().split())
    try:
        process.send_signal(signal.SIGKILL)
        process.wait()
        _, alive = psutil.wait_procs([server], timeout=PATIENCE)
        assert not alive
    finally:
        for each in (keeper, server):
            if each.is_running():
                each.kill()
        process.stdout.close()


# Nothing else comes out


async def test_what_is_printed_in_the_process_does_not_reach_the_editor(tmp_path: Path) -> None:
    noise = """
        import os, sys
        print("printed by a library")
        import default_lint.engine as engine
        before = engine.analyze
        def analyze(*arguments, **more):
            print("print")
            sys.stdout.write("write\\n")
            sys.__stdout__.write("original\\n"); sys.__stdout__.flush()
            os.write(1, b"descriptor\\n")
            os.system("echo child")
            return before(*arguments, **more)
        engine.analyze = analyze
    """
    start = tmp_path / "start.py"
    start.write_text(
        "import default_lsp.__main__ as main\n"
        "streams = main._streams\n"
        f"def mine():\n    found = streams()\n{textwrap.indent(textwrap.dedent(noise), '    ')}\n    return found\n"
        "main._streams = mine\nmain.run()\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    async with session("vscode", command=(sys.executable, str(start)), environment=environment) as client:
        assert await client.rules(client.open(URI, FAULTY)) == RULES
    for word in ("printed by a library", "print", "write", "original", "descriptor", "child"):
        assert word in client.stderr, word


async def test_who_reads_standard_input_meets_its_end(tmp_path: Path) -> None:
    start = tmp_path / "start.py"
    start.write_text(
        "import default_lint.engine as engine, sys\n"
        "before = engine.analyze\n"
        "def analyze(*arguments, **more):\n"
        "    assert sys.stdin.read() == ''\n"
        "    import os; assert os.read(0, 1) == b''\n"
        "    return before(*arguments, **more)\n"
        "engine.analyze = analyze\n"
        "from default_lsp.__main__ import run\nrun()\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    async with session("vscode", command=(sys.executable, str(start)), environment=environment) as client:
        assert await client.rules(client.open(URI, FAULTY)) == RULES


async def test_two_servers_at_once_do_not_meet() -> None:
    one, other = await begun(Setup("vscode")), await begun(Setup("emacs"))
    try:
        one.open(URI, FAULTY)
        other.open(URI, "import keras\n")
        assert await one.rules(URI) == RULES
        assert await other.rules(URI) == []
    finally:
        from tests.lsp.client import ended

        await ended(one)
        await ended(other)
