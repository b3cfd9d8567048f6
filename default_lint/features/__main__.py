"""`python -m default_lint.features`: the table of all features of a run, for a terminal, as Markdown or as JSON."""

from __future__ import annotations

import argparse
import json
import math
import shutil
import sys
import textwrap
from collections.abc import Sequence
from typing import Any

from default_lint.features.base import AGGREGATES, FLAG, SHARE, Feature
from default_lint.features.dynamic import FEATURES, METHOD
from default_lint.features.table_static import CHOICES, KINDS
from default_lint.features.table_static import FEATURES as STATIC

LEVELS = {
    "epoch": "Of each epoch",
    "layer": "Of each layer and epoch",
    "run": "Of the run",
}
SOURCE = """\
## Of the source

What the classifiers of suspicions and, beside a run, those of the three levels are given of the source. A row holds the
groups that its kind names below; what the source does not tell stands as the neutral value, and the share of what is
known decides whether anything is said at all. A choice is one column for each option, 1 for the one that holds. Reasons
say "not known" of what the source does not tell, and nothing of what does not apply.
"""
INTRODUCTION = """\
# Features of a run

<!-- made by `python -m default_lint.features --markdown`; a test keeps it true -->

What `default-lint diagnose` computes from a run. A number that is missing or not finite is unknown, never 0; that a run
broke has features of its own. Differences are against the real previous epoch; the state before training counts as the
epoch before the first. Logarithms of ratios end at 12 orders of magnitude.

**A run as one row.** Features with a neutral value in the last column but one are in the row: of an epoch as
`name.mean`, `.std`, `.min`, `.max`, `.last` and `.slope` over the epochs (least squares, 0 for one epoch), of a layer
as `name.reduction.mean` and so on, with the reductions over the layers that are listed (`first` and `last` in the
order of the model). A number that is nowhere known stands there as the neutral value (`std` and `slope` as 0), and
`group_known` is 1 when anything of its group was measured. Numbers that depend on the scale of the loss, on the number
of weights or rows, or on the machine are never in the row, nor are hyperparameters.

**Sources.** `DEFault N` is column N of the published callback (DEFault, ICSE 2025), with its errors repaired; `row N`
is the fault of our catalogue that it serves.
"""


def bounds(feature: Feature) -> str:
    """The range as people read it."""
    scale = feature.scale
    if scale == FLAG:
        return "0 or 1"
    low = "(-∞" if math.isinf(scale.low) else f"[{scale.low:g}"
    high = "∞)" if math.isinf(scale.high) else f"{scale.high:g}]"
    return f"{low}, {high}"


def unit(feature: Feature) -> str:
    """The unit as people read it."""
    return "share" if feature.scale == SHARE else feature.scale.unit or "ratio"


def in_row(feature: Feature) -> str:
    """What a row holds of it: the neutral value and the reductions, or why it holds nothing."""
    if feature.shown:
        return "shown only"
    if not feature.scale.free:
        return "has a scale"
    over = f", {' '.join(feature.over)}" if feature.level == "layer" else ""
    less = [how for how in AGGREGATES if how not in feature.how] if feature.level != "run" else []
    return f"{feature.scale.neutral:g}{over}" + "".join(f", no {how}" for how in less)


def record(feature: Feature) -> dict[str, Any]:
    """A row of the table as JSON knows it; null for no bound."""
    low, high = (None if math.isinf(bound) else bound for bound in (feature.scale.low, feature.scale.high))
    return {
        "name": feature.name,
        "level": feature.level,
        "formula": feature.formula,
        "unit": unit(feature),
        "range": [low, high],
        "source": feature.source,
        "group": feature.topic.group,
        "about": list(feature.topic.about),
        "absent": feature.topic.absent,
        "scale_free": feature.scale.free,
        "shown": feature.shown,
        "row": feature.in_row,
        "neutral": feature.scale.neutral if feature.in_row else None,
        "over": list(feature.over) if feature.level == "layer" else [],
    }


def as_json() -> str:
    """The table, and what stands for each column of the published callback."""
    features = [record(feature) for feature in FEATURES.values()]
    static = [
        {
            "name": feature.name,
            "words": feature.words,
            "formula": feature.formula,
            "unit": feature.unit,
            "group": feature.group,
            "neutral": feature.neutral,
            "source": feature.source,
        }
        for feature in STATIC.values()
    ]
    return json.dumps({"features": features, "method": METHOD, "static": static, "rows": KINDS}, indent=2) + "\n"


def markdown() -> str:
    """The table as a page of the documentation."""
    lines = [INTRODUCTION]
    header = ["feature", "formula", "unit", "range", "tells of", "group", "neutral", "source"]
    for level, title in LEVELS.items():
        lines += [f"## {title}", "", _line(header), _line(["---"] * len(header))]
        for feature in FEATURES.values():
            if feature.level == level:
                about = ", ".join(feature.topic.about)
                cells = [f"`{feature.name}`", feature.formula, unit(feature), bounds(feature), about]
                lines.append(_line([*cells, feature.topic.group, in_row(feature), feature.source]))
        lines.append("")
    lines += ["## Columns of the published callback", "", _line(["column", "here"]), _line(["---", "---"])]
    for column, names in METHOD.items():
        here = ", ".join(f"`{name}`" for name in names) or "none: the index of an epoch tells of the run's length"
        lines.append(_line([f"`{column}`", here]))
    lines += ["", SOURCE, _line(["row", "groups"]), _line(["---", "---"])]
    lines += [_line([f"`{kind}`", ", ".join(f"`{group}`" for group in groups)]) for kind, groups in KINDS.items()]
    lines += ["", _line(["feature", "words", "how", "unit", "neutral", "source"]), _line(["---"] * 6)]
    for name, told in STATIC.items():
        if told.unit != "choice":
            lines.append(_line([f"`{name}`", told.words, told.formula, told.unit, f"{told.neutral:g}", told.source]))
    lines += ["", _line(["choice", "words", "options"]), _line(["---"] * 3)]
    for name, (words, options) in CHOICES.items():
        listed = ", ".join(f"`{option}`" for option in options)
        lines.append(_line([f"`{name}`", words.format("..."), listed]))
    return "\n".join(lines) + "\n"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def terminal(columns: int, color: bool = False) -> str:
    """The table for a terminal of a width."""
    from default_lint.output.style import paint
    from default_lint.output.table import table

    lines: list[str] = []
    for level, title in LEVELS.items():
        rows = []
        here = [feature for feature in FEATURES.values() if feature.level == level]
        fixed = [[f.name, unit(f), bounds(f), in_row(f).split(",")[0], f.source] for f in here]
        width = max(36, columns - sum(max(len(row[index]) for row in fixed) + 2 for index in range(5)))
        for feature, (name, *rest) in zip(here, fixed, strict=True):
            parts = textwrap.wrap(feature.formula, width)
            rows.append([name, parts[0], *rest])
            rows += [["", part, "", "", "", ""] for part in parts[1:]]
        lines += [paint(title, "bold", color), ""]
        lines += table(["feature", "formula", "unit", "range", "neutral", "source"], rows, color=color)
        lines.append("")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m default_lint.features", description="The features of a run")
    kind = parser.add_mutually_exclusive_group()
    kind.add_argument("--markdown", action="store_true", help="as the page docs/features.md")
    kind.add_argument("--json", action="store_true", help="as JSON")
    given = parser.parse_args(arguments)
    if given.markdown:
        text = markdown()
    elif given.json:
        text = as_json()
    else:
        text = terminal(shutil.get_terminal_size((160, 24)).columns, sys.stdout.isatty())
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, "replace").decode(encoding))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
