"""The options of each command, for argparse: imported only when there are options to read."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from default_lint.arguments import UsageError
from default_lint.output import FORMATS
from default_lint.output.terminal import columns_of
from default_lint.settings import did_you_mean

CHECK_EPILOG = """\
Rules:
  RULES are names (softmax-on-one-unit), codes (ACT101), families (activation) or ALL,
  separated by commas. `default-lint rules` lists them, `default-lint explain NAME` explains one.
  A comment silences a finding at its line:  # default-lint: ignore[softmax-on-one-unit] reason

Settings:
  The closest default-lint.toml, .default-lint.toml or pyproject.toml with [tool.default-lint]
  holds for a file; the command line comes on top. `default-lint settings PATH` shows the result.

Fixes:
  Safe fixes mean the same or are certainly meant; unsafe ones change what is trained.
  Other suggestions are only shown. Nothing is written that Python cannot parse.

Environment:
  NO_COLOR     no color
  FORCE_COLOR  color, also when the output is not a terminal

Exit codes:
  0  nothing found, or everything fixed
  1  something found; with --diff: something would change
  2  wrong usage or settings, or a file that could not be checked (the others still are)

Examples:
  default-lint check                        the working directory
  default-lint check train.py --diff        show the safe fixes
  default-lint check --fix --unsafe-fixes   apply all of them
  default-lint check --format sarif --output-file findings.sarif --exit-zero
  cat train.py | default-lint check - --stdin-filename train.py
"""


DIAGNOSE_EPILOG = """\
The run:
  The script runs as it is, in its own folder, with the Keras of its environment; the network is off.
  Training ends when 70 % of the time is used up, the rest is for our own tests on a copy of the model
  (overfit one batch, learning-rate sweep, ...). What was seen until the end is diagnosed, however the
  script ends. A notebook runs as its cells one after the other, without magics.

Verified fixes:
  --verify-fixes runs the script again for each fix, with the same seeds, and for as long as the first run
  had for training. It copies the working folder and changes nothing in it; N + 1 equal parts of the time
  are for the first run and the fixes. Where two help, or the first does not, they are tried together.

Exit codes:
  0  nothing found
  1  something found
  2  wrong usage or settings, a file that could not be written, or nothing could be observed
  130  ended with Ctrl-C; what was seen until then is diagnosed

Examples:
  default-lint diagnose train.py                      one minute of training, then the diagnosis
  default-lint diagnose train.py -- --data small.csv  with arguments for the script
  default-lint diagnose --epochs 3 --html run.html notebook.ipynb
  default-lint diagnose --verify-fixes train.py       try its fixes, show the diff of the one that helps
  default-lint diagnose --trace run.trace train.py; default-lint check --trace run.trace train.py
"""


class Parser(argparse.ArgumentParser):
    """argparse with our way to tell a mistake."""

    def __init__(self, **options: Any) -> None:
        super().__init__(allow_abbrev=False, add_help=False, formatter_class=_Help, **options)
        self._positionals.title, self._optionals.title = "Arguments", "Options"
        self.add_argument("-h", "--help", action="help", help="Show this help.")

    def error(self, message: str) -> NoReturn:
        """Raise UsageError with the place to look."""
        command = self.prog.removeprefix("default-lint ")
        raise UsageError(f"{message}\n  `default-lint help {command}` shows the options.")

    def read(self, arguments: Sequence[str]) -> argparse.Namespace:
        """Parse; paths may stand anywhere, and an unknown option is told with the one that was likely meant."""
        options, rest = self.parse_known_args(arguments)
        unknown = [word for word in rest if word.startswith("-") and word != "-"]
        if unknown:
            word = unknown[0].partition("=")[0]
            known = [name for action in self._actions for name in action.option_strings if name.startswith("--")]
            self.error(f"unknown option `{word}`{did_you_mean(word, known)}")
        if rest and not hasattr(options, "paths"):
            self.error(f"one argument too many: `{rest[0]}`")
        if rest:
            options.paths.extend(rest)
        return options


class _Help(argparse.RawDescriptionHelpFormatter):
    """Wider columns, and texts as written."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=30, width=min(columns_of(sys.stdout) or 100, 100))

    def add_usage(self, usage: str | None, actions: Any, groups: Any, prefix: str | None = None) -> None:
        """Begin with a capital, as the other headings do."""
        super().add_usage(usage, actions, groups, "Usage: ")


def check_parser() -> Parser:
    """The options of `check`."""
    parser = Parser(
        prog="default-lint check",
        usage="default-lint [check] [OPTIONS] [PATHS]",
        description="Check Python files and notebooks that use Keras.",
        epilog=CHECK_EPILOG,
    )
    parser.add_argument(
        "paths", nargs="*", metavar="PATHS", help='Files and directories; "." if none, "-" is standard input.'
    )
    rule_options(parser)
    file_options(parser)
    fixes = parser.add_argument_group("Fixes")
    fixes.add_argument("--fix", action="store_true", help="Apply safe fixes.")
    fixes.add_argument(
        "--unsafe-fixes",
        action="store_true",
        default=None,
        help="With --fix or --diff, also fixes that change what is trained.",
    )
    fixes.add_argument("--diff", action="store_true", help="Show what --fix would change; write nothing.")
    fixes.add_argument("--show-fixes", action="store_true", help="List the fixes that were applied.")
    fixes.add_argument("--exit-non-zero-on-fix", action="store_true", help="Exit with 1 if something was fixed.")
    output = parser.add_argument_group("Output")
    output.add_argument(
        "--output-format", "--format", choices=FORMATS, metavar="FORMAT", help=f"{', '.join(FORMATS)}; default: full."
    )
    output.add_argument("--output-file", metavar="FILE", help="Write to a file instead of standard output.")
    output.add_argument(
        "--statistics", action="store_true", help="Count the findings of each rule instead of listing them."
    )
    output.add_argument("--exit-zero", action="store_true", help="Exit with 0 even if something was found.")
    output_options(output)
    output.add_argument("-q", "--quiet", action="store_true", help="Findings only, no closing lines.")
    work = parser.add_argument_group("Work")
    work.add_argument("-j", "--jobs", type=int, metavar="N", help="Number of processes; 0 is one per processor.")
    work.add_argument("--no-cache", action="store_true", help="Neither read nor write the cache.")
    work.add_argument("--cache-dir", metavar="DIR", help="Where the cache is kept.")
    work.add_argument("--trace", metavar="FILE", help="A run saved by `diagnose --trace`: also say what it showed.")
    work.add_argument("--stdin-filename", metavar="FILE", help="Name of what comes from standard input.")
    work.add_argument("-V", "--version", action="store_true", help="Show the version.")
    return parser


def diagnose_parser() -> Parser:
    """The options of `diagnose`, without what follows `--`."""
    parser = Parser(
        prog="default-lint diagnose",
        usage="default-lint diagnose [OPTIONS] SCRIPT [-- ARGS]",
        description="Run a training script for a short while, watch it learn, and say at which line it goes wrong.",
        epilog=DIAGNOSE_EPILOG,
    )
    parser.add_argument("paths", nargs="*", metavar="SCRIPT", help="A Python file or notebook that trains a model.")
    run = parser.add_argument_group("Run")
    run.add_argument("--module", metavar="NAME", help="Run a module, as `python -m NAME` does, instead of SCRIPT.")
    run.add_argument(
        "--python", metavar="FILE", help="The interpreter that has Keras; default: the active environment."
    )
    run.add_argument("--directory", metavar="DIR", help="Where the script runs; default: its own folder.")
    run.add_argument(
        "--seconds",
        type=_positive(float),
        metavar="N",
        help="Time for the run; default: 60. With --verify-fixes for all runs together; default: 60 for each.",
    )
    run.add_argument("--epochs", type=_positive(int), metavar="N", help="End each training after N epochs.")
    run.add_argument("--steps", type=_positive(int), metavar="N", help="End training after N batches in all.")
    run.add_argument("--finish", action="store_true", help="Let the script go on when the training has been ended.")
    run.add_argument(
        "--no-tests", action="store_true", help="No tests of our own after training (overfit a batch, ...)."
    )
    run.add_argument("--network", action="store_true", help="Let the script use the network.")
    run.add_argument("--memory", type=_size, metavar="SIZE", help="Memory that it may use: 8G, 500M.")
    run.add_argument("-q", "--quiet", action="store_true", help="Do not show what the script prints.")
    fixes = parser.add_argument_group("Fixes")
    fixes.add_argument(
        "--verify-fixes",
        type=_positive(int),
        metavar="[N]",
        help="Try the first N fixes of the diagnosis (default: 3), each on a copy, and say which one really helps.",
    )
    fixes.add_argument("--apply", action="store_true", help="With --verify-fixes: write the fix that helps most.")
    rule_options(parser)
    settings = parser.add_argument_group("Settings")
    config_options(settings)
    output = parser.add_argument_group("Output")
    output.add_argument(
        "--output-format", "--format", choices=FORMATS, metavar="FORMAT", help=f"{', '.join(FORMATS)}; default: full."
    )
    output.add_argument("--output-file", metavar="FILE", help="Write to a file instead of standard output.")
    output.add_argument("--html", metavar="FILE", help="Also write a page with curves and the annotated source.")
    output.add_argument("--trace", metavar="FILE", help="Also save the run, for `default-lint check --trace FILE`.")
    output.add_argument(
        "--events",
        choices=("json",),
        metavar="json",
        help="Events as JSON lines on standard output while it runs, the diagnosis last.",
    )
    output.add_argument("--exit-zero", action="store_true", help="Exit with 0 even if something was found.")
    output_options(output)
    return parser


def _positive(kind: type[int] | type[float]) -> Callable[[str], float]:
    """A reader of numbers above zero."""

    def read(text: str) -> float:
        value = kind(text)
        if not 0 < value < float("inf"):
            raise argparse.ArgumentTypeError(f"{text} is not a number above 0")
        return value

    read.__name__ = "number"
    return read


def _size(text: str) -> int:
    """Bytes: a number, with K, M, G or T when it counts 1024, 1024², ..."""
    number, unit = (text[:-1], text[-1].upper()) if text[-1:].isalpha() else (text, "")
    power = {"": 0, "K": 1, "M": 2, "G": 3, "T": 4}.get(unit)
    try:
        size = int(float(number) * 1024**power) if power is not None else 0
    except (OverflowError, ValueError):
        size = 0
    if size <= 0:
        raise argparse.ArgumentTypeError(f"{text} is not a size such as 8G or 500M")
    return size


def rule_options(parser: Parser) -> None:
    """Options that choose rules."""
    group = parser.add_argument_group("Rules")
    for name, text in (
        ("--select", "Rules to use, instead of those of the configuration."),
        ("--ignore", "Rules not to use."),
        ("--extend-select", "Rules to use as well."),
        ("--extend-ignore", "Rules not to use either."),
    ):
        group.add_argument(name, action="append", metavar="RULES", help=text)
    group.add_argument(
        "--per-file-ignores",
        action="append",
        metavar="GLOB:RULE",
        help="Rules not to use in the files that match a glob.",
    )
    group.add_argument(
        "--audience",
        choices=("regular", "curious"),
        metavar="AUDIENCE",
        help="regular: likely faults; curious: everything.",
    )


def file_options(parser: Parser) -> None:
    """Options that choose files, and the configuration."""
    group = parser.add_argument_group("Files and settings")
    group.add_argument(
        "--exclude", action="append", metavar="GLOBS", help="Files and directories to leave out, instead of the usual."
    )
    group.add_argument(
        "--extend-exclude", action="append", metavar="GLOBS", help="Files and directories to leave out as well."
    )
    group.add_argument(
        "--force-exclude", action="store_true", default=None, help="Leave them out even when named in PATHS."
    )
    group.add_argument(
        "--no-respect-gitignore",
        action="store_false",
        default=None,
        dest="respect_gitignore",
        help="Also look at what .gitignore leaves out.",
    )
    config_options(group)


def config_options(group: Any) -> None:
    """Options about configuration files."""
    group.add_argument(
        "--config", action="append", metavar="FILE|KEY=VALUE", help="A configuration file to use, or one setting."
    )
    group.add_argument("--isolated", action="store_true", help="Use no configuration file.")


def output_options(group: Any) -> None:
    """Options of everything that prints."""
    group.add_argument(
        "--color", choices=("auto", "always", "never"), default="auto", metavar="WHEN", help="auto, always or never."
    )
    group.add_argument(
        "-v", "--verbose", action="store_true", help="Also tell what was done, and where something failed."
    )
