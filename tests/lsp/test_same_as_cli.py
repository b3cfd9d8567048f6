"""What an editor shows is what the command line says: one by one, for every example, in every position encoding."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types as lsp

from tests.lsp.client import NOTEBOOKS, ROOT, Client, Sessions

FILES = sorted(
    path
    for folder in ("examples", "tests/programs/faulty", "tests/programs/healthy", "tests/programs/holdout")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in (".py", ".ipynb") and "checkpoint" not in path.name
)
EXAMPLES = [path for path in FILES if ROOT / "examples" in path.parents]
SAMPLE = [path for number, path in enumerate(FILES) if path in EXAMPLES or number % 3 == 0]
SEVERITIES = {1: "error", 2: "warning", 3: "info", 4: "hint"}
EDITORS = {"utf-8": "neovim", "utf-16": "vscode", "utf-32": "emacs"}
pytestmark = pytest.mark.asyncio(loop_scope="module")


def command_line(*arguments: str, text: str | None = None) -> str:
    """What the command line says."""
    command = [sys.executable, "-m", "default_lint", "check", "--no-cache", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, input=text, check=False, encoding="utf-8")
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


@cache
def said() -> dict[str, list[dict[str, Any]]]:
    """The rows of the command line for each file of the sample."""
    rows: dict[str, list[dict[str, Any]]] = {}
    for row in json.loads(command_line("--output-format", "json", *map(str, SAMPLE))):
        rows.setdefault(str((ROOT / row["file"]).resolve()), []).append(row)
    return rows


def cells_of(path: Path) -> list[tuple[str, str]]:
    """The cells of a notebook as an editor opens them."""
    found = []
    for cell in json.loads(path.read_text("utf-8"))["cells"]:
        source = cell["source"]
        text = source if isinstance(source, str) else "".join(source)
        found.append(("python" if cell["cell_type"] == "code" else "markdown", text))
    return found


def as_told(client: Client, uri: str, item: lsp.Diagnostic, cell: int | None) -> tuple[Any, ...]:
    """A diagnostic in the words of the command line."""
    held = client.held[uri]
    lines = held.text.replace("\r\n", "\n").split("\n")
    bounds = []
    for place in (item.range.start, item.range.end):
        before = held.text[: held.offset(place)]
        column = len(before) - (before.rfind("\n") + 1) + 1
        assert place.line < len(lines)
        bounds += [place.line + 1, column]
    assert item.severity is not None
    return (cell, *bounds, item.code, SEVERITIES[item.severity.value], item.message.split("\n")[0])


def of_row(row: dict[str, Any]) -> tuple[Any, ...]:
    """A row of the command line in the same form."""
    places = (row["line"], row["column"], row["end_line"], row["end_column"])
    return (row.get("cell"), *places, row["name"], row["severity"], row["message"])


CASES = [(encoding, path) for encoding in EDITORS for path in (SAMPLE if encoding == "utf-16" else EXAMPLES)]


@pytest.mark.parametrize(("encoding", "path"), CASES, ids=[f"{name}-{path.relative_to(ROOT)}" for name, path in CASES])
async def test_an_editor_shows_what_the_command_line_says(sessions: Sessions, encoding: str, path: Path) -> None:
    client = await sessions(EDITORS[encoding], NOTEBOOKS)
    assert client.encoding == encoding
    found = []
    if path.suffix == ".ipynb":
        uris = client.open_notebook(path.as_uri(), cells_of(path))
        await client.settled(next(uri for uri in uris if client.held[uri].language == "python"))
        for number, uri in enumerate(uris, 1):
            found += [as_told(client, uri, item, number) for item in client.shown(uri)]
        client.close_notebook(path.as_uri())
    else:
        uri = client.open(path)
        found += [as_told(client, uri, item, None) for item in await client.findings(uri)]
        client.close(uri)
    rows = said().get(str(path.resolve()), [])
    assert sorted(found, key=repr) == sorted(map(of_row, rows), key=repr)


def fixable() -> Iterator[Path]:
    """The files in which the command line fixes something."""
    for path in SAMPLE:
        if any((row.get("fix") or {}).get("applicability") == "safe" for row in said().get(str(path.resolve()), [])):
            yield path


@pytest.mark.parametrize("encoding", list(EDITORS))
async def test_fix_all_gives_the_text_that_the_command_line_writes(
    sessions: Sessions, encoding: str, tmp_path: Path
) -> None:
    client = await sessions(EDITORS[encoding], NOTEBOOKS)
    paths = list(fixable())
    assert len(paths) >= 5
    copies = {}
    for path in paths:
        copies[path] = tmp_path / path.name
        copies[path].write_bytes(path.read_bytes())
    command_line("--fix", "--exit-zero", *map(str, copies.values()))
    for path, copy in copies.items():
        only = ["source.fixAll.default-lint"]
        if path.suffix == ".ipynb":
            uris = client.open_notebook(path.as_uri(), cells_of(path))
            uri, only = next(uri for uri in uris if client.held[uri].language == "python"), [f"notebook.{only[0]}"]
        else:
            uris = [uri := client.open(path)]
        (action,) = await client.actions(uri, client.held[uri].range(0, 0), only=only)
        if action.edit is None:
            action = await client.code_action_resolve_async(action)
        client.apply(action.edit)
        if path.suffix == ".ipynb":
            assert [client.held[uri].text for uri in uris] == [text for _, text in cells_of(copy)], path
            client.close_notebook(path.as_uri())
        else:
            assert client.held[uri].text == copy.read_bytes().decode(), path
            client.close(uri)
