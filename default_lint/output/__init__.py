"""How a report is shown: one module per format, each with `write(reports, out, view)`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Protocol, TextIO

    from default_lint.findings import Report

    class Format(Protocol):
        """A module of this package that writes reports."""

        def write(self, reports: Iterable[Report], out: TextIO, view: View) -> None:
            """Write the findings of `reports`, as they come, to `out`."""


FORMATS = ("full", "concise", "json", "json-lines", "sarif", "github")


class View(NamedTuple):
    """What the formats may depend on besides the reports.

    `width` is the width of the terminal, 0 when the output is not one; `unsafe` tells that `--unsafe-fixes` is on.
    """

    color: bool = False
    links: bool = False
    width: int = 0
    unsafe: bool = False


def load(name: str) -> Format:
    """The module of a format, imported only now."""
    from importlib import import_module
    from typing import cast

    return cast("Format", import_module(f"default_lint.output.{name.replace('-', '_')}"))
