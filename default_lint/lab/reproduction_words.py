"""What follows from the numbers of `lab.reproduce`, in plain words, and how numbers are written.

Every sentence about a result is chosen by the numbers given.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from default_lint.lab.published import STATIC, TABLE_IV, TABLE_V_OVERALL, TABLE_VI, TASKS

Record = Mapping[str, Any]

CLOSE = 0.005
"""A figure is reproduced when it is no farther from the paper's, which are printed with two digits."""
SLACK = 1e-9
EQUAL = 0.02
"""Two scores nearer than this are told as the same."""
FAMILIES = tuple(task for task in TASKS if task.stage == "categorization")
FLOORED = ("portable", "constant")
SPLITS = {
    "random": "random folds",
    "near": "near-duplicates together",
    "clusters": "clusters held out",
    "blocks": "file blocks held out",
}


class Words:
    """The conclusions of one record of numbers."""

    def __init__(self, numbers: Record) -> None:
        self.tasks: Record = numbers["tasks"]
        self.settings: Record = numbers["settings"]
        self.detection: Record = self.tasks["detection"]
        self.cause: Record = self.tasks["cause"]
        self.static: Record = self.tasks["static"]

    def all(self) -> Iterator[str]:
        """All of them, the paper's tables first."""
        yield self.table_iv()
        yield self.table_v()
        yield self.table_vi()
        yield self.hardware()
        yield self.unseen()
        yield self.families()
        yield self.causes()
        yield self.layers()
        yield self.grid()

    def mean(self, stage: str, split: str, name: str, measure: str) -> Record:
        """The mean score over the tasks of a stage, for each drawing; empty when a split was not possible."""
        each = []
        for task in TASKS:
            if task.stage == stage:
                scores = self.tasks[task.name]["variants"]["scores"][name]
                if split not in scores:
                    return {}
                each.append(scores[split][measure]["each"])
        means = [average(drawn) for drawn in zip(*each)]
        return {"value": average(means), "low": min(means), "high": max(means), "each": means}

    def figures_iv(self) -> Iterator[tuple[str, str, float, float]]:
        """(class, measure, ours, paper's) of Table IV."""
        protocol = self.detection["protocol"]
        for title, key in (("faulty", "own"), ("correct", "other"), ("macro", "macro")):
            for name in ("precision", "recall", "f1"):
                yield title, name, protocol[key][name], TABLE_IV[title][name]
        yield "all", "accuracy", protocol["accuracy"], TASKS[0].paper["accuracy"]

    def table_iv(self) -> str:
        """Whether Table IV is reproduced."""
        figures = [(f"{name} of {title}", ours, paper) for title, name, ours, paper in self.figures_iv()]
        away = {name: abs(ours - paper) for name, ours, paper in figures}
        name, ours, paper = max(figures, key=lambda figure: away[figure[0]])
        far = sum(distance > CLOSE + SLACK for distance in away.values())
        # A figure printed with two digits stands for all that round to it.
        beyond = sum(distance - 0.005 > CLOSE + SLACK for distance in away.values())
        protocol = self.detection["protocol"]
        same = protocol["own"]["n"] == TABLE_IV["faulty"]["n"] and protocol["other"]["n"] == TABLE_IV["correct"]["n"]
        rows = f"{protocol['own']['n']:,} faulty and {protocol['other']['n']:,} correct test runs"
        support = f"The test set is the paper's, {rows}." if same else f"The test set is another: {rows}."
        farthest = f"the farthest is {name}, {number(ours)} where {paper:.2f} is printed"
        if beyond:
            told = f"{beyond} of {len(figures)} figures are farther than {CLOSE} from what the paper may have rounded"
            return f"**Table IV (detection) is not reproduced**: {told}; {farthest}. {support}"
        if not far:
            told = f"all {len(figures)} figures are within {CLOSE} of the printed ones"
        else:
            told = f"{len(figures) - far} of {len(figures)} figures are within {CLOSE} of the printed ones, "
            told += f"the other{'s' * (far > 1)} within {CLOSE} of what the paper may have rounded"
        return f"**Table IV (detection) is reproduced**: {told}; {farthest}. {support}"

    def table_v(self) -> str:
        """Whether Table V is reproduced, and why not."""
        pairs = [(self.tasks[task.name]["protocol"], task.paper) for task in FAMILIES]
        near = sum(abs(ours["accuracy"] - paper["accuracy"]) <= CLOSE + SLACK for ours, paper in pairs)
        above = sum(ours["accuracy"] > paper["accuracy"] + CLOSE + SLACK for ours, paper in pairs)
        sizes = sum(ours["n"] == paper["n"] for ours, paper in pairs)
        mean = average(ours["accuracy"] for ours, _ in pairs)
        told = f"{near} of {len(pairs)} accuracies are within {CLOSE}, {above} are higher than the paper's "
        told += f"(mean {number(mean)}, printed {TABLE_V_OVERALL['accuracy']:.2f})."
        if sizes < len(pairs):
            told += f" {sizes or 'None'} of the test sets {'have' if sizes != 1 else 'has'} the printed size: "
            told += "these rows, split in this way, are not what the table was made from."
        if not any("correct" in self.tasks[task.name]["table"]["labels"] for task in FAMILIES):
            told += " In the published tables a family is told from other faults, never from correct runs."
        head = "is reproduced" if near == len(pairs) else "is not reproduced"
        return f"**Table V (families) {head}**: {told}"

    def table_vi(self) -> str:
        """What there is of Table VI."""
        protocol, printed = self.cause["protocol"], [TABLE_VI[code][1] for code in ("HBS", "HLR")]
        near = all(abs(protocol["accuracy"] - paper["accuracy"]) <= CLOSE + SLACK for paper in printed)
        sizes = " and ".join(f"{paper['accuracy']:.2f} on {paper['n']:.0f}" for paper in printed)
        head = "is reproduced in the half that is published" if near else "is not reproduced"
        return (
            f"**Table VI (causes) {head}**: only batch size and learning rate have rows, so that telling one is "
            f"telling the other. The accuracy is {number(protocol['accuracy'])} on {protocol['n']:,} test runs "
            f"(printed: {sizes}); {protocol['copied']:,} of them have an exact copy in the training set."
        )

    def hardware(self) -> str:
        """How much of detection is the machine's."""
        scores = {name: held["accuracy"] for name, held in self.detection["ablations"].items()}
        protocol = self.detection["protocol"]
        floor = max(protocol["own"]["n"], protocol["other"]["n"]) / protocol["n"]
        told = (
            "**Hardware.** With the authors' split, the three columns about CPU, GPU memory and RAM alone detect "
            f"faults with accuracy {number(scores['hardware'])}, all columns with {number(scores['all'])}, all but "
            f"these three with {number(scores['no hardware'])}; always saying the same gives {number(floor)}."
        )
        lost = scores["all"] - scores["no hardware"]
        if scores["all"] - scores["hardware"] > EQUAL or lost <= 2 * EQUAL:
            return f"{told} They are not what the headline rests on."
        return (
            f"{told} Without them {min(1.0, lost / max(scores['all'] - floor, SLACK)):.0%} of what the headline has "
            "above that floor is gone. They say nothing of the program; the likely reading is that they tell which job "
            "of the cluster a run was in, and the runs of a job lie on both sides of a random split."
        )

    def unseen(self) -> str:
        """Detection where like runs are kept together."""
        scores = self.detection["variants"]["scores"]
        portable = scores["portable"]
        parts = [f"{spread(portable[split]['balanced'])} {'in' if split == 'random' else 'with'} {text}"
                 for split, text in SPLITS.items() if split in portable]  # fmt: skip
        told = "**Unseen programs.** On distinct rows, without hardware, learning rate and number of epochs, the "
        told += f"balanced accuracy of detection is {', '.join(parts)}."
        plain = {name: {split: held["accuracy"]["value"] for split, held in scores[name].items()} for name in FLOORED}
        below = [SPLITS[split] for split in portable if plain["portable"][split] < plain["constant"][split]]
        if below:
            told += f" With {_listed(below)}, plain accuracy is below that of always saying the same."
        told += " The tables do not tell the program of a run: no split here is by program, and none is *the*"
        return f"{told} honest one."

    def families(self) -> str:
        """The families where like runs are kept together."""
        only = self.mean("categorization", "random", "hardware", "balanced")
        random = self.mean("categorization", "random", "portable", "balanced")
        told = (
            f"**Families.** In random folds of distinct rows the hardware columns alone reach a balanced accuracy of "
            f"{number(only['value'])} (mean of seven), the portable ones {number(random['value'])}"
        )
        held = self.mean("categorization", "clusters", "portable", "balanced")
        if not held:
            return f"{told}."
        one = self.mean("categorization", "clusters", "one portable", "balanced")
        left = held["value"] - one["value"] > EQUAL
        told += f", and {spread(held)} with clusters held out, where the best single one has {number(one['value'])}: "
        return told + ("there is a signal that is not the machine's." if left else "little is left.")

    def causes(self) -> str:
        """One column against all of them."""
        scores = self.cause["variants"]["scores"]
        one, every = scores["one"]["random"], scores["all"]["random"]["accuracy"]["value"]
        column = next(iter(one["columns"]))
        told = (
            f"**Causes.** In random folds of distinct rows one column, `{column}`, tells batch size from learning rate "
        )
        told += f"with accuracy {number(one['accuracy']['value'])}, all columns with {number(every)}"
        return f"{told}: it encodes the value that was planted." if column == "adjusted_lr" else f"{told}."

    def layers(self) -> str:
        """The static table."""
        static = self.static["static"]
        scores = static["rows"]["published"]["scores"]["all"]
        told = (
            f"**Layers from static features.** The {self.static['table']['rows']:,} rows are {static['vectors']} "
            f"different ones, {static['ambiguous']} of them with both labels; whoever knows them all by heart has "
            f"{number(static['memorized'])} (printed: {STATIC:.4f}). Random folds give "
            f"{number(scores['random']['accuracy']['value'])}"
        )
        if "programs" not in scores:
            return f"{told}."
        held = scores["programs"]["accuracy"]
        said = "chance" if held["value"] - 0.5 <= EQUAL else "above chance"
        return f"{told}, folds of whole programs {spread(held)}, {said}."

    def grid(self) -> str:
        """What the search is worth."""
        most, where = self.moved()
        tried = f"`{self.settings['grid']}`, {self.settings['tried']} settings"
        told = f"**The grid** ({tried}) moves the accuracy on the test sets by "
        if most <= SLACK:
            return f"{told}nothing: a forest of 200 trees without any search has the same in all tables."
        return f"{told}at most {number(most)} ({where}), against a forest of 200 trees without any search."

    def moved(self) -> tuple[float, str]:
        """The largest change of accuracy by the search, and in which task."""
        held = [(name, task["protocol"]) for name, task in self.tasks.items() if "fixed" in task["protocol"]]
        return max((abs(found["accuracy"] - found["fixed"]["accuracy"]), name) for name, found in held)


def number(value: float | None) -> str:
    """Four digits, two more than the paper prints."""
    return "-" if value is None else f"{value:.4f}"


def spread(score: Record) -> str:
    """A score with the ends of its drawings or of its interval, where they are known and differ."""
    if score.get("value") is None:
        return "-"
    value, low, high = number(score["value"]), score.get("low"), score.get("high")
    if low is None or high is None or number(low) == number(high):
        return value
    return f"{value} ({number(low)}-{number(high)})"


def average(values: Iterable[float]) -> float:
    """The mean of some numbers."""
    return float(statistics.fmean(values))


def _listed(items: Sequence[str]) -> str:
    *first, last = items
    return f"{', '.join(first)} and {last}" if first else last
