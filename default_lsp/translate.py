"""Between our words and the protocol's: findings to diagnostics, edits to workspace edits, and the views."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from lsprotocol import types as lsp

from default_lint.findings import Edit, Finding, Note, Severity
from default_lint.output import links
from default_lint.text import Span
from default_lsp.source import Source

if TYPE_CHECKING:
    from default_lsp.actions import Offer
    from default_lsp.analysis import Analysis
    from default_lsp.hints import Hint
    from default_lsp.hover import Hovered
    from default_lsp.lens import Lens
    from default_lsp.symbols import Symbol

NAME = "default-lint"
PLAIN_WIDTH = 80
EXPLAIN_COMMAND = f"{NAME}.explain"
FIX_ALL = f"{lsp.CodeActionKind.SourceFixAll.value}.{NAME}"
NOTEBOOK_FIX_ALL = f"notebook.{FIX_ALL}"
SEVERITIES = {
    Severity.ERROR: lsp.DiagnosticSeverity.Error,
    Severity.WARNING: lsp.DiagnosticSeverity.Warning,
    Severity.INFO: lsp.DiagnosticSeverity.Information,
    Severity.HINT: lsp.DiagnosticSeverity.Hint,
}
TAGS = {"unnecessary": lsp.DiagnosticTag.Unnecessary, "deprecated": lsp.DiagnosticTag.Deprecated}
KINDS = {
    "model": lsp.SymbolKind.Class,
    "layer": lsp.SymbolKind.Field,
    "compile": lsp.SymbolKind.Method,
    "fit": lsp.SymbolKind.Method,
}


@dataclass(frozen=True)
class Abilities:
    """What the client understands, as far as it changes what is sent."""

    related: bool = False
    tags: frozenset[lsp.DiagnosticTag] = frozenset()
    links: bool = False
    data: bool = False
    versions: bool = False
    markdown: bool = True
    nested_symbols: bool = True
    resolves_edits: bool = False
    tells_findings: bool = False  # in its own hover, beside ours

    @classmethod
    def of(cls, capabilities: lsp.ClientCapabilities, *, documents: bool = False) -> Abilities:
        """From the client's own list; `documents` is an option that only VS Code sets."""
        text = capabilities.text_document or lsp.TextDocumentClientCapabilities()
        shown = text.publish_diagnostics or lsp.PublishDiagnosticsClientCapabilities()
        edits = capabilities.workspace.workspace_edit if capabilities.workspace else None
        formats = (text.hover.content_format if text.hover else None) or ()
        resolve = text.code_action.resolve_support if text.code_action else None
        symbols = text.document_symbol
        return cls(
            related=bool(shown.related_information),
            tags=frozenset(shown.tag_support.value_set if shown.tag_support else ()),
            links=bool(shown.code_description_support),
            data=bool(shown.data_support),
            versions=bool(edits and edits.document_changes),
            markdown=lsp.MarkupKind.Markdown in formats,
            nested_symbols=bool(symbols and symbols.hierarchical_document_symbol_support),
            resolves_edits=bool(resolve and "edit" in resolve.properties),
            tells_findings=documents,
        )


def diagnostics(
    source: Source, analysis: Analysis, findings: Sequence[Finding], abilities: Abilities
) -> dict[str, list[lsp.Diagnostic]]:
    """The findings by document of the client; each of the source's documents has an entry."""
    by_uri: dict[str, list[lsp.Diagnostic]] = {part.buffer.uri: [] for part in source.parts}
    for finding in findings:
        place = source.location(finding.span)
        by_uri[place.uri].append(_diagnostic(source, analysis, finding, place.range, abilities))
    return by_uri


def _diagnostic(
    source: Source,
    analysis: Analysis,
    finding: Finding,
    range: lsp.Range,  # noqa: A002 -- the protocol's word
    abilities: Abilities,
) -> lsp.Diagnostic:
    related, rest = [], []
    for note in finding.notes:
        if note.span is not None and abilities.related:
            place = source.location(note.span)
            location = lsp.Location(place.uri, place.range)
            related.append(lsp.DiagnosticRelatedInformation(location, note.text))
        else:
            rest.append(_with_line(source, note))
    tag = TAGS.get(_tags().get(finding.rule, ""))
    return lsp.Diagnostic(
        range=range,
        message="\n".join((finding.message, *rest)),
        severity=SEVERITIES[finding.severity],
        code=finding.rule,
        code_description=lsp.CodeDescription(links.page(finding)) if abilities.links else None,
        source=NAME,
        tags=[tag] if tag in abilities.tags and tag is not None else None,
        related_information=related or None,
        data=_data(source, analysis, finding) if abilities.data else None,
    )


def _with_line(source: Source, note: Note) -> str:
    if note.span is None:
        return note.text
    return f"{note.text} (line {source.location(note.span).range.start.line + 1})"


@cache
def _tags() -> Mapping[str, str]:
    from default_lint.rules import RULES
    from default_lint.settings import UNUSED_SUPPRESSION

    return {rule.name: rule.tag for rule in RULES if rule.tag} | {UNUSED_SUPPRESSION.name: "unnecessary"}


# Code actions


def _data(source: Source, analysis: Analysis, finding: Finding) -> dict[str, Any]:
    """What a code action on the diagnostic needs: its offers, with the version of the text that they fit."""
    from default_lsp.actions import offered

    uri = source.location(finding.span).uri
    offers = [
        {
            "title": offer.title,
            "kind": offer.kind,
            "rule": offer.finding.rule,
            "safe": offer.preferred,
            "edits": [_plain(source, edit) for edit in offer.edits],
        }
        for offer in offered(analysis, (finding,), finding.span)
    ]
    return {"version": source.versions[uri], "offers": offers}


def _plain(source: Source, edit: Edit) -> dict[str, Any]:
    place = source.location(edit.span)
    start, end = place.range.start, place.range.end
    return {
        "uri": place.uri,
        "range": [start.line, start.character, end.line, end.character],
        "text": edit.text,
        "version": source.versions[place.uri],
    }


def actions_from_data(
    diagnostic: lsp.Diagnostic, uri: str, version: Callable[[str], int | None], abilities: Abilities
) -> list[lsp.CodeAction]:
    """The code actions that a diagnostic of a document carries, as far as they are for the present versions."""
    data = diagnostic.data
    if not isinstance(data, Mapping) or data.get("version") != version(uri):
        return []
    found = []
    try:
        for offer in data.get("offers", ()):
            if any(row["version"] != version(row["uri"]) for row in offer["edits"]):
                continue
            edits = [
                (row["uri"], row["version"], lsp.TextEdit(_range(row["range"]), row["text"])) for row in offer["edits"]
            ]
            title, kind, rule, safe = offer["title"], offer["kind"], offer["rule"], offer["safe"]
            found.append(_action(title, kind, rule, safe, edits, diagnostic, abilities))
    except (LookupError, TypeError, ValueError):
        return []  # not as we wrote them
    return found


def _range(numbers: Sequence[int]) -> lsp.Range:
    return lsp.Range(lsp.Position(*numbers[:2]), lsp.Position(*numbers[2:]))


def actions_of_offers(
    source: Source, offers: Iterable[Offer], abilities: Abilities, diagnostics: Sequence[lsp.Diagnostic] = ()
) -> list[lsp.CodeAction]:
    """Offers as code actions, each with the diagnostic that it mends when that is among `diagnostics`."""
    found = []
    for offer in offers:
        place = source.location(offer.finding.span).range
        mine = next((item for item in diagnostics if item.code == offer.finding.rule and item.range == place), None)
        edits = text_edits(source, offer.edits)
        found.append(_action(offer.title, offer.kind, offer.finding.rule, offer.preferred, edits, mine, abilities))
    return found


Edits = Sequence[tuple[str, int | None, lsp.TextEdit]]


def _action(
    title: str, kind: str, rule: str, safe: bool, edits: Edits, diagnostic: lsp.Diagnostic | None, abilities: Abilities
) -> lsp.CodeAction:
    action = lsp.CodeAction(title, lsp.CodeActionKind.QuickFix, diagnostics=[diagnostic] if diagnostic else None)
    if kind == "explain":
        action.command = lsp.Command(title, EXPLAIN_COMMAND, arguments=[rule])
    else:
        action.edit = workspace_edit(edits, abilities)
        action.is_preferred = True if safe else None
    return action


def text_edits(source: Source, edits: Iterable[Edit]) -> Edits:
    """Edits of the document as edits of the client's documents, with their versions."""
    found = []
    for edit in edits:
        place = source.location(edit.span)
        found.append((place.uri, source.versions[place.uri], lsp.TextEdit(place.range, edit.text)))
    return found


def workspace_edit(edits: Edits, abilities: Abilities) -> lsp.WorkspaceEdit:
    """Edits with the versions of the documents where the client takes them."""
    by_uri: dict[str, list[lsp.TextEdit]] = {}
    versions: dict[str, int | None] = {}
    for uri, version, edit in edits:
        by_uri.setdefault(uri, []).append(edit)
        versions[uri] = version
    if not abilities.versions:
        return lsp.WorkspaceEdit(changes=by_uri)
    return lsp.WorkspaceEdit(
        document_changes=[
            lsp.TextDocumentEdit(lsp.OptionalVersionedTextDocumentIdentifier(uri, versions[uri]), rows)
            for uri, rows in by_uri.items()
        ]
    )


def distinct(found: Iterable[lsp.CodeAction]) -> list[lsp.CodeAction]:
    """Each action once, the safe fixes first and the explanations last."""
    unique = {(action.title, repr(action.edit)): action for action in found}
    return sorted(unique.values(), key=lambda action: (not action.is_preferred, action.command is not None))


def digest(found: Sequence[lsp.Diagnostic]) -> str:
    """The same for the same diagnostics."""
    return hashlib.sha256(repr(found).encode("utf-8", "surrogatepass")).hexdigest()[:16]


# Views


def hover(source: Source, hovered: Hovered, abilities: Abilities) -> lsp.Hover:
    """A hover over its range."""
    where = source.location(hovered.span).range
    if abilities.markdown:
        return lsp.Hover(lsp.MarkupContent(lsp.MarkupKind.Markdown, hovered.markdown), where)
    return lsp.Hover(lsp.MarkupContent(lsp.MarkupKind.PlainText, plain_text(hovered.markdown)), where)


def plain_text(markdown: str) -> str:
    """Markdown for a client that shows text only."""
    from io import StringIO

    from rich.console import Console
    from rich.markdown import Markdown

    console = Console(file=StringIO(), width=PLAIN_WIDTH, no_color=True, highlight=False)
    with console.capture() as capture:
        console.print(Markdown(markdown, hyperlinks=False))
    return "\n".join(line.rstrip() for line in capture.get().strip().splitlines())


def hints(source: Source, found: Iterable[Hint], uri: str) -> list[lsp.InlayHint]:
    """The hints that stand in one document."""
    shown = []
    for hint in found:
        place = source.location(Span(max(hint.offset - 1, 0), hint.offset))
        if place.uri == uri:
            tooltip = lsp.MarkupContent(lsp.MarkupKind.Markdown, hint.tooltip) if hint.tooltip else None
            kind = lsp.InlayHintKind.Type
            shown.append(lsp.InlayHint(place.range.end, hint.label, kind, tooltip=tooltip, padding_left=True))
    return shown


def lenses(source: Source, found: Iterable[Lens], uri: str, arguments: Sequence[Any]) -> list[lsp.CodeLens]:
    """The lenses that stand in one document; `arguments` go before their own."""
    shown = []
    for lens in found:
        place = source.location(lens.span)
        if place.uri == uri:
            given = [*arguments, *lens.arguments] if lens.command else None
            shown.append(lsp.CodeLens(place.range, lsp.Command(lens.title, lens.command, arguments=given)))
    return shown


def symbols(source: Source, found: Iterable[Symbol], uri: str) -> list[lsp.DocumentSymbol]:
    """The symbols that begin in one document; children in another cell are left out."""
    shown = []
    for symbol in found:
        place, selection = source.location(symbol.span), source.location(symbol.selection)
        if place.uri == uri:
            shown.append(
                lsp.DocumentSymbol(
                    name=symbol.name,
                    detail=symbol.detail,
                    kind=KINDS[symbol.kind],
                    range=place.range,
                    selection_range=selection.range if selection.uri == uri else place.range,
                    children=symbols(source, symbol.children, uri),
                )
            )
    return shown


def flat(found: Iterable[lsp.DocumentSymbol], uri: str, parent: str | None = None) -> list[lsp.SymbolInformation]:
    """Symbols for a client that knows no trees."""
    rows = []
    for symbol in found:
        rows.append(
            lsp.SymbolInformation(lsp.Location(uri, symbol.range), symbol.name, symbol.kind, container_name=parent)
        )
        rows += flat(symbol.children or (), uri, symbol.name)
    return rows
