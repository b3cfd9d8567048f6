"""The geometry of the pictures of a run: curves and heat maps as coordinates, which a template draws.

Coordinates are SVG user units with two decimals, y downwards. Colors are those of the cividis map (Nuñez, Anderton and
Renslow 2018), which reads the same with and without color blindness.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from default_lint.output.evidence import number, short, signed

WIDTH, HEIGHT = 560, 240
LEFT, RIGHT, TOP, BOTTOM = 62, 12, 12, 40
POINTS = 240  # of a curve; longer ones are thinned
CELLS = 80  # epochs of a heat map; longer ones are thinned
LARGEST = 1e300  # beyond it a number is drawn as none: the axis itself has to be a number
DEEPEST = 1e-8  # what a logarithmic heat map still tells from the largest value
SPREAD = 100.0  # largest over smallest value from which on an axis is logarithmic
CIVIDIS = (
    (0, 34, 78),
    (18, 53, 112),
    (59, 73, 108),
    (87, 93, 109),
    (112, 113, 115),
    (138, 134, 120),
    (165, 156, 116),
    (195, 179, 105),
    (225, 204, 85),
    (254, 232, 56),
)

Point = tuple[float, float | None]


class Series(NamedTuple):
    """A curve: its name, its style in the page, and its points; a point without a value leaves a gap."""

    name: str
    style: str
    points: tuple[Point, ...]


class Tick(NamedTuple):
    """A label at an axis."""

    at: float
    text: str


class Drawn(NamedTuple):
    """A curve in coordinates: its path, dots with what they say, and the places (`broken`) where it is not finite."""

    name: str
    style: str
    path: str
    dots: tuple[tuple[float, float, str], ...]
    broken: tuple[tuple[float, str], ...]


class Chart(NamedTuple):
    """A picture of curves."""

    title: str
    x_title: str
    curves: tuple[Drawn, ...]
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    band: tuple[float, float] | None = None
    line: Tick | None = None
    logarithmic: bool = False
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM


class Axis(NamedTuple):
    """Maps values to coordinates."""

    low: float
    high: float
    start: float
    end: float
    logarithmic: bool = False

    def at(self, value: float) -> float:
        """The coordinate of a value, held within the axis."""
        low, high, value = (self._scaled(part) for part in (self.low, self.high, value))
        share = (value - low) / (high - low) if high > low else 0.5
        return round(self.start + min(max(share, 0.0), 1.0) * (self.end - self.start), 2)

    def _scaled(self, value: float) -> float:
        return math.log10(max(value, 1e-300)) if self.logarithmic else value

    def ticks(self, wanted: int = 5) -> list[float]:
        """Round values along the axis."""
        if self.logarithmic:
            first, last = math.ceil(math.log10(self.low) - 1e-9), math.floor(math.log10(self.high) + 1e-9)
            step = max(1, math.ceil((last - first) / wanted))
            return [10.0**power for power in range(first, last + 1, step)] or [self.low, self.high]
        return nice(self.low, self.high, wanted)


def nice(low: float, high: float, wanted: int = 5) -> list[float]:
    """Multiples of 1, 2 or 5 times a power of ten within a range."""
    if not high > low:
        return [low]
    raw = (high - low) / wanted
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= raw * 0.999)
    return [
        round(step * count, 12) for count in range(math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9) + 1)
    ]


def drawable(value: float) -> bool:
    """Whether a number has a place on an axis."""
    return abs(value) < LARGEST  # false for NaN


def thin(points: Sequence[Point], limit: int = POINTS) -> list[Point]:
    """At most `limit` of the points at equal distances, the last one among them; a point that is no number stays."""
    if len(points) <= limit:
        return list(points)
    kept = {len(points) * index // limit for index in range(limit)} | {len(points) - 1}
    kept |= {index for index, (_, value) in enumerate(points) if value is not None and not math.isfinite(value)}
    return [points[index] for index in sorted(kept)[: 2 * limit]]


def chart(
    title: str,
    series: Sequence[Series],
    *,
    x_title: str = "epoch",
    x_logarithmic: bool = False,
    whole: bool = True,
    band: tuple[float, float] | None = None,
    line: tuple[float, str] | None = None,
) -> Chart | None:
    """The curves in one picture; the y axis is logarithmic when the values spread widely; None without any value.

    `whole` x values get ticks at whole numbers; `band` is a range of x to set off, `line` one x with its label.
    """
    values = [value for one in series for _, value in one.points if value is not None and drawable(value)]
    places = [x for one in series for x, value in one.points if value is not None]
    if not places:
        return None
    places += [line[0]] if line else []
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    logarithmic = low > 0 and high / low > SPREAD
    if not logarithmic:
        margin = 0.06 * (high - low) or 0.1 * abs(high) or 1.0
        low, high = (max(low - margin, 0.0) if low >= 0 else low - margin), high + margin
    y = Axis(low, high, HEIGHT - BOTTOM, TOP, logarithmic)
    x = Axis(min(places), max(places), LEFT + 6, WIDTH - RIGHT - 6, x_logarithmic)
    ticks = sorted({round(tick) for tick in x.ticks(8)} if whole and not x_logarithmic else x.ticks(8))
    return Chart(
        title,
        x_title,
        tuple(_drawn(one, x, y, x_title) for one in series if any(value is not None for _, value in one.points)),
        tuple(Tick(x.at(tick), short(tick)) for tick in ticks if x.low <= tick <= x.high),
        tuple(Tick(y.at(tick), short(tick)) for tick in y.ticks()),
        None if band is None else (x.at(band[0]), x.at(band[1])),
        None if line is None else Tick(x.at(line[0]), line[1]),
        logarithmic,
    )


def _drawn(one: Series, x: Axis, y: Axis, x_title: str) -> Drawn:
    pieces: list[str] = []
    dots: list[tuple[float, float, str]] = []
    broken: list[tuple[float, str]] = []
    pen_up = True
    for place, value in thin(one.points):
        if value is None:
            pen_up = True
            continue
        said = f"{one.name} {number(value)} at {x_title} {short(place)}"
        if not drawable(value):
            broken.append((x.at(place), said))
            pen_up = True
            continue
        pieces.append(f"{'M' if pen_up else 'L'}{x.at(place):g} {y.at(value):g}")
        pen_up = False
        dots.append((x.at(place), y.at(value), said))
    return Drawn(one.name, one.style, " ".join(pieces), tuple(dots), tuple(broken))


class Cell(NamedTuple):
    """One field of a heat map: column, color, and what it says; `broken` when the value is not a number."""

    column: int
    color: str
    said: str
    broken: bool = False


class Row(NamedTuple):
    """One layer of a heat map."""

    name: str
    title: str
    cells: tuple[Cell, ...]


class Heat(NamedTuple):
    """A heat map: layers downwards, epochs to the right."""

    title: str
    about: str
    rows: tuple[Row, ...]
    heads: tuple[Tick, ...]
    low: str
    high: str
    stops: tuple[str, ...]
    columns: int


def color(share: float) -> str:
    """The color of a share between 0 and 1."""
    place = min(max(share, 0.0), 1.0) * (len(CIVIDIS) - 1)
    index = min(int(place), len(CIVIDIS) - 2)
    mixed = (round(a + (b - a) * (place - index)) for a, b in zip(CIVIDIS[index], CIVIDIS[index + 1]))
    return "#" + "".join(f"{part:02x}" for part in mixed)


def heat(
    title: str,
    about: str,
    layers: Sequence[tuple[str, str, Sequence[float | None]]],
    epochs: Sequence[int],
    *,
    scale: tuple[float, float] | None = None,
    show: Callable[[float], str] = number,
) -> Heat | None:
    """A heat map of (name, title, value per epoch) rows, logarithmic without a fixed `scale`; None when it is empty."""
    kept = [row for row in layers if any(value is not None for value in row[2])]
    if not kept:
        return None
    finite = [value for row in kept for value in row[2] if value is not None and math.isfinite(value)]
    chosen = sorted({len(epochs) * index // CELLS for index in range(CELLS)} | {len(epochs) - 1})
    chosen = list(range(len(epochs))) if len(epochs) <= CELLS else chosen
    if scale is not None:
        low, high = scale
        axis = Axis(low, high, 0.0, 1.0)
    else:
        positive = [value for value in finite if value > 0]
        high = max(positive, default=1.0)
        low = min(max(min(positive, default=1.0), high * DEEPEST), high / SPREAD)
        axis = Axis(low, high, 0.0, 1.0, logarithmic=True)
    rows = []
    for name, about_layer, values in kept:
        cells = []
        for column, index in enumerate(chosen):
            value = values[index]
            if value is None:
                continue
            said = (
                f"{name}: {show(value)} in epoch {epochs[index]}"
                if epochs[index]
                else f"{name}: {show(value)} before training"
            )
            bad = not math.isfinite(value)
            cells.append(Cell(column, "" if bad else color(axis.at(value)), said, bad))
        rows.append(Row(name, about_layer, tuple(cells)))
    step = max(1, -(-len(chosen) // 10))
    heads = tuple(Tick(column, str(epochs[chosen[column]] or "0")) for column in range(0, len(chosen), step))
    stops = tuple(color(index / 9) for index in range(10))
    return Heat(title, about, tuple(rows), heads, show(low), show(high), stops, len(chosen))


BAR_WIDTH, BAR_HEIGHT = 240, 22  # of one row of a waterfall
LEAST = 0.0005  # of a probability that a row is made for


class Step(NamedTuple):
    """One row of a waterfall: where its bar begins and how long it is, where the next row goes on, and what it says.

    style: "base", "for" (towards a fault), "against", or "result".
    """

    text: str
    number: str
    start: float
    size: float
    end: float
    style: str


class Waterfall(NamedTuple):
    """How a probability came about, from 0 at the left to 1 at the right: SHAP contributions, each beside the last."""

    steps: tuple[Step, ...]
    threshold: float
    said: str
    width: int = BAR_WIDTH
    height: int = BAR_HEIGHT


def waterfall(
    base: float, contributions: Sequence[tuple[str, float]], probability: float, threshold: float, others: str
) -> Waterfall:
    """The named contributions as given, then the probability; what is missing between them is one row (`others`)."""
    axis = Axis(0.0, 1.0, 0.0, BAR_WIDTH)
    missing = probability - base - sum(value for _, value in contributions)
    named = list(contributions)
    if abs(missing) >= LEAST:
        named.append((others, missing))
    steps = [Step("all programs", f"{base:.2f}", 0.0, axis.at(base), axis.at(base), "base")]
    at = base
    for text, value in named:
        low, high = sorted((axis.at(at), axis.at(at + value)))
        at += value
        style = "for" if value > 0 else "against"
        steps.append(Step(text, signed(value), low, round(high - low, 2), axis.at(at), style))
    size = axis.at(probability)
    steps.append(Step("this run", f"{probability:.2f}", 0.0, size, size, "result"))
    said = ", ".join(f"{step.text} {step.number}" for step in steps)
    return Waterfall(tuple(steps), axis.at(threshold), said)
