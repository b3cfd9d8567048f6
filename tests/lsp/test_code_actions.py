"""Code actions: fixes, ignore comments, explanations, all fixes at once; edits are made as an editor makes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
from lsprotocol import types as lsp

from tests.lsp.client import FAULTY, Client, Sessions

pytestmark = pytest.mark.asyncio(loop_scope="module")
URI = "file:///project/train.py"
FIXED = FAULTY.replace("lr=", "learning_rate=").replace("  # default-lint: ignore[shuffle-off] not so", "")
PLAIN: dict[str, Any] = {"workspace": {"workspaceEdit": {"documentChanges": False}}}
# What it takes to hand a diagnostic back with its data, and what it is without.
WITH_DATA = ("vscode", "neovim", "vscode-push")
WITHOUT = ("neovim-0.7", "emacs")


def titles(found: Sequence[lsp.CodeAction]) -> list[str]:
    return [action.title for action in found]


async def of_rule(client: Client, uri: str, rule: str) -> list[lsp.CodeAction]:
    """The actions that an editor offers on the finding of a rule."""
    item = next(item for item in await client.findings(uri) if item.code == rule)
    return await client.actions(uri, item.range, [item])


@pytest.mark.parametrize("editor", [*WITH_DATA, *WITHOUT])
async def test_what_can_be_done_about_a_finding(sessions: Sessions, editor: str) -> None:
    client = await sessions(editor)
    uri = client.open(URI, FAULTY)
    found = await of_rule(client, uri, "legacy-lr-argument")
    assert titles(found) == [
        "Rename to `learning_rate`",
        "Ignore `legacy-lr-argument` here",
        "Explain `legacy-lr-argument`",
    ]
    assert all(action.kind == lsp.CodeActionKind.QuickFix for action in found)
    assert [action.is_preferred for action in found] == [True, None, None]
    for action in found:
        assert [item.code for item in action.diagnostics or ()] == ["legacy-lr-argument"]
    assert found[2].edit is None
    assert found[2].command is not None
    assert (found[2].command.command, found[2].command.arguments) == ("default-lint.explain", ("legacy-lr-argument",))
    client.apply(found[0].edit)
    assert client.held[uri].text == FAULTY.replace("lr=", "learning_rate=")
    assert "legacy-lr-argument" not in await client.rules(uri)


@pytest.mark.parametrize("editor", ["vscode", "emacs"])
async def test_a_fix_that_changes_what_is_trained_is_not_preferred(sessions: Sessions, editor: str) -> None:
    client = await sessions(editor)
    uri = client.open(URI, FAULTY)
    fix = (await of_rule(client, uri, "softmax-on-one-unit"))[0]
    assert fix.title == "Replace with `sigmoid`"
    assert not fix.is_preferred
    client.apply(fix.edit)
    assert client.held[uri].text == FAULTY.replace("softmax", "sigmoid")


@pytest.mark.parametrize("editor", ["vscode", "emacs"])
async def test_an_ignore_comment_holds_the_finding_back(sessions: Sessions, editor: str) -> None:
    client = await sessions(editor)
    uri = client.open(URI, FAULTY)
    found = await of_rule(client, uri, "softmax-on-one-unit")
    client.apply(next(action for action in found if action.title == "Ignore `softmax-on-one-unit` here").edit)
    assert "# default-lint: ignore[softmax-on-one-unit]" in client.held[uri].text
    assert await client.rules(uri) == ["legacy-lr-argument", "unused-suppression"]


async def test_data_are_enough_for_a_text_that_is_not_analyzed_yet(vscode: Client) -> None:
    """What the diagnostic says of itself is used: nothing was found in this text, nor will be."""
    uri = vscode.open(URI, "import keras\n")
    await vscode.settled(uri)
    version = vscode.edit(uri, (0, 0, "# a comment\n"))
    item = lsp.Diagnostic(vscode.held[uri].range(0, 0), "x", code="softmax-on-one-unit", source="default-lint")
    item.data = {"version": version, "offers": [{**_offer(uri, version), "title": "From the data"}]}
    (action,) = await vscode.actions(uri, item.range, [item])
    assert action.title == "From the data"
    vscode.apply(action.edit)
    assert vscode.held[uri].text == "## a comment\nimport keras\n"


def _offer(uri: str, version: int = 1) -> dict[str, Any]:
    edit = {"uri": uri, "range": [0, 0, 0, 0], "text": "#", "version": version}
    return {"title": "a title", "kind": "fix", "rule": "softmax-on-one-unit", "safe": True, "edits": [edit]}


async def test_data_of_an_earlier_version_are_not_used(vscode: Client) -> None:
    uri = vscode.open(URI, FAULTY)
    item = next(item for item in await vscode.findings(uri) if item.code == "legacy-lr-argument")
    vscode.edit(uri, (0, 0, "# a line above\n"))
    found = await vscode.actions(uri, vscode.held[uri].at("lr"), [item])
    fix = next(action for action in found if action.is_preferred)
    vscode.apply(fix.edit)
    assert vscode.held[uri].text == f"# a line above\n{FAULTY}".replace("lr=", "learning_rate=")


@pytest.mark.parametrize(
    "data",
    [None, 3, [], {}, {"version": 2}, {"version": 2, "offers": 5}, {"version": 2, "offers": [{"title": "x"}]}],
    ids=repr,
)
async def test_data_that_are_not_ours_do_no_harm(vscode: Client, data: Any) -> None:
    uri = vscode.open(URI, FAULTY)
    item = next(item for item in await vscode.findings(uri) if item.code == "legacy-lr-argument")
    item.data = data
    vscode.edit(uri, (len(FAULTY), len(FAULTY), "\n"))
    found = await vscode.actions(uri, item.range, [item])
    assert "Rename to `learning_rate`" in titles(found)


async def test_diagnostics_of_others_and_places_without_findings_have_no_actions(vscode: Client) -> None:
    uri = vscode.open(URI, FAULTY)
    await vscode.findings(uri)
    place = vscode.held[uri].at("import keras")
    theirs = lsp.Diagnostic(place, "x", code="legacy-lr-argument", source="another")
    assert await vscode.actions(uri, place, [theirs]) == []
    assert await vscode.actions("file:///project/not-open.py", place) == []


async def test_a_range_without_diagnostics_has_the_actions_of_all_its_findings(vscode: Client) -> None:
    uri = vscode.open(URI, FAULTY)
    found = await vscode.actions(uri, vscode.held[uri].range(0, len(FAULTY)))
    assert titles(found)[:2] in (
        ["Rename to `learning_rate`", "Remove the suppression"],
        ["Remove the suppression", "Rename to `learning_rate`"],
    )
    assert "Replace with `sigmoid`" in titles(found)
    last = [action.command is not None for action in found]
    assert last == sorted(last), "the explanations come last"


async def test_edits_name_versions_only_where_the_client_takes_them(sessions: Sessions) -> None:
    for editor, changes, versions in (("vscode", (), True), ("vscode", (PLAIN,), False), ("neovim-0.7", (), False)):
        client = await sessions(editor, *changes)
        uri = client.open(URI, FAULTY, version=5)
        edit = (await of_rule(client, uri, "legacy-lr-argument"))[0].edit
        assert edit is not None
        if versions:
            assert edit.changes is None
            (change,) = edit.document_changes or ()
            assert isinstance(change, lsp.TextDocumentEdit)
            assert change.text_document.version == 5
        else:
            assert edit.document_changes is None
            assert list(edit.changes or ()) == [uri]
        client.apply(edit)
        assert "learning_rate" in client.held[uri].text


# Kinds


@pytest.mark.parametrize(
    ("only", "kinds"),
    [
        (None, ["quickfix"]),
        (["quickfix"], ["quickfix"]),
        (["source"], ["source.fixAll.default-lint"]),
        (["source.fixAll"], ["source.fixAll.default-lint"]),
        (["source.fixAll.default-lint"], ["source.fixAll.default-lint"]),
        ([""], ["quickfix", "source.fixAll.default-lint"]),
        (["source.fixAll.other"], []),
        (["source.fix"], []),
        (["refactor"], []),
        (["source.organizeImports"], []),
        (["notebook.source.fixAll"], []),
        ([], []),
    ],
    ids=repr,
)
async def test_only_what_was_asked_for(vscode: Client, only: list[str] | None, kinds: list[str]) -> None:
    uri = vscode.open(URI, FAULTY)
    found = await vscode.actions(uri, vscode.held[uri].at("lr"), only=only)
    assert {str(getattr(action.kind, "value", action.kind)) for action in found} == set(kinds)


@pytest.mark.parametrize("editor", ["vscode", "neovim", "neovim-0.7", "emacs"])
async def test_all_safe_fixes_at_once(sessions: Sessions, editor: str) -> None:
    client = await sessions(editor)
    uri = client.open(URI, FAULTY)
    (action,) = await client.actions(uri, client.held[uri].range(0, 0), only=["source.fixAll"])
    resolves = editor != "emacs"
    assert (action.edit is None) is resolves
    if resolves:
        action = await client.code_action_resolve_async(action)
    client.apply(action.edit)
    assert client.held[uri].text == FIXED
    assert await client.rules(uri) == ["softmax-on-one-unit"]


async def test_what_is_resolved_is_for_the_text_of_then(vscode: Client) -> None:
    uri = vscode.open(URI, FAULTY)
    (action,) = await vscode.actions(uri, vscode.held[uri].range(0, 0), only=["source.fixAll"])
    vscode.edit(uri, (0, 0, "# above\n"))
    vscode.apply((await vscode.code_action_resolve_async(action)).edit)
    assert vscode.held[uri].text == f"# above\n{FIXED}"


@pytest.mark.parametrize("data", [None, {}, 3, {"uri": 5}, {"uri": "file:///project/not-open.py"}], ids=repr)
async def test_what_cannot_be_resolved_comes_back_as_it_is(vscode: Client, data: Any) -> None:
    action = lsp.CodeAction("Fix all", "source.fixAll.default-lint", data=data)
    assert (await vscode.code_action_resolve_async(action)).edit is None


async def test_nothing_is_fixed_in_a_text_that_does_not_parse(vscode: Client) -> None:
    uri = vscode.open(URI, FAULTY)
    await vscode.findings(uri)
    vscode.edit(uri, (0, 0, "(\n"))
    (action,) = await vscode.actions(uri, vscode.held[uri].range(0, 0), only=["source.fixAll"])
    edit = (await vscode.code_action_resolve_async(action)).edit
    if edit is not None:
        vscode.apply(edit)
    assert vscode.held[uri].text == f"(\n{FAULTY}"


async def test_unsafe_fixes_when_the_settings_say_so(sessions: Sessions) -> None:
    client = await sessions("vscode", settings={"unsafeFixes": True})
    uri = client.open(URI, FAULTY)
    (action,) = await client.actions(uri, client.held[uri].range(0, 0), only=["source.fixAll"])
    client.apply((await client.code_action_resolve_async(action)).edit)
    assert client.held[uri].text == FIXED.replace("softmax", "sigmoid")


# Commands


@pytest.mark.parametrize("editor", ["vscode", "neovim", "neovim-0.7", "emacs"])
async def test_the_command_applies_all_safe_fixes(sessions: Sessions, editor: str) -> None:
    client = await sessions(editor)
    uri = client.open(URI, FAULTY)
    assert await client.command("fixAll", uri) is None
    assert len(client.applied) == 1
    assert client.held[uri].text == FIXED
    await client.command("fixAll", uri)
    assert len(client.applied) == 1
    assert any("nothing to fix" in message for message in client.said())


async def test_the_command_says_when_it_cannot(vscode: Client) -> None:
    for arguments in ([], ["file:///project/not-open.py"], [7], [None]):
        await vscode.command("fixAll", *arguments)
    assert any("not open" in message for message in vscode.said())
    uri = vscode.open(URI, FAULTY)
    vscode.accepts_edits = False
    await vscode.command("fixAll", uri)
    vscode.accepts_edits = True
    assert any("read-only" in message for message in vscode.said())
    assert vscode.held[uri].text == FAULTY


async def test_explain_opens_the_page_as_markdown(vscode: Client) -> None:
    page = await vscode.command("explain", "softmax-on-one-unit")
    assert set(page) == {"title", "name", "markdown"}
    assert page["markdown"].startswith("# softmax-on-one-unit\n")
    (shown,) = vscode.shown_documents
    path = unquote(urlsplit(shown.uri).path)
    assert path.endswith("softmax-on-one-unit.md")
    with open(path, encoding="utf-8") as file:
        assert file.read() == page["markdown"]


@pytest.mark.parametrize("editor", ["emacs", "neovim-0.7"])
async def test_explain_is_a_message_where_nothing_can_be_shown(sessions: Sessions, editor: str) -> None:
    client = await sessions(editor)
    page = await client.command("explain", "softmax-on-one-unit")
    assert page["name"] == "softmax-on-one-unit"
    (message,) = client.said()
    assert "Softmax over 1 unit always outputs 1.0" in message
    assert "/rules/softmax-on-one-unit" in message, "where to read more"


async def test_explain_is_a_notification_for_a_client_that_shows_pages_itself(sessions: Sessions) -> None:
    client = await sessions("vscode", options={"documents": True})
    page = await client.command("explain", "softmax-on-one-unit")
    assert client.notifications("default-lint/show") == [page]
    assert client.shown_documents == []


@pytest.mark.parametrize("name", ["no-such-rule", 5, None, "", "../../etc/passwd"])
async def test_what_is_no_rule_cannot_be_explained(vscode: Client, name: Any) -> None:
    assert await vscode.command("explain", name) is None
    assert len(vscode.said()) == 1
    assert vscode.shown_documents == []


async def test_codes_of_rules_can_be_explained_too(vscode: Client) -> None:
    page = await vscode.command("explain", "ACT101")
    assert page is not None
    assert page["name"] == "softmax-on-one-unit"


async def test_the_debug_page_tells_what_helps(vscode: Client) -> None:
    uri = vscode.open(URI, FAULTY)
    page = (await vscode.command("debug", uri))["markdown"]
    for word in ("utf-16", "Python", "pygls", "/project/train.py"):
        assert word in page, page
    assert await vscode.command("debug")
