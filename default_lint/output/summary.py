"""Counting: which findings a fix would remove, the closing lines, and the table of `--statistics`."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from default_lint.findings import Finding, Report, Safety, Severity
from default_lint.output import View
from default_lint.output.style import paint, plural


def safest(finding: Finding) -> Safety | None:
    """The safety of the finding's safest fix that has edits, SHOWN ones left out; None when nothing can be applied."""
    safeties = {fix.safety for fix in finding.fixes if fix.edits}
    return next((safety for safety in (Safety.SAFE, Safety.UNSAFE) if safety in safeties), None)


@dataclass
class Tally:
    """What the reports shown so far add up to."""

    severities: Counter[Severity] = field(default_factory=Counter)
    rules: Counter[tuple[str, str]] = field(default_factory=Counter)
    fixable_rules: Counter[tuple[str, str]] = field(default_factory=Counter)
    files: int = 0
    faulty: int = 0
    safe: int = 0
    unsafe: int = 0
    trouble: int = 0

    @property
    def findings(self) -> int:
        """Number of findings shown."""
        return sum(self.severities.values())

    def add(self, report: Report) -> None:
        """Count one report."""
        self.files += 1
        self.faulty += bool(report.findings)
        self.trouble += len(report.trouble)
        for finding in report.findings:
            self.severities[finding.severity] += 1
            self.rules[finding.rule, finding.code] += 1
            safety = safest(finding)
            self.safe += safety is Safety.SAFE
            self.unsafe += safety is Safety.UNSAFE
            self.fixable_rules[finding.rule, finding.code] += safety is not None


def closing(tally: Tally, view: View) -> list[str]:
    """The lines after the last finding: how many of what, and what could be fixed."""
    kinds = [
        paint(plural(tally.severities[severity], severity.label), severity.label, view.color)
        if severity is not Severity.INFO
        else paint(f"{tally.severities[severity]} info", "info", view.color)
        for severity in sorted(tally.severities, reverse=True)
    ]
    counted = kinds[0] if len(kinds) == 1 else ", ".join(kinds[:-1]) + f" and {kinds[-1]}"
    lines = [f"Found {counted} in {plural(tally.faulty, 'file')}."]
    safe = tally.safe + (tally.unsafe if view.unsafe else 0)
    more = 0 if view.unsafe else tally.unsafe
    command = "`--fix --unsafe-fixes`" if view.unsafe and tally.unsafe else "`--fix`"
    mark = paint("[*]", "help", view.color)
    if safe:
        lines.append(
            f"{mark} {safe:,} fixable with {command}" + (f" ({more:,} more with `--unsafe-fixes`)." if more else ".")
        )
    elif more:
        lines.append(f"{plural(more, 'finding')} fixable with `--fix --unsafe-fixes`.")
    return lines


@dataclass(frozen=True)
class Count:
    """How often one rule found something, and how often that can be fixed."""

    name: str
    code: str
    count: int
    fixable: int


def statistics(tally: Tally) -> list[Count]:
    """How often each rule found something, the most frequent first."""
    ranked = sorted(tally.rules.items(), key=lambda entry: (-entry[1], entry[0]))
    return [Count(*key, count, tally.fixable_rules[key]) for key, count in ranked]
