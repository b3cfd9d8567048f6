"""The runs that are remembered: the latest of each script. Light, for it is there before the engine is loaded."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from default_lsp.observed import Observations


def key_of(path: str) -> str:
    """A path as the file system compares it."""
    return os.path.normcase(os.path.abspath(path))


class Runs:
    """The latest run of each script, by the documents that took part; for several threads."""

    def __init__(self) -> None:
        self._by_path: dict[str, Observations] = {}
        self._lock = threading.Lock()

    def keep(self, observations: Observations) -> None:
        """Remember a run in place of the earlier one of the same script."""
        with self._lock:
            self._without(lambda known: key_of(known.script) == key_of(observations.script))
            self._by_path.update({key_of(path): observations for path in observations.paths})

    def get(self, path: str) -> Observations | None:
        """What is known about a document."""
        with self._lock:
            return self._by_path.get(key_of(path))

    def __iter__(self) -> Iterator[str]:
        with self._lock:
            return iter(sorted(self._by_path))

    def __contains__(self, path: str) -> bool:
        return self.get(path) is not None

    def clear(self, folder: str) -> None:
        """Forget the runs of the scripts in a folder."""
        inside = os.path.join(key_of(folder), "")
        with self._lock:
            self._without(lambda known: key_of(known.script).startswith(inside))

    def _without(self, unwanted: Callable[[Observations], bool]) -> None:
        self._by_path = {path: known for path, known in self._by_path.items() if not unwanted(known)}
