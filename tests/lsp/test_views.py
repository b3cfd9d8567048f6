"""Hover, inlay hints, code lenses and document symbols, as editors ask for them."""

from __future__ import annotations

from typing import Any

import pytest
from lsprotocol import types as lsp

from tests.lsp.client import FAULTY, Client, Sessions, session

pytestmark = pytest.mark.asyncio(loop_scope="module")
URI = "file:///project/train.py"
SHOWN = [lsp.MarkupKind.Markdown]


def said(hover: lsp.Hover | None) -> str:
    assert hover is not None
    assert isinstance(hover.contents, lsp.MarkupContent)
    return hover.contents.value


async def test_hover_over_a_layer(client: Client) -> None:
    uri = client.open(URI, FAULTY)
    hover = await client.hover(uri, client.held[uri].at("Dense"))
    text = said(hover)
    assert hover is not None and hover.range is not None
    assert client.held[uri].covered(hover.range) == 'layers.Dense(8, activation="relu")'
    for part in ("Dense", "(None, 8)", "40", "`units`", "`'relu'`", "`use_bias`", "default"):
        assert part in text, text


async def test_hover_over_a_finding(client: Client) -> None:
    uri = client.open(URI, FAULTY)
    hover = await client.hover(uri, client.held[uri].at("softmax"))
    text = said(hover)
    assert "`softmax` over 1 unit always outputs 1.0" in text
    assert "softmax-on-one-unit" in text
    assert hover is not None and hover.range is not None
    assert client.held[uri].covered(hover.range) == '"softmax"'


async def test_hover_over_an_ignore_comment(client: Client) -> None:
    uri = client.open(URI, FAULTY)
    hover = await client.hover(uri, client.held[uri].at("shuffle-off"))
    assert "shuffle-off" in said(hover)


async def test_nothing_to_hover(client: Client) -> None:
    uri = client.open(URI, FAULTY)
    assert await client.hover(uri, client.held[uri].at("import")) is None
    assert await client.hover(uri, lsp.Position(500, 7)) is None
    assert await client.hover("file:///project/not-open.py", lsp.Position(0, 0)) is None


async def test_a_client_that_reads_no_markdown_is_told_that_it_is_plain_text(sessions: Sessions) -> None:
    change: dict[str, Any] = {"textDocument": {"hover": {"contentFormat": ["plaintext"]}}}
    client = await sessions("vscode-push", change)
    uri = client.open(URI, FAULTY)
    hover = await client.hover(uri, client.held[uri].at("Dense"))
    assert hover is not None and isinstance(hover.contents, lsp.MarkupContent)
    assert hover.contents.kind == lsp.MarkupKind.PlainText
    assert "**" not in hover.contents.value
    assert "| --- |" not in hover.contents.value


async def test_a_hint_behind_each_layer(client: Client) -> None:
    uri = client.open(URI, FAULTY)
    held, hints = client.held[uri], await client.hints(uri)
    assert [hint.label for hint in hints] == ["(None, 8) · 40 params", "(None, 1) · 9 params"]
    calls = ('layers.Dense(8, activation="relu"),', 'layers.Dense(1, activation="softmax"),')
    for hint, call in zip(hints, calls, strict=True):
        assert hint.position == held.at(call).end
        assert hint.padding_left


async def test_only_the_hints_of_the_lines_that_are_seen(client: Client) -> None:
    uri = client.open(URI, FAULTY)
    line = client.held[uri].at("layers.Dense(8").start.line
    where = lsp.Range(lsp.Position(line, 0), lsp.Position(line + 1, 0))
    assert [hint.label for hint in await client.hints(uri, where)] == ["(None, 8) · 40 params"]
    assert await client.hints(uri, lsp.Range(lsp.Position(0, 0), lsp.Position(1, 0))) == []


async def test_two_lenses_over_a_model(client: Client) -> None:
    uri = client.open(URI, FAULTY)
    lenses = await client.lenses(uri)
    assert [lens.command.title for lens in lenses if lens.command] == [
        "2 layers, 49 parameters",
        "Diagnose by a short run",
    ]
    for lens, name in zip(lenses, ("default-lint.model", "default-lint.diagnose"), strict=True):
        assert lens.command is not None
        assert lens.command.command == name
        assert (lens.command.arguments or ())[0] == uri
        assert lens.range.start.line == client.held[uri].at("model =").start.line


async def test_the_lens_shows_the_model_as_a_table(vscode: Client) -> None:
    uri = vscode.open(URI, FAULTY)
    lens = (await vscode.lenses(uri))[0]
    assert lens.command is not None
    page = await vscode.command("model", *(lens.command.arguments or ()))
    assert "| " in page["markdown"]
    for part in ("Dense", "40", "9", "49"):
        assert part in page["markdown"]
    assert len(vscode.shown_documents) == 1


@pytest.mark.parametrize("arguments", [[], [URI, 9], [URI, "x"], [URI, -1], ["file:///no.py", 0], [3]], ids=repr)
async def test_a_model_that_there_is_not_is_no_page(vscode: Client, arguments: list[Any]) -> None:
    vscode.open(URI, FAULTY)
    assert await vscode.command("model", *arguments) is None
    assert vscode.shown_documents == []


async def test_symbols_are_the_models_and_their_layers(client: Client) -> None:
    uri = client.open(URI, FAULTY)
    (model,) = await client.symbols(uri)
    assert isinstance(model, lsp.DocumentSymbol)
    assert (model.name, model.kind) == ("model", lsp.SymbolKind.Class)
    children = list(model.children or ())
    assert [child.name for child in children] == ["Dense", "Dense", "compile", "fit"]

    def inside(symbol: lsp.DocumentSymbol) -> None:
        def pair(place: lsp.Position) -> tuple[int, int]:
            return place.line, place.character

        outer, selection = symbol.range, symbol.selection_range
        assert pair(outer.start) <= pair(selection.start) <= pair(selection.end) <= pair(outer.end), symbol.name
        for child in symbol.children or ():
            assert pair(outer.start) <= pair(child.range.start), symbol.name
            assert pair(child.range.end) <= pair(outer.end), symbol.name
            inside(child)

    inside(model)


async def test_symbols_of_a_client_without_trees_are_a_list(sessions: Sessions) -> None:
    change = {"textDocument": {"documentSymbol": {"hierarchicalDocumentSymbolSupport": False}}}
    client = await sessions("emacs", change)
    uri = client.open(URI, FAULTY)
    found = await client.symbols(uri)
    assert all(isinstance(item, lsp.SymbolInformation) for item in found)
    assert [item.name for item in found] == ["model", "Dense", "Dense", "compile", "fit"]
    assert [item.container_name for item in found] == [None, "model", "model", "model", "model"]
    assert {item.location.uri for item in found} == {uri}


@pytest.mark.parametrize("text", ["", "import numpy\n", "import keras\n(", "import keras\n"])
async def test_a_text_without_models_has_no_views(client: Client, text: str) -> None:
    uri = client.open(URI, text)
    assert await client.hints(uri) == []
    assert await client.lenses(uri) == []
    assert await client.symbols(uri) == []


async def test_documents_that_are_not_open_have_no_views(client: Client) -> None:
    uri, all_of_it = "file:///project/not-open.py", lsp.Range(lsp.Position(0, 0), lsp.Position(9, 0))
    assert await client.hints(uri, all_of_it) == []
    assert await client.lenses(uri) == []
    assert await client.symbols(uri) == []


async def test_the_views_follow_the_text_at_once(client: Client) -> None:
    uri = client.open(URI, FAULTY)
    await client.hints(uri)
    client.replace(uri, "Dense(8", "Dense(16")
    assert [hint.label for hint in await client.hints(uri)] == ["(None, 16) · 80 params", "(None, 1) · 17 params"]
    assert "(None, 16)" in said(await client.hover(uri, client.held[uri].at("Dense")))
    lens = (await client.lenses(uri))[0]
    assert lens.command is not None and lens.command.title == "2 layers, 97 parameters"


async def test_switched_off_and_on_again_while_it_runs() -> None:
    async with session("vscode", settings={}) as client:
        uri = client.open(URI, FAULTY)
        assert await client.hints(uri)
        assert await client.lenses(uri)
        for settings, hints, lenses in (
            ({"inlayHints": False}, False, True),
            ({"codeLens": False}, True, False),
            ({"enable": False}, False, False),
            ({}, True, True),
        ):
            count = len(client.refreshed)
            client._configuration[""] = {"default-lint": settings}
            client.workspace_did_change_configuration(lsp.DidChangeConfigurationParams({}))
            await client.until(lambda before=count: len(client.refreshed) >= before + 3, "the refreshes")
            assert bool(await client.hints(uri)) is hints
            assert bool(await client.lenses(uri)) is lenses
            assert bool(await client.findings(uri)) is settings.get("enable", True)
            assert bool(await client.symbols(uri)) is settings.get("enable", True)
