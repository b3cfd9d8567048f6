"""Write docs/rules: a page for each rule, from its docstring, and the index.

`python tools/make_docs.py` writes them; with `--check` it exits with 1 when they are not what would be written.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from default_lint.rules import RULES  # noqa: E402
from default_lint.rules.base import Rule  # noqa: E402

TARGET = ROOT / "docs" / "rules"


def page(rule: type[Rule]) -> str:
    """The page of one rule."""
    fix = rule.fixable.value if rule.fixable is not None else "none"
    facts = [
        ("Code", rule.code),
        ("Family", rule.family),
        ("Severity", rule.severity.label),
        ("Confidence", rule.confidence.label),
        ("Fix", fix),
    ]
    table = ["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in facts)]
    first, _, rest = rule.page().partition("\n")
    return "\n".join([f"# {rule.name}", "", first, "", *table, "", rest.strip(), ""])


def index() -> str:
    """The table of all rules, by family."""
    lines = ["# Rules", "", "Written by `python tools/make_docs.py` from the rules' docstrings.", ""]
    for family in dict.fromkeys(rule.family for rule in RULES):
        lines += [f"## {family}", "", "| rule | code | severity | fix | |", "|---|---|---|---|---|"]
        for rule in RULES:
            if rule.family == family:
                fix = rule.fixable.value if rule.fixable is not None else ""
                link = f"[{rule.name}]({rule.name}.md)"
                lines.append(f"| {link} | {rule.code} | {rule.severity.label} | {fix} | {rule.summary()} |")
        lines.append("")
    return "\n".join(lines)


def pages() -> dict[str, str]:
    """File name -> text of everything in docs/rules."""
    return {"index.md": index(), **{f"{rule.name}.md": page(rule) for rule in RULES}}


def main(arguments: list[str]) -> int:
    """Write or check."""
    wanted = pages()
    if "--check" in arguments:
        there = {path.name: path.read_text(encoding="utf-8") for path in TARGET.glob("*.md")}
        stale = sorted(name for name in wanted.keys() | there.keys() if wanted.get(name) != there.get(name))
        print("\n".join(stale))
        return 1 if stale else 0
    TARGET.mkdir(parents=True, exist_ok=True)
    for path in TARGET.glob("*.md"):
        if path.name not in wanted:
            path.unlink()
    for name, text in wanted.items():
        (TARGET / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
