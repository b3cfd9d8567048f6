"""How quickly the language server answers, as an editor sees it; prints a Markdown table.

    python benchmarks/lsp.py [--rounds N]

A real server in a process of its own and a real client. Keystrokes change one character of an argument, of a name or of
a comment, at places drawn by a fixed seed; the time is from the edit until its diagnostics are there, less the 200 ms
for which the server waits for the next keystroke. Start-up is compared with a pygls server without features, in turns.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import psutil
from lsprotocol import types as lsp
from pygls.lsp.client import LanguageClient

from default_lsp.session import DEBOUNCE
from default_lsp.uris import to_uri

ROOT = Path(__file__).resolve().parents[1]
OURS = (sys.executable, "-m", "default_lsp")
EMPTY = (sys.executable, "-c", "from pygls.lsp.server import LanguageServer; LanguageServer('empty', '1').start_io()")
OPEN = 50


class Row(NamedTuple):
    """One line of the table."""

    what: str
    median: str
    high: str
    bar: str
    met: bool


class Editor:
    """A client that is told of diagnostics, and waits for those of a version."""

    def __init__(self) -> None:
        self.client = LanguageClient("benchmark", "1")
        self.versions: dict[str, int] = {}
        self.texts: dict[str, str] = {}
        self.news = asyncio.Condition()
        self.seen: dict[tuple[str, int | None], float] = {}

        @self.client.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        async def published(params: lsp.PublishDiagnosticsParams) -> None:
            async with self.news:
                self.seen[params.uri, params.version] = time.perf_counter()
                self.news.notify_all()

    async def start(self, command: Sequence[str]) -> float:
        """Start a server; the seconds until it has answered `initialize`."""
        began = time.perf_counter()
        await self.client.start_io(*command, cwd=ROOT)
        capabilities = lsp.ClientCapabilities(
            text_document=lsp.TextDocumentClientCapabilities(
                publish_diagnostics=lsp.PublishDiagnosticsClientCapabilities(
                    related_information=True, code_description_support=True, data_support=True
                ),
                hover=lsp.HoverClientCapabilities(content_format=[lsp.MarkupKind.Markdown]),
            ),
            workspace=lsp.WorkspaceClientCapabilities(
                workspace_edit=lsp.WorkspaceEditClientCapabilities(document_changes=True)
            ),
        )
        await self.client.initialize_async(lsp.InitializeParams(capabilities, process_id=os.getpid()))
        took = time.perf_counter() - began
        self.client.initialized(lsp.InitializedParams())
        return took

    async def stop(self) -> None:
        """End the server as an editor does."""
        await self.client.shutdown_async(None)
        self.client.exit(None)
        await self.client.stop()

    @property
    def memory(self) -> float:
        """MB that the server holds."""
        return float(psutil.Process(self.client._server.pid).memory_info().rss / 1e6)

    async def open(self, uri: str, text: str) -> None:
        """Open a document and wait for its diagnostics."""
        self.versions[uri], self.texts[uri] = 1, text
        item = lsp.TextDocumentItem(uri, "python", 1, text)
        self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))
        await self.published(uri)

    async def type(self, uri: str, line: int, column: int, text: str, deleted: int = 0) -> float:
        """One keystroke; the seconds until its diagnostics, less the wait for the next keystroke."""
        self.versions[uri] += 1
        where = lsp.Range(lsp.Position(line, column), lsp.Position(line, column + deleted))
        change = lsp.TextDocumentContentChangePartial(where, text)
        document = lsp.VersionedTextDocumentIdentifier(self.versions[uri], uri)
        began = time.perf_counter()
        self.client.text_document_did_change(lsp.DidChangeTextDocumentParams(document, [change]))
        return await self.published(uri) - began - DEBOUNCE

    async def published(self, uri: str) -> float:
        """When the diagnostics of the newest version came."""
        key = (uri, self.versions[uri])
        async with self.news:
            await asyncio.wait_for(self.news.wait_for(lambda: key in self.seen), 60)
        return self.seen[key]


def model_file(lines: int) -> str:
    """A script of at least so many lines: whole examples, healthy and faulty, one after the other."""
    folders = [sorted((ROOT / "examples" / name).glob("*.py")) for name in ("healthy", "faulty")]
    files = [file for pair in zip(*folders) for file in pair]
    text = ""
    while True:
        for file in files:
            text += file.read_text(encoding="utf-8") + "\n"
            if text.count("\n") >= lines:
                return text


def keystrokes(text: str, count: int) -> list[tuple[int, int, str]]:
    """Line, column and character of edits that leave the text Python: a digit after a digit, a letter in a comment."""
    places = []
    for number, line in enumerate(text.split("\n")):
        for column in range(1, len(line)):
            if line[column - 1].isdigit() and line[column] in ",)" and "(" in line:
                places.append((number, column, "1"))
        if line.lstrip().startswith("#") and len(line) > 5:
            places.append((number, len(line), "x"))
    return random.Random(7).choices(places, k=count)


async def typing(editor: Editor, uri: str, count: int) -> list[float]:
    """Seconds for each of so many keystrokes, each taken back again."""
    taken = []
    for line, column, character in keystrokes(editor.texts[uri], count):
        taken.append(await editor.type(uri, line, column, character))
        taken.append(await editor.type(uri, line, column, "", 1))
    return taken


async def asked(count: int, ask: Callable[[int], Awaitable[object]]) -> list[float]:
    """Seconds for each of so many requests."""
    taken = []
    for number in range(count):
        began = time.perf_counter()
        await ask(number)
        taken.append(time.perf_counter() - began)
    return taken


def row(what: str, seconds: Sequence[float], bar: float) -> Row:
    """Median and 95th percentile against a bar in seconds."""
    high = statistics.quantiles(seconds, n=20)[-1]
    return Row(what, _shown(statistics.median(seconds)), _shown(high), f"p95 <= {_shown(bar)}", high <= bar)


def _shown(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"


async def warm(rounds: int, folder: Path) -> list[Row]:
    """Keystrokes and requests in two files."""
    rows = []
    editor = Editor()
    await editor.start(OURS)
    for lines, bar in ((200, 0.15), (1000, 0.5)):
        text = model_file(lines)
        uri = to_uri(str(folder / f"model_{lines}.py"))
        await editor.open(uri, text)
        await typing(editor, uri, 3)
        size = text.count("\n") + 1
        rows.append(row(f"keystroke to diagnostics, {size} lines", await typing(editor, uri, rounds), bar))
        where = lsp.TextDocumentIdentifier(uri)
        places = [lsp.Position(line, column) for line, column, _ in keystrokes(text, rounds)]

        async def hover(
            number: int, where: lsp.TextDocumentIdentifier = where, places: list[lsp.Position] = places
        ) -> object:
            return await editor.client.text_document_hover_async(lsp.HoverParams(where, places[number]))

        async def actions(
            number: int, where: lsp.TextDocumentIdentifier = where, places: list[lsp.Position] = places
        ) -> object:
            span = lsp.Range(lsp.Position(0, 0), lsp.Position(places[number].line + 1, 0))
            context = lsp.CodeActionContext([])
            return await editor.client.text_document_code_action_async(lsp.CodeActionParams(where, span, context))

        rows.append(row(f"hover, {size} lines", await asked(rounds, hover), 0.03))
        rows.append(row(f"code actions, {size} lines", await asked(rounds, actions), 0.03))
    await editor.stop()
    return rows


async def many(rounds: int, folder: Path) -> list[Row]:
    """Fifty open files, and ten of them edited in turn."""
    editor = Editor()
    await editor.start(OURS)
    empty = editor.memory
    text = model_file(200)
    uris = [to_uri(str(folder / f"open_{number}.py")) for number in range(OPEN)]
    for uri in uris:
        await editor.open(uri, text)
    memory = editor.memory
    turns = []
    for _ in range(max(rounds // 5, 4)):
        times = [(await typing(editor, uri, 1))[0] for uri in uris[:10]]
        turns.append(statistics.median(times))
    third = max(len(turns) // 3, 1)
    first, last = statistics.median(turns[:third]), statistics.median(turns[-third:])
    after = editor.memory
    await editor.stop()
    return [
        Row(
            f"memory with {OPEN} files of 200 lines open",
            f"{memory:.0f} MB",
            f"{after:.0f} MB after edits",
            "<= 250 MB",
            max(memory, after) <= 250,
        ),
        Row("memory of the server alone", f"{empty:.0f} MB", "", "", True),
        Row(
            f"10 files edited in turn, {len(turns)} rounds",
            f"{_shown(first)} at first",
            f"{_shown(last)} at last",
            "<= 1.2 x",
            last <= 1.2 * first,
        ),
    ]


async def start_up(rounds: int) -> Row:
    """From the start of the process to the answer of `initialize`, ours and an empty server in turns."""
    ours, empty = [], []
    for _ in range(rounds):
        for command, taken in ((OURS, ours), (EMPTY, empty)):
            editor = Editor()
            taken.append(await editor.start(command))
            await editor.stop()
    mine, other = statistics.median(ours), statistics.median(empty)
    return Row(
        "start to `initialize`, against an empty pygls server",
        f"{_shown(mine)}",
        f"{_shown(other)}: {mine / other:.2f} x",
        "<= 1.5 x",
        mine <= 1.5 * other,
    )


async def measure(rounds: int) -> list[Row]:
    """All rows."""
    with tempfile.TemporaryDirectory() as directory:
        folder = Path(directory)
        return [*await warm(rounds, folder), *await many(rounds, folder), await start_up(max(rounds // 5, 5))]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=40, help="keystrokes and requests of each kind")
    options = parser.parse_args()
    before = os.getloadavg()
    rows = asyncio.run(measure(options.rounds))
    after = os.getloadavg()
    print(
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}; "
        f"load average {before[0]:.1f} before, {after[0]:.1f} after; {options.rounds} rounds.\n"
    )
    print("| What | Median | p95, or against | Bar | Met |")
    print("| --- | --- | --- | --- | --- |")
    for entry in rows:
        print(f"| {' | '.join(entry[:-1])} | {'yes' if entry.met else 'no'} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
