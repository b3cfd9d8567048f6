"""How often `diagnose` blames the right line of a program that trains badly, and leaves a good one alone.

    python benchmarks/trial_accuracy.py [--seed N] [--only NAME] [--jobs N] [--seconds N] [--write]
    python benchmarks/trial_accuracy.py --holdout [--seed N] [--only NAME] [--jobs N]
    python benchmarks/trial_accuracy.py --effects [--only NAME] [--jobs N]

Runs the command line on each program of `tests/trial/programs`, once for each seed. A fault counts as found when one of
the first three findings begins on a line marked `# fault: name`; a healthy program is left alone when nothing is
reported at warning or above. `--write` puts the table of all programs and seeds into `docs/trial.md`.

`--holdout` takes the programs of `tests/trial/holdout*` instead, whose authors had not seen default-lint.

`--effects` shows that the faults are faults: it trains every program as it is and with its repair from `effects.json`
(texts to replace), compares the number that the program prints last, and writes both numbers back to that file.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

ROOT = Path(__file__).parents[1]
PROGRAMS = ROOT / "tests" / "trial" / "programs"
EFFECTS = PROGRAMS / "effects.json"
PAGE = ROOT / "docs" / "trial.md"
COMMAND = (sys.executable, "-m", "default_lint")
SEEDS = (0, 1)
SECONDS = 120
TOP = 3
LOUD = ("warning", "error")
MARK = re.compile(r"#\s*fault:\s*([\w-]+)")
NUMBER = re.compile(r"[-+]?\d+\.?\d*(?:e[-+]?\d+)?|\bnan\b", re.IGNORECASE)
HEAD = """# Accuracy of `diagnose`

Our own programs of `tests/trial/programs`, each run with two seeds by `python benchmarks/trial_accuracy.py --write`.
A fault is found when one of the first three findings begins on a marked line; *rank* is the place of that finding, and
the finding of a miss is the one that came first. A healthy program is left alone when nothing is reported at warning or
above. *Without* and *with* are what the program prints last (named in *metric*; seed 0) without and with its fault:
`effects.json` holds the repairs, `--effects` measures them again. Seconds are those of the whole command.

"""

Row = dict[str, Any]
Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Outcome:
    """What `diagnose` said about one run of a program.

    rank      place of the first finding on a marked line, from 1; None when there is none or nothing is marked
    finding   name of that finding, else of the first one, else ""
    loud      "name:line" of every finding at warning or above
    trouble   why there is no diagnosis at all, else ""
    """

    program: str
    fault: str
    seed: int
    rank: int | None
    finding: str
    loud: tuple[str, ...]
    seconds: float
    trouble: str = ""

    @property
    def right(self) -> bool:
        """The fault is among the first findings; or there is no fault, and no alarm."""
        if self.trouble:
            return False
        return self.rank is not None and self.rank <= TOP if self.fault else not self.loud


def programs(kind: str, folder: str = "programs") -> list[Path]:
    """The programs that are "faulty" or "healthy" in the folders that a pattern names, by name."""
    return sorted(PROGRAMS.parent.glob(f"{folder}/{kind}/*.py"), key=lambda path: path.stem)


def marks(path: Path) -> dict[int, str]:
    """The name of the fault by marked line."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return {number: found[1] for number, line in enumerate(lines, 1) if (found := MARK.search(line))}


def ranked(rows: Iterable[Row]) -> list[Row]:
    """Findings, the most likely first."""
    return sorted(rows, key=lambda row: int(row["rank"]))


def judge(path: Path, seed: int, rows: Iterable[Row], seconds: float) -> Outcome:
    """Compare the findings about one run with the marks of the program."""
    marked = marks(path)
    fault = next(iter(marked.values()), "")
    found = ranked(rows)
    hit = next(
        (place for place, row in enumerate(found, 1) if row["line"] in marked and Path(row["file"]).name == path.name),
        None,
    )
    shown = found[(hit or 1) - 1]["name"] if found else ""
    loud = tuple(f"{row['name']}:{row['line']}" for row in found if row["severity"] in LOUD)
    return Outcome(path.stem, fault, seed, hit, shown, loud, seconds)


def diagnose(path: Path, seed: int, seconds: float = SECONDS, command: Sequence[str] = COMMAND) -> Outcome:
    """Run `default-lint diagnose` on a program, and judge what it says."""
    arguments = ["diagnose", "--quiet", "--format", "json", "--seconds", str(seconds), str(path), "--", str(seed)]
    start = time.monotonic()
    done = subprocess.run(
        [*command, *arguments], cwd=ROOT, env=environment(), capture_output=True, text=True, check=False
    )
    took = time.monotonic() - start
    try:
        return judge(path, seed, json.loads(done.stdout)["findings"], took)
    except (ValueError, KeyError, TypeError) as error:
        last = (done.stderr.strip().splitlines() or [f"{type(error).__name__}: {error}"])[-1]
        fault = next(iter(marks(path).values()), "")
        return Outcome(path.stem, fault, seed, None, "", (), took, f"exit {done.returncode}, {last}")


def environment() -> dict[str, str]:
    """Ours, with a quiet TensorFlow that sees no GPU."""
    return {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}


def parallel(function: Callable[[Item], Result], items: Iterable[Item], jobs: int) -> list[Result]:
    """The results in the order of the items."""
    with ThreadPoolExecutor(jobs) as pool:
        return list(pool.map(function, items))


def printed(text: str, seed: int) -> float | None:
    """The number that a program prints last; None when it ends with an error or that number is not finite."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "program.py"
        path.write_text(text, encoding="utf-8")
        call = [sys.executable, str(path), str(seed)]
        done = subprocess.run(call, cwd=folder, env=environment(), capture_output=True, text=True, check=False)
    numbers = NUMBER.findall(done.stdout.strip().splitlines()[-1]) if done.returncode == 0 else []
    return None if not numbers or numbers[-1].lower() == "nan" else round(float(numbers[-1]), 4)


def repaired(text: str, repair: Sequence[tuple[str, str]]) -> str:
    """The program with each text replaced by the other.

    Raises:
        ValueError: a text to replace is not in the program exactly once.
    """
    for old, new in repair:
        if text.count(old) != 1:
            raise ValueError(f"{old!r} is in the program {text.count(old)} times")
        text = text.replace(old, new)
    return text


def measure(path: Path, effect: Row) -> Row:
    """The effect with fresh numbers, one for each seed."""
    text = path.read_text(encoding="utf-8")
    numbers = {path.parent.name: [printed(text, seed) for seed in SEEDS]}
    if "repair" in effect:
        numbers["repaired"] = [printed(repaired(text, effect["repair"]), seed) for seed in SEEDS]
    return {**effect, **numbers}


def effects() -> dict[str, Row]:
    """What is known about the effect of each fault, by program."""
    table: dict[str, Row] = json.loads(EFFECTS.read_text(encoding="utf-8"))
    return table


def table(outcomes: Iterable[Outcome]) -> str:
    """The outcomes as Markdown: the counts by seed, the faulty programs, the healthy ones."""
    rows = list(outcomes)
    known = effects()
    lines = []
    for seed in sorted({row.seed for row in rows}):
        of_seed = [row for row in rows if row.seed == seed]
        bad, good = [r for r in of_seed if r.fault], [r for r in of_seed if not r.fault]
        first = sum(r.rank == 1 for r in bad)
        lines.append(
            f"- seed {seed}: {sum(r.right for r in bad)} of {len(bad)} faults found ({first} of them first), "
            f"{sum(r.right for r in good)} of {len(good)} healthy programs left alone"
        )
    lines += [
        "",
        "| program | fault | seed | rank | finding | seconds | metric | without | with |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for row in rows:
        if row.fault:
            effect = known.get(row.program, {})
            told = row.trouble or row.finding or "nothing"
            numbers = (_number(effect.get(key)) for key in ("repaired", "faulty"))
            lines.append(
                f"| {row.program} | {row.fault} | {row.seed} | {row.rank or 'missed'} | {told} | {row.seconds:.0f} "
                f"| {effect.get('metric', '')} | {' | '.join(numbers)} |"
            )
    lines += ["", "| healthy program | seed | alarms | seconds | metric | value |", "|---|---|---|---|---|---|"]
    for row in rows:
        if not row.fault:
            effect = known.get(row.program, {})
            told = row.trouble or ", ".join(row.loud) or "none"
            lines.append(
                f"| {row.program} | {row.seed} | {told} | {row.seconds:.0f} | {effect.get('metric', '')} "
                f"| {_number(effect.get('healthy'))} |"
            )
    return "\n".join(lines) + "\n"


def _number(values: Sequence[float | None] | None) -> str:
    """The value of the first seed as the table shows it; "" when it was not measured."""
    if not values:
        return ""
    return "error or NaN" if values[0] is None else f"{values[0]:.3g}"


def main(arguments: list[str]) -> None:
    """Print the table of what `diagnose` finds, or measure the effects again."""
    parser = argparse.ArgumentParser(description="Accuracy of diagnose over our own programs")
    parser.add_argument("--seed", type=int, action="append", help="0 or 1; both when left out")
    parser.add_argument("--only", action="append", help="name of a program, may be repeated")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="budget of each run")
    parser.add_argument("--write", action="store_true", help="write docs/trial.md")
    parser.add_argument("--holdout", action="store_true", help="the programs of authors who had not seen default-lint")
    parser.add_argument("--effects", action="store_true", help="measure the effects of the faults instead")
    options = parser.parse_args(arguments)
    folder = "holdout*" if options.holdout else "programs"
    paths = [path for kind in ("faulty", "healthy") for path in programs(kind, folder)]
    chosen = [path for path in paths if not options.only or path.stem in options.only]
    if options.effects:
        known = effects()
        fresh = parallel(lambda path: (path.stem, measure(path, known[path.stem])), chosen, options.jobs)
        EFFECTS.write_text(json.dumps({**known, **dict(fresh)}, indent=2) + "\n", encoding="utf-8")
        for name, effect in fresh:
            print(
                name, effect["metric"], *(f"{k} {effect[k]}" for k in ("faulty", "repaired", "healthy") if k in effect)
            )
        return
    runs = [(path, seed) for path in chosen for seed in options.seed or SEEDS]
    text = table(parallel(lambda run: diagnose(*run, seconds=options.seconds), runs, options.jobs))
    print(text)
    if options.write:
        if options.only or options.seed or options.holdout:
            raise SystemExit("the page shows all own programs and seeds: leave --only, --seed and --holdout out")
        PAGE.write_text(HEAD + text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
