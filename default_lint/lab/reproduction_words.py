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
ROUNDED = 0.005
"""A figure printed with two digits stands for all that are no farther from it."""
SLACK = 1e-9
EQUAL = 0.02
"""Two scores nearer than this are told as the same."""
STRONG = 0.8
"""A score that is nowhere below this is not called weak."""
FAMILIES = tuple(task for task in TASKS if task.stage == "categorization")
SIDES = (("faulty", "own"), ("correct", "other"), ("macro", "macro"))
"""The rows of Table IV, and where their scores are."""
SAID = {
    "random": "in random folds",
    "near": "with near-duplicates together",
    "clusters": "with clusters held out",
    "blocks": "with blocks of the file held out",
}
"""The splits."""


class Words:
    """The conclusions of one record of numbers."""

    def __init__(self, numbers: Record) -> None:
        self.tasks: Record = numbers["tasks"]
        self.settings: Record = numbers["settings"]
        self.detection: Record = self.tasks["detection"]
        self.cause: Record = self.tasks["cause"]
        self.static: Record = self.tasks["static"]

    def all(self) -> Iterator[str]:
        """What the page says first: the paper's tables, and what is left of them."""
        yield self.table_iv()
        yield self.table_v()
        yield self.table_vi()
        yield self.hardware()
        yield self.unseen()
        yield self.families()
        yield self.layers()

    def score(self, stage: str, split: str, name: str, measure: str) -> Record:
        """A score of a variant, the mean over the tasks of the stage; empty when there is no such split."""
        each = []
        for task in TASKS:
            if task.stage == stage:
                scores = self.tasks[task.name]["variants"]["scores"][name]
                if split not in scores:
                    return {}
                each.append(scores[split][measure]["each"])
        drawn = [average(scores) for scores in zip(*each)]
        return {"value": average(drawn), "low": min(drawn), "high": max(drawn)}

    # The paper's tables

    def table_iv(self) -> str:
        """Whether Table IV is reproduced."""
        figures = list(self._figures_iv())
        away = [abs(ours - paper) for _, ours, paper in figures]
        name, ours, paper = figures[away.index(max(away))]
        far = sum(distance > CLOSE + SLACK for distance in away)
        beyond = sum(distance > ROUNDED + CLOSE + SLACK for distance in away)
        whether = "is not reproduced" if beyond else "is reproduced"
        if far and not beyond:
            whether += f" but for {'one figure' if far == 1 else f'{far} figures'}"
        within = f"{len(figures) - far} of {len(figures)}" if far else f"all {len(figures)}"
        told = f"{within} figures are within {CLOSE} of the printed ones; "
        told += f"the farthest is {name}, {exact(ours)} where {paper:.2f} is printed"
        own, other = (self.detection["protocol"][side]["n"] for side in ("own", "other"))
        whose = "the paper's" if (own, other) == (TABLE_IV["faulty"]["n"], TABLE_IV["correct"]["n"]) else "another"
        return (
            f"**Table IV (detection) {whether}**: {told}. The test set is {whose}: {own:,} faulty and {other:,} "
            "correct runs."
        )

    def _figures_iv(self) -> Iterator[tuple[str, float, float]]:
        """(name, ours, the paper's) of Table IV."""
        protocol = self.detection["protocol"]
        for title, side in SIDES:
            for name in ("precision", "recall", "f1"):
                yield f"{name.replace('f1', 'F1')} of {title}", protocol[side][name], TABLE_IV[title][name]
        yield "accuracy", protocol["accuracy"], TASKS[0].paper["accuracy"]

    def table_v(self) -> str:
        """Whether Table V is reproduced, and why not."""
        pairs = [(self.tasks[task.name]["protocol"], task.paper) for task in FAMILIES]
        near = sum(_near(ours, paper) for ours, paper in pairs)
        sizes = sum(ours["n"] == paper["n"] for ours, paper in pairs)
        mean = average(ours["accuracy"] for ours, _ in pairs)
        told = f"**Table V (families) {_whether(near == len(pairs))}**: the mean accuracy is {exact(mean)} where "
        told += f"{TABLE_V_OVERALL['accuracy']:.2f} is printed, {near} of {len(pairs)} are within {CLOSE}."
        if sizes < len(pairs):
            told += f" {sizes or 'None'} of the test sets {'has' if sizes == 1 else 'have'} the printed size: "
            told += "Table V was made from other rows than those published."
        return told

    def table_vi(self) -> str:
        """What there is of Table VI."""
        protocol, printed = self.cause["protocol"], [TABLE_VI[code][1] for code in ("HBS", "HLR")]
        near = all(_near(protocol, paper) for paper in printed)
        return (
            f"**Table VI (causes) {_whether(near)}**: two of its four causes, batch size and learning rate, have "
            f"published rows. They are told apart with accuracy {exact(protocol['accuracy'])} (printed: "
            f"{' and '.join(format(paper['accuracy'], '.2f') for paper in printed)}); {protocol['copied']:,} of "
            f"{protocol['n']:,} test runs have an exact copy in the training set."
        )

    # What is left

    def hardware(self) -> str:
        """How much of detection is the machine's."""
        scores = {name: held["accuracy"] for name, held in self.detection["ablations"].items()}
        protocol = self.detection["protocol"]
        floor = max(protocol["own"]["n"], protocol["other"]["n"]) / protocol["n"]
        told = (
            "With the authors' split, the columns of CPU, GPU memory and RAM alone detect faults with accuracy "
            f"{number(scores['hardware'])}, all columns with {number(scores['all'])}, all but these three with "
            f"{number(scores['no hardware'])}; always saying the same gives {number(floor)}."
        )
        lost = scores["all"] - scores["no hardware"]
        if scores["all"] - scores["hardware"] > EQUAL or lost <= 2 * EQUAL:
            return f"**The headline does not rest on the machine.** {told}"
        return (
            f"**The headline rests on the machine.** {told} Load and memory say nothing of the program. The likely "
            "reading: they tell which job of the cluster a run was in, and the runs of a job lie on both sides of a "
            "random split."
        )

    def unseen(self) -> str:
        """Detection where like runs are kept together."""
        portable = {split: self.score("detection", split, "portable", "balanced") for split in SAID}
        parts = [f"{spread(score)} {SAID[split]}" for split, score in portable.items() if score]
        told = "**Detection of unseen programs is weak in these tables.**"
        if min(score["value"] for score in portable.values() if score) > STRONG:
            told = "**Detection holds for runs that are kept apart.**"
        told += f" Distinct runs, nothing of the machine: balanced accuracy {', '.join(parts)} (0.5 is a coin)."
        below = [SAID[split] for split in SAID if portable[split] and self._below_majority(split)]
        if below:
            where = _listed(below)
            told += f" {where[0].upper()}{where[1:]}, plain accuracy is below that of always saying the same."
        return told

    def _below_majority(self, split: str) -> bool:
        ours, floor = (self.score("detection", split, name, "accuracy")["value"] for name in ("portable", "constant"))
        return bool(ours < floor - SLACK)

    def families(self) -> str:
        """Families and causes where like runs are kept together."""
        held = {
            (stage, name): self.score(stage, "clusters", name, "balanced")
            for stage in ("categorization", "cause")
            for name in ("portable", "one portable")
        }
        ours, one = held["categorization", "portable"], held["categorization", "one portable"]
        if not ours or not held["cause", "portable"]:
            return "**Families and causes** have too few groups of like runs to be held apart."
        left = ours["value"] - one["value"] > EQUAL
        return (
            f"**Families and causes keep {'a signal' if left else 'little'}.** From the same columns, with clusters of "
            f"like runs held out, the balanced accuracy is {spread(ours)} in the mean of the seven families, where the "
            f"best single column has {number(one['value'])}, and {spread(held['cause', 'portable'])} for the cause, "
            f"where it has {number(held['cause', 'one portable']['value'])}."
        )

    def layers(self) -> str:
        """The static table."""
        static = self.static["static"]
        every = static["rows"]["published"]["scores"]
        scores, floor = every["all"], every["constant"]
        told = f"of {self.static['table']['rows']:,} rows only {static['vectors']} are different, "
        told += f"{static['ambiguous']} of these have both labels"
        if "programs" not in scores:
            return f"**Layer faults from static features**: {told}."
        held = scores["programs"]["accuracy"]
        chance = held["value"] - floor["programs"]["accuracy"]["value"] <= EQUAL
        return (
            f"**Layer faults from static features{' are chance' if chance else ''}**: {told}. Accuracy in random "
            f"folds is {number(scores['random']['accuracy']['value'])} (printed: {STATIC:.4f}), with whole programs "
            f"held out {spread(held)}."
        )

    def grid(self) -> str:
        """What the search is worth."""
        most, where = self.moved()
        told = f"The grid is `{self.settings['grid']}`, {self.settings['tried']} settings. "
        if most <= SLACK:
            return f"{told}A forest of 200 trees without any search has the same accuracy in all tables."
        return f"{told}It moves the accuracy by at most {exact(most)} ({where}), against 200 trees without any search."

    def moved(self) -> tuple[float, str]:
        """The largest change of accuracy by the search, and in which task."""
        held = [(name, task["protocol"]) for name, task in self.tasks.items() if "fixed" in task["protocol"]]
        return max((abs(found["accuracy"] - found["fixed"]["accuracy"]), name) for name, found in held)


def exact(value: float) -> str:
    """Four digits, two more than the paper prints: for what is held against it."""
    return f"{value:.4f}"


def number(value: float | None) -> str:
    """Three digits."""
    return "-" if value is None else f"{value:.3f}"


def spread(score: Record) -> str:
    """A score, with the ends of its drawings or of its interval where they differ in two digits."""
    if score.get("value") is None:
        return "-"
    ends = [score.get(name) for name in ("low", "high")]
    low, high = ("" if end is None else f"{end:.2f}" for end in ends)
    return number(score["value"]) + (f" ({low} to {high})" if low != high else "")


def average(values: Iterable[float]) -> float:
    """The mean of some numbers."""
    return float(statistics.fmean(values))


def _near(ours: Record, paper: Record) -> bool:
    return bool(abs(ours["accuracy"] - paper["accuracy"]) <= CLOSE + SLACK)


def _whether(reproduced: bool) -> str:
    return "is reproduced" if reproduced else "is not reproduced"


def _listed(items: Sequence[str]) -> str:
    *first, last = items
    return f"{', '.join(first)} and {last}" if first else last
