"""A row of features of the source while it is filled."""

from __future__ import annotations

import math

from default_lint.features.table_static import CHOICES, FEATURES, Assumed, names
from default_lint.text import Span


class Row:
    """Numbers by feature, with their origins, and how much could be read."""

    def __init__(self, kind: str) -> None:
        self.names = names(kind)
        self.values: dict[str, float] = {}
        self.origins: dict[str, tuple[Span, ...]] = {}
        self.asked = 0
        self.unknown = 0
        self.assumed: set[str] = set()

    def put(self, name: str, value: float | bool | None, *spans: Span) -> None:
        """A number that was asked for; None (or one that is not finite) when the source does not tell."""
        self.asked += 1
        if value is None or not math.isfinite(value):
            self.unknown += 1
            self.assumed.add(name)
        else:
            self.values[name] = float(value)
        if spans:
            self.origins[name] = tuple(dict.fromkeys(spans))

    def choose(self, group: str, option: str | None, *spans: Span) -> None:
        """One of the options of a group: "other" where there is such an option; None when the source does not tell."""
        options = CHOICES[group][1]
        self.asked += 1
        if option is None:
            self.unknown += 1
            self.doubt(group)
            option = "unknown"
        chosen = option if option in options else "other"
        for each in options:
            self.values[f"{group}.{each}"] = float(each == chosen)
            if spans:
                self.origins[f"{group}.{each}"] = spans

    def hold(self, *names: str) -> None:
        """The neutral values hold: of arguments that are left out, and do nothing then."""
        for name in names:
            self.values.setdefault(name, FEATURES[name].neutral)

    def doubt(self, *names: str) -> None:
        """What was put, or chosen, says less than it seems to: it is there for something that is not known."""
        self.assumed.update(column for column in self.names if column in names or column.rpartition(".")[0] in names)

    def idle(self, *names: str) -> None:
        """What was asked in vain has no answer, as it does not apply."""
        self.assumed.difference_update(names)

    @property
    def known(self) -> float:
        """The share of what was asked that could be read."""
        return 1 - self.unknown / self.asked if self.asked else 0.0

    def finished(self) -> dict[str, float]:
        """Every feature of the kind in order; `Assumed` and mostly neutral where it was not read."""
        return {name: self._number(name) for name in self.names}

    def _number(self, name: str) -> float:
        value = self.values.get(name)
        if value is None:
            return Assumed(FEATURES[name].neutral, name in self.assumed)
        return Assumed(value) if name in self.assumed else value


def log2(value: float | None) -> float | None:
    """log2 of a positive number, else None."""
    return math.log2(value) if value is not None and value > 0 else None


def log10(value: float | None) -> float | None:
    """log10 of a positive number, else None."""
    return math.log10(value) if value is not None and value > 0 else None


def octaves(above: float | None, below: float | None) -> float | None:
    """log2 of a ratio of positive numbers, else None."""
    return math.log2(above / below) if above and below and above > 0 and below > 0 else None


def decades(above: float | None, below: float | None) -> float | None:
    """log10 of a ratio of positive numbers, else None."""
    return math.log10(above / below) if above and below and above > 0 and below > 0 else None


def same(flag: bool | None) -> float | None:
    """1, 0, or None."""
    return None if flag is None else float(flag)
