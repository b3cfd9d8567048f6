"""A progress bar on standard error, for long runs on a terminal only."""

from __future__ import annotations

import os
import sys
import time

PATIENCE = 1.0  # seconds before the bar appears
REFRESH = 0.1
LENGTH = 28


class Progress:
    """Call it with the number of files done and of all; `clear` takes the bar away for other text."""

    def __init__(self, color: bool) -> None:
        self.color = color
        self.started = time.monotonic()
        self.drawn_at = 0.0
        self.drawn = False

    @staticmethod
    def welcome() -> bool:
        """Whether anybody watches: a terminal, and no continuous integration."""
        return sys.stderr.isatty() and not os.environ.get("CI") and os.environ.get("TERM") != "dumb"

    def __call__(self, done: int, total: int) -> None:
        """Draw the bar when it is time to."""
        now = time.monotonic()
        if now - self.started < PATIENCE or now - self.drawn_at < REFRESH or not total:
            return
        full = LENGTH * done // total
        bar, rest = "━" * full, "─" * (LENGTH - full)
        if self.color:
            bar, rest = f"\x1b[32m{bar}\x1b[0m", f"\x1b[2m{rest}\x1b[0m"
        sys.stderr.write(f"\r\x1b[KChecking {bar}{rest} {done:,}/{total:,}")
        sys.stderr.flush()
        self.drawn, self.drawn_at = True, now

    def clear(self) -> None:
        """Take the bar away."""
        if self.drawn:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self.drawn = False
