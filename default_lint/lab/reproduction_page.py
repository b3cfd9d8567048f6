"""The page of `lab.reproduce`: its numbers in tables, those of the paper beside them.

The same numbers give the same page. What follows from them is said by `lab.reproduction_words`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from textwrap import wrap
from typing import Any

from default_lint.lab.evaluation_schema import METRICS, validate
from default_lint.lab.published import ABLATION, STATIC, TABLE_IV, TABLE_V_OVERALL, TABLE_VI, TASKS, Task
from default_lint.lab.reproduction_words import CLOSE, FAMILIES, SPLITS, Record, Words, average, number, spread

STAGES = {"detection": "detection", "categorization": "family (mean of 7)", "cause": "cause"}
SETS = {
    "all": "all columns",
    "hardware": "only the hardware columns",
    "no hardware": "without hardware",
    "portable": "portable columns",
    "one": "one column of all",
    "one portable": "one portable column",
    "constant": "the majority",
}
STEPS = (
    ("distinct rows, all learned inside the folds", "random", "all"),
    ("only the hardware columns", "random", "hardware"),
    ("without the hardware columns", "random", "no hardware"),
    ("nor learning rate and number of epochs (portable)", "random", "portable"),
    ("portable, near-duplicates together", "near", "portable"),
    ("portable, clusters held out", "clusters", "portable"),
    ("portable, file blocks held out", "blocks", "portable"),
    ("floor: one portable column, clusters held out", "clusters", "one portable"),
    ("floor: the majority", "random", "constant"),
)
OURS = {"accuracy": "accuracy", "balanced": "balanced_accuracy"}
MEASURES = {"accuracy": "accuracy", "balanced": "balanced accuracy", "auroc": "area under the ROC curve"}
FOUR = ("accuracy", "precision", "recall", "f1")
WIDTH = 120


class PageTrouble(Exception):
    """A file of numbers that is not what is needed, told in one line."""


def numbers_of(text: str, name: str) -> dict[str, Any]:
    """The numbers that `lab reproduce levels --json` wrote.

    Raises:
        PageTrouble: it is something else, or of another version.
    """
    found = _json(text, name)
    if not isinstance(found, dict) or set(found.get("tasks", ())) != {task.name for task in TASKS}:
        raise PageTrouble(f"{name} was not written by `lab reproduce levels --json`")
    if found.get("format") != 1:
        raise PageTrouble(f"{name} has format {found.get('format')!r}, expected 1: make it anew")
    return found


def with_ours(numbers: Record, text: str, name: str) -> dict[str, Any]:
    """The numbers with the scores of the chosen models of an evaluation of ours (`lab evaluate`) beside.

    Raises:
        PageTrouble: it is no such result, or has no scores of a chosen model.
    """
    found = _json(text, name)
    wrong = validate(found)
    if wrong:
        raise PageTrouble(f"{name} is no result of `lab evaluate`: {wrong[0]}")
    ours: dict[str, Any] = {}
    for stage in STAGES:
        section = found.get(stage, {})
        if "chosen" in section and "scores" in section:
            level, model = section["chosen"]["level"], section["chosen"]["model"]
            ours[stage] = {"level": level, "model": model, "scores": section["scores"][level][model]}
    if not ours:
        raise PageTrouble(f"{name} has no scores of a chosen model")
    counts = found.get("corpus", {})
    return {
        **numbers,
        "ours": {**ours, "corpus": {key: counts[key] for key in ("hash", "seeds", "runs") if key in counts}},
    }


def page(numbers: Record) -> str:
    """The page as Markdown."""
    return "\n".join(_Page(numbers).lines()) + "\n"


class _Page:
    """Its sections, each as lines."""

    def __init__(self, numbers: Record) -> None:
        self.numbers = numbers
        self.words = Words(numbers)
        self.tasks: Record = numbers["tasks"]
        self.settings: Record = numbers["settings"]
        self.detection: Record = self.tasks["detection"]
        self.cause: Record = self.tasks["cause"]
        self.ours: Record = numbers.get("ours") or {}

    def lines(self) -> Iterator[str]:
        yield "# The paper's levels on its published tables"
        yield ""
        yield f"<!-- made by `default-lint lab reproduce levels --grid {self.settings['grid']}`; do not edit -->"
        yield ""
        yield from _text(
            "DEFault (Jahan, Shah, Mahbub and Rahman, ICSE 2025) tells faulty from correct training runs, then the "
            "family of the fault, then its cause. What it measured in its runs is published (Deep4ge). Here the "
            "paper's own protocol is run on those tables, its figures beside the printed ones; then the same without "
            "the columns that tell of the machine, on distinct rows, with like runs kept on one side of the split. The "
            "tables are no part of default-lint: the command reads them from the folder that it is given."
        )
        yield "## In short"
        yield ""
        for text in self.words.all():
            yield from wrap(text, WIDTH, initial_indent="- ", subsequent_indent="  ", break_on_hyphens=False)
        yield ""
        yield from self.steps()
        yield from self.table_iv()
        yield from self.table_v()
        yield from self.table_vi()
        yield from self.detected()
        yield from self.families()
        yield from self.causes()
        yield from self.layers()
        yield from self.methods()

    def steps(self) -> Iterator[str]:
        yield "## Why the headline differs"
        yield ""
        yield from _text(
            "One change after the other, from the paper to what can be said of programs that were not seen. Balanced "
            "accuracy is 0.5 for whoever does not look."
        )
        yield from _head("step", *(text for stage in STAGES.values() for text in (f"{stage}: accuracy", "balanced")))
        printed = (TASKS[0].paper["accuracy"], TABLE_V_OVERALL["accuracy"],
                   average(TABLE_VI[code][1]["accuracy"] for code in ("HBS", "HLR")))  # fmt: skip
        yield _row("the paper", *(cell for value in printed for cell in (f"{value:.3g}", "-")))
        both = [(stage, measure) for stage in STAGES for measure in ("accuracy", "balanced")]
        theirs = (
            number(average(self.tasks[task.name]["protocol"][measure] for task in TASKS if task.stage == stage))
            for stage, measure in both
        )
        yield _row("its protocol on the published tables", *theirs)
        for text, split, name in STEPS:
            yield _row(text, *(spread(self.words.mean(stage, split, name, measure)) for stage, measure in both))
        mine = {stage: self.ours.get(stage, {}).get("scores", {}) for stage in STAGES}
        yield _row(
            "**default-lint on its own corpus, seed programs held out**",
            *(spread(mine[stage].get(OURS[measure], {})) for stage, measure in both),
        )
        yield ""
        if not self.ours:
            yield from _text("The last row is for the result of `default-lint lab evaluate` (`--ours FILE`).")
            return
        corpus = ", ".join(f"{name} {value}" for name, value in self.ours.get("corpus", {}).items())
        yield from _text(
            f"The last row is from `default-lint lab evaluate`{f' ({corpus})' if corpus else ''}: other programs, "
            "other features, every split by seed program. It answers the same question on other data, so that the rows "
            "above are no baseline of it. Of the models chosen there:"
        )
        for stage, title in STAGES.items():
            if mine[stage]:
                chosen = f"{title.partition(' (')[0]}, {self.ours[stage]['level']}, {self.ours[stage]['model']}"
                told = (f"{METRICS[name]} {spread(score)}" for name, score in mine[stage].items())
                yield f"- {chosen}: {'; '.join(told)}"
        yield ""

    def table_iv(self) -> Iterator[str]:
        yield "## Table IV: faulty or correct"
        yield ""
        protocol, table = self.detection["protocol"], self.detection["table"]
        yield from _head("class", "test runs", "printed", *_three("precision", "recall", "F1"))
        for title, key in (("faulty", "own"), ("correct", "other"), ("macro", "macro")):
            ours, paper = protocol[key], TABLE_IV[title]
            cells = (cell for name in FOUR[1:] for cell in _compared(ours[name], paper[name]))
            yield _row(title, *_sizes(ours["n"], paper["n"]), *cells)
        yield ""
        accuracy, printed = protocol["accuracy"], TASKS[0].paper["accuracy"]
        blank = table["blank"]
        labels = (
            {0: ", all labelled correct", blank: ", all labelled buggy"}.get(table["blank_positive"], "")
            if blank
            else ""
        )
        yield from _text(
            f"Accuracy {number(accuracy)} (printed {printed:.2f}, difference {accuracy - printed:+.4f}), area under "
            f"the ROC curve {number(protocol['auroc'])}. {blank:,} rows of the table are blank{labels}; "
            f"{protocol['copied']:,} of the test runs have an exact copy in the training set. {_best(protocol)}"
        )
        yield "With fewer columns, a forest of 200 trees and all else as the authors have it:"
        yield ""
        yield from _head("columns", "accuracy", "balanced", "ROC area", "printed accuracy")
        names = {**SETS, "without the new features": "without the features new in the paper"}
        for key, scores in self.detection["ablations"].items():
            cells = (number(scores[name]) for name in ("accuracy", "balanced", "auroc"))
            yield _row(names[key], *cells, f"{ABLATION[key]:.2f}" if key in ABLATION else "-")
        yield ""

    def table_v(self) -> Iterator[str]:
        yield "## Table V: which family"
        yield ""
        yield "Precision, recall and F1 of the family's own class."
        yield ""
        yield from _head("family", "test runs", "printed", *_three("accuracy", "precision", "recall", "F1"))
        for task in FAMILIES:
            yield self.compared(task.title, task, "own", task.paper)
        protocols = [self.tasks[task.name]["protocol"] for task in FAMILIES]
        means = [
            average(held["accuracy"] if name == "accuracy" else held["own"][name] for held in protocols)
            for name in FOUR
        ]
        yield _row(
            "mean",
            "",
            "",
            *(cell for name, ours in zip(FOUR, means) for cell in _compared(ours, TABLE_V_OVERALL[name])),
        )
        yield ""

    def table_vi(self) -> Iterator[str]:
        yield "## Table VI: which cause"
        yield ""
        yield from _head("cause", "test runs", "printed", *_three("accuracy", "precision", "recall", "F1"))
        task = next(task for task in TASKS if task.name == "cause")
        for code, (title, paper) in TABLE_VI.items():
            if code in ("HBS", "HLR"):
                yield self.compared(title, task, "own" if code == task.positive else "other", paper)
            else:
                yield _row(
                    title, *_sizes(0, paper["n"]), *(cell for name in FOUR for cell in ("-", f"{paper[name]:.2f}", "-"))
                )
        yield ""
        table = self.cause["table"]
        yield from _text(
            f"{table['rows'] - table['blank'] - table['distinct']:,} of the {table['rows']:,} rows repeat another. The "
            "paper has a classifier for each cause; as two causes are published, it is one and the same. Which learner "
            "made the printed table is not told; here it is the forest of the other levels."
        )

    def compared(self, title: str, task: Task, side: str, paper: Record) -> str:
        protocol = self.tasks[task.name]["protocol"]
        ours = {**protocol[side], "accuracy": protocol["accuracy"]}
        cells = (cell for name in FOUR for cell in _compared(ours[name], paper[name]))
        return _row(title, *_sizes(protocol["n"], paper["n"]), *cells)

    def detected(self) -> Iterator[str]:
        yield "## Detection on distinct rows"
        yield ""
        yield from _text(
            f"{_rows(self.detection, 'faulty')}. In brackets the lowest and the highest of {self.settings['repeats']} "
            "drawings."
        )
        yield from self.by_columns(self.detection, MEASURES)

    def families(self) -> Iterator[str]:
        yield "## Families on distinct rows"
        yield ""
        wanted = [
            *(("random", name) for name in ("all", "hardware", "portable", "one")),
            *((split, "portable") for split in ("near", "clusters", "blocks")),
            ("clusters", "one portable"),
        ]
        yield "Balanced accuracy."
        yield ""
        yield from _head("family", "rows", *(f"{SETS[name]}, {SPLITS[split]}" for split, name in wanted))
        for task in FAMILIES:
            scores = self.tasks[task.name]["variants"]["scores"]
            cells = (spread(scores[name].get(split, {}).get("balanced", {})) for split, name in wanted)
            yield _row(task.title, f"{self.tasks[task.name]['table']['distinct']:,}", *cells)
        means = (spread(self.words.mean("categorization", split, name, "balanced")) for split, name in wanted)
        yield _row("mean", "", *means)
        yield ""

    def causes(self) -> Iterator[str]:
        yield "## Batch size or learning rate on distinct rows"
        yield ""
        yield f"{_rows(self.cause, 'batch size')}."
        yield ""
        yield from self.by_columns(self.cause, {name: MEASURES[name] for name in ("accuracy", "balanced")})

    def by_columns(self, task: Record, measures: Mapping[str, str]) -> Iterator[str]:
        scores, groups = task["variants"]["scores"], task["variants"]["groups"]
        for measure, text in measures.items():
            yield from _head(text, *SPLITS.values())
            for name, title in SETS.items():
                yield _row(title, *(spread(scores[name].get(split, {}).get(measure, {})) for split in SPLITS))
            yield ""
        most = [next(iter(scores[name]["random"]["columns"])) for name in ("one", "one portable")]
        yield from _text(
            "One column: a tree of three levels on that which does best in training; in random folds mostly "
            f"`{most[0]}`, of the portable ones `{most[1]}`. Near-duplicates: {groups['near']['groups']:,} groups, the "
            f"largest of {groups['near']['largest']:,}; clusters: {groups['clusters']['groups']:,}, the largest of "
            f"{groups['clusters']['largest']:,}."
        )

    def layers(self) -> Iterator[str]:
        yield "## Layer faults from static features"
        yield ""
        static, protocol = self.tasks["static"]["static"], self.tasks["static"]["protocol"]
        yield from _text(
            f"This table names the file of the model and so its program, one of {static['programs']}. With the "
            f"authors' split the forest of their script has accuracy {number(protocol['accuracy'])} (printed for "
            f"static features: {STATIC:.4f}); {protocol['copied']:,} of {protocol['n']:,} test rows have an exact copy "
            "in the training set. *Program only* is the share of faulty rows of the same program, without any feature. "
            "*Distinct*: of rows with equal program, features and label one is kept; what comes with both labels is "
            "then there once with each, and random folds predict that of the twin."
        )
        names = {"all": "all features", "one": "one feature", "program": "program only", "constant": "the majority"}
        shown = [(measure, split) for measure in ("accuracy", "auroc") for split in ("random", "programs")]
        said = {"accuracy": "accuracy", "auroc": "ROC area", "random": "random folds", "programs": "programs held out"}
        yield from _head("rows", "learner", *(f"{said[measure]}, {said[split]}" for measure, split in shown))
        for rows, held in static["rows"].items():
            for name, title in names.items():
                cells = (spread(held["scores"][name].get(split, {}).get(measure, {})) for measure, split in shown)
                yield _row(f"{rows} ({held['n']:,})", title, *cells)
        yield ""
        if "unseen" in static:
            yield from _text(
                "With programs drawn anew too (1,000 draws of whole programs), the accuracy of all features on "
                f"programs held out lies in {number(static['unseen']['low'])}-{number(static['unseen']['high'])} in "
                "95% of the draws."
            )

    def methods(self) -> Iterator[str]:
        settings, versions = self.settings, self.numbers["made_with"]
        yield "## How"
        yield ""
        yield from _text(
            "**The paper's protocol**, in the order of its scripts: missing numbers become the mean of the column, "
            "infinities its largest number, every column is clipped to its 1st and 99th percentile, all is scaled; "
            "*then* a random fifth of the rows is the test set (`random_state=42`, not stratified, not grouped; the "
            "paper says 70/15/15). A forest of 100 trees gives the 20 most important columns, a grid search by "
            "accuracy with five folds the settings of the last forest."
        )
        why = "to see what the search is worth"
        if settings["grid"] == "small":
            small = self.words.moved()[0] <= CLOSE
            why = "because, as told above, the search makes no difference that matters" if small else "to save time"
        yield from _text(
            f"**The grid** is `{settings['grid']}`, {settings['tried']} settings, {why}. The paper's has 216 settings, "
            "half of them twice: of 20 columns the square root and the binary logarithm are both taken as 4. `--grid "
            "paper` runs the other 108."
        )
        yield from _text(
            f"**Ours**: no blank rows and no exact copies; {settings['folds']} folds; percentiles for clipping and "
            f"medians for missing numbers from the training folds only; a forest of {settings['trees']} trees, no "
            "search, no choice of columns; scores of the predictions of all folds together. What is drawn at random is "
            f"drawn {settings['repeats']} times and its ends are given: the chance of the drawing only. That of having "
            "drawn these programs and no others is larger and cannot be told here."
        )
        for text in (
            "*Portable columns* leave out CPU, GPU memory and RAM; the learning rate, which encodes one of the "
            "planted faults and which the authors' callback itself lowers; and the mean epoch number, which is the "
            "length of the run.",
            "*Near-duplicates together*: two runs are near when, in the mean over the portable columns, at most "
            f"{settings['near']:.0%} of the rows lie between their values. Chains of near runs stay in one fold. Runs "
            "of a program that are not so near are still split: too kind.",
            f"*Clusters held out*: {settings['clusters']} clusters, fewer in small tables, by k-means of the same "
            "ranks, drawn anew each time. They are made from what the classifier sees, which is harsh; and the runs "
            "of a job lie in several of them.",
            "*File blocks held out*: of each label, a fifth of its rows as they follow each other in the file, as far "
            "as the file was not shuffled.",
        ):
            yield from wrap(text, WIDTH, initial_indent="- ", subsequent_indent="  ", break_on_hyphens=False)
        yield ""
        yield f"Made with {', '.join(f'{name} {version}' for name, version in versions.items())}, in one thread."


def _json(text: str, name: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise PageTrouble(f"{name} is no JSON ({error})") from error


def _text(text: str) -> Iterator[str]:
    yield from wrap(text, WIDTH, break_on_hyphens=False)
    yield ""


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _head(*names: str) -> Iterator[str]:
    yield _row(*names)
    yield f"|---|{'---:|' * (len(names) - 1)}"


def _three(*names: str) -> list[str]:
    return [text for name in names for text in (name, "printed", "difference")]


def _compared(ours: float, paper: float) -> tuple[str, str, str]:
    return number(ours), f"{paper:.2f}", f"{ours - paper:+.4f}"


def _sizes(ours: float, paper: float) -> tuple[str, str]:
    return f"{ours:,.0f}", f"{paper:,.0f}"


def _rows(task: Record, what: str) -> str:
    table = task["table"]
    return f"{table['distinct']:,} rows, {table['distinct_positive'] / table['distinct']:.1%} of them {what}"


def _best(protocol: Record) -> str:
    if "best" not in protocol:
        return ""
    apart = protocol["cv"]["best"] - protocol["cv"]["worst"]
    found = ", ".join(f"`{name}` {value}" for name, value in protocol["best"].items())
    return f"The search chose {found}; between its best and its worst settings lie {number(apart)} in its own folds."
