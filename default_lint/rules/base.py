"""What a rule is: a class with a name, a page (its docstring) and a `check` over one reading of a program."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from typing import ClassVar

from default_lint.findings import Confidence, Finding, Fix, Note, Safety, Severity
from default_lint.program.types import Program
from default_lint.text import Span

DOCS = "https://default-lint.readthedocs.io/rules/"


class Described:
    """What rules and observations share: an identity, a page (the docstring) and findings that carry both."""

    name: ClassVar[str]
    code: ClassVar[str]
    family: ClassVar[str]
    severity: ClassVar[Severity] = Severity.WARNING
    confidence: ClassVar[Confidence] = Confidence.HIGH
    fixable: ClassVar[Safety | None] = None
    tag: ClassVar[str] = ""  # how editors draw it: "unnecessary" (has no effect) or "deprecated" (an old interface)

    def finding(
        self,
        span: Span,
        message: str,
        *,
        notes: Sequence[Note] = (),
        fixes: Sequence[Fix] = (),
        severity: Severity | None = None,
        confidence: Confidence | None = None,
    ) -> Finding:
        """A finding under this name."""
        return Finding(
            rule=self.name,
            code=self.code,
            span=span,
            message=message,
            severity=self.severity if severity is None else severity,
            confidence=self.confidence if confidence is None else confidence,
            family=self.family,
            notes=tuple(notes),
            fixes=tuple(fixes),
        )

    @classmethod
    def summary(cls) -> str:
        """First line of the page, without its full stop."""
        return cls.page().partition("\n")[0].rstrip(".")

    @classmethod
    def page(cls) -> str:
        """The rule's page as Markdown."""
        return inspect.cleandoc(cls.__doc__ or "")

    @classmethod
    def url(cls) -> str:
        """Address of the rule's page."""
        return f"{DOCS}{cls.name}"


class Rule(Described):
    """Base of all rules.

    The docstring is the rule's page: first line the fact in one sentence, then the sections *Why it matters*,
    *Example* (must fire), *Use instead* (must be clean), *Known limits*, *Fix safety*, *References*.
    """

    def check(self, program: Program) -> Iterator[Finding]:
        """Findings in one reading of a program. Alternatives are the engine's business."""
        raise TypeError(f"{self.name} does not say what to check in {program.document.path}")


def code_block(page: str, section: str) -> str:
    """The first ```python block under `## section` of a rule's page; "" when there is none."""
    _, _, rest = page.partition(f"## {section}\n")
    body = rest.partition("\n## ")[0]
    _, opened, block = body.partition("```python\n")
    return block.partition("```")[0] if opened else ""
