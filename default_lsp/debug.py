"""The page that tells how the server stands: the first thing to ask for when it does something strange."""

from __future__ import annotations

import os
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

import psutil

from default_lint import __version__
from default_lsp.pages import Page

if TYPE_CHECKING:
    from default_lsp.server import Server


# What a client that cannot show pages is told.
SHORT = ("default-lint", "Python", "Position encoding", "Open", "Errors")


def page(server: Server, uri: str | None) -> Page:
    """Versions, executable, encoding, folders, configuration files, and what is known of one document."""
    session, configuration = server.session, server.configuration
    memory = psutil.Process().memory_info().rss / 1e6
    rows = {
        "default-lint": __version__,
        "Python": f"{platform.python_version()} ({sys.executable})",
        "Platform": platform.platform(),
        "pygls, lsprotocol, libcst": ", ".join(map(_version, ("pygls", "lsprotocol", "libcst"))),
        "Process": f"{os.getpid()}, {memory:.0f} MB",
        "Position encoding": session.units.encoding,
        "Findings are": "told (push)" if session.push else "asked for (pull)",
        "Workspace trusted": "yes" if server.trusted else "no",
        "Configuration files watched": "by the client" if configuration.watched else "read at every change",
        "Open": f"{len(session.opened)} documents and notebooks",
        "Runs": ", ".join(sorted(session.runs)) or "none",
        "Errors": "; ".join(server.errors) or "none",
    }
    lines = [f"- {name}: {_code(value)}" for name, value in rows.items()]
    lines += ["", "## Folders", ""]
    for folder, settings in configuration.folders.items():
        lines += [
            f"- {_code(folder)}: configuration {_code(configuration.origin(os.path.join(folder, '_')) or 'none')}"
        ]
        lines += [f"  - client settings: {_code(repr(settings))}"]
    if not configuration.folders:
        lines.append("none")
    if uri is not None and session.owner(uri) in session.opened:
        lines += ["", f"## {_code(uri)}", "", *_document(server, uri)]
    title = "default-lint: debug information"
    return Page(
        title,
        "default-lint-debug",
        f"# {title}\n\n" + "\n".join(lines) + "\n",
        ", ".join(f"{name} {rows[name]}" for name in SHORT),
    )


def _document(server: Server, uri: str) -> list[str]:
    session, configuration = server.session, server.configuration
    key = session.owner(uri)
    path = session.path(key)
    settings = configuration.settings(path)
    result = session.known(uri)
    lines = [
        f"- Path: {_code(path)}",
        f"- Configuration file: {_code(configuration.origin(path) or 'none')}",
        f"- Excluded: {'yes' if settings.excluded(path) else 'no'}",
        f"- Settings: {_code(repr(settings._asdict()))}",
        f"- Findings of a run are shown: {'yes' if path in session.runs else 'no'}",
    ]
    if result is not None:
        program = result.analysis.program
        report = result.analysis.report
        lines += [
            f"- Version: {result.source.version}",
            f"- Findings: {len(result.findings)}",
            f"- Read: {'yes' if program is not None and not report.unread else report.unread or 'no'}",
            f"- Trouble: {'; '.join((*report.trouble, result.source.trouble)) or 'none'}",
        ]
    return lines


def _version(package: str) -> str:
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return f"{package} ?"


def _code(text: str) -> str:
    return f"`{text}`" if "`" not in text else text
