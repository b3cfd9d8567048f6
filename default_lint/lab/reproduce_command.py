"""`default-lint lab reproduce`: what the paper did, done again on its published tables."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import Any

DATA = "DEFAULT_LINT_DEEP4GE"
"""The environment variable that names the folder of the published tables."""


def add(commands: Any) -> None:
    """Add the command to those of the lab."""
    reproduce = commands.add_parser("reproduce", help="run the paper's protocol on its published tables")
    levels = reproduce.add_subparsers(metavar="WHAT", required=True).add_parser(
        "levels", help="Tables IV, V and VI beside ours, and the same on runs that were not seen"
    )
    levels.add_argument("--data", metavar="DIR", help=f"folder of the tables (default: ${DATA})")
    levels.add_argument(
        "--out", metavar="FILE", default="docs/reproduction.md", help="the page (default: docs/reproduction.md)"
    )
    levels.add_argument(
        "--images", metavar="DIR", help="folder of its figure (default: images/reproduction beside the page)"
    )
    levels.add_argument("--json", metavar="FILE", help="all numbers")
    levels.add_argument(
        "--grid",
        choices=("small", "paper"),
        default="small",
        help="search of the paper's protocol (default: small; paper takes 20 minutes more of a core)",
    )
    levels.add_argument("--repeats", type=int, default=3, metavar="N", help="drawings of random splits (default: 3)")
    levels.add_argument("--ours", metavar="FILE", help="what `lab evaluate --json` wrote, to stand beside")
    levels.add_argument("--numbers", metavar="FILE", help="what --json wrote: only the page is made anew")
    levels.set_defaults(run=_levels)


def _levels(options: argparse.Namespace) -> int:
    from default_lint.lab.published import TablesTrouble
    from default_lint.lab.reproduction_figure import draw
    from default_lint.lab.reproduction_numbers import NumbersTrouble, numbers_of, with_ours, written
    from default_lint.lab.reproduction_page import figure, page

    try:
        numbers = numbers_of(_text(options.numbers), options.numbers) if options.numbers else _made(options)
        shown = with_ours(numbers, _text(options.ours), options.ours) if options.ours else numbers
    except (TablesTrouble, NumbersTrouble) as error:
        return _refused(str(error))
    except KeyboardInterrupt:
        _say("stopped; nothing was written")
        return 130
    out = Path(options.out)
    image = Path(options.images or out.parent / "images" / "reproduction") / "steps.svg"
    draw(*figure(shown), image)
    _write(out, page(shown, out, image))
    if options.json:
        _write(Path(options.json), written(numbers))
    return 0


def _made(options: argparse.Namespace) -> dict[str, Any]:
    """The numbers, from the tables."""
    from default_lint.lab.published import TablesTrouble, read
    from default_lint.lab.reproduce import Settings, levels

    data = options.data or os.environ.get(DATA)
    if options.repeats < 1:
        raise TablesTrouble("--repeats is at least 1")
    if not data:
        raise TablesTrouble("name the folder of the published tables with --data")
    return levels(read(data), Settings(grid=options.grid, repeats=options.repeats), _say)


def _text(path: str) -> str:
    return Path(path).read_text(encoding="utf-8", errors="replace")


def _write(place: Path, text: str) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(text, encoding="utf-8", newline="\n")


def _refused(reason: str) -> int:
    _say(f"error: {reason}")
    return 2


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
