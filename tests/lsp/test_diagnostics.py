"""Diagnostics: asked for or told, never both, of the newest text only, with all that the client understands."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types as lsp

from tests.lsp.client import FAULTY, NOTEBOOKS, PUSHED, ROOT, RULES, Client, Sessions, capabilities, session

pytestmark = pytest.mark.asyncio(loop_scope="module")
URI = "file:///project/train.py"
EVERY = ("vscode", "neovim", *PUSHED)
LINKS = {"textDocument": {"publishDiagnostics": {"codeDescriptionSupport": True}}}


def by_rule(found: list[lsp.Diagnostic]) -> dict[str, lsp.Diagnostic]:
    return {str(item.code): item for item in found}


# Asked or told


@pytest.mark.parametrize("editor", EVERY)
async def test_either_asked_or_told(sessions: Sessions, editor: str) -> None:
    client = await sessions(editor)
    asks = capabilities(editor).text_document.diagnostic is not None  # type: ignore[union-attr]
    assert client.pulls is asks
    uri = client.open(URI, FAULTY)
    assert await client.rules(uri) == RULES
    client.edit(uri, (0, 0, "# a comment\n"))
    found = await client.findings(uri)
    assert by_rule(found)["legacy-lr-argument"].range == client.held[uri].at("lr")
    client.close(uri)
    client.open(URI, "x = 1\n")
    await client.settled(URI)
    assert bool(client.told) is not asks


@pytest.mark.parametrize("editor", EVERY)
async def test_nothing_is_said_about_other_languages(sessions: Sessions, editor: str) -> None:
    client = await sessions(editor)
    uri = client.open("file:///project/notes.md", FAULTY, language="markdown")
    before = len(client.told)
    assert await client.hover(uri, lsp.Position(0, 0)) is None
    client.edit(uri, (0, 0, "# a comment\n"))
    if client.pulls:
        assert await client.rules(uri) == []
    other = client.open("file:///project/after.py", FAULTY)
    assert await client.rules(other) == RULES
    assert uri not in {told.uri for told in client.told[before:]}
    client.close(uri)
    client.close(other)


async def test_what_the_server_says_of_itself(sessions: Sessions) -> None:
    asked, told = await sessions("vscode"), await sessions("emacs")
    assert asked.result is not None and told.result is not None
    provider = asked.result.capabilities.diagnostic_provider
    assert isinstance(provider, lsp.DiagnosticOptions)
    assert (provider.inter_file_dependencies, provider.workspace_diagnostics) == (False, False)
    assert told.result.capabilities.diagnostic_provider is None
    for result in (asked.result, told.result):
        can = result.capabilities
        sync = can.text_document_sync
        assert isinstance(sync, lsp.TextDocumentSyncOptions)
        assert (sync.open_close, sync.change) == (True, lsp.TextDocumentSyncKind.Incremental)
        assert can.hover_provider and can.inlay_hint_provider and can.code_lens_provider
        assert can.document_symbol_provider
        assert isinstance(can.code_action_provider, lsp.CodeActionOptions)
        assert can.execute_command_provider is not None
        assert set(can.execute_command_provider.commands) == {
            f"default-lint.{name}" for name in ("diagnose", "fixAll", "explain", "model", "debug")
        }
        for absent in ("folding_range_provider", "definition_provider", "completion_provider", "rename_provider"):
            assert getattr(can, absent) is None


@pytest.mark.parametrize("editor", ["vscode", "neovim"])
async def test_an_answer_that_would_be_the_same_is_not_sent_again(sessions: Sessions, editor: str) -> None:
    client = await sessions(editor)
    uri = client.open(URI, FAULTY)
    first = await client.pull(uri)
    assert isinstance(first, lsp.RelatedFullDocumentDiagnosticReport)
    assert first.result_id
    again = await client.pull(uri, first.result_id)
    assert isinstance(again, lsp.RelatedUnchangedDocumentDiagnosticReport)
    assert again.result_id == first.result_id
    client.replace(uri, "softmax", "sigmoid")
    other = await client.pull(uri, first.result_id)
    assert isinstance(other, lsp.RelatedFullDocumentDiagnosticReport)
    assert other.result_id != first.result_id
    assert [item.code for item in other.items] == RULES[1:]


async def test_an_edit_that_leaves_the_findings_gives_actions_for_the_new_version(vscode: Client) -> None:
    uri = vscode.open(URI, FAULTY)
    first = await vscode.pull(uri)
    assert isinstance(first, lsp.RelatedFullDocumentDiagnosticReport)
    vscode.edit(uri, (len(FAULTY), len(FAULTY), "\n"))
    other = await vscode.pull(uri, first.result_id)
    items = other.items if isinstance(other, lsp.RelatedFullDocumentDiagnosticReport) else first.items
    item = by_rule(list(items))["legacy-lr-argument"]
    found = await vscode.actions(uri, item.range, [item])
    vscode.apply(next(action for action in found if action.is_preferred).edit)
    assert "learning_rate=0.1" in vscode.held[uri].text


# Versions


@pytest.mark.parametrize("editor", PUSHED)
async def test_what_is_told_has_the_version_of_the_text(sessions: Sessions, editor: str) -> None:
    client = await sessions(editor)
    uri = client.open(URI, FAULTY, version=7)
    await client.settled(uri)
    assert set(client.versions(uri)) == {7}
    client.replace(uri, "softmax", "sigmoid")
    await client.settled(uri)
    assert list(dict.fromkeys(client.versions(uri))) == [7, 8]
    assert [item.code for item in client.shown(uri)] == RULES[1:]


async def test_of_many_edits_in_a_row_only_the_last_is_analyzed(push: Client) -> None:
    uri = push.open(URI, FAULTY)
    await push.settled(uri)
    before = len(push.told)
    for _ in range(60):
        push.edit(uri, (0, 0, "#"))
    version = push.held[uri].version
    await push.until(lambda: version in push.versions(uri), "the newest version")
    told = push.told[before:]
    assert len(told) < 20, "each edit waits a little for the next"
    numbers = [item.version for item in told if item.version is not None]
    assert numbers == sorted(set(numbers))
    assert numbers[-1] == version


async def test_a_text_that_is_edited_while_it_is_analyzed_is_not_told(push: Client) -> None:
    uri = push.open(URI, FAULTY * 30)
    for _ in range(3):
        push.edit(uri, (0, 0, "#"))
        await push.hints(uri)
    await push.settled(uri)
    assert all(item.version == item.newest for item in push.told if item.version == push.held[uri].version)
    numbers = [number for number in push.versions(uri) if number is not None]
    assert numbers == sorted(set(numbers))


@pytest.mark.parametrize("editor", PUSHED)
async def test_the_findings_of_a_closed_document_go_and_do_not_come_back(sessions: Sessions, editor: str) -> None:
    client = await sessions(editor)
    uri = client.open(URI, FAULTY)
    await client.settled(uri)
    assert client.shown(uri)
    client.edit(uri, (0, 0, "#"))
    client.close(uri)
    await client.until(lambda: client.told[-1].diagnostics == (), "the empty list")
    count = len(client.told)
    other = client.open("file:///project/other.py", FAULTY)
    await client.settled(other)
    assert not [item for item in client.told[count:] if item.uri == uri]


async def test_a_document_that_is_closed_at_once_shows_nothing(push: Client) -> None:
    for _ in range(5):
        push.open(URI, FAULTY)
        push.close(URI)
    other = push.open("file:///project/other.py", FAULTY)
    await push.settled(other)
    assert push.shown(URI) == []


async def test_a_document_opened_again_has_its_own_findings(push: Client) -> None:
    push.open(URI, FAULTY)
    await push.settled(URI)
    push.close(URI)
    push.open(URI, FAULTY.replace("softmax", "sigmoid"), version=1)
    await push.settled(URI)
    assert [item.code for item in push.shown(URI)] == RULES[1:]


async def test_requests_that_come_while_a_text_is_analyzed_share_its_analysis(tmp_path: Path) -> None:
    start = tmp_path / "start.py"
    start.write_text(
        "import sys, time\n"
        "import default_lint.engine as engine\n"
        "before = engine.analyze\n"
        "def analyze(*arguments, **more):\n"
        "    print('analyzed', file=sys.stderr, flush=True)\n"
        "    time.sleep(0.5)\n"
        "    return before(*arguments, **more)\n"
        "engine.analyze = analyze\n"
        "from default_lsp.__main__ import run\nrun()\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    for editor in ("vscode", "emacs"):
        async with session(editor, command=(sys.executable, str(start)), environment=environment) as client:
            uri = client.open(URI, FAULTY)
            for count in (1, 2):
                for _ in range(4):
                    asked = [asyncio.create_task(client.hover(uri, lsp.Position(0, 0))) for _ in range(3)]
                    asked.append(asyncio.create_task(client.symbols(uri)))  # type: ignore[arg-type]
                    await asyncio.sleep(0.05)
                await client.findings(uri)
                await asyncio.gather(*asked)
                assert client.stderr.count("analyzed") == count
                client.edit(uri, (0, 0, "#\n"))


# What is in a diagnostic


async def test_a_finding_with_all_that_a_client_can_show(vscode: Client) -> None:
    uri = vscode.open(URI, FAULTY)
    held, found = vscode.held[uri], by_rule(await vscode.findings(uri))
    softmax, legacy, unused = (found[rule] for rule in RULES)
    assert softmax.range == held.at('"softmax"')
    assert softmax.severity == lsp.DiagnosticSeverity.Error
    assert softmax.source == "default-lint"
    assert softmax.message == "`softmax` over 1 unit always outputs 1.0"
    assert softmax.code_description is not None
    assert softmax.code_description.href.endswith("/rules/softmax-on-one-unit")
    (related,) = softmax.related_information or ()
    assert (related.location.uri, related.location.range) == (uri, held.at('"binary_crossentropy"'))
    assert related.message == "the loss is `binary_crossentropy`"
    assert legacy.tags == (lsp.DiagnosticTag.Deprecated,)
    assert unused.tags == (lsp.DiagnosticTag.Unnecessary,)
    assert unused.severity == lsp.DiagnosticSeverity.Warning
    assert softmax.tags is None
    assert all(item.data is not None for item in found.values())


async def test_a_client_without_these_abilities_gets_them_in_the_message(sessions: Sessions) -> None:
    bare: dict[str, Any] = {"textDocument": {"publishDiagnostics": None}}
    client = await sessions("emacs", bare)
    uri = client.open(URI, FAULTY)
    for item in await client.findings(uri):
        assert item.code_description is item.related_information is item.tags is item.data is None
    softmax = client.shown(uri)[0]
    headline, note = softmax.message.split("\n")
    assert headline == "`softmax` over 1 unit always outputs 1.0"
    assert note == "the loss is `binary_crossentropy` (line 9)"


@pytest.mark.parametrize("editor", EVERY)
async def test_each_ability_is_used_only_where_it_is(sessions: Sessions, editor: str) -> None:
    client = await sessions(editor)
    shown = capabilities(editor).text_document.publish_diagnostics  # type: ignore[union-attr]
    assert shown is not None
    uri = client.open(URI, FAULTY)
    found = await client.findings(uri)
    assert any(item.related_information for item in found) is bool(shown.related_information)
    assert any("line 9" in item.message for item in found) is not bool(shown.related_information)
    assert any(item.code_description for item in found) is bool(shown.code_description_support)
    assert any(item.data for item in found) is bool(shown.data_support)
    assert any(item.tags for item in found) is bool(shown.tag_support)


async def test_only_tags_that_the_client_knows(sessions: Sessions) -> None:
    client = await sessions("emacs", {"textDocument": {"publishDiagnostics": {"tagSupport": {"valueSet": [2]}}}}, LINKS)
    uri = client.open(URI, FAULTY)
    found = by_rule(await client.findings(uri))
    assert found["legacy-lr-argument"].tags == (lsp.DiagnosticTag.Deprecated,)
    assert found["unused-suppression"].tags is None
    assert found["unused-suppression"].code_description is not None


# What is looked at


@pytest.mark.parametrize("editor", ["vscode", "vscode-push"])
async def test_what_is_no_keras_program_has_no_findings(sessions: Sessions, editor: str) -> None:
    client = await sessions(editor)
    for text in ("", "import numpy\n", "# keras\n", "not python at all: keras ("):
        uri = client.open(URI, text)
        found = await client.findings(uri)
        assert [item.code for item in found] in ([], ["syntax-error"])
        assert bool(found) is text.startswith("not")
        client.close(uri)


async def test_broken_syntax_while_typing_leaves_the_findings_at_their_moved_places(push: Client) -> None:
    uri = push.open(URI, FAULTY)
    before = await push.findings(uri)
    hints = await push.hints(uri)
    assert hints
    start = FAULTY.index("model = ")
    push.edit(uri, (start, start, "x = (1,\n"))
    found = by_rule(await push.findings(uri))
    assert "syntax-error" in found
    held = push.held[uri]
    assert found["softmax-on-one-unit"].range == held.at('"softmax"')
    assert found["legacy-lr-argument"].range == held.at("lr")
    moved = await push.hints(uri)
    assert [hint.label for hint in moved] == [hint.label for hint in hints]
    assert [hint.position.line for hint in moved] == [hint.position.line + 1 for hint in hints]
    assert await push.symbols(uri)
    push.replace(uri, "x = (1,\n", "x = (1,)\n")
    again = await push.findings(uri)
    assert [(item.code, item.message) for item in again] == [(item.code, item.message) for item in before]
    assert by_rule(again)["legacy-lr-argument"].range == push.held[uri].at("lr")


async def test_a_finding_whose_text_is_gone_goes_also_while_the_syntax_is_broken(vscode: Client) -> None:
    uri = vscode.open(URI, FAULTY)
    await vscode.findings(uri)
    vscode.replace(uri, '"softmax"', "")
    vscode.edit(uri, (0, 0, "(\n"))
    found = by_rule(await vscode.findings(uri))
    assert "syntax-error" in found
    assert "softmax-on-one-unit" not in found
    assert found["legacy-lr-argument"].range == vscode.held[uri].at("lr")


async def test_a_text_that_never_parsed_has_its_error_alone(push: Client) -> None:
    uri = push.open(URI, "import keras\nmodel = keras.Sequential([\n")
    (item,) = await push.findings(uri)
    assert item.code == "syntax-error"
    assert item.severity == lsp.DiagnosticSeverity.Error


# Requests that are given up, and requests while typing


async def test_a_request_that_has_not_begun_is_given_up(vscode: Client) -> None:
    uri = vscode.open(URI, FAULTY)
    await vscode.findings(uri)
    vscode.edit(uri, (0, 0, "#\n"))
    document = {"textDocument": {"uri": uri}}
    vscode.send({"id": "raw-given-up", "method": "textDocument/documentSymbol", "params": document})
    vscode.tell("$/cancelRequest", {"id": "raw-given-up"})
    answer = await vscode.answer("raw-given-up")
    assert answer["error"]["code"] == lsp.LSPErrorCodes.RequestCancelled.value
    assert await vscode.rules(uri) == RULES
    vscode.tell("$/cancelRequest", {"id": "raw-given-up"})
    vscode.tell("$/cancelRequest", {"id": 99999})
    assert await vscode.rules(uri) == RULES


async def test_requests_while_typing_are_all_answered_for_the_newest_text(vscode: Client) -> None:
    uri = vscode.open(URI, FAULTY)
    asked = []
    for number in range(12):
        vscode.edit(uri, (0, 0, "#\n"))
        asked.append(asyncio.create_task(vscode.pull(uri)))
        if number % 3 == 0:
            asked.append(asyncio.create_task(vscode.pull(uri, "nonsense")))
        await asyncio.sleep(0)
    reports = await asyncio.gather(*asked)
    last = reports[-1]
    assert isinstance(last, lsp.RelatedFullDocumentDiagnosticReport)
    assert by_rule(list(last.items))["legacy-lr-argument"].range == vscode.held[uri].at("lr")


async def test_whoever_waits_for_a_document_that_is_closed_gets_nothing(vscode: Client) -> None:
    uri = vscode.open(URI, FAULTY)
    await vscode.findings(uri)
    vscode.edit(uri, (0, 0, "#\n"))
    waits = asyncio.create_task(vscode.symbols(uri))
    pulls = asyncio.create_task(vscode.pull(uri))
    await asyncio.sleep(0)
    vscode.close(uri)
    assert await waits == []
    report = await pulls
    assert isinstance(report, lsp.RelatedFullDocumentDiagnosticReport)
    assert list(report.items) == []


# The whole workspace

WORKSPACE = {"settings": {"diagnosticMode": "workspace"}}


async def workspace_pull(client: Client, known: dict[str, str] | None = None) -> dict[str, Any]:
    ids = [lsp.PreviousResultId(uri, value) for uri, value in (known or {}).items()]
    report = await client.workspace_diagnostic_async(lsp.WorkspaceDiagnosticParams(ids))
    return {item.uri: item for item in report.items}


async def test_the_files_of_the_workspace(tmp_path: Path) -> None:
    inside = tmp_path / "sub"
    inside.mkdir()
    one, two, plain = tmp_path / "one.py", inside / "zwei ü.py", tmp_path / "plain.py"
    one.write_text(FAULTY)
    two.write_text(FAULTY.replace("softmax", "sigmoid"), encoding="utf-8")
    plain.write_text("x = 1\n")
    (tmp_path / "n.ipynb").write_text(json.dumps({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    async with session("vscode", NOTEBOOKS, folders=[tmp_path], options=WORKSPACE, settings=WORKSPACE["settings"]) as c:
        assert c.result is not None
        provider = c.result.capabilities.diagnostic_provider
        assert isinstance(provider, lsp.DiagnosticOptions) and provider.workspace_diagnostics
        await c.until(lambda: lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES in c.registered, "watchers")
        watched = json.dumps(c.raw[-5:])
        assert "**/*.py" in watched
        items = await workspace_pull(c)
        assert set(items) == {one.as_uri(), two.as_uri()}
        assert sorted(item.code for item in items[one.as_uri()].items) == sorted(RULES)
        known = {uri: item.result_id for uri, item in items.items()}

        # nothing is new: the request is held, until a file changes
        waits = asyncio.create_task(workspace_pull(c, known))
        uri = c.open(one)
        await c.pull(uri)
        assert not waits.done()
        two.write_text(FAULTY, encoding="utf-8")
        change = lsp.FileEvent(two.as_uri(), lsp.FileChangeType.Changed)
        c.workspace_did_change_watched_files(lsp.DidChangeWatchedFilesParams([change]))
        items = await waits
        assert uri not in items, "an open document is asked for by itself"
        assert sorted(item.code for item in items[two.as_uri()].items) == sorted(RULES)
        known[two.as_uri()] = items[two.as_uri()].result_id

        # a closed one is the workspace's again, unchanged ones are short, a file that is gone is cleared
        waits = asyncio.create_task(workspace_pull(c, known))
        two.unlink()
        c.close(uri)
        items = await waits
        assert items[uri].kind == "unchanged"
        gone = items[two.as_uri()]
        assert gone.kind == "full" and list(gone.items) == []


async def test_a_held_request_can_be_given_up_and_does_not_keep_the_server(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text(FAULTY)
    async with session("vscode", folders=[tmp_path], options=WORKSPACE, settings=WORKSPACE["settings"]) as c:
        await workspace_pull(c)
        c.send({"id": "raw-held", "method": "workspace/diagnostic", "params": {"previousResultIds": []}})
        c.send({"id": "raw-held-2", "method": "workspace/diagnostic", "params": {"previousResultIds": []}})
        c.tell("$/cancelRequest", {"id": "raw-held"})
        assert "error" in await c.answer("raw-held")
