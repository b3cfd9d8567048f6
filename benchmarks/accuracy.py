"""How many planted faults are found, and how many healthy programs are left alone.

    python benchmarks/accuracy.py [--verbose]

Counts over our own programs (`examples`, `tests/programs`) and over two hold-outs, whose authors had not seen the
linter.
A mark counts as found when its rule reports on a marked line (`fault`, or an `or` line of the same rule); "elsewhere"
when the rule reports on another line of the file only. "Unmarked" are findings at warning or above without a mark.
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from default_lint.engine import check, heard  # noqa: E402
from default_lint.files import load  # noqa: E402
from default_lint.findings import Finding, Severity  # noqa: E402
from default_lint.settings import Settings  # noqa: E402
from default_lint.text import Document  # noqa: E402

MARK = re.compile(r"#\s*(fault|or):\s*([\w-]+(?:,\s*[\w-]+)*)")
SETS = {
    "our own": [ROOT / "examples", ROOT / "tests" / "programs"],
    "hold-out": [ROOT / "tests" / "programs" / "holdout"],
    "second hold-out": [ROOT / "tests" / "programs" / "holdout2"],
}


@dataclass
class Count:
    """What was counted over one set of programs."""

    healthy: int = 0
    alarmed: int = 0
    faulty: int = 0
    planted: int = 0
    found: int = 0
    heard: int = 0
    elsewhere: int = 0
    unmarked: int = 0
    lines: list[str] = field(default_factory=list)


def read(path: Path) -> Document:
    """The program as the command line reads it."""
    loaded = load(str(path), 2_000_000)
    if not isinstance(loaded, Document):
        raise SystemExit(f"{path} cannot be read: {loaded}")
    return loaded


def findings(document: Document) -> dict[tuple[int, str], Finding]:
    """(line, rule) of every finding, for the curious audience."""
    found = check(document, Settings(audience="curious")).findings
    return {(document.text.count("\n", 0, item.span.start) + 1, item.rule): item for item in found}


def marks(document: Document) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """The planted faults, and the other places that may be blamed."""
    rows: dict[str, list[tuple[int, str]]] = {"fault": [], "or": []}
    for number, line in enumerate(document.text.splitlines(), 1):
        for kind, names in MARK.findall(line):
            rows[kind].extend((number, name.strip()) for name in names.split(","))
    return rows["fault"], rows["or"]


def judge_faulty(path: Path, count: Count) -> None:
    """Compare one faulty program with its marks."""
    document = read(path)
    planted, others = marks(document)
    seen = findings(document)
    count.faulty += 1
    for place in planted:
        count.planted += 1
        hits = [seen[p] for p in (place, *others) if p in seen and p[1] == place[1]]
        if hits:
            count.found += 1
            count.heard += any(heard(item, "regular") for item in hits)
        else:
            elsewhere = any(rule == place[1] for _, rule in seen)
            count.elsewhere += elsewhere
            count.lines.append(f"{'other place' if elsewhere else 'missed'}: {path.name}:{place[0]} {place[1]}")
    for place, item in seen.items():
        if item.severity >= Severity.WARNING and place not in planted and place not in others:
            count.unmarked += 1
            count.lines.append(f"not marked: {path.name}:{place[0]} {place[1]}")


def judge(folders: list[Path]) -> Count:
    """Count over all programs below some folders."""
    count = Count()
    for folder in folders:
        for path in sorted((folder / "healthy").iterdir()):
            if path.suffix in (".py", ".ipynb"):
                count.healthy += 1
                alarms = check(read(path), Settings()).findings
                count.alarmed += bool(alarms)
                count.lines += [f"false alarm: {path.name} {item.rule}" for item in alarms]
        for path in sorted((folder / "faulty").iterdir()):
            if path.suffix in (".py", ".ipynb"):
                judge_faulty(path, count)
    return count


def table(counts: dict[str, Count]) -> str:
    """The counts as a Markdown table."""
    names = "programs healthy with-a-false-alarm faulty planted found heard-by-default elsewhere unmarked".split()
    head = f"| {' | '.join(name.replace('-', ' ') for name in names)} |"
    rows = [
        f"| {name} | {c.healthy} | {c.alarmed} | {c.faulty} | {c.planted} | {c.found} | {c.heard} | {c.elsewhere} "
        f"| {c.unmarked} |"
        for name, c in counts.items()
    ]
    return "\n".join([head, "|---|---|---|---|---|---|---|---|---|", *rows])


def main(arguments: list[str]) -> None:
    """Print the table, and each difference when asked."""
    counts = {name: judge(folders) for name, folders in SETS.items()}
    print(table(counts))
    if "--verbose" in arguments:
        for name, count in counts.items():
            print("", f"{name}:", *count.lines, sep="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
