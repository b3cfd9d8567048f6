"""The catalogue of rules: as a table, as JSON, and each rule's page."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, NamedTuple

from default_lint.findings import Confidence, Safety, Severity
from default_lint.output import View, links
from default_lint.output.table import table


class Page(NamedTuple):
    """A rule without a class of its own: what the engine finds itself. It answers as the rules do."""

    name: str
    code: str
    family: str
    severity: Severity
    confidence: Confidence
    fixable: Safety | None
    text: str

    def summary(self) -> str:
        """First line of the page, without its full stop."""
        return self.text.partition("\n")[0].rstrip(".")

    def page(self) -> str:
        """The page as Markdown."""
        return self.text


OWN = (
    Page(
        "syntax-error",
        "SYN001",
        "api",
        Severity.ERROR,
        Confidence.HIGH,
        None,
        """Python cannot parse the file.

## Why it matters
Nothing else can be said about the file: no rule looks at it before it parses.

## Known limits
The grammar is that of the Python that runs default-lint; newer syntax is an error in an older Python.
In a notebook, magics and shell lines are passed over.""",
    ),
    Page(
        "unused-suppression",
        "SUP001",
        "api",
        Severity.WARNING,
        Confidence.HIGH,
        Safety.SAFE,
        """An ignore comment silences nothing.

## Why it matters
The fault that it once silenced is gone; the comment would hide the next one.

## Fix safety
The fix deletes the comment, or the name in it that is not used.""",
    ),
    Page(
        "unknown-suppression",
        "SUP002",
        "api",
        Severity.WARNING,
        Confidence.HIGH,
        Safety.UNSAFE,
        """An ignore comment names no rule.

## Why it matters
It silences nothing: the name is misspelled, or the rule is gone.

## Use instead
The name or code of a rule, as `default-lint rules` lists them.

## Fix safety
The fix writes the closest name; it is unsafe, for another one may be meant.""",
    ),
)


def find(rules: Iterable[Any], word: str) -> Any:
    """The rule with this name or code, one of the engine's own among them; None when there is none."""
    return next((rule for rule in (*rules, *OWN) if word in (rule.name, rule.code)), None)


def names(rules: Iterable[Any]) -> list[str]:
    """What `find` knows."""
    return [word for rule in (*rules, *OWN) for word in (rule.name, rule.code)]


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
        console.print(Markdown(text, code_theme="ansi_dark", hyperlinks=view.links))
    return capture.get()


def _fix(rule: Any) -> str:
    return rule.fixable.value if rule.fixable else ""
