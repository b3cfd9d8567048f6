"""A long session: 2,000 random edits, requests of all kinds between them, of an editor that asks and one that is told.

Nothing is answered with an error, nothing is told of an older text after a newer one, it ends where a fresh check ends,
and the memory of the server does not grow with the number of edits.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Awaitable
from typing import Any

import psutil
import pytest
from lsprotocol import types as lsp

from tests.lsp.client import NOTEBOOKS, ROOT, Client, placed, session
from tests.lsp.test_same_as_cli import cells_of

EDITS = 1000  # for each of the two editors
WARM = 250  # edits after which the memory is taken for the first time: all kinds of requests were made by then
ERROR = "syntax-error"
GROWTH = 25e6  # bytes, from there to the end
SCRIPTS = [
    ROOT / "examples" / name
    for name in (
        "faulty/wine_quality.py",
        "faulty/letters_ja.py",
        "faulty/subclassed_mnist.py",
        "faulty/old_cats_and_dogs.py",
        "healthy/house_prices.py",
    )
]
NOTEBOOK = ROOT / "examples" / "faulty" / "titanic_notebook.ipynb"
PIECES = [
    " ",
    "\n",
    "x",
    "1",
    "0.5",
    ")",
    "(",
    '"',
    "'",
    ",",
    "#",
    "    ",
    "\U0001f600",
    "é",
    "keras",
    "\r\n",
    "=",
    "[",
    "\u2028",
]
LINES = [
    "model.add(layers.Dense(10, activation='softmax'))\n",
    "x = keras.layers.Dense(3)\n",
    "# default-lint: ignore[softmax-on-one-unit] as we like it\n",
    "model.compile('sgd', 'mse')\n",
    "def f(:\n",
    "\n",
]


class Soak:
    """A client that types at random, and sometimes asks."""

    def __init__(self, client: Client, seed: int) -> None:
        self.client = client
        self.draw = random.Random(seed)
        self.texts = {path.as_uri(): path.read_bytes().decode() for path in SCRIPTS}
        self.cells = cells_of(NOTEBOOK)
        self.asked: list[asyncio.Task[Any]] = []
        self.canceled = 0
        self.answers = 0
        self.made = 0
        for uri, text in self.texts.items():
            client.open(uri, text)
        self.notebook = NOTEBOOK.as_uri()
        client.open_notebook(self.notebook, self.cells)

    @property
    def uris(self) -> list[str]:
        """The documents that can be edited."""
        return [uri for uri, held in self.client.held.items() if held.language == "python"]

    def edit(self) -> None:
        """One edit: mostly one that leaves Python what it is, now and then one that does not, or its repair."""
        draw, client = self.draw, self.client
        uri = draw.choice(self.uris)
        held = client.held[uri]
        size = len(held.text)
        kind = draw.random()
        bounds = [0, size, *(index + 1 for index, letter in enumerate(held.text) if letter == "\n")]
        if kind < 0.35:
            place = draw.choice(bounds)
            client.edit(uri, (place, place, draw.choice(LINES)))
        elif kind < 0.6 and size:
            digits = [index for index, letter in enumerate(held.text) if letter.isdigit()]
            place = draw.choice(digits or [0])
            client.edit(uri, (place, place + bool(digits), str(draw.randrange(10))))
        elif kind < 0.72:
            place = draw.randint(0, size)
            client.edit(uri, (place, place, draw.choice(PIECES)))
        elif kind < 0.8 and size:
            start = draw.randrange(size)
            client.edit(uri, (start, min(size, start + draw.choice([1, 1, 2, 30])), ""))
        elif kind < 0.86:
            place, other = sorted((draw.choice(bounds), draw.choice(bounds)))
            client.edit(uri, (other, other, "\n"), (place, place, "\n"))
        elif uri in self.texts:
            client.write(uri, self.texts[uri])
        else:
            self.cell()
        self.made += 1

    def cell(self) -> None:
        """A change of the cells of the notebook."""
        draw, client, cells = self.draw, self.client, self.client.notebooks[self.notebook]
        kind = draw.random()
        if kind < 0.3:
            client.splice(self.notebook, draw.randint(0, len(cells)), 0, [("python", draw.choice(LINES))])
        elif kind < 0.5 and len(cells) > 4:
            client.splice(self.notebook, draw.randrange(len(cells)), 1)
        elif kind < 0.65:
            client.move(self.notebook, draw.randrange(len(cells)), draw.randrange(len(cells)))
        elif kind < 0.8:
            client.retype(self.notebook, draw.randrange(len(cells)), draw.choice(["python", "markdown", "python"]))
        else:
            client.splice(self.notebook, 0, len(cells), self.cells)

    def reopen(self) -> None:
        """Close something and open it again, perhaps as it was."""
        if self.draw.random() < 0.3:
            self.client.close_notebook(self.notebook)
            self.client.open_notebook(self.notebook, self.cells)
        else:
            uri = self.draw.choice(list(self.texts))
            held = self.client.held[uri]
            self.client.close(uri)
            # Versions go on, so that what is told of the document before can be told from what is told of it now.
            text = self.texts[uri] if self.draw.random() < 0.7 else held.text
            self.client.open(uri, text, version=held.version + 1)

    def ask(self) -> None:
        """One request, whose answer is not waited for, and which may be given up at once."""
        draw, client = self.draw, self.client
        uri = draw.choice(self.uris)
        held = client.held[uri]
        place = held.position(draw.choice([0, len(held.text), held.text.find("Dense") % (len(held.text) + 1)]))
        start = lsp.Range(lsp.Position(0, 0), place)
        shown = client.shown(uri)
        requests: list[Awaitable[Any]] = [
            client.hover(uri, place),
            client.hints(uri, start),
            client.lenses(uri),
            client.symbols(uri),
            client.actions(uri, start, shown[:3]),
            client.actions(uri, start, only=["source.fixAll", "notebook.source.fixAll"]),
        ]
        if client.pulls:
            requests.append(client.pull(uri, draw.choice([None, "nonsense"])))
        chosen = draw.randrange(len(requests))
        for number, request in enumerate(requests):
            if number != chosen:
                request.close()  # type: ignore[attr-defined]
        self.asked.append(asyncio.ensure_future(requests[chosen]))

    async def cancel(self) -> None:
        """A request that is given up."""
        name = f"raw-cancel-{self.canceled}"
        self.canceled += 1
        method = self.draw.choice(["textDocument/documentSymbol", "textDocument/codeLens", "textDocument/diagnostic"])
        if method == "textDocument/diagnostic" and not self.client.pulls:
            method = "textDocument/codeLens"
        document = {"uri": self.draw.choice(self.uris)}
        self.client.send({"id": name, "method": method, "params": {"textDocument": document}})
        self.client.tell("$/cancelRequest", {"id": name})
        answer = await self.client.answer(name)
        if "error" in answer:
            assert answer["error"]["code"] == lsp.LSPErrorCodes.RequestCancelled.value, answer

    async def rest(self) -> None:
        """Wait for all answers; that of an edit that was overtaken is one too."""
        asked, self.asked = self.asked, []
        await asyncio.gather(*asked)
        self.answers += len(asked)
        del self.client.raw[:]

    async def run(self, edits: int) -> None:
        """So many edits."""
        until = self.made + edits
        while self.made < until:
            for _ in range(self.draw.choice([1, 1, 2, 5])):
                self.edit()
            for _ in range(self.draw.choice([0, 0, 1, 2])):
                self.ask()
            chance = self.draw.random()
            if chance < 0.04:
                self.reopen()
            elif chance < 0.1:
                await self.cancel()
            if len(self.asked) > 8 or chance > 0.9:
                await self.rest()
        await self.rest()

    def memory(self) -> int:
        """What the server holds."""
        return psutil.Process(self.client.process.pid).memory_info().rss

    async def all_findings(self) -> dict[str, list[tuple[Any, ...]]]:
        """What is shown in the end of every document, whatever its URI."""
        found = {}
        await self.client.settled(self.uris[-1])
        for uri in self.uris:
            items = sorted(await self.client.findings(uri), key=placed)
            cells = self.client.notebooks[self.notebook]
            name = str(cells.index(uri)) if uri in cells else uri
            found[name] = [(item.range, item.code, item.severity, item.message) for item in items]
        return found


def told_in_order(client: Client) -> None:
    """No document is told of an older version after a newer one, nor of one that it does not have yet."""
    newest: dict[str, int] = {}
    for told in client.told:
        if told.version is None:  # closed
            continue
        assert told.version >= newest.get(told.uri, 0), told
        assert told.newest is None or told.version <= told.newest, told
        newest[told.uri] = told.version


@pytest.mark.slow
@pytest.mark.parametrize(("editor", "seed"), [("vscode", 20261123), ("vscode-push", 4)])
async def test_two_thousand_random_edits(editor: str, seed: int) -> None:
    async with session(editor, NOTEBOOKS) as client:
        soak = Soak(client, seed)
        await soak.run(WARM)
        first = soak.memory()
        await soak.run(EDITS - WARM)
        last = soak.memory()
        end = await soak.all_findings()
        state = {uri: held.text for uri, held in client.held.items() if held.notebook is None}
        cells = [(client.held[uri].language, client.held[uri].text) for uri in client.notebooks[soak.notebook]]
        told_in_order(client)
        report = {"editor": editor, "edits": soak.made, "answers": soak.answers, "canceled": soak.canceled}
        report |= {"publishes": len(client.told), "memory after warming": first, "memory at the end": last}
        print(json.dumps(report))  # noqa: T201
    async with session(editor, NOTEBOOKS) as client:
        for uri, text in state.items():
            client.open(uri, text)
        client.open_notebook(soak.notebook, cells)
        fresh = Soak.__new__(Soak)
        fresh.client, fresh.notebook = client, soak.notebook
        exact = await fresh.all_findings()
    # Where Python cannot parse the text, the findings of the last text that it could parse are kept besides.
    broken = {name if name in state else "cells" for name, items in exact.items() for item in items if item[1] == ERROR}
    for name, items in exact.items():
        if (name if name in state else "cells") not in broken:
            assert end[name] == items, name
        else:
            assert set(map(repr, items)) <= set(map(repr, end[name])), name
    assert last - first < GROWTH, f"the server grew from {first / 1e6:.1f} MB to {last / 1e6:.1f} MB"
