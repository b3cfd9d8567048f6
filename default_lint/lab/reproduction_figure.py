"""The figure of `lab.reproduce`: how the accuracy falls, step by step; the same numbers, the same bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from default_lint.lab.figures import STYLE

COLORS = ("#c44e52", "#4c72b0", "#55a868")

Score = Mapping[str, Any]


def draw(steps: Sequence[str], series: Mapping[str, Sequence[Score]], label: str, path: Path) -> None:
    """Write an SVG: a line per step, from the top; on it a dot for each series, with the ends of its drawings."""
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(7.5, 0.9 + 0.3 * len(steps)))
        axes = figure.add_subplot()
        for number, (name, scores) in enumerate(series.items()):
            color = COLORS[number]
            there = [(len(steps) - 1 - place, score) for place, score in enumerate(scores) if score]
            axes.plot([s["value"] for _, s in there], [y for y, _ in there], "o", color=color, label=name, markersize=5)
            for y, score in there:
                axes.plot([score.get("low", score["value"]), score.get("high", score["value"])], [y, y], color=color)
        axes.axvline(0.5, color="black", linewidth=0.8, linestyle=":")
        axes.set_yticks(range(len(steps)), list(steps)[::-1])
        axes.set_ylim(-0.6, len(steps) - 0.4)
        axes.set_xlim(0.45, 1.01)
        axes.grid(axis="y", linewidth=0.4, color="#dddddd")
        axes.set_axisbelow(True)
        axes.set_xlabel(label)
        axes.legend(frameon=False, ncols=len(series), loc="lower center", bbox_to_anchor=(0.5, 1.0))
        FigureCanvasSVG(figure)
        path.parent.mkdir(parents=True, exist_ok=True)
        figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None}, bbox_inches="tight")
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(map(str.rstrip, lines)) + "\n", encoding="utf-8", newline="\n")
