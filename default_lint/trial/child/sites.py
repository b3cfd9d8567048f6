"""Where in the user's files something happened, read off the frames of the running program."""

from __future__ import annotations

import os
import sys
import sysconfig
import weakref
from itertools import islice
from types import FrameType, TracebackType
from typing import Any

Site = list[Any]  # file, line, end line, column, end column; the last three None where Python does not know them

_OWN = os.path.dirname(os.path.abspath(__file__)) + os.sep
_PROBE = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "probe.py")
_MARKS = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}", "__autograph_generated_file")
_DEPTH = 12
_foreign: dict[str, bool] = {}


def _library() -> tuple[str, ...]:
    paths = sysconfig.get_paths()
    found = {os.path.dirname(os.__file__), *(paths.get(name, "") for name in ("stdlib", "platstdlib"))}
    return tuple(path + os.sep for path in found if path)


_LIBRARY = _library()


def own(file: str) -> bool:
    """Whether the file belongs to this instrument."""
    return file.startswith(_OWN) or file == _PROBE


def user(file: str) -> bool:
    """Whether the file is the user's: not ours, not installed, not of Python itself."""
    foreign = _foreign.get(file)
    if foreign is None:
        foreign = own(file) or file.startswith(("<", *_LIBRARY)) or any(mark in file for mark in _MARKS)
        _foreign[file] = foreign
    return not foreign


def place(code: Any, instruction: int, line: int | None) -> Site:
    """The site of an instruction: exact from Python 3.11 on, else the line alone."""
    positions = getattr(code, "co_positions", None)
    if positions is not None and instruction >= 0:
        found = next(islice(positions(), instruction // 2, None), None)
        if found is not None and found[0] is not None:
            return [code.co_filename, found[0], *found[1:]]
    return [code.co_filename, line or code.co_firstlineno, None, None, None]


def here(frame: FrameType | None = None) -> list[Site]:
    """The sites of the user's frames from the given one outward, the innermost first; at most 12."""
    frame = frame or sys._getframe(1)
    found: list[Site] = []
    while frame is not None and len(found) < _DEPTH:
        if user(frame.f_code.co_filename):
            found.append(place(frame.f_code, frame.f_lasti, frame.f_lineno))
        frame = frame.f_back
    return found


def raised(trace: TracebackType | None) -> Site | None:
    """The innermost of the user's lines in a traceback."""
    found = None
    while trace is not None:
        if user(trace.tb_frame.f_code.co_filename):
            found = place(trace.tb_frame.f_code, trace.tb_lasti, trace.tb_lineno)
        trace = trace.tb_next
    return found


class Origins:
    """Remembers where objects were made, without holding them."""

    def __init__(self) -> None:
        self._table: dict[int, tuple[Any, list[Site]]] = {}

    def add(self, thing: Any, frames: list[Site]) -> None:
        """Remember the frames for the object."""
        key = id(thing)
        table = self._table
        table[key] = (weakref.ref(thing, lambda _: table.pop(key, None)), frames)

    def of(self, thing: Any) -> list[Site]:
        """The frames in which the object was made, innermost first; empty when they are not known."""
        reference, frames = self._table.get(id(thing), (None, []))
        return frames if reference is not None and reference() is thing else []
