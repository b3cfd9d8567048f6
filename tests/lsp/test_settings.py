"""Settings of folders, files and the client while the session goes on; documents of all names; all encodings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types as lsp

from tests.lsp.client import FAULTY, NO_PULL, NOTEBOOKS, RULES, Client, Sessions, session

pytestmark = pytest.mark.asyncio(loop_scope="module")
IGNORE = 'ignore = ["legacy-lr-argument", "unused-suppression"]\n'
NO_WATCH: dict[str, Any] = {"workspace": {"didChangeWatchedFiles": None}}
NO_CONFIGURATION: dict[str, Any] = {"workspace": {"configuration": False}}


async def ready(client: Client) -> Client:
    """Wait until the first settings have come."""
    await client.until(
        lambda: [data for data in client.raw if data.get("method") == "workspace/configuration"], "the question"
    )
    await client.call("nonsense/barrier", None)
    return client


def changed(client: Client, *paths: Path) -> None:
    """Tell that files changed."""
    events = [lsp.FileEvent(path.as_uri(), lsp.FileChangeType.Changed) for path in paths]
    client.workspace_did_change_watched_files(lsp.DidChangeWatchedFilesParams(events))


def configured(client: Client, settings: Any) -> None:
    """The user changes the client's settings."""
    client._configuration[""] = {"default-lint": settings}
    client.workspace_did_change_configuration(lsp.DidChangeConfigurationParams({"default-lint": settings}))


async def eventually(client: Client, uri: str, rules: list[str]) -> None:
    """Settings reach the server by questions of its own: look again until they hold."""
    for _ in range(200):
        if await client.rules(uri) == rules:
            return
        await client.call("nonsense/barrier", None)
    assert await client.rules(uri) == rules


# By folder


async def test_each_file_has_the_settings_of_the_closest_file(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two / "deep"):
        folder.mkdir(parents=True)
    (one / "default-lint.toml").write_text(IGNORE)
    (two / "pyproject.toml").write_text('[tool.default-lint]\nselect = ["loss"]\n')
    (two / "deep" / ".default-lint.toml").write_text('ignore = ["activation"]\n')
    async with session("vscode", folders=[one, two]) as client:
        expected = {
            one / "a.py": ["softmax-on-one-unit"],
            two / "a.py": [],
            two / "deep" / "a.py": RULES[1:],
            tmp_path / "elsewhere.py": RULES,
        }
        for path, rules in expected.items():
            uri = client.open(path, FAULTY)
            assert await client.rules(uri) == rules, path


async def test_settings_of_the_client_by_folder_come_on_top_of_files(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        folder.mkdir()
        (folder / "default-lint.toml").write_text(IGNORE)
    by_folder = {one.as_uri(): {"ignore": ["activation"]}, two.as_uri(): {"inlayHints": False}}
    async with session("vscode", folders=[one, two], settings={}, by_folder=by_folder) as client:
        await ready(client)
        first, second = client.open(one / "a.py", FAULTY), client.open(two / "a.py", FAULTY)
        await eventually(client, first, RULES[1:])
        assert await client.rules(second) == ["softmax-on-one-unit"]
        assert await client.hints(first)
        assert await client.hints(second) == []


async def test_folders_come_and_go(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        folder.mkdir()
    by_folder = {one.as_uri(): {}, two.as_uri(): {"select": ["loss"]}}
    async with session("vscode", folders=[one], settings={}, by_folder=by_folder) as client:
        await ready(client)
        uri = client.open(two / "a.py", FAULTY)
        await eventually(client, uri, RULES)
        added, removed = lsp.WorkspaceFolder(two.as_uri(), "two"), lsp.WorkspaceFolder(one.as_uri(), "one")
        event = lsp.WorkspaceFoldersChangeEvent(added=[added], removed=[removed])
        client.workspace_did_change_workspace_folders(lsp.DidChangeWorkspaceFoldersParams(event))
        await eventually(client, uri, [])
        event = lsp.WorkspaceFoldersChangeEvent(added=[], removed=[added])
        client.workspace_did_change_workspace_folders(lsp.DidChangeWorkspaceFoldersParams(event))
        await eventually(client, uri, RULES)


async def test_excluded_files_are_not_looked_at(tmp_path: Path) -> None:
    (tmp_path / "default-lint.toml").write_text('extend-exclude = ["old"]\n')
    (tmp_path / "old").mkdir()
    async with session("vscode", folders=[tmp_path]) as client:
        assert await client.rules(client.open(tmp_path / "old" / "a.py", FAULTY)) == []
        assert await client.rules(client.open(tmp_path / "a.py", FAULTY)) == RULES


# Changes


@pytest.mark.parametrize("changes", [(), (NO_WATCH,), (NO_PULL,), (NO_PULL, NO_WATCH)], ids=str)
async def test_a_changed_file_holds(changes: tuple[dict[str, Any], ...], tmp_path: Path) -> None:
    file = tmp_path / "default-lint.toml"
    async with session("vscode", *changes, folders=[tmp_path]) as client:
        watches = NO_WATCH not in changes
        if watches:
            await client.until(lambda: lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES in client.registered, "watchers")
        uri = client.open(tmp_path / "a.py", FAULTY)
        assert await client.rules(uri) == RULES
        for text, rules in ((IGNORE, ["softmax-on-one-unit"]), ('select = ["loss"]\n', []), (None, RULES)):
            file.unlink() if text is None else file.write_text(text)
            if watches:
                changed(client, file)
            else:  # it shows with the next edit
                client.edit(uri, (0, 0, "#\n"))
            assert await client.rules(uri) == rules
        assert (lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES in client.registered) is watches


async def test_what_is_open_is_looked_at_again_when_settings_change(tmp_path: Path) -> None:
    async with session("vscode", NO_PULL, folders=[tmp_path]) as client:
        await client.until(lambda: lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES in client.registered, "watchers")
        uris = [client.open(tmp_path / f"{name}.py", FAULTY) for name in "abc"]
        for uri in uris:
            await client.settled(uri)
        (tmp_path / "default-lint.toml").write_text(IGNORE)
        changed(client, tmp_path / "default-lint.toml")
        await client.until(lambda: all(len(client.shown(uri)) == 1 for uri in uris), "the findings of all three")
    async with session("vscode", folders=[tmp_path]) as client:
        changed(client, tmp_path / "default-lint.toml")
        await client.until(lambda: lsp.WORKSPACE_DIAGNOSTIC_REFRESH in client.refreshed, "the refresh")


@pytest.mark.parametrize("editor", ["vscode", "neovim-0.7", "emacs"])
async def test_settings_of_the_client_change_while_it_runs(editor: str, tmp_path: Path) -> None:
    options = {"settings": {"ignore": ["activation"]}}
    async with session(editor, folders=[tmp_path], options=options, settings=options["settings"]) as client:
        uri = client.open(tmp_path / "a.py", FAULTY)
        await eventually(client, uri, RULES[1:])
        configured(client, {"ignore": ["optimization"]})
        await eventually(client, uri, ["softmax-on-one-unit", "unused-suppression"])
        configured(client, {"enable": False})
        await eventually(client, uri, [])
        configured(client, {})
        await eventually(client, uri, RULES)


async def test_a_client_that_is_never_asked_has_its_options(tmp_path: Path) -> None:
    options = {"settings": {"ignore": ["activation"]}}
    async with session("vscode", NO_CONFIGURATION, folders=[tmp_path], options=options) as client:
        uri = client.open(tmp_path / "a.py", FAULTY)
        assert await client.rules(uri) == RULES[1:]
        client.workspace_did_change_configuration(lsp.DidChangeConfigurationParams({"other": 1}))
        client.workspace_did_change_configuration(lsp.DidChangeConfigurationParams(None))
        assert await client.rules(uri) == RULES[1:]
        client.workspace_did_change_configuration(lsp.DidChangeConfigurationParams({"default-lint": {}}))
        await eventually(client, uri, RULES)


@pytest.mark.parametrize(
    "raw", [None, [], 5, {"settings": 5}, {"settings": {"enable": "no"}}, {"trusted": "yes"}], ids=repr
)
async def test_options_that_are_wrong_do_no_harm(raw: Any, tmp_path: Path) -> None:
    async with session("vscode", NO_CONFIGURATION, folders=[tmp_path], options=raw) as client:
        assert await client.rules(client.open(tmp_path / "a.py", FAULTY)) == RULES


# What is wrong


async def test_bad_values_are_told_once_and_passed_over(tmp_path: Path) -> None:
    bad = {"ignore": ["activation"], "inlayHints": "no", "codeLen": True, "select": ["no-such-rule"]}
    async with session("vscode", folders=[tmp_path], settings=bad) as client:
        await ready(client)
        uri = client.open(tmp_path / "a.py", FAULTY)
        await eventually(client, uri, RULES[1:])
        assert await client.hints(uri)
        configured(client, {**bad, "enable": True})
        await eventually(client, uri, RULES[1:])
        said = client.said()
        assert len(said) == len(set(said)) == 3, said
        for word in ("default-lint.inlayHints", "default-lint.codeLen", "no-such-rule"):
            assert sum(word in message for message in said) == 1, said


async def test_a_broken_file_is_told_once_and_the_last_good_settings_stay(tmp_path: Path) -> None:
    file = tmp_path / "default-lint.toml"
    file.write_text(IGNORE)
    async with session("vscode", folders=[tmp_path]) as client:
        await client.until(lambda: lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES in client.registered, "watchers")
        uri, other = client.open(tmp_path / "a.py", FAULTY), client.open(tmp_path / "b.py", FAULTY)
        assert await client.rules(uri) == ["softmax-on-one-unit"]
        file.write_text("ignore = [\n")
        changed(client, file)
        for _ in range(3):
            client.edit(uri, (0, 0, "#\n"))
            assert await client.rules(uri) == ["softmax-on-one-unit"]
            assert await client.rules(other) == ["softmax-on-one-unit"]
        (message,) = client.said()
        assert "default-lint.toml" in message
        file.write_text("")
        changed(client, file)
        assert await client.rules(uri) == RULES


async def test_a_file_of_the_client_that_is_not_there_is_told(tmp_path: Path) -> None:
    settings = {"configuration": "nowhere.toml"}
    async with session("vscode", folders=[tmp_path], settings=settings) as client:
        await ready(client)
        uri = client.open(tmp_path / "a.py", FAULTY)
        assert await client.rules(uri) == RULES
        await client.until(lambda: client.said(), "the message")
        assert await client.rules(uri) == RULES
        (message,) = client.said()
        assert "nowhere.toml" in message


# Names


@pytest.mark.parametrize(
    "uri",
    [
        "untitled:Untitled-1",
        "untitled:/tmp/My%20script.py",
        "file:///project/mit%20Leerzeichen/m%C3%BCll.py",
        "file:///project/mit Leerzeichen/müll.py",
        "file:///project/a%23b%3Fc%25.py",
        "file:///c%3A/Users/me/train.py",
        "file://server/share/train.py",
        "vscode-vfs://github/owner/repo/train.py",
        "git:/project/train.py?ref",
        "inmemory://model/1",
        "nonsense",
        "file:///%ff%fe.py",
        "file:///project/%00.py",
    ],
)
@pytest.mark.parametrize("editor", ["vscode", "emacs"])
async def test_documents_of_all_names(sessions: Sessions, editor: str, uri: str) -> None:
    client = await sessions(editor)
    client.open(uri, FAULTY)
    assert await client.rules(uri) == RULES
    fix = (await client.actions(uri, client.held[uri].at("lr"), await client.findings(uri)))[0]
    client.apply(fix.edit)
    assert "learning_rate" in client.held[uri].text
    await client.command("fixAll", uri)
    assert await client.rules(uri) == ["softmax-on-one-unit"]
    assert client.said() == []
    assert await client.command("debug", uri)


async def test_an_unsaved_file_is_checked_with_the_settings_of_its_folder(tmp_path: Path) -> None:
    (tmp_path / "default-lint.toml").write_text(IGNORE)
    async with session("vscode", folders=[tmp_path]) as client:
        for uri in ("untitled:Untitled-1", (tmp_path / "not yet there.py").as_uri()):
            client.open(uri, FAULTY)
            assert await client.rules(uri) == ["softmax-on-one-unit"]


# Encodings

PREFIX = "\U0001f600é漢"
ODD = {
    "astral before": FAULTY.replace("import keras\n", f"import keras; a = '{PREFIX}'\n", 1),
    "astral on the line": FAULTY.replace("    layers.Dense(1", f"    '{PREFIX}' and layers.Dense(1").replace(
        "keras.optimizers.Adam(", f"('{PREFIX}', keras.optimizers.Adam)[1]("
    ),
    "crlf": FAULTY.replace("\n", "\r\n"),
    "lone cr": FAULTY.replace("\n", "\r"),
    "mixed": FAULTY.replace("import keras\n", "import keras\r", 1).replace("layers\n", "layers\r\n", 1),
    "form feed": FAULTY.replace("\nmodel", "\n\x0cmodel", 1),
    "no ends of lines": FAULTY.replace("import keras\n", "import keras  # \u2028 \u2029 \x85 \x0b \x0c \x1c\n", 1),
    "byte order mark": f"\ufeff{FAULTY}",
    "mark and import": "\ufeffimport keras; m = keras.Sequential([keras.layers.Dense(1, activation='softmax')])\n",
    "no last line end": FAULTY.rstrip(),
    "tabs": FAULTY.replace("    ", "\t"),
}


@pytest.mark.parametrize("editor", ["vscode", "neovim", "emacs"])
@pytest.mark.parametrize("name", list(ODD))
async def test_places_in_every_encoding(sessions: Sessions, editor: str, name: str) -> None:
    client = await sessions(editor)
    assert client.encoding == {"vscode": "utf-16", "neovim": "utf-8", "emacs": "utf-32"}[editor]
    uri = client.open("file:///project/odd.py", ODD[name])
    held = client.held[uri]
    covered = {str(item.code): held.covered(item.range) for item in await client.findings(uri)}
    if "softmax-on-one-unit" in covered:
        assert covered["softmax-on-one-unit"].strip("'\"") == "softmax"
    if name in ("mark and import",):
        assert "softmax-on-one-unit" in covered
        return
    if name != "astral on the line":
        assert set(covered) == set(RULES)
        assert covered["legacy-lr-argument"] == "lr"
    for hint in await client.hints(uri):
        held.offset(hint.position)
    hovered = await client.hover(uri, held.at("Dense(8"))
    assert hovered is not None and hovered.range is not None
    assert held.covered(hovered.range).startswith("layers.Dense(8")
    # edits of the client, then a fix of the server, in the same units
    client.replace(uri, "model.fit", f"'{PREFIX}'; model.fit")
    client.edit(uri, (client.held[uri].text.index("model.compile"),) * 2 + (f"'{PREFIX}'; ",))
    again = await client.findings(uri)
    legacy = next((item for item in again if item.code == "legacy-lr-argument"), None)
    if name != "astral on the line":
        assert legacy is not None
        assert held.covered(legacy.range) == "lr"
        found = await client.actions(uri, legacy.range, [legacy])
        before = held.text
        client.apply(next(action for action in found if action.is_preferred).edit)
        assert held.text == before.replace("lr=", "learning_rate=")


@pytest.mark.parametrize("editor", ["vscode", "neovim", "emacs"])
async def test_cells_in_every_encoding(sessions: Sessions, editor: str) -> None:
    client = await sessions(editor, NOTEBOOKS)
    lines = FAULTY.split("\n")
    cells = [("python", f"'{PREFIX}'\r\n" + "\r\n".join(lines[:8])), ("python", f"a = '{PREFIX}'; {lines[8]}")]
    uris = client.open_notebook("file:///project/odd.ipynb", cells)
    await client.settled(uris[0])
    (softmax,), (legacy,) = client.shown(uris[0]), client.shown(uris[1])
    assert client.held[uris[0]].covered(softmax.range) == '"softmax"'
    assert client.held[uris[1]].covered(legacy.range) == "lr"
    client.replace(uris[1], PREFIX, PREFIX * 2)
    await client.settled(uris[0])
    (legacy,) = client.shown(uris[1])
    assert client.held[uris[1]].covered(legacy.range) == "lr"
    found = await client.actions(uris[1], legacy.range, [legacy])
    client.apply(found[0].edit)
    assert "Adam(learning_rate=0.1)" in client.held[uris[1]].text
