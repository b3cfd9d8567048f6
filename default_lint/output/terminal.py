"""What kind of place text goes to: a terminal of some width, with or without color, or a pipe."""

from __future__ import annotations

import os
from typing import TextIO

from default_lint.output import View


def wants_color(wish: str, stream: TextIO) -> bool:
    """Whether to use color: the option, then NO_COLOR and FORCE_COLOR, then whether it is a terminal."""
    if wish != "auto":
        return wish == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def columns_of(stream: TextIO) -> int:
    """Columns of the terminal that `stream` is; 0 when it is none."""
    if not stream.isatty():
        return 0
    try:
        return int(os.environ.get("COLUMNS") or 0) or os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError):
        return 80


def view_of(wish: str, stream: TextIO, unsafe: bool = False) -> View:
    """The view for a stream: links only where they can be clicked."""
    color = wants_color(wish, stream)
    return View(color, color and stream.isatty(), columns_of(stream), unsafe)
