"""Mutation operators: each plants one fault in the source of a program, and records exactly where."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from default_lint.lab.mutants.base import FAMILIES, Change, Mutant, NotApplicable, Operator, Planted, Subject

PUBLISHED = (
    *(
        "HBS",
        "HLR",
        "HNE",
        "HDB",
        "ACH",
        "ARM",
        "AAL",
        "FLC",
        "OCH",
        "OCG",
        "WCI",
        "WAB",
        "WRB",
        "RCD",
        "RAW",
        "RCW",
        "RRW",
    ),
    *(
        "LKS",
        "LCF",
        "LCP",
        "LCS",
        "LCD",
        "LCN",
        "LAD",
        "LRM",
        "LCT",
        "LCO",
        "TCL",
        "TRD",
        "TUD",
        "TAN",
        "TCO",
        "VRM",
        "RCP",
    ),
)
"""The codes of DEFault's 34 operators, in the order of its families."""


@cache
def operators() -> Mapping[str, type[Operator]]:
    """Every operator by its code: the published ones first, then ours by code."""
    found: dict[str, type[Operator]] = {}
    for module in iter_modules(__path__):
        if module.name in ("base", "compound"):
            continue
        for value in vars(import_module(f"{__name__}.{module.name}")).values():
            if isinstance(value, type) and issubclass(value, Operator) and "code" in vars(value):
                found[value.code] = value
    return {code: found[code] for code in (*PUBLISHED, *sorted(set(found) - set(PUBLISHED))) if code in found}


__all__ = ["FAMILIES", "PUBLISHED", "Change", "Mutant", "NotApplicable", "Operator", "Planted", "Subject", "operators"]
