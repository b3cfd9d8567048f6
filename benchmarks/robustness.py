"""`check` over the installed sources of large libraries: no crash, no trouble, and every error-level finding to read.

    python benchmarks/robustness.py [--sample N] [--warnings] [--path DIRECTORY]...

The libraries are found without being imported; those that are not installed are named and left out. Exit code 1 when
any file could not be checked.
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("keras", "keras_hub", "keras_tuner", "sklearn")
SUFFIXES = (".py", ".ipynb")

if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from default_lint.files import Target  # noqa: E402
from default_lint.findings import Finding, Report, Severity  # noqa: E402
from default_lint.run import Job, check_jobs  # noqa: E402
from default_lint.settings import Settings  # noqa: E402


class Outcome(NamedTuple):
    """What came of one file."""

    path: str
    report: Report | None


def main() -> int:
    options = _options()
    roots = options.path or list(installed(PACKAGES))
    if not roots:
        print("none of the libraries is installed; name directories with --path", file=sys.stderr)
        return 2
    level = Severity.WARNING if options.warnings else Severity.ERROR
    failed = False
    for root in roots:
        start = time.perf_counter()
        outcomes = list(check_tree(root, options.sample))
        trouble = [(outcome.path, text) for outcome in outcomes if outcome.report for text in outcome.report.trouble]
        found = [finding for outcome in outcomes if outcome.report for finding in outcome.report.findings]
        for path, text in trouble:
            print(f"{path}: {text}")
        for outcome in outcomes:
            for line in _shown(outcome, level):
                print(line)
        counts = ", ".join(f"{name} {count}" for name, count in Counter(item.rule for item in found).most_common())
        seconds = time.perf_counter() - start
        print(
            f"{root}: {len(outcomes)} files in {seconds:.0f} s, {len(trouble)} not checked; {counts or 'no finding'}\n"
        )
        failed = failed or bool(trouble)
    return 1 if failed else 0


def installed(names: Iterable[str]) -> Iterator[Path]:
    """The directories of the packages that are installed; none is imported."""
    for name in names:
        spec = importlib.util.find_spec(name)
        places = spec.submodule_search_locations if spec is not None else None
        if places:
            yield Path(places[0])
        else:
            print(f"{name} is not installed", file=sys.stderr)


def check_tree(root: Path, sample: int = 1, jobs: int = 0) -> Iterator[Outcome]:
    """Check every `sample`-th source below `root`, whatever a configuration there says."""
    files = sorted(path for path in root.rglob("*") if path.suffix in SUFFIXES and path.is_file())[::sample]
    settings = Settings()
    pending = [Job(Target(str(file)), settings) for file in files]
    for file, report in zip(files, check_jobs(pending, jobs), strict=True):
        yield Outcome(str(file), report)


def _shown(outcome: Outcome, level: Severity) -> Iterator[str]:
    if outcome.report is None:
        return
    for finding in outcome.report.findings:
        if finding.severity >= level:
            yield f"{outcome.path}:{_line(outcome.report, finding)}: {finding.rule}: {finding.message}"


def _line(report: Report, finding: Finding) -> int:
    return report.document.locate(finding.span.start).line


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", type=int, default=1, metavar="N", help="check every N-th file only")
    parser.add_argument("--warnings", action="store_true", help="print warnings too")
    parser.add_argument("--path", type=Path, action="append", help="a directory to check, instead of the libraries")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
