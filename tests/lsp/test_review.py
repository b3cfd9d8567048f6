"""What a critical reading of the server found: races, requests that were never answered, clients that behave badly."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.lsp.client import FAULTY, RULES, session

WHOLE = {"settings": {"diagnosticMode": "workspace"}}
BROKEN = "import keras\nmodel = (\n"


async def reports(client: Any, known: dict[str, str] | None = None) -> dict[str, list[str]]:
    """The rules of the findings of each file, by its name."""
    previous = [{"uri": uri, "value": value} for uri, value in (known or {}).items()]
    answer = await client.call("workspace/diagnostic", {"previousResultIds": previous})
    return {
        item["uri"].rpartition("/")[2]: [row["code"] for row in item.get("items", ())]
        for item in answer["result"]["items"]
    }


def changed(client: Any, path: Path) -> None:
    client.tell("workspace/didChangeWatchedFiles", {"changes": [{"uri": path.as_uri(), "type": 2}]})


@pytest.mark.asyncio
async def test_the_workspace_is_told_of_with_a_configuration_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(FAULTY)
    (tmp_path / "default-lint.toml").write_text("select = 3\n")
    async with session(folders=[tmp_path], options=WHOLE, settings=WHOLE["settings"]) as client:
        assert await reports(client) == {"a.py": RULES}
        assert [text for text in client.said() if "`select`" in text]


@pytest.mark.asyncio
async def test_syntax_errors_that_nobody_wants_are_not_told_of_files_that_are_not_open(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(BROKEN)
    settings = {**WHOLE["settings"], "showSyntaxErrors": False}
    async with session(folders=[tmp_path], options={"settings": settings}, settings=settings) as client:
        assert await reports(client) in ({}, {"a.py": []})


@pytest.mark.asyncio
async def test_a_file_that_is_open_under_a_uri_written_otherwise_is_told_once(tmp_path: Path) -> None:
    path = tmp_path / "train(1).py"
    path.write_text(FAULTY)
    async with session(folders=[tmp_path], options=WHOLE, settings=WHOLE["settings"]) as client:
        client.open(path.as_uri().replace("%28", "(").replace("%29", ")"), FAULTY)
        assert await reports(client) == {}


@pytest.mark.asyncio
async def test_what_is_new_is_told_to_the_next_who_asks_when_the_request_was_canceled(tmp_path: Path) -> None:
    for number in range(60):
        (tmp_path / f"a{number}.py").write_text(FAULTY.replace("Dense(8", f"Dense({number + 1}"))
    async with session(folders=[tmp_path], options=WHOLE, settings=WHOLE["settings"]) as client:
        client.send({"id": "raw-first", "method": "workspace/diagnostic", "params": {"previousResultIds": []}})
        await asyncio.sleep(0.5)  # most often it has begun by then; when it has not, that is right too
        client.tell("$/cancelRequest", {"id": "raw-first"})
        if "error" in await client.answer("raw-first"):
            assert len(await reports(client)) == 60
