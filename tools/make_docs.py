"""Write docs/rules: a page for each rule, observation and suspicion, the index, and the observations' names.

`python tools/make_docs.py` writes them; with `--check` it exits with 1 when they are not what would be written.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from default_lint.diagnosis.catalogue import SUSPICIONS  # noqa: E402
from default_lint.rules import RULES  # noqa: E402
from default_lint.rules.base import Described  # noqa: E402
from default_lint.trial.observations import OBSERVATIONS  # noqa: E402
from default_lint.trial.observations.thresholds import THRESHOLDS  # noqa: E402

TARGET = ROOT / "docs" / "rules"
NAMES = ROOT / "default_lint" / "trial" / "names.py"
LIMITS = ROOT / "docs" / "thresholds.md"


def names() -> str:
    """The module with the names of all observations, which settings read without loading them."""
    rows = [f'    ("{item.name}", "{item.code}", "{item.family}"),' for item in OBSERVATIONS]
    head = [
        '"""Name, code and family of every observation; written by `python tools/make_docs.py`."""',
        "",
        "from __future__ import annotations",
        "",
        "NAMES: tuple[tuple[str, str, str], ...] = (",
    ]
    return "\n".join([*head, *rows, ")", ""])


def limits() -> str:
    """The table of everything that an observation compares with."""
    lines = ["# Thresholds", "", "Written by `python tools/make_docs.py`. A test stands on both sides of each.", ""]
    lines += ["| name | value | unit | source |", "|---|---|---|---|"]
    lines += [f"| {name} | {item.value:g} | {item.unit} | {item.source} |" for name, item in THRESHOLDS.items()]
    return "\n".join([*lines, ""])


def page(rule: type[Described]) -> str:
    """The page of one rule, observation or suspicion."""
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
    """The tables of all rules, by family, of all observations and of all suspicions."""
    lines = ["# Rules", "", "Written by `python tools/make_docs.py` from the rules' docstrings.", ""]
    lines += _tables(RULES)
    lines += ["# Observations", "", "What `default-lint diagnose` says about a run.", ""]
    lines += _tables(OBSERVATIONS)
    lines += ["# Suspicions", "", "What classifiers say that were trained on programs with planted faults.", ""]
    return "\n".join(lines + _tables(SUSPICIONS))


def _tables(rules: Sequence[type[Described]]) -> list[str]:
    lines = []
    for family in dict.fromkeys(rule.family for rule in rules):
        lines += [f"## {family}", "", "| rule | code | severity | fix | |", "|---|---|---|---|---|"]
        for rule in rules:
            if rule.family == family:
                fix = rule.fixable.value if rule.fixable is not None else ""
                link = f"[{rule.name}]({rule.name}.md)"
                lines.append(f"| {link} | {rule.code} | {rule.severity.label} | {fix} | {rule.summary()} |")
        lines.append("")
    return lines


def pages() -> dict[str, str]:
    """File name -> text of everything in docs/rules."""
    return {"index.md": index(), **{f"{rule.name}.md": page(rule) for rule in (*RULES, *OBSERVATIONS, *SUSPICIONS)}}


def others() -> dict[Path, str]:
    """What is written elsewhere: file -> text."""
    return {NAMES: names(), LIMITS: limits()}


def main(arguments: list[str]) -> int:
    """Write or check."""
    wanted = pages()
    if "--check" in arguments:
        there = {path.name: path.read_text(encoding="utf-8") for path in TARGET.glob("*.md")}
        stale = sorted(name for name in wanted.keys() | there.keys() if wanted.get(name) != there.get(name))
        stale += [file.name for file, text in others().items() if file.read_text(encoding="utf-8") != text]
        print("\n".join(stale))
        return 1 if stale else 0
    TARGET.mkdir(parents=True, exist_ok=True)
    for path in TARGET.glob("*.md"):
        if path.name not in wanted:
            path.unlink()
    for file, text in others().items():
        file.write_text(text, encoding="utf-8")
    for name, text in wanted.items():
        (TARGET / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
