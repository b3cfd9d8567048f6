"""The figures of the datasheet, by matplotlib: the same corpus gives the same bytes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from default_lint.lab.store import Corpus

COLORS = {
    "faulty": "#c44e52",
    "benign": "#4c72b0",
    "crash": "#555555",
    "timeout": "#a0a0a0",
    "unhealthy": "#ccb974",
    "open": "#dddddd",
}
STYLE: Any = {
    "svg.hashsalt": "default-lint",
    "svg.fonttype": "none",  # text stays text
    "font.family": "sans-serif",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.facecolor": "white",
    "figure.facecolor": "white",
    "path.simplify": True,
}
BIGGER = ("log.val_accuracy", "log.accuracy", "log.val_binary_accuracy", "log.binary_accuracy", "measure.held_accuracy")
SMALLER = ("log.val_loss", "log.loss")
POINTS = 200  # of a curve


def draw(corpus: Corpus, folder: Path) -> list[Path]:
    """Draw what there is something to draw of; gives the paths written."""
    mutants = corpus.programs[corpus.programs["original"].eq(False)]
    judged = mutants[mutants["verdict"].isin(list(COLORS))]
    drawn = []
    with matplotlib.rc_context(STYLE):
        for name, figure in (
            ("operators", _operators(judged)),
            ("effects", _effects(judged)),
            ("curves", _curves(corpus, judged)),
        ):
            path = folder / f"{name}.svg"
            if figure is None:
                path.unlink(missing_ok=True)
                continue
            FigureCanvasSVG(figure)
            figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None}, bbox_inches="tight")
            text = path.read_text(encoding="utf-8")
            path.write_text(
                "\n".join(line.rstrip() for line in text.splitlines()) + "\n", encoding="utf-8", newline="\n"
            )
            drawn.append(path)
    return drawn


def _operators(judged: pd.DataFrame) -> Figure | None:
    single = judged[judged["operators"].map(len) == 1]
    if single.empty:
        return None
    counts = pd.crosstab(single["operators"].map(lambda held: held[0]), single["verdict"])
    family = {row["operators"][0]: row["families"][0] for _, row in single.iterrows()}
    codes = sorted(counts.index, key=lambda code: (family[code], code), reverse=True)
    figure = Figure(figsize=(7.5, 0.9 + 0.17 * len(codes)))
    axes = figure.add_subplot()
    left = np.zeros(len(codes))
    for kind, color in COLORS.items():
        if kind in counts:
            width = counts.loc[codes, kind].to_numpy(dtype=float)
            axes.barh(range(len(codes)), width, left=left, color=color, label=kind, height=0.8)
            left += width
    axes.set_yticks(range(len(codes)), [f"{family[code]}  {code}" for code in codes], fontsize=7)
    axes.set_ylim(-0.6, len(codes) - 0.4)
    axes.set_xlabel("mutants with one fault")
    axes.legend(frameon=False, ncols=6, loc="lower center", bbox_to_anchor=(0.5, 1.0))
    return figure


def _effects(judged: pd.DataFrame) -> Figure | None:
    there = judged[(judged["families"].map(len) == 1) & judged["effect"].notna()]
    if there.empty:
        return None
    families = sorted({held[0] for held in there["families"]}, reverse=True)
    own = there["families"].map(lambda held: held[0])
    figure = Figure(figsize=(7.5, 0.9 + 0.5 * len(families)))
    axes = figure.add_subplot()
    for shift, kind in ((0.2, "faulty"), (-0.2, "benign")):
        groups = [there[(own == name) & (there["verdict"] == kind)]["effect"].to_numpy() for name in families]
        places = [place + shift for place, group in enumerate(groups) if len(group)]
        boxes = axes.boxplot(
            [group for group in groups if len(group)],
            positions=places,
            orientation="horizontal",
            widths=0.32,
            whis=(5, 95),
            showfliers=False,
            patch_artist=True,
            medianprops={"color": "white", "linewidth": 1.5},
            manage_ticks=False,
        )
        for box in boxes["boxes"]:
            box.set(facecolor=COLORS[kind], edgecolor=COLORS[kind])
        for line in (*boxes["whiskers"], *boxes["caps"]):
            line.set(color=COLORS[kind])
        axes.plot([], [], color=COLORS[kind], linewidth=6, label=f"{kind} ({sum(map(len, groups)):,})")
    axes.axvline(0.5, color="black", linewidth=0.8, linestyle=":")
    axes.set_xscale("symlog", linthresh=1.0)
    axes.set_xticks([-10, -1, 0, 0.5, 1, 10, 100], ["-10", "-1", "0", "0.5", "1", "10", "100"])
    axes.set_yticks(range(len(families)), families)
    axes.set_xlabel("Cohen's d of progress: quartiles, 5 % and 95 %; the dotted line is what counts as faulty")
    axes.legend(frameon=False, ncols=2, loc="lower center", bbox_to_anchor=(0.5, 1.0))
    return figure


def _curves(corpus: Corpus, judged: pd.DataFrame) -> Figure | None:
    epochs = corpus.epochs[corpus.epochs["epoch"] >= 0]
    pairs = list(_pairs(corpus, judged, epochs))
    if not pairs:
        return None
    columns = min(4, len(pairs))
    rows = math.ceil(len(pairs) / columns)
    figure = Figure(figsize=(2.6 * columns, 2.2 * rows), layout="constrained")
    for number, (family, mutant, name, healthy, faulty) in enumerate(pairs):
        axes = figure.add_subplot(rows, columns, number + 1)
        for (x, y), kind, label in ((healthy, "benign", "original"), (faulty, "faulty", "mutant")):
            marker = "o" if len(x) < 3 else None
            axes.plot(x + 1, y, color=COLORS[kind], label=label, linewidth=1.5, marker=marker, markersize=3)
        both = np.concatenate([healthy[1], faulty[1]])
        if name in SMALLER and both.min() > 0 and both.max() / both.min() > 20:
            axes.set_yscale("log")
        axes.set_title(f"{family}\n{mutant['operators'][0]} in {mutant['seed']}", fontsize=8)
        axes.set_ylabel(name.partition(".")[2], fontsize=8)
        axes.tick_params(labelsize=7)
        axes.xaxis.set_major_locator(MaxNLocator(4, integer=True))
        if number == 0:
            axes.legend(frameon=False, fontsize=7)
        if number // columns == rows - 1:
            axes.set_xlabel("epoch", fontsize=8)
    return figure


Curve = tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]


def _pairs(corpus: Corpus, judged: pd.DataFrame, epochs: pd.DataFrame) -> Iterator[tuple[str, Any, str, Curve, Curve]]:
    """For each family a faulty mutant, the name of a measure, and its curves in a run of the original and its own."""
    faulty = judged[(judged["verdict"] == "faulty") & (judged["families"].map(len) == 1)]
    runs = corpus.runs[["run", "program", "seed", "status", "model"]]
    whole = runs[(runs["status"] == "ok") & runs["model"].notna()]
    originals = corpus.programs[corpus.programs["original"].eq(True)].set_index("seed")["id"].to_dict()
    own = faulty["families"].map(lambda held: held[0])
    for family in sorted(set(own)):
        part = faulty[own == family].sort_values("id")
        effect = part["effect"].fillna(math.inf)
        middle = float(np.median(effect))
        distance = (effect - middle).abs().fillna(0.0)
        for place in distance.sort_values(kind="stable").index:
            mutant = part.loc[place]
            theirs = whole[whole["program"] == originals.get(mutant["seed"])]
            ours = whole[whole["program"] == mutant["id"]]
            shared = sorted(set(theirs["seed"]) & set(ours["seed"]))
            if not shared:
                continue
            pair = [frame[frame["seed"] == shared[0]].iloc[0] for frame in (theirs, ours)]
            found = _measure(
                *(epochs[(epochs["run"] == run["run"]) & (epochs["model"] == run["model"])] for run in pair)
            )
            if found is not None:
                yield (family, mutant, *found)
                break


def _measure(healthy: pd.DataFrame, faulty: pd.DataFrame) -> tuple[str, Curve, Curve] | None:
    """The first measure that both runs have, with its curves."""
    for name in (*BIGGER, *SMALLER):
        if name not in healthy:
            continue
        curves = [_curve(frame, name) for frame in (healthy, faulty)]
        if len(curves[0][0]) >= 2 and len(curves[1][0]) >= 1:
            return name, curves[0], curves[1]
    return None


def _curve(frame: pd.DataFrame, name: str) -> Curve:
    values = frame[name].to_numpy(dtype=float)
    there = np.isfinite(values)
    x, y = frame["epoch"].to_numpy()[there], values[there]
    step = max(1, math.ceil(len(x) / POINTS))
    return x[::step], y[::step]
