"""The datasheet of a corpus: what it is, how it was made and judged, what is in it, with figures.

After "Datasheets for Datasets" (Gebru et al. 2021). The same corpus gives the same page and the same images.
"""

from __future__ import annotations

import json
import math
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from default_lint.features.dynamic import FIRST
from default_lint.lab import figures
from default_lint.lab.packing import BITS, DIGITS
from default_lint.lab.store import Corpus, read
from default_lint.lab.tables import LAYER_EPOCHS
from default_lint.lab.tables import RUNS as DETAILED
from default_lint.lab.verdict import ALPHA, EFFECT, MOST_RUNS, ORIGINAL_RUNS, RUNS

VERDICTS = ("faulty", "benign", "crash", "timeout", "unhealthy", "open")
REASONS = 15  # crash reasons that are listed
SAID = 90  # characters of each


def write(folder: str | os.PathLike[str], page: str | os.PathLike[str], images: str | os.PathLike[str]) -> list[Path]:
    """Write the datasheet of the corpus in a folder and its figures; gives the paths written, the page first.

    Raises:
        CorpusError: the folder holds no corpus.
    """
    corpus = read(folder)
    text, pictures = Path(page), Path(images)
    text.parent.mkdir(parents=True, exist_ok=True)
    pictures.mkdir(parents=True, exist_ok=True)
    drawn = figures.draw(corpus, pictures)
    place = os.path.relpath(pictures, text.parent).replace(os.sep, "/")
    shown = {path.name: f"{place}/{path.name}" for path in drawn}
    text.write_text("\n".join(_page(corpus, shown)) + "\n", encoding="utf-8", newline="\n")
    return [text, *drawn]


def _page(corpus: Corpus, shown: dict[str, str]) -> Iterator[str]:
    sheet = _Sheet(corpus)
    yield "# The corpus"
    yield ""
    yield "<!-- made by `default-lint lab corpus report`; do not edit -->"
    yield ""
    yield from sheet.summary()
    yield from sheet.purpose()
    yield from sheet.files()
    yield from sheet.making()
    yield from sheet.judging()
    yield from sheet.families()
    if "operators.svg" in shown:
        yield from _figure(shown["operators.svg"], "Mutants of each operator by verdict")
    yield from sheet.operators()
    yield from sheet.absences()
    yield from sheet.architectures()
    yield from sheet.effects()
    if "effects.svg" in shown:
        yield from _figure(shown["effects.svg"], "Effect sizes of faulty and benign mutants by family")
    if "curves.svg" in shown:
        yield "## What a fault looks like"
        yield ""
        yield "One faulty mutant of each family, that with the effect nearest to the family's median, beside the"
        yield "original with the same seed of randomness."
        yield ""
        yield from _figure(shown["curves.svg"], "Learning curves of a healthy and a faulty run of each family")
    yield from sheet.runs()
    yield from sheet.seeds()
    yield from sheet.versions()
    yield from sheet.limits()


class _Sheet:
    """The sections of the page, each as lines of Markdown."""

    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus
        self.programs = corpus.programs
        columns = ["run", "program", "status", "error", "seconds", "versions", "epochs"]
        self.all_runs = corpus.runs[columns]
        original = self.programs["original"].fillna(False).astype(bool)
        self.originals, self.mutants = self.programs[original], self.programs[~original]

    def summary(self) -> Iterator[str]:
        verdicts = self.mutants["verdict"].value_counts()
        told = ", ".join(f"{verdicts[kind]:,} {kind}" for kind in VERDICTS if verdicts.get(kind))
        lab = self.programs["source"].eq("lab").all()
        yield f"{len(self.mutants):,} mutants of {len(self.originals):,} healthy Keras programs,"
        yield f"{len(self.all_runs):,} training runs, {len(self.corpus.epochs):,} epochs,"
        yield f"{len(self.corpus.layers):,} measurements of a layer in an epoch."
        if told:
            yield f"Verdicts on the mutants: {told}."
        if not lab:
            sources = self.programs["source"].value_counts()
            yield f"Sources: {', '.join(f'{name} {count:,}' for name, count in sorted(sources.items()))}."
        yield ""
        yield f"Hash (SHA-256 of the SHA-256 of each file): `{self.corpus.hash}`"
        yield ""

    def purpose(self) -> Iterator[str]:
        yield """\
## Why it was made

The learned part of default-lint needs training runs of which is known whether they are healthy, and if not, which
fault they have and on which line. The published corpus of DEFault has no lines, trains some of its seeds on random
labels, changes their learning rate while it measures, calls every mutant faulty, and tells the two classes apart by
the load of the machine. Here the programs are healthy on data that can be learned, the faults are planted in their
source at recorded places, a mutant is called faulty only when it is worse than its original, and the measurement
leaves the training as it is.
"""

    def files(self) -> Iterator[str]:
        rows = {
            "programs": ("a program: code, planted faults and their places, verdict, test, scores", self.programs),
            "runs": ("a run: status, score, features over its first epochs and over all", self.all_runs),
            "epochs": ("an epoch: what Keras logged, measures of the whole model", self.corpus.epochs),
            "layers": ("a layer in an epoch: measures of activations, gradients and weights", self.corpus.layers),
            "traces": ("what the probe recorded of a program's first run that trained", self.corpus.traces),
        }
        yield "## What is in it"
        yield ""
        lines = [
            [f"`{name}.parquet`", what, f"{len(frame):,}", f"{self.corpus.bytes[name] / 1e6:.2f}"]
            for name, (what, frame) in rows.items()
        ]
        lines.append(["all", "", "", f"{sum(self.corpus.bytes.values()) / 1e6:.2f}"])
        yield from _table(["file", "a row is", "rows", "MB"], lines, right=(2, 3))
        firsts = ", ".join(map(str, FIRST))
        kept = ", ".join(str(epoch + 1) for epoch in LAYER_EPOCHS if epoch >= 0)
        yield f"""\
`default_lint.lab.store.read(folder)` gives `programs`, `runs`, `epochs` and `layers` as pandas frames and `traces` by
program. Features of runs are columns `d<k>.<feature>` over the first k of {firsts} epochs and `dall.<feature>` over
all (see [features](features.md)); what repeats is left out of the file and restored by `read`. Epochs count from 0, -1
is the state before training. Layers are kept for the state before training, the epochs {kept} and the last one, and
like features of all runs of an original and of the first {DETAILED} of a mutant.
Scores and logged numbers are exact; all other measures have {BITS + 1} significant bits (a relative error below
{2.0 ** -(BITS + 1):.1e}), and numbers in traces {DIGITS} significant digits.
Every program is there with its whole code; `faults` holds what was planted, with the values, and the spans before and
after as offsets with lines and columns; `more` holds whatever else its record says.
"""

    def making(self) -> Iterator[str]:
        yield f"""\
## How it was made

1. *Seeds.* Healthy programs, written for this corpus in the manner of different people; data that comes with
   scikit-learn or statsmodels, or is generated. Each declares how it is scored, what a constant prediction scores and
   what the best possible one does.
2. *Mutants.* Operators plant one fault each, compound mutants hold two to four of different families. A mutant that
   means the same as its original is not written, nor is one whose text is there already.
3. *Runs.* Each run is a process of its own, under the probe of `default-lint diagnose`, on one thread, without its
   tests after training. The n-th run of a mutant and of its original begin with the same random numbers.
4. *Score.* When the script has ended, its model predicts inputs that its training never touched, and the prediction is
   scored in one way for original and mutant, whatever loss and metrics the script itself has. A mutant's score
   becomes *progress*: 0 is the constant prediction, 1 the best possible.

## How it was judged

A mutant is **faulty** when its progress is worse than its original's over at least {RUNS} runs: one-sided Mann-Whitney
p < {ALPHA} and Cohen's d >= {EFFECT}. The original has {ORIGINAL_RUNS} runs. Else it is **benign**, a hard negative:
something was changed that people call a fault, and it did not hurt. A first run that is as good as the original's
usual one ends the screening (`screened`). When most runs raise, it is a **crash**; when most are not done within
six times the time of the original (at least 20 s), a **timeout**; after {MOST_RUNS} runs it is decided in any case.
"""

    def judging(self) -> Iterator[str]:
        judged = self.mutants[self.mutants["p"].notna()]
        screened = int((self.mutants["screened"] == True).sum())  # noqa: E712 -- None is there as well
        endless = int((judged["effect"].isna()).sum())
        if len(self.mutants):
            yield f"{len(judged):,} mutants were tested, {screened:,} are benign by screening."
            if endless:
                yield f"Of {endless:,} the effect size is left open, as no two runs of a side differed."
            yield ""

    def families(self) -> Iterator[str]:
        yield "## Counts"
        yield ""
        single = self.mutants[self.mutants["families"].map(_size) <= 1]
        compound = self.mutants[self.mutants["families"].map(_size) > 1]
        groups = [(name, _of_family(single, name)) for name in _all(single)]
        if len(compound):
            groups.append(("*several*", compound))
        groups.append(("all", self.mutants))
        yield from self._verdicts("family", groups)

    def operators(self) -> Iterator[str]:
        single = self.mutants[self.mutants["operators"].map(_size) == 1]
        codes = single["operators"].map(lambda held: _list(held)[0])
        family = {code: _list(row)[0] for code, row in zip(codes, single["families"]) if _size(row)}
        medians = single["effect"].groupby(codes).median()
        rows = []
        for code in sorted(set(codes), key=lambda code: (family.get(code, ""), code)):
            verdicts = single[codes == code]["verdict"].value_counts()
            median = medians.get(code, math.nan)
            counts = [f"{int(verdicts.get(kind, 0)):,}" for kind in self.kinds]
            told = "" if math.isnan(median) else f"{median:.2f}"
            rows.append([code, family.get(code, ""), f"{(codes == code).sum():,}", *counts, told])
        yield "Operators, in mutants with one fault:"
        yield ""
        right = tuple(range(2, 4 + len(self.kinds)))
        yield from _table(["operator", "family", "mutants", *self.kinds, "median effect"], rows, right)
        missing = [code for code in _published() if code not in set(_all_of(self.mutants["operators"]))]
        if missing:
            yield f"Of DEFault's operators these are absent: {', '.join(missing)}."
        else:
            yield "All of DEFault's operators are there."
        yield ""

    def absences(self) -> Iterator[str]:
        told = [json.loads(more).get("absent", {}) for more in self.originals["more"].dropna()]
        reasons: dict[str, Counter[str]] = {}
        for absent in told:
            for code, reason in absent.items():
                reasons.setdefault(code, Counter())[reason] += 1
        if not reasons:
            return
        yield f"Where an operator could not be seeded, of {len(told)} originals, and the reason given most often:"
        yield ""
        ranked = sorted(reasons, key=lambda code: (-sum(reasons[code].values()), code))
        rows = [[code, str(sum(reasons[code].values())), reasons[code].most_common(1)[0][0]] for code in ranked]
        yield from _table(["operator", "originals", "reason"], rows, (1,))

    def architectures(self) -> Iterator[str]:
        for name in ("architecture", "task", "style"):
            groups = [(str(value), part) for value, part in self.mutants.groupby(name, sort=True)]
            if groups:
                yield from self._verdicts(name, groups)

    def effects(self) -> Iterator[str]:
        single = self.mutants[(self.mutants["families"].map(_size) == 1) & self.mutants["effect"].notna()]
        if single.empty:
            return
        yield "## Effect sizes"
        yield ""
        yield "Cohen's d of progress, positive when the mutant is worse; mutants with one fault that were tested."
        yield ""
        rows = []
        for name in _all(single):
            part = _of_family(single, name)["effect"]
            low, middle, high = np.quantile(part, [0.25, 0.5, 0.75])
            share = float((part >= EFFECT).mean())
            rows.append([name, f"{len(part):,}", f"{low:.2f}", f"{middle:.2f}", f"{high:.2f}", f"{share:.0%}"])
        head = ["family", "tested", "lower quartile", "median", "upper quartile", f"at least {EFFECT}"]
        yield from _table(head, rows, (1, 2, 3, 4, 5))

    def runs(self) -> Iterator[str]:
        yield "## Runs"
        yield ""
        states = self.all_runs["status"].value_counts()
        total = float(self.all_runs["seconds"].sum())
        told = ", ".join(
            f"{count:,} {name}" for name, count in sorted(states.items(), key=lambda pair: (-pair[1], pair[0]))
        )
        if told:
            yield f"How they ended: {told}. Processor time of all: {total / 3600:.1f} h."
            yield ""
        counts = Counter(self.all_runs["program"].value_counts().tolist())
        rows = [[str(runs), f"{count:,}"] for runs, count in sorted(counts.items())]
        yield from _table(["runs of a program", "programs"], rows, (0, 1))
        crashes = self.all_runs[self.all_runs["error"].notna() & (self.all_runs["status"] != "ok")]
        reasons = crashes["error"].map(_reason)
        if len(reasons):
            yield "Why runs failed, with numbers and names left out:"
            yield ""
            programs = crashes["program"].groupby(reasons).nunique()
            ranked = sorted(reasons.value_counts().items(), key=lambda pair: (-pair[1], pair[0]))
            rows = [[f"`{reason}`", f"{count:,}", f"{programs[reason]:,}"] for reason, count in ranked[:REASONS]]
            if len(ranked) > REASONS:
                rest = sum(count for _, count in ranked[REASONS:])
                rows.append([f"{len(ranked) - REASONS:,} others", f"{rest:,}", ""])
            yield from _table(["reason", "runs", "programs"], rows, (1, 2))

    def seeds(self) -> Iterator[str]:
        if self.originals["progress"].map(_size).sum() == 0:
            return
        yield "## Seeds"
        yield ""
        yield "Progress of the originals (1 is the best possible), and how many of their mutants are faulty."
        yield ""
        rows = []
        for _, seed in self.originals.sort_values(["architecture", "id"]).iterrows():
            progress = [value for value in _list(seed["progress"]) if math.isfinite(value)]
            verdicts = self.mutants[self.mutants["seed"] == seed["seed"]]["verdict"]
            median = f"{float(np.median(progress)):.3f}" if progress else ""
            low = f"{min(progress):.3f}" if progress else ""
            row = [f"`{seed['id']}`", seed["architecture"], seed["task"], seed["verdict"]]
            rows.append([*map(_text, row), median, low, f"{len(verdicts):,}", f"{(verdicts == 'faulty').sum():,}"])
        head = ["seed", "architecture", "task", "verdict", "median", "lowest", "mutants", "faulty"]
        yield from _table(head, rows, (4, 5, 6, 7))

    def versions(self) -> Iterator[str]:
        counted = self.all_runs["versions"].dropna().value_counts()
        if counted.empty:
            return
        yield "## Versions"
        yield ""
        rows = []
        for text, count in sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])):
            told = json.loads(text)
            rows.append([", ".join(f"{name} {told[name]}" for name in sorted(told)), f"{count:,}"])
        yield from _table(["versions", "runs"], rows, (1,))

    def limits(self) -> Iterator[str]:
        yield f"""\
## Limits

- The seeds are small programs that train in seconds on one core. Nothing here is large, pretrained or distributed, and
  few of them have attention.
- The mutants of a seed are alike, and so are the runs of a mutant: split by the column `seed`, never by row.
- A fault is planted by a rule. What people do by mistake is more varied, and mostly more than one thing at a time.
- Benign means that no harm was seen on this data within this training, with {RUNS} runs; with p < {ALPHA} some faulty
  ones are so by chance, and small harm is missed. Screening calls a mutant benign after one or two runs.
- Scores are of data held out by the seed itself. A fault that only leaks data or flatters validation does not lower
  them, and such mutants are called benign.
- Numbers are those of one kind of machine and of the versions above; another processor or version gives others in the
  last digits, and rarely another verdict.
- No measure of the machine (load, memory) is in it, and the seconds of runs and epochs are for people: no feature.

## Use

Made for training and testing the classifiers of default-lint. The programs were written for it and hold no data about
people but the public sets that come with scikit-learn and statsmodels. It is under the license of default-lint."""

    @property
    def kinds(self) -> list[str]:
        """The verdicts that there are, in the usual order."""
        there = set(self.mutants["verdict"].dropna())
        return [kind for kind in VERDICTS if kind in there]

    def _verdicts(self, name: str, groups: Sequence[tuple[str, pd.DataFrame]]) -> Iterator[str]:
        rows = []
        for title, part in groups:
            verdicts = part["verdict"].value_counts()
            rows.append([title, f"{len(part):,}", *(f"{int(verdicts.get(kind, 0)):,}" for kind in self.kinds)])
        yield from _table([name, "mutants", *self.kinds], rows, tuple(range(1, 2 + len(self.kinds))))


def _figure(path: str, text: str) -> Iterator[str]:
    yield f"![{text}]({path})"
    yield ""


def _table(head: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[int] = ()) -> Iterator[str]:
    yield _line(head)
    yield _line(["---:" if place in right else "---" for place in range(len(head))])
    yield from map(_line, rows)
    yield ""


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def _reason(error: str) -> str:
    """What an exception says, without what differs from program to program."""
    text = re.sub(r"(['\"])(?:(?!\1).)*\1", "'…'", str(error))
    text = re.sub(r"[\[(][-\d\s,.None]*[\])]", "(…)", text)
    text = re.sub(r"\b\w*_\d+\b|(?<![A-Za-z])-?\d+(?:\.\d+)?(?:e[-+]?\d+)?", "N", text)
    text = text.replace("`", "'").replace("\n", " ").strip()
    return text if len(text) <= SAID else text[: SAID - 1].rstrip() + "…"


def _published() -> tuple[str, ...]:
    from default_lint.lab.mutants import PUBLISHED

    return PUBLISHED


def _list(value: Any) -> list[Any]:
    return [] if value is None or isinstance(value, float) else list(value)


def _size(value: Any) -> int:
    return len(_list(value))


def _text(value: Any) -> str:
    return "" if value is None or isinstance(value, float) else str(value)


def _all_of(column: Iterable[Any]) -> list[str]:
    return [name for held in column for name in _list(held)]


def _of_family(programs: pd.DataFrame, family: str) -> pd.DataFrame:
    return programs[[family in _list(held) for held in programs["families"]]]


def _all(programs: pd.DataFrame) -> list[str]:
    return sorted(set(_all_of(programs["families"])))
