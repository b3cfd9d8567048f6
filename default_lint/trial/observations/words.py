"""Numbers, shares and names as all observations write them."""

from __future__ import annotations

import math

from default_lint.trial.trace import LayerTrace

LONGEST = 24
EXACT = 1e6  # whole numbers below are written out
SEPARATED, LARGEST = 1e4, 1e9  # from here with commas, from there with an exponent


def percent(share: float) -> str:
    """A share in percent: 0.67 is "67 %", 0.034 "3.4 %"; only nothing is 0 %, and only all 100 %."""
    if not math.isfinite(share):
        return text_of(share)
    value = 100 * max(share, 0.0)
    if value >= SEPARATED:
        return f"{text_of(value)} %"
    if 0 < value < 0.1:
        return "under 0.1 %"
    if value < 9.95:
        return f"{value:.1f} %".replace(".0 %", " %")
    return f"{min(value, 99) if value < 100 else value:.0f} %"


def quoted(named: str | LayerTrace) -> str:
    """A word of the user's, or the name of a layer, in backticks, cut when long."""
    name = named if isinstance(named, str) else named.name
    return f"`{name if len(name) <= LONGEST else name[: LONGEST - 3] + '...'}`"


def text_of(value: float, digits: int = 3) -> str:
    """A number as people write it, with so many digits that count: 0.001, 3e-5, 1240, 1,240,000, 1.24e9.

    Small whole numbers are written out when three digits or more count.
    """
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else "-infinity" if value < 0 else "infinity"
    if abs(value) < LARGEST and (digits < 3 or value != int(value) or abs(value) >= EXACT):
        value = float(f"{value:.{digits}g}")
    if abs(value) >= LARGEST or 0 < abs(value) < 1e-4:
        number, _, exponent = f"{value:.{digits - 1}e}".partition("e")
        return f"{number.rstrip('0').rstrip('.') if '.' in number else number}e{int(exponent)}"
    if value == int(value):
        return f"{int(value):,}" if abs(value) >= SEPARATED else f"{int(value)}"
    return f"{value:.{digits + 4}f}".rstrip("0") if abs(value) < SEPARATED else f"{value:,.{digits}f}".rstrip("0")


def short(value: float) -> str:
    """A number to two digits."""
    return text_of(value, 2)


def plain(value: float) -> str:
    """A setting to six digits: a learning rate, a momentum, a number of steps."""
    return text_of(value, 6)
