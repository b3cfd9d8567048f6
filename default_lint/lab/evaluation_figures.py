"""The figures of the evaluation, by matplotlib in the style of the datasheet's: the same results, the same bytes."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.patheffects import Normal, Stroke

from default_lint.lab.evaluation_schema import LEVELS, METRICS, MODELS
from default_lint.lab.figures import STYLE

COLORS = {"RandomForest": "#4c72b0", "ExtraTrees": "#55a868", "HistGradientBoosting": "#c44e52"}
OTHERS = ("#8172b2", "#937860", "#64b5cd", "#ccb974", "#555555")
SHADES = {"top1": "#24476f", "top3": "#4c72b0", "top5": "#a9bfdd"}
GRAY = "#888888"
FLOORS = ("nearest", "random")

Results = Mapping[str, Any]
Made = Callable[[Results], Figure | None]


def draw(results: Results, folder: Path, form: str = "svg") -> dict[str, Path]:
    """Draw what there is something to draw of, as "svg" or "png"; gives the files by name, old ones are removed."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn = {}
    with matplotlib.rc_context(STYLE):
        for name, make in FIGURES.items():
            path = folder / f"{name}.{form}"
            figure = make(results)
            if figure is None:
                path.unlink(missing_ok=True)
                continue
            (FigureCanvasSVG if form == "svg" else FigureCanvasAgg)(figure)
            told = {"Date": None, "Creator": None} if form == "svg" else {"Software": None}
            figure.savefig(path, format=form, metadata=told, bbox_inches="tight", dpi=144)
            if form == "svg":
                lines = path.read_text(encoding="utf-8").splitlines()
                path.write_text("\n".join(map(str.rstrip, lines)) + "\n", encoding="utf-8", newline="\n")
            drawn[name] = path
    return drawn


def _roc(results: Results) -> Figure | None:
    curves = results.get("detection", {}).get("roc", {})
    figure, panels = _panels(curves, "recall")
    for axes, level in panels:
        axes.plot([0, 1], [0, 1], color=GRAY, linewidth=0.8, linestyle=":")
        for name, points in _ordered(curves[level], MODELS):
            if len(points):
                x, y = zip(*points)
                area = _value(results["detection"].get("scores", {}).get(level, {}).get(name, {}).get("auroc"))
                told = "" if math.isnan(area) else f" {area:.3f}"
                axes.plot(x, y, color=_color(name, curves[level]), label=f"{name}{told}", linewidth=1.5)
        axes.set(xlim=(-0.01, 1), ylim=(0, 1.01), xlabel="false-alarm rate", aspect="equal")
        axes.set_title(level, fontsize=9)
        axes.legend(frameon=False, fontsize=7, loc="lower right", title="area under the curve", title_fontsize=7)
    return figure


def _reliability(results: Results) -> Figure | None:
    curves = results.get("detection", {}).get("reliability", {})
    figure, panels = _panels(curves, "share that is faulty")
    for axes, level in panels:
        axes.plot([0, 1], [0, 1], color=GRAY, linewidth=0.8, linestyle=":")
        for name, points in _ordered(curves[level], MODELS):
            if len(points):
                x, y, count = (np.array(column, dtype=float) for column in zip(*points))
                color = _color(name, curves[level])
                axes.plot(x, y, color=color, label=name, linewidth=1.2)
                axes.scatter(x, y, s=6 + 60 * count / count.sum(), color=color, linewidths=0)
        axes.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), xlabel="mean probability", aspect="equal")
        axes.set_title(level, fontsize=9)
        axes.legend(frameon=False, fontsize=7, loc="upper left")
    return figure


def _families(results: Results) -> Figure | None:
    families = results.get("categorization", {}).get("families", {})
    names = [name for name in families if "f1" in families[name]]
    if not names:
        return None
    names.sort(key=lambda name: _sortable(_value(families[name]["f1"])))
    figure = Figure(figsize=(6.5, 0.9 + 0.32 * len(names)))
    axes = figure.add_subplot()
    _dots(axes, [families[name]["f1"] for name in names], "#4c72b0", "F1")
    floors = [_value(families[name].get("floor", {}).get("f1")) for name in names]
    if not all(map(math.isnan, floors)):
        axes.scatter(floors, range(len(names)), marker="|", s=90, color="#c44e52", label="floor", zorder=3)
    axes.set_yticks(range(len(names)), names)
    axes.set(xlim=(0, 1), ylim=(-0.6, len(names) - 0.4), xlabel="F1 on unseen seeds")
    axes.legend(frameon=False, ncols=2, loc="lower center", bbox_to_anchor=(0.5, 1.0))
    return figure


def _confusion(results: Results) -> Figure | None:
    told = results.get("categorization", {}).get("confusion")
    if not told or not told["labels"]:
        return None
    labels, counts = told["labels"], np.array(told["counts"], dtype=float)
    columns = [*labels, "none"][: counts.shape[1]]
    rows = counts.sum(axis=1, keepdims=True)
    shares = np.divide(counts, rows, out=np.zeros_like(counts), where=rows > 0)
    size = 0.62 * len(columns) + 1.9
    figure = Figure(figsize=(size, 0.42 * len(labels) + 1.5))
    axes = figure.add_subplot()
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    for row, column in np.ndindex(*counts.shape):
        if counts[row, column]:
            color = "white" if shares[row, column] > 0.55 else "black"
            axes.text(column, row, f"{counts[row, column]:.0f}", ha="center", va="center", color=color, fontsize=8)
    axes.set_xticks(range(len(columns)), columns, rotation=35, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(labels)), labels)
    axes.set(xlabel="given", ylabel="planted")
    axes.spines[["top", "right"]].set_visible(True)
    axes.tick_params(length=0)
    return figure


def _localization(results: Results) -> Figure | None:
    sources = results.get("localization", {}).get("sources", {})
    criteria = [name for name in ("line", "span", "call") if any(name in sources[source] for source in sources)]
    if not criteria:
        return None
    names = list(sources)[::-1]
    figure = Figure(figsize=(3.0 * len(criteria) + 1.2, 0.9 + 0.36 * len(names)), layout="constrained")
    for number, criterion in enumerate(criteria):
        axes = figure.add_subplot(1, len(criteria), number + 1)
        for top in ("top5", "top3", "top1"):
            for place, source in enumerate(names):
                estimate = sources[source].get(criterion, {}).get(top)
                value = _value(estimate)
                if not math.isnan(value):
                    hatch = "////" if source in FLOORS else None
                    axes.barh(place, value, color=SHADES[top], height=0.72, hatch=hatch, edgecolor="white", linewidth=0)
                    if top != "top3":
                        low, high = _edges(estimate)
                        halo = [Stroke(linewidth=2.4, foreground="white"), Normal()]
                        axes.plot([low, high], [place] * 2, color="black", linewidth=0.9, zorder=3, path_effects=halo)
        axes.set_yticks(range(len(names)), names if number == 0 else [""] * len(names))
        axes.set(xlim=(0, 1), xlabel="share of faults")
        axes.set_title(f"by {criterion}", fontsize=9)
    words = {"top1": "first", "top3": "among the first 3", "top5": "among the first 5"}
    handles = [Patch(color=color, label=words[top]) for top, color in SHADES.items()]
    handles.append(Patch(facecolor="#dddddd", hatch="////", edgecolor="white", label="floor"))
    figure.legend(handles=handles, frameon=False, ncols=4, loc="outside upper center", fontsize=8)
    return figure


def _early(results: Results) -> Figure | None:
    lines = []
    for stage, wanted in (("detection", "balanced_accuracy"), ("categorization", "macro_f1"), ("cause", "top1")):
        steps = results.get("early", {}).get(stage, {})
        names = sorted((name for name in steps if name.isdigit()), key=int) + [
            name for name in steps if not name.isdigit()
        ]
        points = [(name, steps[name][wanted]) for name in names if wanted in steps[name]]
        if points:
            lines.append((f"{stage}: {METRICS[wanted]}", points))
    if not lines:
        return None
    known = {name for _, points in lines for name, _ in points}
    order = sorted((name for name in known if name.isdigit()), key=int) + sorted(
        known - {n for n in known if n.isdigit()}
    )
    figure = Figure(figsize=(6.0, 3.2))
    axes = figure.add_subplot()
    for (label, points), color in zip(lines, ("#4c72b0", "#55a868", "#c44e52")):
        _band(axes, [order.index(name) for name, _ in points], [estimate for _, estimate in points], color, label)
    axes.set_xticks(range(len(order)), order)
    axes.set(xlabel="epochs seen", ylim=(0, 1.02))
    axes.legend(frameon=False, fontsize=8, loc="lower right")
    return figure


def _learning_curve(results: Results) -> Figure | None:
    steps = sorted(results.get("learning_curve", ()), key=lambda step: step["seeds"])
    names = [name for name in METRICS if any(name in step for step in steps)]
    if len(steps) < 2 or not names:
        return None
    figure = Figure(figsize=(6.0, 3.2))
    axes = figure.add_subplot()
    for number, name in enumerate(names):
        there = [step for step in steps if name in step]
        color = (*COLORS.values(), *OTHERS)[number % 8]
        _band(axes, [step["seeds"] for step in there], [step[name] for step in there], color, METRICS[name])
    axes.set(xlabel="seed programs learned from", ylim=(0, 1.02))
    axes.legend(frameon=False, fontsize=8, loc="lower right")
    return figure


def _ablations(results: Results) -> Figure | None:
    rows = results.get("ablations", {})
    metrics = [name for name in METRICS if any(name in row for row in rows.values())][:3]
    if len(rows) < 2 or not metrics:
        return None
    names = list(rows)[::-1]
    figure = Figure(figsize=(2.7 * len(metrics) + 1.5, 0.8 + 0.26 * len(names)), layout="constrained")
    for number, metric in enumerate(metrics):
        axes = figure.add_subplot(1, len(metrics), number + 1)
        _dots(axes, [rows[name].get(metric) for name in names], "#4c72b0", "")
        first = _value(rows[names[-1]].get(metric))
        if not math.isnan(first):
            axes.axvline(first, color=GRAY, linewidth=0.8, linestyle=":")
        axes.set_yticks(range(len(names)), names if number == 0 else [""] * len(names))
        axes.set_ylim(-0.6, len(names) - 0.4)
        axes.set_title(METRICS[metric], fontsize=9)
    return figure


FIGURES: Mapping[str, Made] = {
    "roc": _roc,
    "reliability": _reliability,
    "families": _families,
    "confusion": _confusion,
    "localization": _localization,
    "early": _early,
    "learning_curve": _learning_curve,
    "ablations": _ablations,
}


# Parts


def _panels(curves: Mapping[str, Any], text: str) -> tuple[Figure | None, list[tuple[Axes, str]]]:
    """A figure with a panel for each level that has curves; `text` names what goes up."""
    levels = [level for level in LEVELS if curves.get(level)]
    if not levels:
        return None, []
    figure = Figure(figsize=(2.9 * len(levels), 3.0), layout="constrained")
    panels = [(figure.add_subplot(1, len(levels), number + 1), level) for number, level in enumerate(levels)]
    panels[0][0].set_ylabel(text)
    return figure, panels


def _ordered(held: Mapping[str, Any], first: Sequence[str]) -> list[tuple[str, Any]]:
    names = [name for name in first if name in held] + sorted(set(held) - set(first))
    return [(name, held[name]) for name in names]


def _color(name: str, held: Mapping[str, Any]) -> str:
    others = sorted(set(held) - set(COLORS))
    return COLORS.get(name) or OTHERS[others.index(name) % len(OTHERS)]


def _value(estimate: Any) -> float:
    """The value of a figure, NaN when there is none."""
    value = None if not estimate else estimate.get("value")
    return math.nan if value is None else float(value)


def _edges(estimate: Any) -> tuple[float, float]:
    """The interval of a figure, its value where it has none."""
    found = [_value({"value": estimate.get(name)}) for name in ("low", "high")]
    low, high = (_value(estimate) if math.isnan(edge) else edge for edge in found)
    return low, high


def _sortable(value: float) -> float:
    return -1.0 if math.isnan(value) else value


def _dots(axes: Axes, estimates: Sequence[Any], color: str, label: str) -> None:
    """A row for each figure, with its interval as a line."""
    for place, estimate in enumerate(estimates):
        value = _value(estimate)
        if not math.isnan(value):
            axes.plot(_edges(estimate), [place] * 2, color=color, linewidth=1.6, alpha=0.5, solid_capstyle="butt")
            axes.plot([value], [place], "o", color=color, markersize=4.5, label=label or None)
            label = ""


def _band(axes: Axes, x: Sequence[float], estimates: Sequence[Any], color: str, label: str) -> None:
    """A line through figures, with their intervals as a band."""
    axes.plot(
        x, [_value(estimate) for estimate in estimates], "o-", color=color, label=label, linewidth=1.5, markersize=4
    )
    low, high = zip(*map(_edges, estimates))
    axes.fill_between(x, low, high, color=color, alpha=0.15, linewidth=0)
