"""Finds faults in Keras and TensorFlow programs at the line that causes them.

    from default_lint import Document, Settings, check

    report = check(Document("train.py", text), Settings())

The names are loaded when they are first used, so that `import default_lint` costs nothing.
"""

from __future__ import annotations

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
