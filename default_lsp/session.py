"""What is open in the editor, and its analyses: the newest text wins, one at a time, beside the event loop.

A change waits 200 ms for the next one before it is analyzed; a request that needs the answer at once does not wait.
All methods run in the event loop; the analyses run in a thread of their own (`default_lsp.result`).
"""

from __future__ import annotations

import asyncio
import gc
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol, TypeVar

from lsprotocol import types as lsp

from default_lint.text import Document, Span
from default_lsp import source as sources
from default_lsp.configuration import Configuration
from default_lsp.runs import Runs
from default_lsp.source import Buffer, Part, Source, Units
from default_lsp.translate import Abilities
from default_lsp.uris import name_of, to_path, to_uri

if TYPE_CHECKING:
    from default_lsp.analysis import Analysis
    from default_lsp.carry import Shift
    from default_lsp.result import Job, Result

PYTHON = frozenset({"python", "python3", ""})  # "" from clients that do not say
DEBOUNCE = 0.2  # s without a change before a text is analyzed
REST = 0.02  # s without work before garbage is looked for
UNTIDY = 10  # analyses after which it is looked for without a rest
THOROUGH = 50  # so many looks at what is new for one at everything
T = TypeVar("T")
STACK = 1 << 26  # bytes; deep programs are read by recursion, and threads of macOS have little room for it


class Client(Protocol):
    """What the session tells the editor."""

    def publish(self, uri: str, version: int | None, diagnostics: Sequence[lsp.Diagnostic]) -> None:
        """Show the diagnostics of one document."""

    def outdated(self) -> None:
        """What was answered before may be different now: ask again."""

    def failed(self, what: str, error: BaseException) -> None:
        """Something of ours went wrong."""


@dataclass
class Notebook:
    """A notebook of the client: the URIs of its cells in order, and which of them hold code."""

    uri: str
    version: int
    cells: list[str]
    code: set[str] = field(default_factory=set)


@dataclass
class Opened:
    """A script or a notebook that is open, its state, and who waits for it. `generation` grows with each change.

    `pushed` tells that the client is told of the findings, rather than asks for them: always so with notebooks, whose
    cells many clients that ask do not ask for. `running` is the generation that is being analyzed.
    """

    key: str
    generation: int = 0
    running: int = -1
    result: Result | None = None
    good: Analysis | None = None
    pushed: bool = True
    timer: asyncio.TimerHandle | None = None
    waiters: set[asyncio.Future[Result | None]] = field(default_factory=set)
    published: dict[str, Sequence[lsp.Diagnostic]] = field(default_factory=dict)


class Session:
    """One editor's session."""

    def __init__(
        self, client: Client, configuration: Configuration, units: Units, abilities: Abilities, *, push: bool
    ) -> None:
        self.client = client
        self.configuration = configuration
        self.units = units
        self.abilities = abilities
        self.push = push
        self.buffers: dict[str, Buffer] = {}
        self.notebooks: dict[str, Notebook] = {}
        self.owners: dict[str, str] = {}
        self.opened: dict[str, Opened] = {}
        self.runs = Runs()
        self._wanted: dict[str, None] = {}
        self._some = asyncio.Event()
        self._pool = _pool()
        self._worker: asyncio.Task[None] | None = None

    # Documents

    def open(self, uri: str, text: str, version: int | None, language: str) -> None:
        """A document was opened; one in another language is known, and nothing is said about it."""
        self._drop(uri)  # a client that did not close it
        self.buffers[uri] = Buffer(uri, text, version, language)
        if language.lower() not in PYTHON:
            return
        self.opened[uri] = Opened(uri, pushed=self.push)
        self._changed(uri, 0.0)

    def change(self, uri: str, version: int | None, changes: Sequence[lsp.TextDocumentContentChangeEvent]) -> None:
        """A document was edited. Changes of a document that is not open mean nothing."""
        buffer = self.buffers.get(uri)
        if buffer is not None:
            self.buffers[uri] = buffer.changed(changes, version, self.units)
            self._changed(self.owners.get(uri, uri), DEBOUNCE)

    def close(self, uri: str) -> None:
        """A document was closed: its findings go, and nothing about it comes any more."""
        self.buffers.pop(uri, None)
        self._drop(uri)

    def open_notebook(self, notebook: lsp.NotebookDocument, cells: Sequence[lsp.TextDocumentItem]) -> None:
        """A notebook was opened."""
        self.close_notebook(notebook.uri)
        mine = Notebook(notebook.uri, notebook.version, [])
        self.notebooks[notebook.uri] = mine
        self._put_cells(mine, cells)
        self._splice(mine, 0, 0, notebook.cells)
        self.opened[notebook.uri] = Opened(notebook.uri)
        self._changed(notebook.uri, 0.0)

    def change_notebook(self, uri: str, version: int, event: lsp.NotebookDocumentChangeEvent) -> None:
        """Cells of a notebook came, went, moved or were edited."""
        notebook = self.notebooks.get(uri)
        if notebook is None:
            return
        notebook.version = version
        cells = event.cells
        if cells is None:
            return
        if cells.structure is not None:
            self._put_cells(notebook, cells.structure.did_open or ())
            array = cells.structure.array
            self._splice(notebook, array.start, array.delete_count, array.cells or ())
            for closed in cells.structure.did_close or ():
                if closed.uri not in notebook.cells:
                    self._forget_cell(notebook, closed.uri)
        for cell in cells.data or ():
            self._note_kind(notebook, cell)
        for content in cells.text_content or ():
            buffer = self.buffers.get(content.document.uri)
            if buffer is not None:
                self.buffers[buffer.uri] = buffer.changed(content.changes, content.document.version, self.units)
        self._changed(uri, DEBOUNCE)

    def close_notebook(self, uri: str) -> None:
        """A notebook was closed."""
        notebook = self.notebooks.pop(uri, None)
        if notebook is not None:
            for cell in [cell for cell, owner in self.owners.items() if owner == uri]:
                self._forget_cell(notebook, cell)
        self._drop(uri)

    def _put_cells(self, notebook: Notebook, items: Sequence[lsp.TextDocumentItem]) -> None:
        for item in items:
            self.buffers[item.uri] = Buffer(item.uri, item.text, item.version, item.language_id)
            self.owners[item.uri] = notebook.uri

    def _splice(self, notebook: Notebook, start: int, count: int, cells: Sequence[lsp.NotebookCell]) -> None:
        notebook.cells[start : start + count] = [cell.document for cell in cells]
        for cell in cells:
            self._note_kind(notebook, cell)

    def _note_kind(self, notebook: Notebook, cell: lsp.NotebookCell) -> None:
        (notebook.code.add if cell.kind == lsp.NotebookCellKind.Code else notebook.code.discard)(cell.document)

    def _forget_cell(self, notebook: Notebook, uri: str) -> None:
        notebook.code.discard(uri)
        self.buffers.pop(uri, None)
        self.owners.pop(uri, None)

    def version(self, uri: str) -> int | None:
        """The present version of a document."""
        buffer = self.buffers.get(uri)
        return buffer.version if buffer is not None else None

    def owner(self, uri: str) -> str:
        """What is analyzed for a document: itself, or the notebook of which it is a cell."""
        return self.owners.get(uri, uri)

    def path(self, key: str) -> str:
        """The path of something open; of what has no file a name in its workspace folder."""
        path = to_path(key)
        if path is not None:
            return path
        base = next(iter(self.configuration.folders), "")
        return f"{base.rstrip('/')}/{name_of(key)}" if base else name_of(key)

    def text_at(self, path: str) -> Document | None:
        """The text of an open script by its path; may be called in any thread."""
        for uri, buffer in list(self.buffers.items()):
            if uri in self.opened and to_path(uri) == path:
                return Document(path, buffer.text)
        return None

    def place(self, document: Document, span: Span, key: str) -> dict[str, object]:
        """URI and present range of a span of a document that ran; `key` is what was open then."""
        opened = self.opened.get(key)
        source = opened.result.source if opened is not None and opened.result is not None else None
        if source is None or source.path != document.path:
            whole = document.original if document.original is not None and not document.cells else document.text
            uri = to_uri(os.path.abspath(document.path))
            source = Source(
                uri, document.path, (Part(Buffer(uri, whole), 0, len(whole) - len(document.text)),), None, self.units
            )
        else:
            span = _present(source, document, span)
        found = source.location(span)
        start, end = found.range.start, found.range.end
        return {
            "uri": found.uri,
            "range": {
                "start": {"line": start.line, "character": start.character},
                "end": {"line": end.line, "character": end.character},
            },
        }

    # Analyses

    def touch(self) -> None:
        """Settings or observations changed: look at everything again."""
        for key in self.opened:
            self._changed(key, 0.0)
        self.client.outdated()

    async def current(self, uri: str, *, hurry: bool = False) -> Result | None:
        """The analysis of the newest text; None when it is not open, or is closed meanwhile.

        With `hurry` it is made at once, else when the typing has come to a rest.
        """
        opened = self.opened.get(self.owner(uri))
        if opened is None:
            return None
        result = opened.result
        if result is not None and result.generation == opened.generation:
            return result
        waiter: asyncio.Future[Result | None] = asyncio.get_running_loop().create_future()
        opened.waiters.add(waiter)
        if hurry or opened.timer is None:
            self._want(opened)
        try:
            return await waiter
        except asyncio.CancelledError:  # the client gave the request up; work that has not begun is not done for it
            opened.waiters.discard(waiter)
            if not opened.waiters and not opened.pushed:
                self._wanted.pop(opened.key, None)
            raise

    async def call(self, function: Callable[[], T]) -> T:
        """The result of something that takes a while or much stack, made in the thread of the analyses."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, function)

    def known(self, uri: str) -> Result | None:
        """The analysis at hand, when it is that of the newest text."""
        opened = self.opened.get(self.owner(uri))
        if opened is None or opened.result is None or opened.result.generation != opened.generation:
            return None
        return opened.result

    def start(self) -> None:
        """Begin to work."""
        self._worker = asyncio.get_running_loop().create_task(self._work())

    def stop(self) -> None:
        """End the work; what is under way is not waited for."""
        if self._worker is not None:
            self._worker.cancel()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _changed(self, key: str, delay: float) -> None:
        opened = self.opened.get(key)
        if opened is None:
            return
        opened.generation += 1
        if opened.timer is not None:
            opened.timer.cancel()
            opened.timer = None
        self._wanted.pop(key, None)
        if not delay:
            if opened.pushed or opened.waiters:
                self._want(opened)
        else:
            opened.timer = asyncio.get_running_loop().call_later(delay, self._rested, opened)

    def _rested(self, opened: Opened) -> None:
        opened.timer = None
        if opened.pushed or opened.waiters:
            self._want(opened)

    def _want(self, opened: Opened) -> None:
        """Have it analyzed, unless just that was or is being done."""
        done = opened.result.generation if opened.result is not None else -1
        if opened.generation in (opened.running, done):
            return
        self._wanted[opened.key] = None
        self._some.set()

    def _drop(self, key: str) -> None:
        opened = self.opened.pop(key, None)
        self._wanted.pop(key, None)
        if opened is None:
            return
        if opened.timer is not None:
            opened.timer.cancel()
        _answer(opened, None)
        if opened.pushed:
            for uri, diagnostics in opened.published.items():
                if diagnostics:
                    self.client.publish(uri, None, ())

    def _next(self) -> Opened:
        """What to analyze next: what somebody waits for, the latest wish first."""
        keys = list(reversed(self._wanted))
        key = next((key for key in keys if self.opened[key].waiters), keys[0])
        del self._wanted[key]
        return self.opened[key]

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        loading = loop.run_in_executor(self._pool, _engine)
        given = (self.configuration, self.abilities)
        garbage = Garbage()
        while True:
            if not await garbage.rested(self._some):
                await loop.run_in_executor(self._pool, garbage.collect)
                continue
            if not self._wanted:
                self._some.clear()
                continue
            opened = self._next()
            garbage.made += 1
            opened.running = generation = opened.generation
            try:
                compute = await loading
                self._done(opened, await loop.run_in_executor(self._pool, compute, self._job(opened), *given))
            except Exception as error:  # whatever it is, the next one is analyzed
                self.client.failed(f"the analysis of {opened.key}", error)
                if opened.generation == generation:
                    _answer(opened, None)
            finally:
                opened.running = -1

    def _done(self, opened: Opened, result: Result) -> None:
        if result.analysis.program is not None and not result.analysis.stale:
            opened.good = result.analysis
        if self.opened.get(opened.key) is not opened or result.generation != opened.generation:
            return  # closed or edited meanwhile
        opened.result = result
        _answer(opened, result)
        if opened.pushed:
            self._publish(opened, result)

    def _publish(self, opened: Opened, result: Result) -> None:
        """Send what changed, and nothing for a document that has another version by now."""
        versions = result.source.versions
        for uri, diagnostics in result.by_uri.items():
            if uri in opened.published and opened.published[uri] == diagnostics and len(result.by_uri) > 1:
                continue
            self.client.publish(uri, versions.get(uri), diagnostics)
        for uri in set(opened.published) - set(result.by_uri):
            if opened.published[uri]:
                self.client.publish(uri, None, ())
        opened.published = dict(result.by_uri)

    def _job(self, opened: Opened) -> Job:
        """What is there now."""
        from default_lsp.result import Job

        key, path, generation, good = opened.key, self.path(opened.key), opened.generation, opened.good
        notebook = self.notebooks.get(key)
        run = self.runs.get(path)
        client = self.configuration.client(path)
        units = self.units
        if notebook is None:
            buffer = self.buffers[key]

            def made(limit: int) -> Source:
                return sources.script(buffer, path, units, limit)

        else:
            version = notebook.version
            cells = [self._cell(notebook, uri) for uri in notebook.cells]

            def made(limit: int) -> Source:
                return sources.notebook(key, path, version, cells, units, limit)

        return Job(generation, path, made, client, good, run)

    def _cell(self, notebook: Notebook, uri: str) -> Buffer | None:
        buffer = self.buffers.get(uri)
        return buffer if buffer is not None and uri in notebook.code and buffer.language.lower() in PYTHON else None


def _present(source: Source, ran: Document, span: Span) -> Span:
    """Where a span of the text that ran is now; where it is gone the rest of its line."""
    parts = (part.buffer.text for part in source.parts)
    now = source.document.text if source.document is not None else "\n".join(parts)
    if now == ran.text:
        return span
    shift = _shift(ran.text, now)
    return shift.span(span) or shift.stretched(ran.line_span(span.start)) or span


@lru_cache(maxsize=1)
def _shift(old: str, new: str) -> Shift:
    from default_lsp.carry import Shift

    return Shift(old, new)


class Garbage:
    """Looks for garbage between the analyses, where nobody waits, rather than in the middle of them.

    An analysis of 1,000 lines leaves 40,000 objects that know each other, all of them new; and 2,500 more when its
    program is given up, for which everything is looked at every so often. `made` counts analyses since the last look.
    """

    def __init__(self) -> None:
        gc.disable()
        self.made = 0
        self._looks = 0

    async def rested(self, some: asyncio.Event) -> bool:
        """Wait for work; False when it is time to look for garbage instead."""
        if self.made >= UNTIDY:
            return False
        try:
            await asyncio.wait_for(some.wait(), REST if self.made else None)
        except asyncio.TimeoutError:
            return False
        return True

    def collect(self) -> None:
        """Look for garbage."""
        self.made = 0
        self._looks += 1
        gc.collect(2 if self._looks % THOROUGH == 0 else 1)


def _engine() -> Callable[[Job, Configuration, Abilities], Result]:
    """Load what the first analysis needs, which takes as long as starting the server."""
    from default_lsp.result import compute

    gc.freeze()  # what is loaded stays, and need not be looked through for garbage
    return compute


def _answer(opened: Opened, result: Result | None) -> None:
    """Give everybody who waits the result; None when there will be none."""
    waiters, opened.waiters = opened.waiters, set()
    for waiter in waiters:
        if not waiter.done():
            waiter.set_result(result)


def _pool() -> ThreadPoolExecutor:
    before = threading.stack_size(STACK)
    try:
        pool = ThreadPoolExecutor(1, thread_name_prefix="analysis")
        pool.submit(int).result()  # the thread is made now, with that stack
    finally:
        threading.stack_size(before)
    return pool
