"""The rules' behavior as their Markdown files tell it, and what every rule's page promises."""

from __future__ import annotations

import ast
from collections import Counter

import pytest

from default_lint.engine import check
from default_lint.findings import Edit, Fix, Safety, Severity
from default_lint.rules import RULES
from default_lint.rules.base import Rule, code_block
from default_lint.settings import Settings
from default_lint.text import Document
from tests.rules.markdown import HERE, Block, blocks, findings, judge

BLOCKS = list(blocks())
PROPER = ("Keras", "TensorFlow", "Python")
SECTIONS = ("Why it matters", "Example", "Use instead", "Known limits", "Fix safety", "References")


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_block(block: Block) -> None:
    problems = judge(block)
    assert not problems, f"{block.path.name}:{block.line} {block.heading}\n" + "\n".join(problems)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_three_firing_and_three_silent_cases(rule: type[Rule]) -> None:
    own = [block for block in BLOCKS if block.rule == rule.name and block.path.parent.name == rule.family]
    firing = [b for b in own if any(kind == "error" and name == rule.name for kind, _, name in b.expected())]
    silent = [
        b for b in own if not any(kind in ("error", "todo-ok") and name == rule.name for kind, _, name in b.expected())
    ]
    assert len(firing) >= 3, f"{rule.name}: {len(firing)} firing cases"
    assert len(silent) >= 3, f"{rule.name}: {len(silent)} silent cases"


def test_every_markdown_file_belongs_to_a_rule() -> None:
    known = {(rule.family, rule.name) for rule in RULES}
    files = {(path.parent.name, path.stem) for path in HERE.glob("*/*.md")}
    assert files == known


def test_names_and_codes_are_distinct() -> None:
    names, codes = Counter(rule.name for rule in RULES), Counter(rule.code for rule in RULES)
    assert names.most_common(1)[0][1] == 1
    assert codes.most_common(1)[0][1] == 1


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_page(rule: type[Rule]) -> None:
    page = rule.page()
    positions = [page.find(f"## {section}\n") for section in SECTIONS]
    assert -1 not in positions, f"missing: {[s for s, p in zip(SECTIONS, positions, strict=True) if p == -1]}"
    assert positions == sorted(positions)
    assert len(page.partition("\n")[0]) <= 110


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_example_fires_and_use_instead_is_clean(rule: type[Rule]) -> None:
    _, found = findings(code_block(rule.page(), "Example"))
    assert rule.name in {finding.rule for finding in found}
    assert {f.rule for f in found if f.severity >= Severity.WARNING} <= {rule.name}
    _, clean = findings(code_block(rule.page(), "Use instead"))
    assert [
        finding.rule for finding in clean if finding.severity >= Severity.WARNING or finding.rule == rule.name
    ] == []


def apply(text: str, fix: Fix) -> str:
    """The text after a fix."""
    for edit in sorted(fix.edits, key=lambda edit: edit.span, reverse=True):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.fixable], ids=lambda rule: rule.name)
def test_fixing_the_example_gives_use_instead(rule: type[Rule]) -> None:
    text = code_block(rule.page(), "Example")
    _, found = findings(text)
    first = next(finding for finding in found if finding.rule == rule.name and finding.fixes and finding.fixes[0].edits)
    assert apply(text, first.fixes[0]) == code_block(rule.page(), "Use instead")


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_every_fix_parses_and_removes_its_finding(block: Block) -> None:
    document, found = findings(block.text)
    for finding in found:
        for fix in finding.fixes:
            if not fix.edits or fix.safety is Safety.SHOWN:
                continue
            assert all(isinstance(edit, Edit) and 0 <= edit.span.start <= edit.span.end for edit in fix.edits)
            fixed = apply(document.text, fix)
            ast.parse(fixed)
            after = check(Document("program.py", fixed), Settings(audience="curious")).findings
            before_count = sum(item.rule == finding.rule for item in found)
            assert sum(item.rule == finding.rule for item in after) < before_count, (finding.message, fix.title)


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_voice(block: Block) -> None:
    for finding in findings(block.text)[1]:
        message = finding.message
        assert len(message) <= 80, f"{len(message)}: {message}"
        assert "\n" not in message
        assert not message.endswith((".", "!")), message
        assert not any(word in message.lower() for word in ("please", "should ", " must ", "error:")), message
        for note in finding.notes:
            first = note.text.split()[0]
            assert not first[:1].isupper() or first in PROPER or first.isupper(), note.text
            assert not note.text.endswith("."), note.text
