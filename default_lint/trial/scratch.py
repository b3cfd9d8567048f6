"""A working folder as it was at one time, to run a script in again and again: what a run writes in it is gone with it.

Small files are copied; large ones, folders with very many entries and those that no script writes to (`.git`, `.venv`)
are links, so that they are neither copied nor missing. Beside the folder, and beside the one above, stand links to all
that stands there, so that `../data` is found. Paths that are absolute lead where they always lead.
"""

from __future__ import annotations

import os
import shutil
from collections import deque

FILE = 16 << 20  # bytes of a file that is copied
TOTAL = 64 << 20  # bytes that are copied in all
ENTRIES = 5000  # of all folders below that are not links
ABOVE = 2  # levels above the folder
NEIGHBORS = 2000  # entries of a level above from which on it stays empty
MOST = 20_000  # entries of the folder itself
LINKED = frozenset({".git", ".hg", ".svn", ".tox", ".venv", "env", "node_modules", "venv", "__pycache__"})


class Scratch:
    """The copy of a folder in `base`, an empty folder that whoever made it removes.

    Raises:
        OSError: the folder cannot be read, or this system makes no links.
    """

    def __init__(self, folder: str, base: str) -> None:
        self.folder = os.path.realpath(folder)
        self.base = base
        self._kept = os.path.join(base, "kept")
        self._runs = 0
        _copy(self.folder, self._kept)

    def fresh(self) -> str:
        """A new copy, to run in; the one before it is removed."""
        self._remove()
        self._runs += 1
        place = self._place()
        os.makedirs(os.path.dirname(place))
        _neighbors(self.folder, place)
        shutil.copytree(self._kept, place, symlinks=True)
        return place

    def _place(self) -> str:
        names = self.folder.strip(os.sep).split(os.sep)[-ABOVE - 1 :]
        return os.path.join(self.base, f"run{self._runs}", *(name.replace(":", "") or "root" for name in names))

    def _remove(self) -> None:
        from default_lint.trial.keeper import remove

        remove(os.path.join(self.base, f"run{self._runs}"))


def _copy(folder: str, into: str) -> None:
    """Copy what is small, level by level, so that it is the depths that are linked when there is too much."""
    waiting = deque([(folder, into)])
    size, entries = TOTAL, ENTRIES
    while waiting:
        source, target = waiting.popleft()
        names = _names(source)
        if source == folder and (names is None or len(names) > MOST):
            raise OSError("it cannot be read" if names is None else f"it has {len(names):,} entries")
        if names is None or (source != folder and len(names) > entries):
            os.symlink(source, target, target_is_directory=True)
            continue
        os.mkdir(target)
        entries -= len(names)
        for name in names:
            one, other = os.path.join(source, name), os.path.join(target, name)
            if os.path.isdir(one) and not os.path.islink(one) and name not in LINKED:
                waiting.append((one, other))
            elif not _copied(one, other, min(size, FILE)):
                os.symlink(one, other, target_is_directory=os.path.isdir(one))
            else:
                size -= os.path.getsize(other)


def _names(folder: str) -> list[str] | None:
    """What stands in a folder; None when that is not to be known."""
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return None


def _copied(source: str, target: str, limit: int) -> bool:
    """Copy a regular file of at most so many bytes."""
    try:
        if os.path.islink(source) or not os.path.isfile(source) or os.path.getsize(source) > limit:
            return False
        shutil.copy2(source, target)
    except OSError:
        if os.path.lexists(target):
            os.unlink(target)
        return False
    return True


def _neighbors(folder: str, place: str) -> None:
    """Links to what stands beside the folder, and beside the one above it."""
    for _ in range(ABOVE):
        above, copy = os.path.dirname(folder), os.path.dirname(place)
        names = _names(above) or ()
        if above == folder or len(names) > NEIGHBORS:
            return
        for name in names:
            one, other = os.path.join(above, name), os.path.join(copy, name)
            if one != folder and not os.path.lexists(other):
                os.symlink(one, other, target_is_directory=os.path.isdir(one))
        folder, place = above, copy
