"""The language server: which messages there are, each handled in a few lines; the work is done elsewhere."""

from __future__ import annotations

import asyncio
import functools
import logging
import os
import tempfile
import traceback
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException, JsonRpcInternalError
from pygls.lsp.server import LanguageServer

from default_lint import __version__
from default_lsp import translate
from default_lsp.configuration import SECTION, Configuration, merged, parse
from default_lsp.diagnosing import Diagnosing
from default_lsp.protocol import Protocol
from default_lsp.session import Session
from default_lsp.source import Units
from default_lsp.translate import FIX_ALL, NAME, NOTEBOOK_FIX_ALL, Abilities
from default_lsp.uris import to_path, to_uri
from default_lsp.workspace import WorkspaceReports

if TYPE_CHECKING:
    from default_lsp.pages import Page

logger = logging.getLogger(__name__)

WATCHED = ("**/default-lint.toml", "**/.default-lint.toml", "**/pyproject.toml")
WATCHED_SOURCES = ("**/*.py", "**/*.ipynb")
# pygls keeps texts of its own; ours are kept by the session, which also ends lines as the protocol says.
KEPT_BY_US = (
    lsp.TEXT_DOCUMENT_DID_OPEN,
    lsp.TEXT_DOCUMENT_DID_CHANGE,
    lsp.TEXT_DOCUMENT_DID_CLOSE,
    lsp.NOTEBOOK_DOCUMENT_DID_OPEN,
    lsp.NOTEBOOK_DOCUMENT_DID_CHANGE,
    lsp.NOTEBOOK_DOCUMENT_DID_CLOSE,
)
NOTEBOOKS = lsp.NotebookDocumentSyncOptions(
    notebook_selector=[lsp.NotebookDocumentFilterWithNotebook(notebook="jupyter-notebook")]
)
_Handler = TypeVar("_Handler", bound=Callable[..., Any])


class Server(LanguageServer):
    """The server of one editor. It is also what the session tells the editor through (`session.Client`)."""

    session: Session

    def __init__(self) -> None:
        super().__init__(
            NAME,
            __version__,
            text_document_sync_kind=lsp.TextDocumentSyncKind.Incremental,
            notebook_document_sync=NOTEBOOKS,
            protocol_cls=Protocol,
            max_workers=4,
        )
        self.configuration = Configuration(self.warn)
        self.options: dict[str, Any] = {}
        self.trusted = False
        self.status = 1  # of the process, when the client tells it to exit without a shutdown
        self.left = False
        self.diagnosing = Diagnosing(self)
        self.reports = WorkspaceReports(self)
        self.errors: list[str] = []
        self._told: set[str] = set()
        self._pages: tempfile.TemporaryDirectory[str] | None = None
        for method in KEPT_BY_US:
            self.protocol.fm.builtin_features.pop(method)

    @property
    def ready(self) -> bool:
        """Whether the client has initialized."""
        return hasattr(self, "session")

    # What the session tells

    def publish(self, uri: str, version: int | None, diagnostics: Sequence[lsp.Diagnostic]) -> None:
        """Show the diagnostics of one document."""
        self.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri, diagnostics, version))

    def outdated(self) -> None:
        """Let the client ask again for what it may have asked before."""
        self.reports.changed()
        workspace = self.client_capabilities.workspace
        if workspace is None:
            return
        for capability, ask in (
            (workspace.diagnostics, self.workspace_diagnostic_refresh),
            (workspace.inlay_hint, self.workspace_inlay_hint_refresh),
            (workspace.code_lens, self.workspace_code_lens_refresh),
        ):
            if capability is not None and capability.refresh_support:
                ask(None)

    def failed(self, what: str, error: BaseException) -> None:
        """Log an error of ours, and tell it once."""
        text = "".join(traceback.format_exception(error))
        logger.error("%s failed\n%s", what, text)
        self.errors = [*self.errors[-9:], f"{what}: {type(error).__name__}: {error}"]
        self.warn(f"internal error in {what}: {type(error).__name__}. The log has the details; default-lint goes on.")

    def warn(self, message: str, kind: lsp.MessageType = lsp.MessageType.Warning) -> None:
        """Tell something once."""
        if message not in self._told:
            self._told.add(message)
            self.tell(message, kind)

    def tell(self, message: str, kind: lsp.MessageType = lsp.MessageType.Info) -> None:
        """Show a message; may be called in any thread."""
        self.soon(self.window_show_message, lsp.ShowMessageParams(kind, f"default-lint: {message}"))

    def soon(self, function: Callable[..., object], *arguments: object) -> None:
        """Call a function in the event loop."""
        loop = self.loop
        if loop is None or loop.is_closed():
            return
        loop.call_soon_threadsafe(functools.partial(function, *arguments))

    loop: asyncio.AbstractEventLoop | None = None

    def report_server_error(self, error: Exception, source: object) -> None:
        """Only log: what is sent after the client has gone fails again, without end."""
        logger.error("%s: %s", getattr(source, "__name__", source), error)

    # Pages

    async def show(self, page: Page) -> dict[str, str]:
        """Show a page to the user, in whichever way the client has, and give it back."""
        content = {"title": page.title, "name": page.name, "markdown": page.markdown}
        window = self.client_capabilities.window
        if self.options.get("documents") is True:
            self.protocol.notify("default-lint/show", content)
            return content
        able = window is not None and window.show_document is not None and window.show_document.support
        if not (able and await self._open_page(page)):
            self.tell(page.summary or page.title)
        return content

    async def _open_page(self, page: Page) -> bool:
        """Have the client open a page as a file; whether it did."""
        if self._pages is None:
            self._pages = tempfile.TemporaryDirectory(prefix="default-lint-", ignore_cleanup_errors=True)
        file = Path(self._pages.name, f"{page.name[:100]}.md")
        file.write_text(page.markdown, encoding="utf-8")
        try:
            asked = lsp.ShowDocumentParams(to_uri(str(file)), take_focus=True)
            return (await self.window_show_document_async(asked)).success
        except JsonRpcException as error:
            logger.warning("the client did not show a page: %s", error)
            return False

    def close(self) -> None:
        """End what is under way."""
        if self.ready:
            self.session.stop()
        self.diagnosing.stop()
        self.reports.stop()
        if self._pages is not None:
            self._pages.cleanup()


server_features: list[tuple[str, Any, Callable[..., Any]]] = []


def feature(method: str, options: Any = None) -> Callable[[_Handler], _Handler]:
    """Handle a message; whatever goes wrong is logged and told once, and the answer is empty."""

    def register(function: _Handler) -> _Handler:
        server_features.append((method, options, function))
        return function

    return register


def guarded(server: Server, method: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """A handler that never fails."""
    if asyncio.iscoroutinefunction(function):

        async def waiting(*arguments: Any) -> Any:
            try:
                return await function(server, *arguments)
            except (JsonRpcException, asyncio.CancelledError):
                raise
            except Exception as error:
                server.failed(method, error)
                if method in PULLED:  # to which there is no empty answer
                    raise JsonRpcInternalError(str(error)) from None
                return None

        return waiting

    def at_once(*arguments: Any) -> Any:
        try:
            return function(server, *arguments)
        except JsonRpcException:
            raise
        except Exception as error:
            server.failed(method, error)
            return None

    return at_once


def create() -> Server:
    """A server with all its features but those that depend on the client."""
    server = Server()
    for method, options, function in server_features:
        if method not in PULLED:
            server.feature(method, options)(guarded(server, method, function))
    for name, command in COMMANDS.items():
        server.command(name)(_command(guarded(server, name, command)))
    return server


def _command(handler: Callable[..., Awaitable[Any]]) -> Callable[..., Any]:
    # pygls reads the signature to tell what arguments there are: any, of any type.
    async def run(*arguments):  # type: ignore[no-untyped-def]
        return await handler(*arguments)

    return run


# Beginning and end


@feature(lsp.INITIALIZE)
def _initialize(server: Server, params: lsp.InitializeParams) -> None:
    capabilities = params.capabilities
    options = params.initialization_options
    server.options = options if isinstance(options, dict) else {}
    server.trusted = server.options.get("trusted") is True
    configuration = server.configuration
    server.loop = asyncio.get_running_loop()
    configuration.general = parse(server.options.get("settings"), server.warn)
    for folder in params.workspace_folders or ():
        _add_folder(server, folder.uri)
    if not configuration.folders and params.root_uri:
        _add_folder(server, params.root_uri)
    text = capabilities.text_document
    pulls = text is not None and text.diagnostic is not None
    abilities = Abilities.of(capabilities, documents=server.options.get("documents") is True)
    units = Units(server.workspace.position_encoding or "utf-16")
    server.session = Session(server, configuration, units, abilities, push=not pulls)
    if pulls:
        everything = configuration.general.diagnostic_mode == "workspace"
        provider = lsp.DiagnosticOptions(False, everything, identifier=NAME)
        for method, _, function in server_features:
            if method == lsp.TEXT_DOCUMENT_DIAGNOSTIC or (method == lsp.WORKSPACE_DIAGNOSTIC and everything):
                options = provider if method == lsp.TEXT_DOCUMENT_DIAGNOSTIC else None
                server.feature(method, options)(guarded(server, method, function))
    server.session.start()


@feature(lsp.INITIALIZED)
async def _initialized(server: Server, params: lsp.InitializedParams) -> None:
    workspace = server.client_capabilities.workspace or lsp.WorkspaceClientCapabilities()
    watching = workspace.did_change_watched_files
    if watching is not None and watching.dynamic_registration:
        globs = WATCHED + (WATCHED_SOURCES if server.reports.on else ())
        options = lsp.DidChangeWatchedFilesRegistrationOptions([lsp.FileSystemWatcher(glob) for glob in globs])
        server.configuration.watched = await _registered(server, lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
    changes = workspace.did_change_configuration
    if changes is not None and changes.dynamic_registration:
        section = lsp.DidChangeConfigurationRegistrationOptions(section=SECTION)
        await _registered(server, lsp.WORKSPACE_DID_CHANGE_CONFIGURATION, section)
    await _pull_settings(server)


async def _registered(server: Server, method: str, options: Any) -> bool:
    registration = lsp.Registration(f"{NAME}:{method}", method, options)
    try:
        await server.client_register_capability_async(lsp.RegistrationParams([registration]))
    except JsonRpcException as error:  # it said it could
        logger.warning("the client did not register %s: %s", method, error)
        return False
    return True


@feature(lsp.SHUTDOWN)
def _shutdown(server: Server, params: None) -> None:
    server.status = 0
    server.close()


@feature(lsp.EXIT)
def _exit(server: Server, params: None) -> None:
    server.left = True


# Settings


def _add_folder(server: Server, uri: str) -> None:
    path = to_path(uri)
    if path is not None:
        folder = path if os.path.dirname(path) == path else path.rstrip("/\\")
        server.configuration.folders[folder] = server.configuration.general


async def _pull_settings(server: Server) -> None:
    """Ask the client for its settings, for each folder and in general, where it can tell."""
    workspace = server.client_capabilities.workspace
    if workspace is None or not workspace.configuration:
        return
    configuration = server.configuration
    folders = list(configuration.folders)
    items = [lsp.ConfigurationItem(section=SECTION)]
    items += [lsp.ConfigurationItem(scope_uri=to_uri(folder), section=SECTION) for folder in folders]
    try:
        answers = await server.workspace_configuration_async(lsp.ConfigurationParams(items))
    except JsonRpcException as error:
        logger.warning("the client did not tell its settings: %s", error)
        return
    before = (configuration.general, dict(configuration.folders))
    if answers and answers[0] is not None:
        configuration.general = parse(answers[0], server.warn)
    for folder, answer in zip(folders, answers[1:], strict=False):
        if folder in configuration.folders:
            configuration.folders[folder] = merged(configuration.general, answer, server.warn)
    if (configuration.general, configuration.folders) != before:
        server.session.touch()


@feature(lsp.WORKSPACE_DID_CHANGE_CONFIGURATION)
async def _configured(server: Server, params: lsp.DidChangeConfigurationParams) -> None:
    workspace = server.client_capabilities.workspace
    if workspace is not None and workspace.configuration:
        await _pull_settings(server)
        return
    raw = params.settings
    if isinstance(raw, dict) and SECTION in raw:
        configuration = server.configuration
        configuration.general = parse(raw[SECTION], server.warn)
        configuration.folders = dict.fromkeys(configuration.folders, configuration.general)
        server.session.touch()


@feature(lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES)
def _watched(server: Server, params: lsp.DidChangeWatchedFilesParams) -> None:
    if any(change.uri.endswith(".toml") for change in params.changes):
        server.configuration.forget()
        server.session.touch()
    server.reports.changed()


@feature(lsp.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
async def _folders(server: Server, params: lsp.DidChangeWorkspaceFoldersParams) -> None:
    for folder in params.event.removed:
        path = to_path(folder.uri)
        if path is not None:
            server.configuration.folders.pop(path.rstrip("/\\") or path, None)
            server.session.runs.clear(path)
    for folder in params.event.added:
        _add_folder(server, folder.uri)
    server.session.touch()
    await _pull_settings(server)


@feature("default-lint/trust")
def _trust(server: Server, params: Any) -> None:
    trusted = params.get("trusted") if isinstance(params, dict) else getattr(params, "trusted", None)
    server.trusted = trusted is True


@feature(lsp.WINDOW_WORK_DONE_PROGRESS_CANCEL)
def _canceled(server: Server, params: lsp.WorkDoneProgressCancelParams) -> None:
    server.diagnosing.canceled(params.token)


# Documents


@feature(lsp.TEXT_DOCUMENT_DID_OPEN)
def _opened(server: Server, params: lsp.DidOpenTextDocumentParams) -> None:
    document = params.text_document
    server.session.open(document.uri, document.text, document.version, document.language_id)


@feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
def _changed(server: Server, params: lsp.DidChangeTextDocumentParams) -> None:
    server.session.change(params.text_document.uri, params.text_document.version, params.content_changes)


@feature(lsp.TEXT_DOCUMENT_DID_SAVE)
def _saved(server: Server, params: lsp.DidSaveTextDocumentParams) -> None:
    server.reports.changed()


@feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
def _closed(server: Server, params: lsp.DidCloseTextDocumentParams) -> None:
    server.session.close(params.text_document.uri)
    server.reports.changed()


@feature(lsp.NOTEBOOK_DOCUMENT_DID_OPEN)
def _opened_notebook(server: Server, params: lsp.DidOpenNotebookDocumentParams) -> None:
    server.session.open_notebook(params.notebook_document, params.cell_text_documents)


@feature(lsp.NOTEBOOK_DOCUMENT_DID_CHANGE)
def _changed_notebook(server: Server, params: lsp.DidChangeNotebookDocumentParams) -> None:
    server.session.change_notebook(params.notebook_document.uri, params.notebook_document.version, params.change)


@feature(lsp.NOTEBOOK_DOCUMENT_DID_CLOSE)
def _closed_notebook(server: Server, params: lsp.DidCloseNotebookDocumentParams) -> None:
    server.session.close_notebook(params.notebook_document.uri)


# Diagnostics for clients that ask


@feature(lsp.TEXT_DOCUMENT_DIAGNOSTIC)
async def _diagnostic(server: Server, params: lsp.DocumentDiagnosticParams) -> lsp.DocumentDiagnosticReport:
    uri = params.text_document.uri
    if uri in server.session.owners:  # cells are told of, as many clients do not ask for them
        return lsp.RelatedFullDocumentDiagnosticReport([])
    result = await server.session.current(uri)
    items = result.by_uri.get(uri, ()) if result is not None else ()
    digest = translate.digest(items)
    if params.previous_result_id == digest:
        return lsp.RelatedUnchangedDocumentDiagnosticReport(digest)
    return lsp.RelatedFullDocumentDiagnosticReport(items, result_id=digest)


@feature(lsp.WORKSPACE_DIAGNOSTIC)
async def _workspace_diagnostic(server: Server, params: lsp.WorkspaceDiagnosticParams) -> lsp.WorkspaceDiagnosticReport:
    return await server.reports.answer(params)


PULLED = (lsp.TEXT_DOCUMENT_DIAGNOSTIC, lsp.WORKSPACE_DIAGNOSTIC)

# Code actions


@feature(
    lsp.TEXT_DOCUMENT_CODE_ACTION,
    lsp.CodeActionOptions(
        code_action_kinds=[lsp.CodeActionKind.QuickFix, FIX_ALL, NOTEBOOK_FIX_ALL], resolve_provider=True
    ),
)
async def _code_action(server: Server, params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
    uri, only = params.text_document.uri, params.context.only
    session = server.session
    found: list[lsp.CodeAction] = []
    if _asked(lsp.CodeActionKind.QuickFix, only):
        found += await _quick_fixes(server, params)
    for kind in (FIX_ALL, NOTEBOOK_FIX_ALL):
        whole = kind == NOTEBOOK_FIX_ALL
        # In a notebook a cell's own `source.fixAll` would come once for every cell.
        if only is not None and _asked(kind, only) and whole == (uri in session.owners):
            action = lsp.CodeAction("Fix all that is safe to fix", kind, data={"uri": uri})
            found.append(action if session.abilities.resolves_edits else await _resolved(server, action, uri))
    return found


def _asked(kind: lsp.CodeActionKind | str, only: Sequence[lsp.CodeActionKind | str] | None) -> bool:
    """Whether the client wants actions of a kind: it names the kind, or one above it, or none at all."""
    name = str(getattr(kind, "value", kind))
    wanted = [str(getattr(item, "value", item)) for item in only] if only is not None else None
    return wanted is None or any(not item or name == item or name.startswith(f"{item}.") for item in wanted)


async def _quick_fixes(server: Server, params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
    """From the analysis when it is at hand; else from what the diagnostics carry; only then is it waited for."""
    uri, session = params.text_document.uri, server.session
    mine = [item for item in params.context.diagnostics if item.source == NAME]
    result = session.known(uri)
    if result is None:
        able, version = session.abilities, session.version
        carried = [action for item in mine for action in translate.actions_from_data(item, uri, version, able)]
        if carried:
            return translate.distinct(carried)
        result = await session.current(uri, hurry=True)
    return result.actions(uri, params.range, mine) if result is not None else []


@feature(lsp.CODE_ACTION_RESOLVE)
async def _resolve(server: Server, action: lsp.CodeAction) -> lsp.CodeAction:
    data = action.data
    uri = data.get("uri") if isinstance(data, dict) else None
    return await _resolved(server, action, uri) if isinstance(uri, str) else action


async def _resolved(server: Server, action: lsp.CodeAction, uri: str) -> lsp.CodeAction:
    edits = await all_fixes(server.session, uri)
    if edits is not None:
        action.edit = translate.workspace_edit(edits, server.session.abilities)
    return action


async def all_fixes(session: Session, uri: str) -> translate.Edits | None:
    """The edits of all fixes of the text as it is when they are found; None when it is not open."""
    while (result := await session.current(uri, hurry=True)) is not None:
        edits = await session.call(result.fix_all)
        if session.known(uri) is result:
            return edits
    return None


# Views


@feature(lsp.TEXT_DOCUMENT_HOVER)
async def _hover(server: Server, params: lsp.HoverParams) -> lsp.Hover | None:
    result = await server.session.current(params.text_document.uri, hurry=True)
    return result.hover(params.text_document.uri, params.position) if result is not None else None


@feature(lsp.TEXT_DOCUMENT_INLAY_HINT)
async def _inlay_hint(server: Server, params: lsp.InlayHintParams) -> list[lsp.InlayHint]:
    result = await server.session.current(params.text_document.uri)
    return result.hints(params.text_document.uri, params.range) if result is not None else []


@feature(lsp.TEXT_DOCUMENT_CODE_LENS)
async def _code_lens(server: Server, params: lsp.CodeLensParams) -> list[lsp.CodeLens]:
    result = await server.session.current(params.text_document.uri)
    return result.lenses(params.text_document.uri) if result is not None else []


@feature(lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
async def _symbols(
    server: Server, params: lsp.DocumentSymbolParams
) -> list[lsp.DocumentSymbol] | list[lsp.SymbolInformation]:
    result = await server.session.current(params.text_document.uri)
    return result.symbols(params.text_document.uri) if result is not None else []


# Commands


async def _diagnose(server: Server, uri: Any = None, options: Any = None, *rest: Any) -> None:
    await server.diagnosing.start(uri, options)


async def _fix_all_command(server: Server, uri: Any = None, *rest: Any) -> None:
    edits = await all_fixes(server.session, uri) if isinstance(uri, str) else None
    if edits is None:
        server.tell("this document is not open")
        return
    if not edits:
        server.tell("nothing to fix that is safe to fix")
        return
    edit = translate.workspace_edit(edits, server.session.abilities)
    answer = await server.workspace_apply_edit_async(lsp.ApplyWorkspaceEditParams(edit, "Fix all that is safe to fix"))
    if not answer.applied:
        server.tell(f"the editor did not apply the fixes: {answer.failure_reason or 'no reason given'}")


async def _explain(server: Server, name: Any = None, *rest: Any) -> dict[str, str] | None:
    from default_lsp import pages

    page = pages.rule(name) if isinstance(name, str) else None
    if page is None:
        server.tell(f"there is no rule `{name}`")
        return None
    return await server.show(page)


async def _model(server: Server, uri: Any = None, index: Any = 0, *rest: Any) -> dict[str, str] | None:
    result = await server.session.current(uri, hurry=True) if isinstance(uri, str) else None
    page = result.model(index) if result is not None and isinstance(index, int) else None
    return await server.show(page) if page is not None else None


async def _debug(server: Server, uri: Any = None, *rest: Any) -> dict[str, str]:
    from default_lsp import debug

    return await server.show(debug.page(server, uri if isinstance(uri, str) else None))


COMMANDS: dict[str, Callable[..., Awaitable[Any]]] = {
    f"{NAME}.diagnose": _diagnose,
    f"{NAME}.fixAll": _fix_all_command,
    translate.EXPLAIN_COMMAND: _explain,
    f"{NAME}.model": _model,
    f"{NAME}.debug": _debug,
}
