"""Finds faults in Keras and TensorFlow programs at the line that causes them.

    from default_lint import Document, Settings, check

    report = check(Document("train.py", text), Settings())

The names are loaded when they are first used, so that `import default_lint` costs nothing.
"""

from __future__ import annotations

import os
import sys

if sys.argv[:1] == ["-m"] and any(word.startswith(("default_lint", "default_lsp")) for word in sys.orig_argv):
    # `python -m` looks for modules first where it is started, which for many editors is the folder that is edited: a
    # `logging.py` there would be run in place of Python's own.
    _here = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    if sys.path[0] != _here and (not sys.path[0] or os.path.realpath(sys.path[0]) == os.path.realpath(os.curdir)):
        del sys.path[0]

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from default_lint.engine import check
    from default_lint.findings import Finding, Report
    from default_lint.settings import Settings
    from default_lint.text import Document

__version__ = "0.1.0"
__all__ = ["Document", "Finding", "Report", "Settings", "__version__", "check"]
_HOMES = {"check": "engine", "Finding": "findings", "Report": "findings", "Settings": "settings", "Document": "text"}


def __getattr__(name: str) -> object:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{home}"), name)
