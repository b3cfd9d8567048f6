"""The catalogue of rules: as a table, as JSON, and each rule's page."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from default_lint.findings import Safety
from default_lint.output import View, links
from default_lint.output.table import table


def as_table(rules: Iterable[Any], view: View) -> list[str]:
    """One line per rule."""
    rows = [
        (rule.code, rule.name, rule.severity.label, rule.confidence.label, _fix(rule), rule.summary()) for rule in rules
    ]
    header = ("Code", "Name", "Severity", "Confidence", "Fix", "Summary")
    return table(header, rows, color=view.color, limit=view.width)


def as_json(rules: Iterable[Any]) -> str:
    """All rules as a JSON array."""
    rows = [
        {
            "name": rule.name,
            "code": rule.code,
            "category": rule.family,
            "severity": rule.severity.label,
            "confidence": rule.confidence.label,
            "fix": rule.fixable.value if rule.fixable else None,
            "summary": rule.summary(),
            "url": links.page_of(rule.name),
        }
        for rule in rules
    ]
    return json.dumps(rows, indent=2, ensure_ascii=False)


def page(rule: Any) -> str:
    """The page of one rule, with a heading and its facts."""
    fix = {None: "none", Safety.SAFE: "safe", Safety.UNSAFE: "unsafe", Safety.SHOWN: "suggested"}[rule.fixable]
    facts = f"`{rule.code}` · {rule.family} · {rule.severity.label} · {rule.confidence.label} confidence · fix: {fix}"
    body = rule.page().strip()
    return f"# {rule.name}\n\n{facts}\n\n{body}\n"


def pages(rules: Iterable[Any], view: View) -> str:
    """The pages of rules: rendered for a terminal, plain Markdown otherwise."""
    text = "\n".join(page(rule) for rule in rules)
    if not view.width:
        return text
    from io import StringIO

    from rich.console import Console
    from rich.markdown import Markdown

    console = Console(
        file=StringIO(), force_terminal=True, no_color=not view.color, width=min(view.width, 100), highlight=False
    )
    with console.capture() as capture:
        console.print(Markdown(text, hyperlinks=view.links))
    return capture.get()


def _fix(rule: Any) -> str:
    return rule.fixable.value if rule.fixable else ""
