"""An editor for the tests: pytest-lsp's client with a memory, the texts that it holds, and what editors can do."""

from __future__ import annotations

import asyncio
import copy
import json
import re
import sys
import traceback
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from lsprotocol import types as lsp
from lsprotocol.converters import get_converter
from pygls.exceptions import JsonRpcException
from pygls.lsp.client import LanguageClient as Base
from pygls.protocol import default_converter
from pytest_lsp import client_capabilities
from pytest_lsp.client import DEFAULT_CLIENT_FEATURES, LanguageClient, register_lsp_features
from pytest_lsp.protocol import LanguageClientProtocol

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0  # s; only a server that hangs makes a test wait so long
SERVER = (sys.executable, "-m", "default_lsp")
SELECTOR = "jupyter-notebook"

FAULTY = """\
import keras
from keras import layers

model = keras.Sequential([
    keras.Input((4,)),
    layers.Dense(8, activation="relu"),
    layers.Dense(1, activation="softmax"),
])
model.compile(optimizer=keras.optimizers.Adam(lr=0.1), loss="binary_crossentropy")
model.fit(x, y, epochs=3)  # default-lint: ignore[shuffle-off] not so
"""
RULES = ["softmax-on-one-unit", "legacy-lr-argument", "unused-suppression"]  # what is found in it, by place

# What the editors say that is newer than pytest-lsp's lists, or that tests want to take away from them.
VS_CODE_NEWS: dict[str, Any] = {
    "workspace": {
        "diagnostics": {"refreshSupport": True},
        "inlayHint": {"refreshSupport": True},
        "didChangeWatchedFiles": {"dynamicRegistration": True, "relativePatternSupport": True},
    },
    "textDocument": {
        "diagnostic": {"dynamicRegistration": True, "relatedDocumentSupport": False},
        "inlayHint": {"dynamicRegistration": True, "resolveSupport": {"properties": ["tooltip", "textEdits"]}},
        "publishDiagnostics": {"versionSupport": True},
    },
    "notebookDocument": {"synchronization": {"dynamicRegistration": True, "executionSummarySupport": True}},
    "general": {
        "positionEncodings": ["utf-16"],
        "staleRequestSupport": {"cancel": True, "retryOnContentModified": []},
    },
}
NO_PULL: dict[str, Any] = {"textDocument": {"diagnostic": None}, "workspace": {"diagnostics": None}}
NOTEBOOKS: dict[str, Any] = {"notebookDocument": {"synchronization": {"dynamicRegistration": False}}}
EDITORS = ("vscode", "neovim", "neovim-0.7", "emacs")
PULLING = ("vscode", "neovim")
PUSHED = ("vscode-push", "neovim-0.7", "emacs")


@cache
def _capabilities(editor: str) -> dict[str, Any]:
    name = {
        "vscode": "visual_studio_code",
        "vscode-push": "visual_studio_code",
        "neovim": "neovim@v0.11.0",
        "neovim-0.7": "neovim@v0.7.0",
        "emacs": "emacs",
    }[editor]
    found: dict[str, Any] = get_converter().unstructure(client_capabilities(name))
    if editor.startswith("vscode"):
        found = merged(found, VS_CODE_NEWS)
    if editor == "vscode-push":
        found = merged(found, NO_PULL)
    return found


def merged(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """`other` over `one`, all the way down; None takes a key away."""
    found = dict(one)
    for key, value in other.items():
        if value is None:
            found.pop(key, None)
        elif isinstance(value, dict) and isinstance(found.get(key), dict):
            found[key] = merged(found[key], value)
        else:
            found[key] = value
    return found


def capabilities(editor: str, *changes: dict[str, Any]) -> lsp.ClientCapabilities:
    """What an editor says of itself, with changes of the test."""
    raw = dict(_capabilities(editor))
    for change in changes:
        raw = merged(raw, change)
    return get_converter().structure(raw, lsp.ClientCapabilities)


# Texts as an editor keeps them. The arithmetic is done anew here, so that the server's is checked by another.

LINE_END = re.compile(r"\r\n|\n|\r")


def units(text: str, encoding: str) -> int:
    """Length of a text in the units of an encoding."""
    if encoding == "utf-32":
        return len(text)
    if encoding == "utf-16":
        return sum(2 if ord(character) > 0xFFFF else 1 for character in text)
    return len(text.encode("utf-8", "surrogatepass"))


def line_starts(text: str) -> list[int]:
    """Where the lines begin, as the protocol counts them."""
    return [0, *(match.end() for match in LINE_END.finditer(text))]


@dataclass
class Held:
    """A text that the editor has open."""

    uri: str
    text: str
    version: int
    language: str = "python"
    encoding: str = "utf-16"
    notebook: str | None = None

    def position(self, offset: int) -> lsp.Position:
        """The position of a code-point offset."""
        starts = line_starts(self.text)
        line = max(number for number, start in enumerate(starts) if start <= offset)
        return lsp.Position(line, units(self.text[starts[line] : offset], self.encoding))

    def offset(self, position: lsp.Position) -> int:
        """The code-point offset of a position, which has to be one within the text."""
        starts = line_starts(self.text)
        assert position.line < len(starts), f"line {position.line} of {len(starts)}"
        start = starts[position.line]
        end = starts[position.line + 1] if position.line + 1 < len(starts) else len(self.text)
        for offset in range(start, end + 1):
            if units(self.text[start:offset], self.encoding) == position.character:
                return offset
        raise AssertionError(f"{position} lies within a character or beyond its line")

    def range(self, start: int, end: int) -> lsp.Range:
        """The range between two offsets."""
        return lsp.Range(self.position(start), self.position(end))

    def at(self, words: str, nth: int = 0) -> lsp.Range:
        """The range of some words."""
        start = -1
        for _ in range(nth + 1):
            start = self.text.index(words, start + 1)
        return self.range(start, start + len(words))

    def covered(self, where: lsp.Range) -> str:
        """The text of a range."""
        return self.text[self.offset(where.start) : self.offset(where.end)]

    def edited(self, edits: Iterable[lsp.TextEdit]) -> str:
        """The text after edits, as an editor makes them."""
        rows = sorted(((self.offset(e.range.start), self.offset(e.range.end), e.new_text) for e in edits), reverse=True)
        text, before = self.text, len(self.text)
        for start, end, new in rows:
            assert end <= before, "edits overlap"
            text, before = text[:start] + new + text[end:], start
        return text


class Protocol(LanguageClientProtocol):
    """Notes what comes, as it comes."""

    def structure_message(self, data: Any) -> Any:
        if "jsonrpc" not in data:
            return data
        raw = copy.deepcopy(data)
        self._server.noted(raw)  # type: ignore[attr-defined]
        mine = str(data.get("id", "")).startswith("raw-") or data.get("method", "").startswith("default-lint/")
        return None if mine else super().structure_message(data)

    def handle_message(self, message: Any) -> None:
        if message is not None:
            super().handle_message(message)


@dataclass
class Told:
    """One publish of diagnostics, with the version that the editor had sent when it came."""

    uri: str
    version: int | None
    diagnostics: Sequence[lsp.Diagnostic]
    newest: int | None


class Client(LanguageClient):
    """An editor under test: opens and edits documents, answers the server, remembers what it was told."""

    def __init__(self) -> None:
        super().__init__(protocol_cls=Protocol, converter_factory=default_converter)
        register_lsp_features(self, dict(DEFAULT_CLIENT_FEATURES))
        self.raw: list[dict[str, Any]] = []
        self.told: list[Told] = []
        self.held: dict[str, Held] = {}
        self.notebooks: dict[str, list[str]] = {}
        self.notebook_versions: dict[str, int] = {}
        self.registered: dict[str, Any] = {}
        self.applied: list[lsp.WorkspaceEdit] = []
        self.refreshed: list[str] = []
        self.encoding = "utf-16"
        self.pulls = False
        self.result: lsp.InitializeResult | None = None
        self.stderr = ""
        self.accepts_edits = True
        self.past_messages: list[str] = []
        self._cells = 0
        self._calls = 0
        self._news = asyncio.Event()
        for method, answer in ANSWERS.items():
            self.protocol.fm.features.pop(method, None)
            self.feature(method)(answer)

    # Life

    async def start_io(self, cmd: str, *args: Any, **kwargs: Any) -> None:
        """Start the server and keep what it logs."""
        await Base.start_io(self, cmd, *args, **kwargs)
        self._stderr_forwarder = asyncio.create_task(self._read_log())

    async def _read_log(self) -> None:
        assert self._server is not None and self._server.stderr is not None
        while data := await self._server.stderr.read(1 << 16):
            self.stderr += data.decode("utf-8", "replace")

    async def stop(self) -> None:
        """End, the log read to its end."""
        if self._server is not None and self._stderr_forwarder is not None:
            await asyncio.wait_for(self._server.wait(), PATIENCE)
            await self._stderr_forwarder
            self._stderr_forwarder = None
        await super().stop()

    @property
    def process(self) -> asyncio.subprocess.Process:
        """The server's process."""
        assert self._server is not None
        return self._server

    # What comes

    def noted(self, data: dict[str, Any]) -> None:
        """Something came."""
        self.raw.append(data)
        self._news.set()

    async def until(self, condition: Callable[[], Any], what: str = "") -> Any:
        """Wait until something holds, looking each time that something came; what it gave."""

        async def look() -> Any:
            while not (found := condition()):
                self._news.clear()
                try:
                    await asyncio.wait_for(self._news.wait(), 0.5)
                except asyncio.TimeoutError:
                    pass
            return found

        try:
            return await asyncio.wait_for(look(), PATIENCE)
        except asyncio.TimeoutError:
            raise AssertionError(f"it never came: {what or condition}\n{self.stderr[-3000:]}") from None

    def notifications(self, method: str) -> list[Any]:
        """The parameters of the notifications of a kind that came."""
        return [data["params"] for data in self.raw if data.get("method") == method]

    def said(self) -> list[str]:
        """The messages that were shown."""
        return [params["message"] for params in self.notifications("window/showMessage")]

    def versions(self, uri: str) -> list[int | None]:
        """The versions of the publishes of a document, in order."""
        return [told.version for told in self.told if told.uri == uri]

    # Raw messages

    def send(self, message: dict[str, Any] | bytes) -> None:
        """Send a message as it is."""
        body = message if isinstance(message, bytes) else json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.process.stdin is not None
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)

    def tell(self, method: str, params: Any = None) -> None:
        """Send a notification as it is."""
        self.send({"method": method, "params": params})

    async def call(self, method: str, params: Any = None) -> dict[str, Any]:
        """Send a request as it is; the answer as it comes, error or result."""
        self._calls += 1
        name = f"raw-{self._calls}-{method}"
        self.send({"id": name, "method": method, "params": params})
        answer: dict[str, Any] = await self.answer(name)
        return answer

    async def answer(self, name: str | int) -> Any:
        """The answer to the request of a name."""
        return await self.until(
            lambda: next((data for data in self.raw if data.get("id") == name and "method" not in data), None),
            f"an answer to {name}",
        )

    def forget(self) -> None:
        """Close everything and forget what came: the next test begins."""
        for uri in list(self.notebooks):
            self.close_notebook(uri)
        for uri in list(self.held):
            self.close(uri)
        self.past_messages += self.said()
        for record in (self.raw, self.told, self.messages, self.applied, self.refreshed, self.shown_documents):
            record.clear()  # type: ignore[attr-defined]

    # Scripts

    def open(self, uri: str | Path, text: str | None = None, language: str = "python", version: int = 1) -> str:
        """Open a document; its URI."""
        if isinstance(uri, Path):
            text = uri.read_bytes().decode("utf-8") if text is None else text
            uri = uri.as_uri()
        assert text is not None
        self.held[uri] = Held(uri, text, version, language, self.encoding)
        self.text_document_did_open(lsp.DidOpenTextDocumentParams(lsp.TextDocumentItem(uri, language, version, text)))
        return uri

    def close(self, uri: str) -> None:
        """Close a document."""
        self.held.pop(uri)
        self.text_document_did_close(lsp.DidCloseTextDocumentParams(lsp.TextDocumentIdentifier(uri)))

    def edit(self, uri: str, *edits: tuple[int, int, str]) -> int:
        """Replace what lies between offsets by text, one edit after the other, in one message; the new version."""
        held = self.held[uri]
        changes: list[lsp.TextDocumentContentChangeEvent] = []
        for start, end, new in edits:
            where = held.range(start, end)
            changes.append(lsp.TextDocumentContentChangePartial(range=where, text=new))
            held.text = held.text[:start] + new + held.text[end:]
        return self._changed(held, changes)

    def replace(self, uri: str, old: str, new: str, nth: int = 0) -> int:
        """Replace some words."""
        held, start = self.held[uri], -1
        for _ in range(nth + 1):
            start = held.text.index(old, start + 1)
        return self.edit(uri, (start, start + len(old), new))

    def write(self, uri: str, text: str) -> int:
        """Put another text in place of all."""
        held = self.held[uri]
        held.text = text
        return self._changed(held, [lsp.TextDocumentContentChangeWholeDocument(text)])

    def _changed(self, held: Held, changes: Sequence[lsp.TextDocumentContentChangeEvent]) -> int:
        held.version += 1
        document = lsp.VersionedTextDocumentIdentifier(held.version, held.uri)
        if held.notebook is None:
            self.text_document_did_change(lsp.DidChangeTextDocumentParams(document, changes))
        else:
            content = lsp.NotebookDocumentCellContentChanges(document, changes)
            self._notebook(held.notebook, lsp.NotebookDocumentCellChanges(text_content=[content]))
        return held.version

    # Notebooks

    def open_notebook(self, uri: str, cells: Sequence[tuple[str, str]]) -> list[str]:
        """Open a notebook of cells, each a language and a text; the cells' URIs. "markdown" is markup, not code."""
        names = [self._new_cell(uri, language, text) for language, text in cells]
        self.notebooks[uri] = names
        self.notebook_versions[uri] = 1
        document = lsp.NotebookDocument(uri, SELECTOR, 1, [self._cell(name) for name in names])
        items = [self._item(name) for name in names]
        self.notebook_document_did_open(lsp.DidOpenNotebookDocumentParams(document, items))
        return list(names)

    def close_notebook(self, uri: str) -> None:
        """Close a notebook."""
        names = self.notebooks.pop(uri)
        for name in names:
            del self.held[name]
        self.notebook_document_did_close(
            lsp.DidCloseNotebookDocumentParams(
                lsp.NotebookDocumentIdentifier(uri), [lsp.TextDocumentIdentifier(name) for name in names]
            )
        )

    def splice(self, uri: str, start: int, count: int, new: Sequence[tuple[str, str]] = ()) -> list[str]:
        """Put cells in place of others; the URIs of the new ones."""
        gone = self.notebooks[uri][start : start + count]
        names = [self._new_cell(uri, language, text) for language, text in new]
        self.notebooks[uri][start : start + count] = names
        array = lsp.NotebookCellArrayChange(start, count, [self._cell(name) for name in names])
        structure = lsp.NotebookDocumentCellChangeStructure(
            array, [self._item(name) for name in names], [lsp.TextDocumentIdentifier(name) for name in gone]
        )
        self._notebook(uri, lsp.NotebookDocumentCellChanges(structure=structure))
        for name in gone:
            del self.held[name]
        return names

    def move(self, uri: str, source: int, target: int) -> None:
        """Move a cell, as VS Code tells it: the cells between are spliced anew, nothing is opened or closed."""
        names = self.notebooks[uri]
        names.insert(target, names.pop(source))
        first, last = min(source, target), max(source, target) + 1
        array = lsp.NotebookCellArrayChange(first, last - first, [self._cell(name) for name in names[first:last]])
        structure = lsp.NotebookDocumentCellChangeStructure(array)
        self._notebook(uri, lsp.NotebookDocumentCellChanges(structure=structure))

    def retype(self, uri: str, number: int, language: str) -> str:
        """Give a cell another kind or language, as VS Code does: the cell goes and another with its text comes."""
        text = self.held[self.notebooks[uri][number]].text
        return self.splice(uri, number, 1, [(language, text)])[0]

    def _new_cell(self, uri: str, language: str, text: str) -> str:
        self._cells += 1
        scheme, _, rest = uri.partition("://")
        name = f"vscode-notebook-cell://{rest}#W{self._cells}sZ{scheme}"
        self.held[name] = Held(name, text, 1, language, self.encoding, uri)
        return name

    def _cell(self, name: str) -> lsp.NotebookCell:
        markup = self.held[name].language == "markdown"
        return lsp.NotebookCell(lsp.NotebookCellKind.Markup if markup else lsp.NotebookCellKind.Code, name)

    def _item(self, name: str) -> lsp.TextDocumentItem:
        held = self.held[name]
        return lsp.TextDocumentItem(name, held.language, held.version, held.text)

    def _notebook(self, uri: str, cells: lsp.NotebookDocumentCellChanges) -> None:
        self.notebook_versions[uri] += 1
        document = lsp.VersionedNotebookDocumentIdentifier(self.notebook_versions[uri], uri)
        event = lsp.NotebookDocumentChangeEvent(cells=cells)
        self.notebook_document_did_change(lsp.DidChangeNotebookDocumentParams(document, event))

    # Requests

    async def findings(self, uri: str) -> list[lsp.Diagnostic]:
        """The diagnostics of the newest text, asked for or waited for."""
        if self.pulls and self.held[uri].notebook is None:
            report = await self.pull(uri)
            assert isinstance(report, lsp.RelatedFullDocumentDiagnosticReport)
            return list(report.items)
        await self.settled(uri)
        return self.shown(uri)

    async def settled(self, uri: str) -> None:
        """Wait until the newest text is analyzed; what there is to publish came before this answer."""
        await self.hover(uri, lsp.Position(0, 0))

    def shown(self, uri: str) -> list[lsp.Diagnostic]:
        """What the editor shows for a document after all publishes."""
        told = [told for told in self.told if told.uri == uri]
        return list(told[-1].diagnostics) if told else []

    async def rules(self, uri: str) -> list[str]:
        """The rules of the findings of the newest text, in the order of their places."""
        return [str(item.code) for item in sorted(await self.findings(uri), key=placed)]

    async def pull(self, uri: str, previous: str | None = None) -> lsp.DocumentDiagnosticReport:
        """Ask for the diagnostics of a document."""
        params = lsp.DocumentDiagnosticParams(lsp.TextDocumentIdentifier(uri), "default-lint", previous)
        return await self.text_document_diagnostic_async(params)

    async def hover(self, uri: str, where: lsp.Position | lsp.Range) -> lsp.Hover | None:
        """Hover."""
        position = where.start if isinstance(where, lsp.Range) else where
        return await self.text_document_hover_async(lsp.HoverParams(lsp.TextDocumentIdentifier(uri), position))

    async def actions(
        self,
        uri: str,
        where: lsp.Range,
        diagnostics: Sequence[lsp.Diagnostic] = (),
        only: Sequence[str] | None = None,
    ) -> list[lsp.CodeAction]:
        """Ask for code actions."""
        context = lsp.CodeActionContext(diagnostics, only)
        params = lsp.CodeActionParams(lsp.TextDocumentIdentifier(uri), where, context)
        # Raw: lsprotocol takes an action whose only effect is a command for the command.
        converter = get_converter()
        answer = await self.call(lsp.TEXT_DOCUMENT_CODE_ACTION, converter.unstructure(params))
        assert "error" not in answer, answer
        return [converter.structure(item, lsp.CodeAction) for item in answer["result"] or ()]

    async def hints(self, uri: str, where: lsp.Range | None = None) -> list[lsp.InlayHint]:
        """Ask for inlay hints, of all of the text unless a range is given."""
        where = where or self.held[uri].range(0, len(self.held[uri].text))
        params = lsp.InlayHintParams(lsp.TextDocumentIdentifier(uri), where)
        return list(await self.text_document_inlay_hint_async(params) or ())

    async def lenses(self, uri: str) -> list[lsp.CodeLens]:
        """Ask for code lenses."""
        params = lsp.CodeLensParams(lsp.TextDocumentIdentifier(uri))
        return list(await self.text_document_code_lens_async(params) or ())

    async def symbols(self, uri: str) -> list[Any]:
        """Ask for document symbols."""
        params = lsp.DocumentSymbolParams(lsp.TextDocumentIdentifier(uri))
        return list(await self.text_document_document_symbol_async(params) or ())

    async def command(self, name: str, *arguments: Any) -> Any:
        """Execute one of our commands; the answer as plain data."""
        answer = await self.call(
            "workspace/executeCommand", {"command": f"default-lint.{name}", "arguments": list(arguments)}
        )
        assert "error" not in answer, answer
        return answer.get("result")

    # Edits

    def apply(self, edit: lsp.WorkspaceEdit | None) -> None:
        """Make an edit in the documents that are open, as an editor does: of other versions it takes none."""
        assert edit is not None
        for uri, edits in (edit.changes or {}).items():
            self.write(uri, self.held[uri].edited(edits))
        for change in edit.document_changes or ():
            assert isinstance(change, lsp.TextDocumentEdit)
            held = self.held[change.text_document.uri]
            assert change.text_document.version in (None, held.version), "the edit is for another version"
            self.write(held.uri, held.edited(e for e in change.edits if isinstance(e, lsp.TextEdit)))


class Sessions:
    """Sessions that are begun when they are first asked for, and then kept."""

    def __init__(self) -> None:
        self._open: dict[str, Client] = {}

    async def __call__(self, editor: str = "vscode", *changes: dict[str, Any], **more: Any) -> Client:
        key = f"{editor} {changes} {more}"
        client = self._open.get(key)
        if client is None or client.process.returncode is not None:
            client = self._open[key] = await begun(Editor(editor, changes=changes, **more))
        client.forget()
        return client

    async def end(self) -> None:
        """End all of them."""
        for client in self._open.values():
            await ended(client)


def placed(item: lsp.Diagnostic) -> tuple[int, int, str]:
    """What to order diagnostics by."""
    return item.range.start.line, item.range.start.character, str(item.code)


def _publish(client: Client, params: lsp.PublishDiagnosticsParams) -> None:
    held = client.held.get(params.uri)
    client.diagnostics[params.uri] = params.diagnostics
    client.told.append(Told(params.uri, params.version, params.diagnostics, held.version if held else None))


def _register(client: Client, params: lsp.RegistrationParams) -> None:
    for registration in params.registrations:
        client.registered[registration.method] = registration.register_options


def _apply(client: Client, params: lsp.ApplyWorkspaceEditParams) -> lsp.ApplyWorkspaceEditResult:
    client.applied.append(params.edit)
    if not client.accepts_edits:
        return lsp.ApplyWorkspaceEditResult(False, "the file is read-only")
    client.apply(params.edit)
    return lsp.ApplyWorkspaceEditResult(True)


def _refresh(method: str) -> Callable[..., None]:
    def refresh(client: Client, params: None) -> None:
        client.refreshed.append(method)

    return refresh


ANSWERS: dict[str, Callable[..., Any]] = {
    lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS: _publish,
    lsp.CLIENT_REGISTER_CAPABILITY: _register,
    lsp.WORKSPACE_APPLY_EDIT: _apply,
    **{
        method: _refresh(method)
        for method in (
            lsp.WORKSPACE_DIAGNOSTIC_REFRESH,
            lsp.WORKSPACE_INLAY_HINT_REFRESH,
            lsp.WORKSPACE_CODE_LENS_REFRESH,
        )
    },
}


@dataclass
class Editor:
    """What to start a session with."""

    name: str = "vscode"
    folders: Sequence[Path] = ()
    options: dict[str, Any] = field(default_factory=dict)
    settings: dict[str, Any] | None = None
    by_folder: dict[str, Any] = field(default_factory=dict)
    changes: Sequence[dict[str, Any]] = ()
    command: Sequence[str] = SERVER
    environment: dict[str, str] | None = None
    quiet: bool = True  # nothing of ours fails in it


@asynccontextmanager
async def session(editor: str = "vscode", *changes: dict[str, Any], **more: Any) -> AsyncIterator[Client]:
    """A session from initialize to exit. It is an error when the server's log has one, or when it does not end well."""
    setup = Editor(editor, changes=changes, **more)
    client = await begun(setup)
    try:
        yield client
    except BaseException:
        sys.stderr.write(client.stderr)
        await ended(client, failing=True)
        raise
    await ended(client, setup.quiet)


async def begun(setup: Editor) -> Client:
    """Start a server and initialize it."""
    client = Client()
    await client.start_io(*setup.command, env=setup.environment, cwd=ROOT)
    client._configuration = {"": {"default-lint": setup.settings}}
    for folder, settings in setup.by_folder.items():
        client._configuration[folder] = {"default-lint": settings}
    theirs = capabilities(setup.name, *setup.changes)
    folders = [lsp.WorkspaceFolder(folder.as_uri(), folder.name) for folder in setup.folders]
    params = lsp.InitializeParams(
        theirs,
        root_uri=folders[0].uri if folders else None,
        workspace_folders=folders or None,
        initialization_options=setup.options or None,
    )
    try:
        client.result = await asyncio.wait_for(client.initialize_session(params), PATIENCE)
    except Exception as error:
        raise AssertionError(f"the server did not begin: {error!r}\n{client.stderr}") from error
    encoding = client.result.capabilities.position_encoding or lsp.PositionEncodingKind.Utf16
    client.encoding = str(getattr(encoding, "value", encoding))
    client.pulls = client.result.capabilities.diagnostic_provider is not None
    return client


async def ended(client: Client, quiet: bool = True, failing: bool = False) -> None:
    """Shut a server down."""
    try:
        if client.process.returncode is None:
            await asyncio.wait_for(client.shutdown_session(), PATIENCE)
        await asyncio.wait_for(client.stop(), PATIENCE)
    except (Exception, asyncio.CancelledError):
        if client.process.returncode is None:
            client.process.kill()
        if not failing:
            raise
        traceback.print_exc()
    if quiet and not failing:
        assert client.error is None, client.error
        assert client.process.returncode == 0, client.stderr
        assert "Traceback" not in client.stderr, client.stderr
        assert not [text for text in [*client.past_messages, *client.said()] if "internal error" in text], client.stderr


__all__ = ["Client", "Editor", "JsonRpcException", "begun", "capabilities", "ended", "merged", "session"]
