"""The analysis of one text, and the answers to what an editor asks about it. Made in a thread beside the event loop.

This module loads the engine; the server itself does not need it before the first document.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from lsprotocol import types as lsp

from default_lint.findings import Finding, Report
from default_lint.fixing import restrict
from default_lint.settings import Settings
from default_lint.text import Document
from default_lsp import actions, pages, translate
from default_lsp.analysis import Analysis, analyze
from default_lsp.carry import bridged
from default_lsp.configuration import ClientSettings, Configuration
from default_lsp.hints import hints
from default_lsp.hover import hover
from default_lsp.lens import lenses
from default_lsp.observed import Observations
from default_lsp.pages import Page
from default_lsp.source import Source
from default_lsp.symbols import symbols
from default_lsp.translate import Abilities


@dataclass(frozen=True)
class Job:
    """One text to be analyzed: `made` gives its source when it is told how large it may be.

    `generation` counts the changes, `good` is the analysis of the last text that parsed, `run` what a run showed.
    """

    generation: int
    path: str
    made: Callable[[int], Source]
    client: ClientSettings
    good: Analysis | None
    run: Observations | None


@dataclass(frozen=True)
class Result:
    """The analysis of one generation of something open, translated for the client.

    `findings` is what is shown: those of the analysis, and what a run showed. `by_uri` are the same as diagnostics.
    """

    generation: int
    source: Source
    analysis: Analysis
    client: ClientSettings
    abilities: Abilities
    findings: tuple[Finding, ...]
    by_uri: Mapping[str, Sequence[lsp.Diagnostic]]

    def hover(self, uri: str, position: lsp.Position) -> lsp.Hover | None:
        """What stands at a position."""
        offset = self.source.offset(uri, position)
        hovered = (
            hover(self.analysis, offset, self.findings, beside=self.abilities.tells_findings)
            if offset is not None
            else None
        )
        return None if hovered is None else translate.hover(self.source, hovered, self.abilities)

    def hints(self, uri: str, where: lsp.Range) -> list[lsp.InlayHint]:
        """Shapes and parameters behind the layers of a range."""
        span = self.source.span(uri, where)
        if span is None or not self.client.inlay_hints:
            return []
        return translate.hints(self.source, hints(self.analysis, span), uri)

    def lenses(self, uri: str) -> list[lsp.CodeLens]:
        """What stands above the models of a document."""
        if not self.client.code_lens:
            return []
        return translate.lenses(self.source, lenses(self.analysis), uri, [self.source.uri])

    def symbols(self, uri: str) -> list[lsp.DocumentSymbol] | list[lsp.SymbolInformation]:
        """The models of a document with their layers."""
        found = translate.symbols(self.source, symbols(self.analysis), uri)
        return found if self.abilities.nested_symbols else translate.flat(found, uri)

    def actions(self, uri: str, where: lsp.Range, diagnostics: Sequence[lsp.Diagnostic]) -> list[lsp.CodeAction]:
        """What can be done about the findings in a range."""
        span = self.source.span(uri, where)
        if span is None:
            return []
        offers = actions.offered(self.analysis, self.findings, span)
        return translate.distinct(translate.actions_of_offers(self.source, offers, self.abilities, diagnostics))

    def fix_all(self) -> translate.Edits:
        """The edits of all fixes that are safe, or may be made by the settings."""
        return translate.text_edits(self.source, actions.fix_all(self.analysis, self.client.unsafe_fixes))

    def model(self, index: int) -> Page | None:
        """The page of a model."""
        return pages.model(self.analysis, index)


def compute(job: Job, configuration: Configuration, abilities: Abilities) -> Result:
    """Analyze a text."""
    settings = configuration.settings(job.path)
    source = job.made(settings.max_file_size)
    analysis = _analysis(job, source, settings)
    findings = analysis.report.findings
    if job.run is not None and source.document is not None and job.client.enable:
        findings = job.run.merge(analysis.report, settings)
    findings = job.client.shown(findings)
    by_uri = translate.diagnostics(source, analysis, findings, abilities)
    return Result(job.generation, source, analysis, job.client, abilities, findings, by_uri)


def _analysis(job: Job, source: Source, settings: Settings) -> Analysis:
    document, good = source.document, job.good
    if document is None or not job.client.enable or settings.excluded(source.path):
        empty = document or Document(source.path, "")
        return Analysis(empty, settings, Report(empty))
    analysis = analyze(document, settings)
    analysis = replace(analysis, report=restrict(analysis.report, settings))
    if analysis.program is None and good is not None and good.settings == settings:
        return bridged(good, document, analysis.report)
    return analysis
