"""How fast `check` is, against other programs on the same machine in the same run; prints a Markdown table.

    python benchmarks/speed.py [--rounds N] [--path KERAS] [--linters DIRECTORY] [--pylint-files N]

Programs that are compared take turns, and each figure is the median of its rounds, so that a machine with other work
slows both sides alike. Only ratios mean something. pylint and flake8 are looked for in the directory given, beside this
Python and on the path; without them their rows are left out.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ("customer_churn.py", "two_heads_loop.py", "flower_transfer.py")
FILES = 200
# What the console script of an installation runs.
OURS = (sys.executable, "-c", "from default_lint.__main__ import run; run()", "check", "--isolated")

Command = Sequence[str]
T = TypeVar("T")


class Sample(NamedTuple):
    """One run of a command, its child processes included; `memory` is that of the largest process."""

    wall: float
    cpu: float
    memory: float


class Row(NamedTuple):
    """One line of the table; `ratio` by the clock, `cpu` by processor time."""

    what: str
    ours: str
    other: str
    ratio: str
    cpu: str
    bar: str
    met: bool


def main() -> int:
    options = _options()
    keras = options.path or _package("keras")
    if keras is None:
        print("keras is not installed; name a copy of its sources with --path", file=sys.stderr)
        return 2
    before = os.getloadavg()
    with tempfile.TemporaryDirectory() as directory:
        rows = _cold(Path(directory), options.rounds)
        rows += _many(keras, options)
        rows.append(_warm(keras, Path(directory) / "cache", options.rounds))
        rows.append(_memory(keras))
    _print(rows, before)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=7, help="runs of each short command; long ones run a third of it")
    parser.add_argument("--path", type=Path, help="the `keras` package directory, instead of the installed one")
    parser.add_argument("--linters", type=Path, help="the directory that holds pylint and flake8")
    parser.add_argument(
        "--pylint-files", type=int, default=FILES, help="files for pylint; fewer are extrapolated by lines"
    )
    return parser.parse_args()


def _package(name: str) -> Path | None:
    """The directory of an installed package, which is not imported."""
    spec = importlib.util.find_spec(name)
    places = spec.submodule_search_locations if spec is not None else None
    return Path(places[0]) if places else None


# -- running ------------------------------------------------------------------------------------------------------


def run(command: Command) -> Sample:
    """Run a command once. It may report findings, but not fail in any other way."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an installation has its bytecode
    start = time.perf_counter()
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment, cwd=ROOT
    ) as process:
        assert process.stderr is not None
        complaint = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - start
    if b"Traceback" in complaint:
        raise SystemExit(f"{' '.join(command)[:200]} failed:\n{complaint.decode(errors='replace')}")
    scale = 1 if sys.platform == "darwin" else 1024
    return Sample(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * scale)


def interleaved(commands: Mapping[str, Command], rounds: int) -> dict[str, Sample]:
    """The medians of commands that take turns, after one round that does not count."""
    samples: dict[str, list[Sample]] = {name: [] for name in commands}
    if rounds > 1:
        for command in commands.values():
            run(command)
    for _ in range(rounds):
        for name, command in commands.items():
            samples[name].append(run(command))
    return {
        name: Sample(*(statistics.median(values) for values in zip(*taken, strict=True)))
        for name, taken in samples.items()
    }


# -- what is measured ---------------------------------------------------------------------------------------------


def _cold(directory: Path, rounds: int) -> list[Row]:
    """Single files in a process of their own."""
    model = directory / "model.py"
    model.write_text("\n".join((ROOT / "examples" / "healthy" / name).read_text() for name in EXAMPLES))
    lines = len(model.read_text().splitlines())
    taken = interleaved(
        {
            "pass": (sys.executable, "-c", "pass"),
            "plain": (*OURS, "--no-cache", textwrap.__file__),
            "libcst": (sys.executable, "-c", "import libcst"),
            "model": (*OURS, "--no-cache", str(model)),
        },
        rounds,
    )
    return [
        _row("a file without Keras, cold", taken["plain"], "`python -c pass`", taken["pass"], 3, single=True),
        _row(
            f"a model file of {lines} lines, cold",
            taken["model"],
            '`python -c "import libcst"`',
            taken["libcst"],
            1.6,
            single=True,
        ),
    ]


def _many(keras: Path, options: argparse.Namespace) -> list[Row]:
    """Files of Keras itself, without a cache, against linters that look at every line."""
    mentioning = [path for path in sorted((keras / "src").rglob("*.py")) if b"keras" in path.read_bytes()]
    files = [str(path) for path in _spread(mentioning, FILES)]
    few = _spread(files, options.pylint_files)
    share = _lines(files) / _lines(few)
    commands: dict[str, Command] = {"ours": (*OURS, "--no-cache", *files)}
    flake8, pylint = _linter("flake8", options.linters), _linter("pylint", options.linters)
    if flake8:
        commands["flake8"] = (flake8, "--isolated", *files)
    rounds = max(options.rounds // 3, 1)
    taken = interleaved(commands, rounds)
    rows = []
    if pylint:
        # pylint takes minutes, so it runs once; it has the same number of processes as the others.
        once = run((pylint, "--rcfile=", "-j", str(os.cpu_count()), *few))
        name = "pylint" if len(few) == len(files) else f"pylint, from {len(few)} files by lines"
        rows.append(_row(f"{len(files)} files of `keras/src`", taken["ours"], name, _scaled(once, share), 0.1))
    if flake8:
        rows.append(_row(f"{len(files)} files of `keras/src`", taken["ours"], "flake8", taken["flake8"], 1))
    return rows


def _warm(keras: Path, cache: Path, rounds: int) -> Row:
    """The whole package again, nothing changed."""
    command = (*OURS, "--cache-dir", str(cache), str(keras))
    run(command)
    taken = interleaved({"warm": command}, rounds)["warm"]
    count = sum(1 for _ in keras.rglob("*.py"))
    met = taken.wall <= 1
    return Row(f"the `keras` tree ({count} files), warm cache", _seconds(taken.wall), "", "", "", "1 s", met)


def _memory(keras: Path) -> Row:
    """The most memory that one process takes for the whole package; with one process, which then sees every file."""
    peak = run((*OURS, "--no-cache", "--jobs", "1", str(keras))).memory / 1e6
    return Row("peak memory, the `keras` tree in one process", f"{peak:.0f} MB", "", "", "", "250 MB", peak <= 250)


def _spread(items: Sequence[T], count: int) -> list[T]:
    """`count` items at equal distances."""
    step = max(len(items) / count, 1)
    return [items[int(number * step)] for number in range(min(count, len(items)))]


def _lines(files: Sequence[str]) -> int:
    return sum(Path(file).read_bytes().count(b"\n") for file in files)


def _scaled(sample: Sample, factor: float) -> Sample:
    return Sample(sample.wall * factor, sample.cpu * factor, sample.memory)


def _linter(name: str, directory: Path | None) -> str | None:
    """Where a linter is installed; says how to get one that is missing."""
    for place in (directory, Path(sys.executable).parent, None):
        found = shutil.which(name, path=str(place) if place is not None else None)
        if found:
            return found
    print(
        f"{name} is not installed, its row is left out: pip install {name} in an environment of its own, then --linters"
    )
    return None


# -- the table ----------------------------------------------------------------------------------------------------


def _row(what: str, ours: Sample, name: str, other: Sample, bar: float, *, single: bool = False) -> Row:
    """`single`: one process each, judged by processor time, which other work on the machine disturbs less."""
    ratio, cpu = ours.wall / other.wall, ours.cpu / other.cpu
    limit = f"{bar:g} x" if bar >= 1 else f"1/{1 / bar:.0f}"
    figure = f"{name}, {_seconds(other.wall)}"
    met = (cpu if single else ratio) <= bar
    return Row(what, _seconds(ours.wall), figure, f"{ratio:.2f}", f"{cpu:.2f}", limit, met)


def _seconds(value: float) -> str:
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.1f} s"


def _print(rows: Sequence[Row], before: tuple[float, float, float]) -> None:
    after = os.getloadavg()
    print(
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors, Python {platform.python_version()}; ",
        end="",
    )
    print(f"load average {before[0]:.1f} before, {after[0]:.1f} after.\n")
    print("| What | default-lint | Against | Ratio | Ratio of processor time | Bar | Met |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for row in rows:
        print(f"| {' | '.join(row[:-1])} | {'yes' if row.met else 'no'} |")


if __name__ == "__main__":
    sys.exit(main())
