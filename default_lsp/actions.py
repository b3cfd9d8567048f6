"""What can be done about findings: apply a fix, hold the finding back, read about it, fix all there is.

Everything is said in edits to the text of the document, small ones that do not overlap and stay within a cell. Lines of
magics lie outside of all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from default_lint import fixing
from default_lint.engine import check
from default_lint.files import apply_edits
from default_lint.findings import Edit, Finding, Fix, Report, Safety
from default_lint.fixing import restrict
from default_lint.suppression import ignore
from default_lint.text import Document, Span
from default_lsp.analysis import Analysis

FIX, FIX_RULE, IGNORE, EXPLAIN = "fix", "fix-rule", "ignore", "explain"


@dataclass(frozen=True)
class Offer:
    """One thing to do about a finding.

    kind: "fix" (a fix of its own), "fix-rule" (the safe fixes of all findings of the rule), "ignore" (a comment),
    "explain" (no edits). `safety` says whether a fix may be taken without a look.
    """

    finding: Finding
    title: str
    edits: tuple[Edit, ...] = ()
    safety: Safety = Safety.SAFE
    kind: str = FIX

    @property
    def preferred(self) -> bool:
        """Whether an editor may take it when it is asked to fix."""
        return self.kind == FIX and self.safety is Safety.SAFE


def fix_all(analysis: Analysis, unsafe: bool = False) -> tuple[Edit, ...]:
    """The edits that make of the document what `default-lint check --fix` makes of its file.

    None at all when the document was not read or Python cannot parse it.
    """
    if analysis.program is None or analysis.stale:
        return ()
    settings = analysis.settings
    fixed = fixing.fix(
        restrict(analysis.report, settings),
        lambda document: restrict(check(document, settings), settings),
        unsafe=unsafe,
    )
    text = analysis.document.text
    edits = fixing.composed(text, fixed.rounds)
    return edits if apply_edits(text, edits) == fixed.document.text else ()


def offered(analysis: Analysis, findings: Sequence[Finding], span: Span) -> list[Offer]:
    """What can be done about those findings that touch `span`: fixes first, the safe ones in front.

    `findings` are all that are shown. A fix that the settings do not want applied is not offered.
    """
    report = restrict(Report(analysis.document, tuple(findings)), analysis.settings)
    touched = [item for item in report.findings if item.span.start <= span.end and span.start <= item.span.end]
    offers = [offer for finding in touched for offer in _fixes(analysis.document, finding)]
    offers.sort(key=lambda offer: offer.safety is not Safety.SAFE)
    offers += _of_rules(report, touched)
    for finding in touched:
        edit = ignore(analysis.document, finding)
        if edit is not None and not analysis.stale:
            offers.append(Offer(finding, f"Ignore `{finding.rule}` here", (edit,), kind=IGNORE))
    offers += [Offer(finding, f"Explain `{finding.rule}`", kind=EXPLAIN) for finding in touched]
    return list(_distinct(analysis.document, offers))


def _fixes(document: Document, finding: Finding) -> Iterator[Offer]:
    """The fixes of a finding that can be applied."""
    for fix in finding.fixes:
        if fix.edits and fix.safety is not Safety.SHOWN and fixing.sound(document, fix):
            yield Offer(finding, fix.title, fixing.edits_of(document, [(finding, fix)]), fix.safety)


def _of_rules(report: Report, touched: Iterable[Finding]) -> Iterator[Offer]:
    """For each rule that was met and can fix several findings of the document safely: all of that in one."""
    for finding in {finding.rule: finding for finding in touched}.values():
        candidates = list(_safe(item for item in report.findings if item.rule == finding.rule))
        taken = fixing.choose(report.document, candidates) if len(candidates) > 1 else []
        if len(taken) > 1:
            edits = fixing.composed(report.document.text, [fixing.edits_of(report.document, taken)])
            yield Offer(finding, f"Fix all `{finding.rule}` in this file", edits, kind=FIX_RULE)


def _safe(findings: Iterable[Finding]) -> Iterator[tuple[Finding, Fix]]:
    for finding in findings:
        fix = fixing.applicable(finding, unsafe=False)
        if fix is not None:
            yield finding, fix


def _distinct(document: Document, offers: Sequence[Offer]) -> Iterator[Offer]:
    """Each offer once, and titles that tell them apart: by the rule where that does, else by the place."""
    unique = list({(offer.title, offer.edits): offer for offer in reversed(offers)}.values())[::-1]
    titles: dict[str, list[Offer]] = {}
    for offer in unique:
        titles.setdefault(offer.title, []).append(offer)
    taken = set(titles)
    for offer in unique:
        others = titles[offer.title]
        if len(others) == 1:
            yield offer
            continue
        rule, place = offer.finding.rule, document.locate(offer.finding.span.start)
        title = f"{offer.title} (`{rule}`)"
        if title in taken or sum(other.finding.rule == rule for other in others) > 1:
            title = f"{offer.title} (line {place.line}, column {place.column})"
        while title in taken:
            title += "'"
        taken.add(title)
        yield replace(offer, title=title)


__all__ = ["EXPLAIN", "FIX", "FIX_RULE", "IGNORE", "Offer", "fix_all", "offered"]
