"""Diagnostics of files that are not open, for clients that ask for the whole workspace."""

from __future__ import annotations

import asyncio
import os
import threading
from typing import TYPE_CHECKING

from lsprotocol import types as lsp

from default_lint.run import check_files
from default_lsp import source as sources
from default_lsp import translate
from default_lsp.source import Buffer, Source
from default_lsp.uris import to_path, to_uri

if TYPE_CHECKING:
    from default_lint.findings import Report
    from default_lint.settings import Settings
    from default_lsp.configuration import ClientSettings
    from default_lsp.server import Server

LIMIT = 50_000_000  # bytes; what discovery let through was measured before
WAIT = 30.0  # s after which files are looked at again when the client does not tell of their changes


class WorkspaceReports:
    """Answers `workspace/diagnostic`: at once when something may have changed, else when it has."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._news = asyncio.Event()
        self._asked = False
        self._given_up = threading.Event()

    @property
    def on(self) -> bool:
        """Whether the client wants more than the open documents."""
        return self.server.configuration.general.diagnostic_mode == "workspace"

    def changed(self) -> None:
        """Some file, document or setting is another."""
        self._news.set()

    def stop(self) -> None:
        """Give up what is under way: the process ends."""
        self._given_up.set()

    async def answer(self, params: lsp.WorkspaceDiagnosticParams) -> lsp.WorkspaceDiagnosticReport:
        """The reports of the files that are not open; the request is held while nothing is new."""
        known = {item.uri: item.value for item in params.previous_result_ids}
        if self._asked:
            try:
                await asyncio.wait_for(self._news.wait(), None if self.server.configuration.watched else WAIT)
            except asyncio.TimeoutError:
                pass
        self._news.clear()
        self._asked = True
        self._given_up = given_up = threading.Event()
        try:
            found = await asyncio.to_thread(self._check, given_up)
        except BaseException:
            given_up.set()
            self._news.set()  # it was told to nobody
            raise
        opened = {to_path(uri) or uri for uri in list(self.server.session.buffers)}
        items: list[lsp.WorkspaceFullDocumentDiagnosticReport | lsp.WorkspaceUnchangedDocumentDiagnosticReport] = []
        for uri, diagnostics in found.items():
            if to_path(uri) in opened:
                continue  # the client asks for it by itself
            digest = translate.digest(diagnostics)
            if known.get(uri) == digest:
                items.append(lsp.WorkspaceUnchangedDocumentDiagnosticReport(uri, digest))
            elif diagnostics or uri in known:
                items.append(lsp.WorkspaceFullDocumentDiagnosticReport(uri, diagnostics, result_id=digest))
        gone = [uri for uri in known if uri not in found and to_path(uri) not in opened]
        items += [lsp.WorkspaceFullDocumentDiagnosticReport(uri, []) for uri in gone]
        return lsp.WorkspaceDiagnosticReport(items)

    def _check(self, given_up: threading.Event) -> dict[str, list[lsp.Diagnostic]]:
        configuration = self.server.configuration
        found: dict[str, list[lsp.Diagnostic]] = {}
        for folder in list(configuration.folders):
            client = configuration.client(folder)
            if not client.enable or client.diagnostic_mode != "workspace":
                continue
            for report in check_files([folder], configuration.resolver(folder), jobs=1):
                if given_up.is_set():
                    return found
                path = os.path.abspath(report.document.path)
                if path.endswith(".ipynb"):
                    continue  # an editor shows the findings of notebooks in their cells, when they are open
                found[to_uri(path)] = self._translated(report, client, configuration.settings(path))
        return found

    def _translated(self, report: Report, client: ClientSettings, settings: Settings) -> list[lsp.Diagnostic]:
        from default_lsp.analysis import Analysis

        document = report.document
        text = document.original if document.original is not None else document.text
        uri = to_uri(os.path.abspath(document.path))
        session = self.server.session
        source: Source = sources.script(Buffer(uri, text), document.path, session.units, LIMIT)
        analysis = Analysis(document, settings, report)
        return translate.diagnostics(source, analysis, client.shown(report.findings), session.abilities)[uri]
