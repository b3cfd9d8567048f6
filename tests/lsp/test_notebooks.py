"""Notebooks: one program over all cells; what is found lies in its cell, and goes when the cell goes."""

from __future__ import annotations

import pytest
from lsprotocol import types as lsp

from tests.lsp.client import NOTEBOOKS, Client, Sessions

pytestmark = pytest.mark.asyncio(loop_scope="module")
URI = "file:///project/train.ipynb"
IMPORT = "%matplotlib inline\nimport keras\nfrom keras import layers"
MODEL = 'model = keras.Sequential([\n    keras.Input((4,)),\n    layers.Dense(1, activation="softmax"),\n])'
COMPILE = 'model.compile(keras.optimizers.Adam(lr=0.1), loss="binary_crossentropy")'
FIT = "!ls\nhistory = model.fit(x, y)"
CELLS = [("python", IMPORT), ("markdown", "# keras"), ("python", MODEL), ("python", COMPILE), ("python", FIT)]
EDITORS = ["vscode", "vscode-push", "neovim", "emacs"]


@pytest.fixture(params=EDITORS)
def editor(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


async def opened(sessions: Sessions, editor: str = "vscode") -> tuple[Client, list[str]]:
    client = await sessions(editor, NOTEBOOKS)
    cells = client.open_notebook(URI, CELLS)
    await client.settled(cells[0])
    return client, cells


def shown(client: Client) -> dict[str, list[str]]:
    """The rules that are shown in each cell that is open, by the beginning of its text."""
    found = {}
    for uri in client.notebooks.get(URI, []):
        rules = sorted(str(item.code) for item in client.shown(uri))
        if rules:
            found[client.held[uri].text.split("\n")[0][:14]] = rules
    return found


WHOLE = {"model = keras.": ["softmax-on-one-unit"], "model.compile(": ["legacy-lr-argument"]}


async def test_findings_land_in_their_cells_and_point_into_others(sessions: Sessions, editor: str) -> None:
    client, cells = await opened(sessions, editor)
    assert shown(client) == WHOLE
    (softmax,) = client.shown(cells[2])
    assert softmax.range == client.held[cells[2]].at('"softmax"')
    (legacy,) = client.shown(cells[3])
    assert legacy.range == client.held[cells[3]].at("lr")
    for related in softmax.related_information or ():
        assert related.location.uri == cells[3]
        assert related.location.range == client.held[cells[3]].at('"binary_crossentropy"')
    assert bool(softmax.related_information) is (editor != "emacs")


async def test_notebooks_are_always_told_and_a_pull_of_a_cell_is_empty(sessions: Sessions) -> None:
    client, cells = await opened(sessions)
    report = await client.pull(cells[2])
    assert isinstance(report, lsp.RelatedFullDocumentDiagnosticReport)
    assert list(report.items) == []
    assert client.shown(cells[2])


async def test_a_script_of_the_same_session_is_pulled(sessions: Sessions) -> None:
    client, _ = await opened(sessions)
    uri = client.open("file:///project/a.py", f"{IMPORT[19:]}\n{MODEL}\n{COMPILE}\n{FIT[4:]}\n")
    assert await client.rules(uri) == ["softmax-on-one-unit", "legacy-lr-argument"]
    assert not [told for told in client.told if told.uri == uri]


async def test_cells_are_edited(sessions: Sessions, editor: str) -> None:
    client, cells = await opened(sessions, editor)
    client.replace(cells[2], "softmax", "sigmoid")
    await client.settled(cells[0])
    assert shown(client) == {"model.compile(": ["legacy-lr-argument"]}
    client.edit(cells[3], (0, 0, "# \U0001f600\n"))
    await client.settled(cells[0])
    assert client.shown(cells[3])[0].range == client.held[cells[3]].at("lr")
    client.write(cells[2], MODEL)
    await client.settled(cells[0])
    assert client.shown(cells[2])[0].range == client.held[cells[2]].at('"softmax"')


async def test_only_cells_whose_findings_changed_are_told_again(sessions: Sessions) -> None:
    client, cells = await opened(sessions)
    count = len(client.told)
    client.replace(cells[2], "softmax", "sigmoid")
    await client.settled(cells[0])
    assert {told.uri for told in client.told[count:]} == {cells[2]}


async def test_the_data_of_a_cell_fit_after_an_edit_of_another_cell(sessions: Sessions) -> None:
    client, cells = await opened(sessions)
    client.edit(cells[0], (0, 0, "# above\n"))
    (item,) = client.shown(cells[3])
    found = await client.actions(cells[3], item.range, [item])
    client.apply(next(action for action in found if action.is_preferred).edit)
    assert client.held[cells[3]].text == COMPILE.replace("lr=", "learning_rate=")


async def test_cells_come_and_go(sessions: Sessions, editor: str) -> None:
    client, cells = await opened(sessions, editor)
    (new,) = client.splice(URI, 3, 0, [("python", "x = 1")])
    await client.settled(cells[0])
    assert shown(client) == WHOLE
    client.splice(URI, 4, 1)
    await client.settled(cells[0])
    assert client.shown(cells[3]) == [], "what was found in a cell that is gone is cleared"
    assert "model.compile(" not in shown(client)
    client.write(new, COMPILE)
    await client.settled(cells[0])
    assert shown(client) == WHOLE


async def test_all_cells_at_once_go_and_others_come(sessions: Sessions) -> None:
    client, cells = await opened(sessions)
    new = client.splice(URI, 0, len(cells), CELLS)
    await client.settled(new[0])
    assert shown(client) == WHOLE
    assert [client.shown(cell) for cell in cells] == [[]] * len(cells)
    client.splice(URI, 0, len(new))
    await client.settled(client.splice(URI, 0, 0, [("python", "x = 1")])[0])
    assert [client.shown(cell) for cell in new] == [[]] * len(cells)


async def test_cells_are_moved(sessions: Sessions, editor: str) -> None:
    client, cells = await opened(sessions, editor)
    client.move(URI, 3, 0)  # compiled before there is a model: the loss says nothing about it
    await client.settled(cells[0])
    moved = shown(client)
    client.move(URI, 0, 3)
    await client.settled(cells[0])
    assert shown(client) == WHOLE
    assert moved != WHOLE
    assert [client.held[uri].text for uri in client.notebooks[URI]] == [text for _, text in CELLS]


@pytest.mark.parametrize("language", ["markdown", "r", "sql"])
async def test_a_cell_that_is_no_python_any_more_has_no_findings(
    sessions: Sessions, editor: str, language: str
) -> None:
    client, cells = await opened(sessions, editor)
    other = client.retype(URI, 2, language)
    await client.settled(cells[0])
    assert client.shown(cells[2]) == client.shown(other) == []
    assert "model = keras." not in shown(client)
    again = client.retype(URI, 2, "python")
    await client.settled(cells[0])
    assert shown(client) == WHOLE
    assert client.shown(again)


async def test_a_cell_that_turns_to_markup_in_place(sessions: Sessions) -> None:
    """Not every editor makes a new cell of it: the kind comes as data of the cell."""
    client, cells = await opened(sessions)
    changed = lsp.NotebookCell(lsp.NotebookCellKind.Markup, cells[2])
    client._notebook(URI, lsp.NotebookDocumentCellChanges(data=[changed]))
    await client.settled(cells[0])
    assert client.shown(cells[2]) == []
    changed = lsp.NotebookCell(lsp.NotebookCellKind.Code, cells[2])
    client._notebook(URI, lsp.NotebookDocumentCellChanges(data=[changed]))
    await client.settled(cells[0])
    assert shown(client) == WHOLE


async def test_closing_clears_every_cell(sessions: Sessions, editor: str) -> None:
    client, cells = await opened(sessions, editor)
    assert client.shown(cells[2])
    client.close_notebook(URI)
    await client.until(lambda: not client.shown(cells[2]) and not client.shown(cells[3]), "empty lists")
    assert await client.hover(cells[2], lsp.Position(2, 12)) is None
    _, again = await opened(sessions, editor)
    assert client.shown(again[2])


async def test_views_of_cells(sessions: Sessions, editor: str) -> None:
    client, cells = await opened(sessions, editor)
    held = client.held[cells[2]]
    assert [hint.label for hint in await client.hints(cells[2])] == ["(None, 1) · 5 params"]
    assert (await client.hints(cells[2]))[0].position.line == held.at("layers.Dense").start.line
    for cell in (cells[0], cells[3], cells[4]):
        assert await client.hints(cell) == []
    assert await client.hover(cells[2], held.at("Dense")) is not None
    hovered = await client.hover(cells[3], client.held[cells[3]].at("lr"))
    assert hovered is not None
    lenses = await client.lenses(cells[2])
    assert [lens.command.title for lens in lenses if lens.command] == [
        "1 layer, 5 parameters",
        "Diagnose by a short run",
    ]
    assert all((lens.command.arguments or [None])[0] == URI for lens in lenses if lens.command)
    assert await client.lenses(cells[3]) == []
    names = [symbol.name for symbol in await client.symbols(cells[2])]
    assert names == ["model"]
    symbol = (await client.symbols(cells[2]))[0]
    assert symbol.range.end.line < len(held.text.split("\n"))


async def test_fixes_stay_within_their_cells(sessions: Sessions, editor: str) -> None:
    client, cells = await opened(sessions, editor)
    (item,) = client.shown(cells[3])
    found = await client.actions(cells[3], item.range, [item])
    assert {action.kind for action in found} == {lsp.CodeActionKind.QuickFix}
    for action in found:
        if action.edit is not None:
            uris = set(action.edit.changes or ())
            uris |= {c.text_document.uri for c in action.edit.document_changes or ()}  # type: ignore[union-attr]
            assert uris == {cells[3]}
    client.apply(found[0].edit)
    assert [client.held[uri].text for uri in cells] == [
        IMPORT,
        "# keras",
        MODEL,
        COMPILE.replace("lr=", "learning_rate="),
        FIT,
    ]


async def test_all_fixes_of_a_notebook_come_once_for_the_whole_of_it(sessions: Sessions, editor: str) -> None:
    client, cells = await opened(sessions, editor)
    for cell in cells:
        if client.held[cell].language == "python":
            assert await client.actions(cell, client.held[cell].range(0, 0), only=["source.fixAll"]) == []
    (action,) = await client.actions(cells[0], client.held[cells[0]].range(0, 0), only=["notebook.source.fixAll"])
    if action.edit is None:
        action = await client.code_action_resolve_async(action)
    client.apply(action.edit)
    assert client.held[cells[3]].text == COMPILE.replace("lr=", "learning_rate=")
    assert client.held[cells[0]].text == IMPORT
    await client.settled(cells[0])
    assert shown(client) == {"model = keras.": ["softmax-on-one-unit"]}


async def test_the_command_fixes_a_notebook_by_its_uri_and_by_a_cell(sessions: Sessions) -> None:
    for which in ("notebook", "cell"):
        client, cells = await opened(sessions)
        await client.command("fixAll", URI if which == "notebook" else cells[4])
        assert client.held[cells[3]].text == COMPILE.replace("lr=", "learning_rate=")
        client.close_notebook(URI)


async def test_broken_syntax_stays_in_its_cell(sessions: Sessions) -> None:
    client, cells = await opened(sessions)
    client.write(cells[4], "model.fit(")
    await client.settled(cells[0])
    found = shown(client)
    assert "syntax-error" in found["model.fit("]
    assert found["model = keras."] == ["softmax-on-one-unit"]
    client.write(cells[4], FIT)
    await client.settled(cells[0])
    assert shown(client) == WHOLE


async def test_an_unsaved_notebook(sessions: Sessions) -> None:
    client = await sessions("vscode", NOTEBOOKS)
    cells = client.open_notebook("untitled:Untitled-1.ipynb", CELLS)
    await client.settled(cells[0])
    assert client.shown(cells[2])
    assert client.shown(cells[3])


async def test_messages_about_notebooks_that_are_not_open_mean_nothing(sessions: Sessions) -> None:
    client, cells = await opened(sessions)
    nowhere = {"uri": "file:///project/other.ipynb", "version": 3}
    client.tell("notebookDocument/didChange", {"notebookDocument": nowhere, "change": {}})
    client.tell("notebookDocument/didSave", {"notebookDocument": nowhere})
    client.tell("notebookDocument/didClose", {"notebookDocument": nowhere, "cellTextDocuments": []})
    odd = {"notebookDocument": {"uri": URI, "version": 9}, "change": {"metadata": {"a": 1}}}
    client.tell("notebookDocument/didChange", odd)
    beyond = {"array": {"start": 77, "deleteCount": 5, "cells": []}}
    strange = {"notebookDocument": {"uri": URI, "version": 10}, "change": {"cells": {"structure": beyond}}}
    client.tell("notebookDocument/didChange", strange)
    client.replace(cells[2], "softmax", "sigmoid")
    await client.settled(cells[0])
    assert shown(client) == {"model.compile(": ["legacy-lr-argument"]}
