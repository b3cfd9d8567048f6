"""Rule tests written as Markdown: prose, and python blocks with what must be found at the end of the line.

    model.add(Dense(1, activation="softmax"))  # error: [softmax-on-one-unit]
    model.add(Dense(2, activation="softmax"))  # ok: [softmax-on-one-unit]

A block is one program. Every finding of the rule under test, and every finding of any other rule at warning or above,
must be announced by `# error: [name]` on its line, and every announced one must be there. `# todo-error: [name]` marks
a known miss, `# todo-ok: [name]` a known false alarm: the test fails when they no longer hold, so that they get fixed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from default_lint.engine import check
from default_lint.findings import Finding, Severity
from default_lint.settings import Settings
from default_lint.text import Document

HERE = Path(__file__).parent
EXPECTATION = re.compile(r"#\s*(error|ok|todo-error|todo-ok):\s*\[([\w-]+)\]")


@dataclass(frozen=True)
class Block:
    """One python block of a rule's Markdown file."""

    rule: str
    heading: str
    number: int
    line: int
    text: str
    path: Path

    def __str__(self) -> str:
        return f"{self.rule}:{self.number} {self.heading}"

    def expected(self) -> set[tuple[str, int, str]]:
        """(kind, line in the block, rule name) of every expectation."""
        rows = enumerate(self.text.splitlines(), 1)
        return {(kind, number, name) for number, line in rows for kind, name in EXPECTATION.findall(line)}


def blocks() -> Iterator[Block]:
    """Every python block of every rule's file, in order."""
    for path in sorted(HERE.glob("*/*.md")):
        heading, number, start, lines = "", 0, 0, None
        for position, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if lines is not None:
                if line.startswith("```"):
                    number += 1
                    yield Block(path.stem, heading, number, start, "\n".join(lines) + "\n", path)
                    lines = None
                else:
                    lines.append(line)
            elif line.startswith("```python"):
                start, lines = position, []
            elif line.startswith("#"):
                heading = line.lstrip("# ")


def findings(text: str) -> tuple[Document, tuple[Finding, ...]]:
    """All findings of a program for the curious audience."""
    document = Document("program.py", text)
    return document, check(document, Settings(audience="curious")).findings


def judge(block: Block) -> list[str]:
    """What is wrong between a block's expectations and the findings; empty when they agree."""
    document, found = findings(block.text)
    seen = {
        (finding.rule, document.locate(finding.span.start).line)
        for finding in found
        if finding.rule == block.rule or finding.severity >= Severity.WARNING
    }
    expected = block.expected()
    wanted = {(name, line) for kind, line, name in expected if kind in ("error", "todo-ok")}
    denied = {(name, line) for kind, line, name in expected if kind in ("ok", "todo-error")}
    problems = [f"line {line}: {name} was not found" for name, line in sorted(wanted - seen)]
    problems += [f"line {line}: {name} was found, not expected" for name, line in sorted(seen - wanted)]
    problems += [f"line {line}: {name} is marked both ways" for name, line in sorted(wanted & denied)]
    return problems
