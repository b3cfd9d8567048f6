"""Sessions with the language server, each a process of its own that talks over pipes, as editors have it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.lsp.client import Client, Sessions

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is against the protocol's specification, or against what the client said, fails a test."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings("error::pytest_lsp.LspSpecificationWarning"))


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def sessions() -> AsyncIterator[Sessions]:
    """Sessions that the tests of a module share, one for each way to begin it."""
    mine = Sessions()
    yield mine
    await mine.end()


@pytest_asyncio.fixture(loop_scope="module", params=["vscode", "neovim", "neovim-0.7", "emacs"])
async def client(request: pytest.FixtureRequest, sessions: Sessions) -> Client:
    """A session of each editor; documents that a test leaves open are closed."""
    return await sessions(request.param)


@pytest_asyncio.fixture(loop_scope="module")
async def vscode(sessions: Sessions) -> Client:
    """A session of VS Code, where the editor makes no difference."""
    return await sessions("vscode")


@pytest_asyncio.fixture(loop_scope="module")
async def push(sessions: Sessions) -> Client:
    """A session of an editor that is told of diagnostics."""
    return await sessions("vscode-push")
