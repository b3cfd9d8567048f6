"""The page of `lab.reproduce`: its numbers in tables, those of the paper beside them.

The same numbers give the same page. What follows from them is said by `lab.reproduction_words`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from default_lint.lab.evaluation_schema import METRICS
from default_lint.lab.page import Block, Heading, Items, Picture, Table, Text, markdown
from default_lint.lab.published import ABLATION, STATIC, TABLE_IV, TABLE_V_OVERALL, TABLE_VI, TASKS, Task
from default_lint.lab.reproduction_words import (
    CLOSE,
    FAMILIES,
    SIDES,
    Record,
    Words,
    average,
    exact,
    number,
    spread,
)

STAGES = {"detection": "detection", "categorization": "family", "cause": "cause"}
COLUMNS = {
    "all": "all columns",
    "hardware": "only CPU, GPU memory and RAM",
    "no hardware": "without these three",
    "portable": "nor learning rate and number of epochs (*portable*)",
    "one": "the best single column",
    "one portable": "the best single portable column",
    "constant": "always the same",
}
SPLITS = {"random": "random folds", "near": "near-duplicates together", "clusters": "clusters held out",
          "blocks": "file blocks held out"}  # fmt: skip
FOUR = ("accuracy", "precision", "recall", "f1")


class Step(NamedTuple):
    """A variant of ours: what it says of itself, its split and its columns."""

    text: str
    split: str
    columns: str


STEPS = (
    Step("distinct runs, random folds", "random", "all"),
    Step("only CPU, GPU memory and RAM", "random", "hardware"),
    Step("all but these three", "random", "no hardware"),
    Step("nor learning rate and number of epochs", "random", "portable"),
    Step("the same, near-duplicates together", "near", "portable"),
    Step("the same, clusters held out", "clusters", "portable"),
    Step("the same, blocks of the file held out", "blocks", "portable"),
)
FLOORS = (
    Step("floor: the best single of these columns, clusters held out", "clusters", "one portable"),
    Step("floor: always the same", "random", "constant"),
)


def page(numbers: Record, path: Path, image: Path | None = None) -> str:
    """The page as Markdown for a file; with the image that `figure` gives the numbers of."""
    start, *rest = markdown(list(_blocks(numbers, image)), path.parent).split("\n", 1)
    made = f"<!-- made by `default-lint lab reproduce levels --grid {numbers['settings']['grid']}`; do not edit -->"
    return "\n".join([start, "", made, *rest])


def figure(numbers: Record) -> tuple[list[str], dict[str, list[Record]], str]:
    """Steps, balanced accuracies by stage, and the name of the axis, for `reproduction_figure.draw`."""
    words = Words(numbers)
    series = {
        title: [_theirs(numbers, stage), *(words.score(stage, *step[1:], "balanced") for step in STEPS)]
        for stage, title in STAGES.items()
    }
    return ["the paper's protocol", *(step.text for step in STEPS)], series, "balanced accuracy; 0.5 is a coin"


def _theirs(numbers: Record, stage: str, measure: str = "balanced") -> Record:
    """The mean score of the paper's protocol over the tasks of a stage."""
    protocols = (numbers["tasks"][task.name]["protocol"] for task in TASKS if task.stage == stage)
    return {"value": average(protocol[measure] for protocol in protocols)}


def _blocks(numbers: Record, image: Path | None) -> Iterator[Block]:
    words = Words(numbers)
    yield Heading(1, "The paper's levels on its published tables")
    yield Text(
        "DEFault (Jahan, Shah, Mahbub and Rahman, ICSE 2025) tells faulty training runs from correct ones, then the "
        "family of the fault, then its cause. It reports an accuracy of 0.97 for the first. The tables that it learned "
        "from are published (`g_Dataset` in its [repository](https://github.com/SigmaJahan/DEFault-DNN-Debugging), one "
        "row per training run). Here its own protocol is run on them again, and then the same as one would use it on "
        "a new program: with nothing that tells of the machine, without copies, with like runs on one side of the "
        "split. The tables are no part of default-lint; the command reads them from a folder."
    )
    yield Heading(2, "In short")
    yield Items(tuple(words.all()))
    yield from _steps(numbers, words, image)
    yield from _ours(numbers.get("ours"))
    yield Heading(2, "The paper's tables")
    yield Text(
        "Its own protocol (see [How](#how)); the printed figure in brackets. *Off* is the largest difference of the "
        "row, ours less printed."
    )
    yield from _table_iv(numbers)
    yield from _table_v(numbers)
    yield from _table_vi(numbers)
    yield Heading(2, "What is left of them")
    yield Text(
        "Balanced accuracy on distinct runs, all that is learned from data learned inside the folds. In brackets the "
        f"lowest and the highest of {numbers['settings']['repeats']} drawings of the folds, where they differ."
    )
    yield from _detection(numbers, words)
    yield from _families(numbers, words)
    yield from _causes(numbers, words)
    yield from _layers(numbers)
    yield from _how(numbers, words)
    yield from _weak(numbers)


def _steps(numbers: Record, words: Words, image: Path | None) -> Iterator[Block]:
    yield Heading(2, "Why the headline differs")
    yield Text(
        "One change after the other, from the paper to what can be said of programs that were not seen. Balanced "
        "accuracy, the mean recall of the two classes, is 0.5 for whoever does not look; *accuracy* is the plain one. "
        "*Family* is the mean of seven."
    )
    if image is not None:
        yield Picture(image, "Balanced accuracy of detection, family and cause, step by step")
    columns = [("detection", "accuracy"), *((stage, "balanced") for stage in STAGES)]
    printed = (
        TASKS[0].paper["accuracy"],
        average(TABLE_IV[title]["recall"] for title in ("faulty", "correct")),
        TABLE_V_OVERALL["accuracy"],
        average(TABLE_VI[code][1]["accuracy"] for code in ("HBS", "HLR")),
    )
    theirs = (spread(_theirs(numbers, stage, measure)) for stage, measure in columns)
    rows = [
        ("printed in the paper (family and cause: accuracy)", *map(number, printed)),
        ("its protocol on the published tables", *theirs),
    ]
    for step in (*STEPS, *FLOORS):
        scores = (words.score(stage, step.split, step.columns, measure) for stage, measure in columns)
        rows.append((step.text, *map(spread, scores)))
    yield Table(("step", "detection: accuracy", *STAGES.values()), tuple(rows))


def _ours(ours: Record | None) -> Iterator[Block]:
    yield Heading(2, "Default-lint on its own corpus")
    if ours is None:
        yield Text(
            "Not yet measured. The result of `default-lint lab evaluate --json FILE` is shown here when it is given "
            "with `--ours FILE`."
        )
        return
    corpus = ", ".join(f"{name} {held}" for name, held in ours["corpus"].items())
    yield Text(
        f"From `default-lint lab evaluate`{f' ({corpus})' if corpus else ''}. The same questions of other programs, "
        "with other features, and every split by seed program: what is above is no baseline of it."
    )
    rows = []
    for stage, held in ours["stages"].items():
        for name, score in held["scores"].items():
            floors = [f"{spread(floor[name])} ({title})" for title, floor in held["floors"].items() if name in floor]
            what = f"{STAGES[stage]}, {held['level']}, {held['model']}"
            rows.append((what, METRICS[name], spread(score), "; ".join(floors) or "-"))
    yield Table(("stage, features, model", "measure", "score", "floors"), tuple(rows), words=(1,))


# The paper's tables


def _table_iv(numbers: Record) -> Iterator[Block]:
    task = numbers["tasks"]["detection"]
    protocol, told = task["protocol"], task["table"]
    yield Heading(3, "Table IV: faulty or correct")
    yield Table(
        ("class", "test runs", "precision", "recall", "F1", "off"),
        tuple((title, *_compared(protocol[side], TABLE_IV[title], FOUR[1:])) for title, side in SIDES),
    )
    printed = TASKS[0].paper["accuracy"]
    blank = ""
    if told["blank"]:
        labels = {0: "all labelled correct, ", told["blank"]: "all labelled buggy, "}.get(told["blank_positive"], "")
        blank = f"{told['blank']:,} of {told['rows']:,} rows are blank, {labels}and are left in as the authors do. "
    yield Text(
        f"Accuracy {exact(protocol['accuracy'])} ({printed:.2f}), area under the ROC curve {exact(protocol['auroc'])}. "
        f"{blank}{protocol['copied']:,} of the test runs have an exact copy in the training set. {_best(protocol)}"
    )
    yield Text("With fewer columns, all else as the authors have it but for the search (a forest of 200 trees):")
    names = {**COLUMNS, "without the new features": "without the features new in the paper"}
    rows = []
    for name, scores in task["ablations"].items():
        paper = f" ({ABLATION[name]:.2f})" if name in ABLATION else ""
        rows.append(
            (names[name], f"{number(scores['accuracy'])}{paper}", *map(number, (scores["balanced"], scores["auroc"])))
        )
    yield Table(("columns", "accuracy", "balanced accuracy", "ROC area"), tuple(rows))


def _table_v(numbers: Record) -> Iterator[Block]:
    yield Heading(3, "Table V: which family")
    yield Table(
        ("family", "test runs", "accuracy", "precision", "recall", "F1", "off"),
        (*(_row(numbers, task.title, task, "own", task.paper) for task in FAMILIES), _mean(numbers)),
    )
    if not any("correct" in numbers["tasks"][task.name]["table"]["labels"] for task in FAMILIES):
        yield Text(
            "Precision, recall and F1 are those of the family's own class. In the published tables a family is told "
            "from other faults, never from correct runs."
        )


def _mean(numbers: Record) -> tuple[str, ...]:
    protocols = [numbers["tasks"][task.name]["protocol"] for task in FAMILIES]
    ours = {name: average(held["own"][name] for held in protocols) for name in FOUR[1:]}
    ours["accuracy"] = average(held["accuracy"] for held in protocols)
    return ("mean", "", *_compared({**ours, "n": 0}, {**TABLE_V_OVERALL, "n": 0}, FOUR)[1:])


def _table_vi(numbers: Record) -> Iterator[Block]:
    yield Heading(3, "Table VI: which cause")
    task = next(task for task in TASKS if task.name == "cause")
    sides = {"HBS": "own", "HLR": "other"}
    rows = []
    for code, (title, paper) in TABLE_VI.items():
        if code in sides:
            rows.append(_row(numbers, title, task, sides[code], paper))
        else:
            rows.append((title, f"none ({paper['n']:.0f})", *(f"- ({paper[name]:.2f})" for name in FOUR), "-"))
    yield Table(("cause", "test runs", "accuracy", "precision", "recall", "F1", "off"), tuple(rows))
    table = numbers["tasks"]["cause"]["table"]
    yield Text(
        f"{table['rows'] - table['blank'] - table['distinct']:,} of the {table['rows']:,} rows repeat another. The "
        "paper has a classifier for each cause; as two causes are published, it is one and the same. Which learner "
        "made the printed table is not told; here it is the forest of the other levels."
    )


def _row(numbers: Record, title: str, task: Task, side: str, paper: Record) -> tuple[str, ...]:
    protocol = numbers["tasks"][task.name]["protocol"]
    ours = {**protocol[side], "accuracy": protocol["accuracy"], "n": protocol["n"]}
    return (title, *_compared(ours, paper, FOUR))


def _compared(ours: Record, paper: Record, names: Sequence[str]) -> tuple[str, ...]:
    """Test runs and scores, the paper's in brackets, and the largest difference."""
    farthest = max((ours[name] - paper[name] for name in names), key=abs)
    scores = (f"{exact(ours[name])} ({paper[name]:.2f})" for name in names)
    return (f"{ours['n']:,.0f} ({paper['n']:,.0f})", *scores, f"{farthest:+.4f}")


def _best(protocol: Record) -> str:
    if "best" not in protocol:
        return ""
    apart = protocol["cv"]["best"] - protocol["cv"]["worst"]
    found = ", ".join(f"`{name}` {value}" for name, value in protocol["best"].items())
    return f"The search chose {found}; between its best and its worst settings lie {exact(apart)} in its own folds."


# What is left


def _detection(numbers: Record, words: Words) -> Iterator[Block]:
    yield Heading(3, "Detection")
    task = numbers["tasks"]["detection"]
    yield Text(f"{_size(task, 'faulty')}.")
    yield _by_split(words, "detection", "balanced", "balanced accuracy")
    yield _by_split(words, "detection", "auroc", "area under the ROC curve")
    yield Text(_groups(task))


def _families(numbers: Record, words: Words) -> Iterator[Block]:
    yield Heading(3, "Families")
    shown = {
        "all": ("random", "all"),
        "only CPU, GPU, RAM": ("random", "hardware"),
        "portable": ("random", "portable"),
        "portable, clusters": ("clusters", "portable"),
        "portable, blocks": ("blocks", "portable"),
        "one portable, clusters": ("clusters", "one portable"),
    }
    yield Text("By columns; random folds unless clusters or blocks of the file are held out.")
    rows = []
    for task in FAMILIES:
        scores = numbers["tasks"][task.name]["variants"]["scores"]
        cells = (spread(scores[name].get(split, {}).get("balanced", {})) for split, name in shown.values())
        rows.append((task.title, f"{numbers['tasks'][task.name]['table']['distinct']:,}", *cells))
    means = (spread(words.score("categorization", split, name, "balanced")) for split, name in shown.values())
    yield Table(("family", "runs", *shown), (*rows, ("mean", "", *means)))


def _causes(numbers: Record, words: Words) -> Iterator[Block]:
    yield Heading(3, "Batch size or learning rate")
    task = numbers["tasks"]["cause"]
    scores = task["variants"]["scores"]["one"]["random"]
    column = next(iter(scores["columns"]))
    encodes = ", which encodes the value that was planted" if column == "adjusted_lr" else ""
    yield Text(f"{_size(task, 'of batch size')}. The best single column is `{column}`{encodes}.")
    yield _by_split(words, "cause", "balanced", "balanced accuracy")


def _by_split(words: Words, stage: str, measure: str, text: str) -> Table:
    rows = (
        (title, *(spread(words.score(stage, split, name, measure)) for split in SPLITS))
        for name, title in COLUMNS.items()
    )
    return Table((text, *SPLITS.values()), tuple(rows))


def _size(task: Record, what: str) -> str:
    table = task["table"]
    return f"{table['distinct']:,} runs, {table['distinct_positive'] / table['distinct']:.1%} of them {what}"


def _groups(task: Record) -> str:
    held = task["variants"]["groups"]
    near, clusters = held["near"], held["clusters"]
    return (
        f"Near-duplicates make {near['groups']:,} groups, the largest of {near['largest']:,} runs; of the "
        f"{clusters['groups']:,} clusters the largest has {clusters['largest']:,}."
    )


def _layers(numbers: Record) -> Iterator[Block]:
    yield Heading(3, "Layer faults from static features")
    static, protocol = numbers["tasks"]["static"]["static"], numbers["tasks"]["static"]["protocol"]
    yield Text(
        f"This table, whose two classes are as frequent, names the program of each row, one of {static['programs']}, "
        f"so that whole programs can be held out. With the authors' split their forest has accuracy "
        f"{number(protocol['accuracy'])} (printed for static features: {STATIC:.4f}); {protocol['copied']:,} of "
        f"{protocol['n']:,} test rows have an exact copy in the training set. Who knows all rows by heart has "
        f"{number(static['memorized'])}. *Program only* is the share of faulty rows of the same program, without any "
        "feature."
    )
    held = static["rows"]["published"]["scores"]
    names = {"all": "all features", "one": "the best single feature", "program": "program only",
             "constant": "always the same"}  # fmt: skip
    shown = {f"{text}, {said}": (split, measure)
             for measure, text in (("accuracy", "accuracy"), ("auroc", "ROC area"))
             for split, said in (("random", "random folds"), ("programs", "programs held out"))}  # fmt: skip
    rows = ((title, *(spread(held[name].get(split, {}).get(measure, {})) for split, measure in shown.values()))
            for name, title in names.items())  # fmt: skip
    yield Table(("learner", *shown), tuple(rows))
    if "unseen" in static:
        yield Text(
            "With programs drawn anew too (1,000 draws), the accuracy of all features on programs held out lies in "
            f"{number(static['unseen']['low'])} to {number(static['unseen']['high'])} in 95% of the draws."
        )


# How, and how well


def _how(numbers: Record, words: Words) -> Iterator[Block]:
    settings: Any = numbers["settings"]
    rest = "" if settings["grid"] == "paper" else " `--grid paper` runs these 108."
    yield Heading(2, "How")
    yield Text(
        "**The paper's protocol**, in the order of its scripts: missing numbers become the mean of the column, "
        "infinities its largest number, every column is clipped to its 1st and 99th percentile, all is scaled; *then* "
        "a random fifth of the rows is the test set (`random_state=42`, not stratified, not grouped; the paper says "
        "70/15/15). A forest of 100 trees gives the 20 most important columns, a grid search by accuracy with five "
        f"folds the settings of the last forest. {words.grid()} The authors' grid has 216, half of them twice: of 20 "
        f"columns the square root and the binary logarithm are both taken as 4.{rest}"
    )
    yield Text(
        f"**Ours**: no blank rows, no exact copies; {settings['folds']} folds; clipping and medians for missing "
        f"numbers from the training folds; a forest of {settings['trees']} trees, no search, no choice of columns; "
        "scores of the predictions of all folds together. A single column is judged by a tree of three levels, and "
        "chosen in the training folds."
    )
    yield Items(
        (
            "*Portable columns* leave out CPU, GPU memory and RAM; the learning rate, which encodes one of the planted "
            "faults and which the authors' callback itself lowers; and the mean epoch number, which is the length of "
            "the run.",
            "*Near-duplicates together*: two runs are near when, in the mean over the portable columns, at most "
            f"{settings['near']:.0%} of the rows lie between their values. Chains of near runs stay in one fold. Runs "
            "of a program that are less near are still split: too kind.",
            f"*Clusters held out*: {settings['clusters']} clusters (fewer in small tables) by k-means of the same "
            "ranks. They are made from what the classifier sees: harsh.",
            "*File blocks held out*: of each label, a fifth of its rows as they follow each other in the file, as far "
            "as the file was not shuffled.",
        )
    )
    versions = ", ".join(f"{name} {version}" for name, version in numbers["made_with"].items())
    yield Text(f"Made with {versions}, in one thread.")


def _weak(numbers: Record) -> Iterator[Block]:
    yield Heading(2, "What is weak here")
    small = numbers["settings"]["grid"] == "small"
    grid = (f"The search of the paper's protocol is cut to {numbers['settings']['tried']} settings.",) if small else ()
    yield Items(
        (
            "**No split is by program**, but for the static table: the others do not tell the program of a run. "
            "Near-duplicates, clusters and blocks of the file stand in for it; none of them is *the* honest figure, "
            "and the truth may lie anywhere between.",
            "**The ends in brackets are those of the drawing of folds alone.** The chance of having drawn these "
            "programs and no others is larger and cannot be told from these tables.",
            "**That hardware columns tell the job** is a reading, not a proof: the tables do not name the job either.",
            "**The table of detection has no run** with a planted fault of weights or regularization; it has all those "
            "of the other five families.",
            "**Tables V and VI were not made from the published rows**, to judge by their sizes, so that nothing "
            f"within {CLOSE} can be expected of them. The paper's 52 programs from practice and its Top-k figures are "
            "not tried here.",
            *grid,
        )
    )
