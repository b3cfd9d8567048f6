"""The report of the evaluation: from results (a dict, or the JSON file of one) to a page with tables and figures.

    results = {"format": 1}
    results["detection"] = {"chosen": {...}, "scores": {...}}     # section by section, all may be missing
    trouble = validate(results)                                   # lines such as "detection.scores.btoh: unknown"
    save(results, "evaluation.json")
    write(results, "docs/evaluation.md", "build/evaluation.html", "docs/images/evaluation")

A *figure* `F` is {"value": x, "low": a, "high": b, "n": n}, as `metrics.bootstrap` gives it; all but the value may be
missing, NaN and null mean "not defined". `M` is a dict of figures by the name of a metric in
`evaluation_schema.METRICS` ("balanced_accuracy", "auroc", "brier", "ece", "false_alarms_healthy", "macro_f1", "top1",
...). `LEVEL` is "static", "dynamic" or "both"; `MODEL` any name, that of its class in scikit-learn.

    {
      "format": 1,
      "versions": {"default-lint": "0.1.0", "scikit-learn": "1.9.1", ...},
      "method": ["a line about how it was split, tuned, calibrated", ...],
      "corpus": {"hash": "...", "seeds": 60, "programs": 2990, "runs": 14000,
                 "verdicts": {"faulty": 1800, ...},                       # counts by verdict, of mutants
                 "families": {"loss": {"faulty": 200, "benign": 40}, ...},
                 "architectures": {"recurrent": {"seeds": 20, "programs": 990}, ...}},
      "detection": {"chosen": {"level": LEVEL, "model": MODEL},           # what is to be shipped
                    "scores": {LEVEL: {MODEL: M}},
                    "roc": {LEVEL: {MODEL: [[false-alarm rate, recall], ...]}},            # metrics.roc
                    "reliability": {LEVEL: {MODEL: [[probability, share, rows], ...]}}},   # metrics.reliability
      "categorization": {"chosen": ..., "scores": {LEVEL: {MODEL: {"macro_f1": F, ...}}},
                         "families": {"loss": {"precision": F, "recall": F, "f1": F, "support": n,
                                               "floor": {"f1": F}}, ...},               # floor: the better of the two
                         "compound": {"strict": F, "any": F},
                         "confusion": {"labels": [...], "counts": [[...], ...]}},         # metrics.confusion
      "cause": {"chosen": ..., "scores": {LEVEL: {MODEL: {"top1": F, "top3": F}}},
                "families": {"layer": {"top1": F, "top3": F, "support": n, "causes": n,
                                       "floor": {"top1": F, "top3": F}}, ...}},
      "localization": localize.summary(...),
      "early": {"detection": {"1": M, "2": M, "5": M, "10": M, "all": M}, "categorization": {...}},
      "architectures": {"recurrent": M, ...},             # learned from the two others, tested on this
      "ablations": {"everything": M, "static only": M, "without gradients": M, ...},      # the first is the reference
      "floors": {"detection": {"constant": M, "one feature": {**M, "feature": "last loss", "gap": F}},
                 "categorization": {...}, "cause": {...}},        # "gap": metrics.difference of ours above this floor
      "learning_curve": [{"seeds": 10, "balanced_accuracy": F, "macro_f1": F}, ...],
      "shap": {LEVEL: "path of an image"},
      "tried": ["what was tried where a bar was missed", ...]
    }

"notes": [text, ...] may stand in "corpus", "detection", "categorization", "cause" and "localization"; they end the
section. `bars` are those of the issue; what is weak is told from the numbers alone.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from default_lint.lab import evaluation_figures
from default_lint.lab.evaluation_schema import FORMAT, LEVELS, METRICS, STAGES, validate
from default_lint.lab.page import Block, Heading, Items, Picture, Table, Text, markdown, page

__all__ = ["FORMAT", "METRICS", "STAGES", "Bar", "bars", "load", "save", "speaks", "validate", "weak", "write"]

TITLE = "Evaluation of the learned diagnosis"
NONE = "-"
MISSING = Text("Not measured.")
MAIN = {"detection": "balanced_accuracy", "categorization": "macro_f1", "cause": "top1"}
"""By which metric a stage is chosen and compared with its floors."""
STAGE_NAMES = {"detection": "Detection", "categorization": "Categorization", "cause": "Root cause"}
LEVEL_WORDS = {"static": "static", "dynamic": "dynamic", "both": "static and dynamic"}
LEVEL_NAMES = {"detection": "level 1 (detection)", "categorization": "level 2 (categorization)",
               "cause": "level 3 (root cause)"}  # fmt: skip
SHOWN = ("accuracy", "balanced_accuracy", "auroc", "brier", "ece", "false_alarms_healthy", "false_alarms_benign")
POOR_F1, POOR_TOP1, POOR_PLACE, MANY_ALARMS, OFF = 0.6, 0.5, 0.4, 0.05, 0.05
"""Below the first three (F1 of a family, top-1 of its causes, top-1 of its lines) or above the other two (share of
programs with false alarms, calibration error) a result is called weak."""
DROP = 0.1
"""Loss of a score on another architecture, or with one epoch, from which it is called weak."""
MATTERS = 0.01
"""Gain of a score from which leaving out a group of features is called better."""

Results = Mapping[str, Any]


class Bar(NamedTuple):
    """What was aimed at and what came of it. `passed` is None when it was not measured or is not defined."""

    name: str
    aim: str
    estimate: Mapping[str, Any] | None
    passed: bool | None
    told: str = ""


# Files


def load(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Results from a JSON file. ValueError when it is none."""
    found = json.loads(Path(path).read_text(encoding="utf-8"))
    if not isinstance(found, dict):
        raise ValueError(f"{path} holds no results")
    return found


def save(results: Results, path: str | os.PathLike[str]) -> None:
    """Write results as JSON, NaN and infinity as null. ValueError names what is off in them."""
    plain = _plain(results)
    _checked(plain)
    Path(path).write_text(json.dumps(plain, indent=1, allow_nan=False) + "\n", encoding="utf-8", newline="\n")


def write(
    results: Results,
    text: str | os.PathLike[str],
    site: str | os.PathLike[str] | None = None,
    images: str | os.PathLike[str] | None = None,
    form: str = "svg",
) -> list[Path]:
    """Write the report as Markdown, as HTML if wanted, and its figures ("svg" or "png"); gives the paths written.

    Figures go to `images`, by default a folder beside the Markdown. The HTML has them within. ValueError names what is
    off in the results.
    """
    plain = _plain(results)
    _checked(plain)
    paths = [Path(text), *([Path(site)] if site is not None else [])]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
    folder = paths[0].parent / paths[0].stem if images is None else Path(images)
    drawn = evaluation_figures.draw(plain, folder, form)
    blocks = list(_blocks(plain, drawn))
    start, *rest = markdown(blocks, paths[0].parent).split("\n", 1)
    made = "<!-- made by `default-lint lab evaluate`; do not edit -->"
    paths[0].write_text("\n".join([start, "", made, *rest]), encoding="utf-8", newline="\n")
    if site is not None:
        paths[1].write_text(page(blocks, TITLE), encoding="utf-8", newline="\n")
    return [*paths, *drawn.values()]


def _checked(results: Results) -> None:
    trouble = validate(results)
    if trouble:
        raise ValueError("the results are off:\n" + "\n".join(f"- {line}" for line in trouble))


def _plain(value: Any) -> Any:
    """As JSON has it: numbers of numpy as numbers, tuples as lists, what is not finite as null."""
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if hasattr(value, "tolist"):
        return _plain(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


# Numbers


def _value(estimate: Any) -> float:
    value = estimate.get("value") if estimate else None
    return math.nan if value is None else float(value)


def _edge(estimate: Any, name: str) -> float:
    """An end of the interval of a figure, its value where it has none."""
    edge = estimate.get(name) if estimate else None
    return _value(estimate) if edge is None else float(edge)


def told(estimate: Any, digits: int = 3) -> str:
    """A figure for people: `0.912 (0.88 to 0.94)`."""
    value = _value(estimate)
    if math.isnan(value):
        return NONE
    low, high = estimate.get("low"), estimate.get("high")
    interval = "" if low is None or high is None else f" ({low:.{digits - 1}f} to {high:.{digits - 1}f})"
    return f"{value:.{digits}f}{interval}"


def _short(estimate: Any) -> str:
    value = _value(estimate)
    return NONE if math.isnan(value) else f"{value:.2f}"


def _first_up(text: str) -> str:
    return text[:1].upper() + text[1:]


def _main(results: Results, stage: str, metric: str = "") -> Mapping[str, Any] | None:
    """A score of what was chosen in a stage."""
    section = results.get(stage, {})
    chosen = section.get("chosen")
    scores = section.get("scores", {})
    if not chosen:
        return None
    found: Mapping[str, Any] | None = (
        scores.get(chosen["level"], {}).get(chosen["model"], {}).get(metric or MAIN[stage])
    )
    return found


def _above(ours: Any, floor: Any, gap: Any = None) -> bool | None:
    """Whether ours is clearly above a floor: the interval of the difference, else the two do not touch."""
    if gap is not None and not math.isnan(_value(gap)):
        return _edge(gap, "low") > 0
    if math.isnan(_value(ours)) or math.isnan(_value(floor)):
        return None
    return _edge(ours, "low") > _edge(floor, "high")


def bars(results: Results) -> list[Bar]:
    """The bars of the issue on these results."""
    return list(_bars(_plain(results)))


def _bars(results: Results) -> Iterator[Bar]:
    def reach(name: str, estimate: Any, least: float) -> Bar:
        value = _value(estimate)
        return Bar(name, f"at least {least:.2f}", estimate, None if math.isnan(value) else value >= least)

    yield reach("Detection: balanced accuracy", _main(results, "detection"), 0.90)
    alarms = _main(results, "detection", "false_alarms_healthy")
    value = _value(alarms)
    yield Bar("Detection: false alarms on healthy runs", "at most 0.05", alarms, _defined(value, value <= 0.05))
    yield reach("Categorization: macro-F1", _main(results, "categorization"), 0.75)
    yield reach("Root cause: top-1", _main(results, "cause"), 0.70)
    places = results.get("localization", {})
    yield reach("Line, all evidence fused: top-1", _place(places, "fused", "top1"), 0.65)
    yield reach("Line, all evidence fused: top-3", _place(places, "fused", "top3"), 0.85)
    for source in ("fused for the curious", "always fused"):
        yield reach(f"Line, {source}: top-1", _place(places, source, "top1"), 0.65)
        yield reach(f"Line, {source}: top-3", _place(places, source, "top3"), 0.85)
    alone = _place(places, "suspicions", "top3")
    yield reach("Line, suspicions alone: top-3", alone, 0.50)
    floor, gap = _place(places, "nearest", "top3"), places.get("gap", {}).get("suspicions", {}).get("top3")
    aim = f"above compile, fit, output layer ({_short(floor)})"
    yield Bar("Line, suspicions alone: top-3", aim, alone, _above(alone, floor, gap), _by(gap))
    for stage in STAGES:
        ours = _main(results, stage)
        title = f"{STAGE_NAMES[stage]}: {METRICS[MAIN[stage]]}"
        for name, held in results.get("floors", {}).get(stage, {}).items():
            floor = held.get(MAIN[stage])
            feature = f" ({held['feature']})" if "feature" in held else ""
            aim = f"clearly above {name}{feature} ({_short(floor)})"
            yield Bar(title, aim, ours, _above(ours, floor, held.get("gap")), _by(held.get("gap")))
        if stage not in results.get("floors", {}):
            yield Bar(title, "clearly above its floors", None, None)


def _defined(value: float, answer: bool) -> bool | None:
    return None if math.isnan(value) else answer


def _by(gap: Any) -> str:
    return "" if math.isnan(_value(gap)) else f"above it by {told(gap)}"


def _place(places: Mapping[str, Any], source: str, top: str, criterion: str = "line") -> Any:
    return places.get("sources", {}).get(source, {}).get(criterion, {}).get(top)


def speaks(results: Results) -> dict[str, bool | None]:
    """By stage, and by stage and family ("cause.layer"), whether it is clearly above every floor that was measured.

    What is not must not speak by default; None: there is no floor to compare with.
    """
    plain = _plain(results)
    found: dict[str, bool | None] = {}
    for stage in STAGES:
        floors = plain.get("floors", {}).get(stage, {}).values()
        ours = _main(plain, stage)
        found[stage] = _all(_above(ours, floor.get(MAIN[stage]), floor.get("gap")) for floor in floors)
        metric = {"categorization": "f1", "cause": "top1"}.get(stage, "")
        for family, row in plain.get(stage, {}).get("families", {}).items():
            found[f"{stage}.{family}"] = _above(row.get(metric), row.get("floor", {}).get(metric))
    return {name: answer for name, answer in found.items() if answer is not None or "." not in name}


def _all(answers: Iterable[bool | None]) -> bool | None:
    known = [answer for answer in answers if answer is not None]
    return all(known) if known else None


# What is weak


def weak(results: Results) -> list[str]:
    """What is weak, a sentence each, from the numbers alone."""
    return list(_weak(_plain(results)))


def _weak(results: Results) -> Iterator[str]:
    for bar in _bars(results):
        if bar.passed is False:
            by = f", {bar.told}" if bar.told else ""
            yield f"{bar.name} is {told(bar.estimate)}; aimed at: {bar.aim}{by}."
        elif bar.passed is None:
            yield f"{bar.name} was not measured; aimed at: {bar.aim}."
    yield from _weak_detection(results)
    yield from _weak_families(results)
    yield from _weak_places(results)
    yield from _weak_elsewhere(results)


def _weak_detection(results: Results) -> Iterator[str]:
    error = _main(results, "detection", "ece")
    if _value(error) > OFF:
        yield f"The probabilities of detection are off by {_short(error)} on average."
    benign = _main(results, "detection", "false_alarms_benign")
    if _value(benign) > MANY_ALARMS:
        yield f"Of the benign mutants, {_value(benign):.0%} are called faulty."
    section = results.get("detection", {})
    chosen = section.get("chosen")
    if chosen:
        for level in LEVELS:
            ours = section.get("scores", {}).get(level, {}).get(chosen["model"], {}).get("balanced_accuracy")
            if level != chosen["level"] and _value(ours) < 0.7:
                yield f"Detection from {level} features alone has a balanced accuracy of {told(ours)}; 0.5 is a coin."


def _weak_families(results: Results) -> Iterator[str]:
    for stage, metric, least, words in (
        ("categorization", "f1", POOR_F1, "F1"),
        ("cause", "top1", POOR_TOP1, "Root cause: top-1"),
    ):
        for family, row in results.get(stage, {}).get("families", {}).items():
            ours, floor = row.get(metric), row.get("floor", {}).get(metric)
            above = _above(ours, floor)
            if above is False:
                beside = f"not clearly above its floor {told(floor)}: it must not speak"
                yield f"{words} of *{family}* is {told(ours)}, {beside}."
            elif _value(ours) < least:
                yield f"{words} of *{family}* is {told(ours)}."
    strict = results.get("categorization", {}).get("compound", {}).get("strict")
    if _value(strict) < POOR_F1:
        yield f"Of compound faults, all families are right in {_value(strict):.0%} of the programs."
    for name, answer in speaks(results).items():
        if answer is False and "." not in name:
            yield f"{_first_up(LEVEL_NAMES[name])} is not clearly above every floor: it must not speak by default."


def _weak_places(results: Results) -> Iterator[str]:
    places = results.get("localization", {})
    for family, sources in places.get("families", {}).items():
        fused, floor = (sources.get(name, {}).get("top1") for name in ("fused", "nearest"))
        if _value(fused) < POOR_PLACE:
            yield f"The line of a fault of *{family}* is named first in {_value(fused):.0%} of the programs."
        if _value(floor) > _value(fused):
            both = f"{_short(floor)} to {_short(fused)}"
            yield f"Lines of *{family}*: the floor (compile, fit, output layer) is better, {both}."
    for source, kinds in places.get("false_alarms", {}).items():
        for kind, figures in kinds.items():
            share = figures.get("share")
            if kind != "benign" and _value(share) > MANY_ALARMS:
                words = {"originals": "healthy originals", "benign elsewhere": "benign mutants, away from the change,"}
                yield f"*{source}*: {_value(share):.0%} of the {words.get(kind, kind)} have a warning or more."


def _weak_elsewhere(results: Results) -> Iterator[str]:
    known = {metric: _main(results, stage) for stage, metric in MAIN.items()}
    for name, row in results.get("architectures", {}).items():
        for metric, ours in known.items():
            if _value(ours) - _value(row.get(metric)) > DROP:
                yield (
                    f"Learned without *{name}* programs, {METRICS[metric]} on them is {told(row[metric])}, "
                    f"{_short(ours)} otherwise."
                )
    for stage, metric in MAIN.items():
        steps = results.get("early", {}).get(stage, {})
        first, last = (_value(steps.get(step, {}).get(metric)) for step in ("1", "all"))
        if last - first > DROP:
            yield f"After one epoch, {METRICS[metric]} of {stage} is {first:.2f}; with all of them it is {last:.2f}."
    rows = list(results.get("ablations", {}).items())
    for name, row in rows[1:]:
        for metric in MAIN.values():
            gain = _value(row.get(metric)) - _value(rows[0][1].get(metric))
            if gain > MATTERS:
                yield f"*{name}* has a better {METRICS[metric]} than *{rows[0][0]}*, by {gain:.3f}."
    steps = sorted(results.get("learning_curve", ()), key=lambda step: step["seeds"])
    for metric in MAIN.values():
        if len(steps) > 1:
            gain = _value(steps[-1].get(metric)) - _value(steps[-2].get(metric))
            if gain > MATTERS:
                yield (
                    f"{_first_up(METRICS[metric])} still grew by {gain:.3f} from {steps[-2]['seeds']} to "
                    f"{steps[-1]['seeds']} seeds: more of them would help."
                )


# Sections


def _blocks(results: Results, drawn: Mapping[str, Path]) -> Iterator[Block]:
    yield Heading(1, TITLE)
    yield from _summary(results)
    for title, key, section in (
        ("The corpus", "corpus", _corpus),
        ("Detection", "detection", _detection),
        ("Categorization", "categorization", _categorization),
        ("Root cause", "cause", _cause),
        ("Line localization", "localization", _localization),
        ("Early detection", "early", _early),
        ("Across architectures", "architectures", _architectures),
        ("Ablations", "ablations", _ablations),
        ("Floors", "floors", _floors),
        ("More seeds", "learning_curve", _learning_curve),
        ("Reasons", "shap", _shap),
    ):
        yield Heading(2, title)
        held = results.get(key)
        if not held:
            yield MISSING
            continue
        yield from section(results, held, drawn)
        if isinstance(held, dict) and isinstance(held.get("notes"), list):
            yield from map(Text, held["notes"])
    yield Heading(2, "What is weak")
    found = weak(results)
    yield Items(tuple(found)) if found else Text("Nothing is below a bar or its floor.")
    if results.get("tried"):
        yield Heading(3, "What was tried")
        yield Items(tuple(results["tried"]))


def _summary(results: Results) -> Iterator[Block]:
    yield Text(
        "Everything here is measured on programs made from seeds that the classifiers had not seen: all splits are "
        "grouped by seed program. Numbers in brackets are 95 % intervals over draws of whole seeds."
    )
    if results.get("method"):
        yield Items(tuple(results["method"]))
    yield Heading(2, "Bars")
    rows = []
    for bar in _bars(results):
        answer = {True: "passed", False: "missed", None: "not measured"}[bar.passed]
        rows.append((bar.name, bar.aim, ", ".join(filter(None, (told(bar.estimate), bar.told))), answer))
    yield Table(("", "aim", "got", ""), tuple(rows), words=(1, 3))
    answers = speaks(results)
    levels = [(name, answers[name]) for name in STAGES if answers[name] is not None]
    if levels:
        words = {True: "is clearly above its floors and may speak", False: "is not, and must not speak by default"}
        told_of = "; ".join(f"{LEVEL_NAMES[name]} {words[bool(answer)]}" for name, answer in levels)
        yield Text(f"{_first_up(told_of)}.")
    if results.get("versions"):
        yield Text(
            "Made with " + ", ".join(f"{name} {held}" for name, held in sorted(results["versions"].items())) + "."
        )


def _corpus(results: Results, held: Mapping[str, Any], drawn: Mapping[str, Path]) -> Iterator[Block]:
    counts = [f"{held[name]:,} {name}" for name in ("seeds", "programs", "runs") if name in held]
    if counts:
        yield Text(", ".join(counts) + (f"; hash `{held['hash']}`." if "hash" in held else "."))
    if "verdicts" in held:
        told_of = ", ".join(f"{count:,} {name}" for name, count in held["verdicts"].items())
        yield Text(f"Verdicts on mutants: {told_of}.")
    for name in ("families", "architectures"):
        if held.get(name):
            columns = list(dict.fromkeys(column for row in held[name].values() for column in row))
            rows = [
                (key, *(f"{row[column]:,}" if column in row else NONE for column in columns))
                for key, row in held[name].items()
            ]
            yield Table(({"families": "family", "architectures": "architecture"}[name], *columns), tuple(rows))


def _scores(section: Mapping[str, Any], metrics: Sequence[str]) -> Iterator[Block]:
    """The table of all levels and models; what was chosen stands in bold."""
    scores, chosen = section.get("scores", {}), section.get("chosen", {})
    there = [name for name in METRICS if any(name in row for level in scores.values() for row in level.values())]
    columns = [name for name in metrics if name in there] + [name for name in there if name not in metrics]
    rows = []
    for level in LEVELS:
        for model, row in scores.get(level, {}).items():
            mark = "**" if chosen == {"level": level, "model": model} else ""
            rows.append((f"{mark}{level}{mark}", f"{mark}{model}{mark}", *(told(row.get(name)) for name in columns)))
    if rows:
        yield Table(("features", "model", *(METRICS[name] for name in columns)), tuple(rows), words=(1,))
        if chosen:
            yield Text(f"Chosen: {chosen['model']} on {LEVEL_WORDS[chosen['level']]} features, in bold.")


def _shown(drawn: Mapping[str, Path], name: str, text: str) -> Iterator[Block]:
    if name in drawn:
        yield Picture(drawn[name], text)


def _detection(results: Results, held: Mapping[str, Any], drawn: Mapping[str, Path]) -> Iterator[Block]:
    yield Text(
        "Is a run faulty? *Static* features come from the source alone, *dynamic* from the run alone. False alarms are "
        "the share called faulty: of the runs of the unchanged seeds (healthy), of mutants that do no harm (benign)."
    )
    yield from _scores(held, SHOWN)
    yield from _shown(drawn, "roc", "Recall over false alarms of detection, for all thresholds")
    yield from _shown(drawn, "reliability", "Share that is faulty over the probability that was given, by tenths; "
                      "dots are as large as there are runs")  # fmt: skip
    yield from _harm(held.get("harm", {}))


def _harm(held: Mapping[str, Mapping[str, Any]]) -> Iterator[Block]:
    """How much of what is missed is hardly there."""
    if held:
        yield Text(
            "Faults by what they cost: the part of the way from a constant to the best possible prediction that the "
            "program's median run falls short of its original's. Balanced accuracy is with all programs that are not "
            "faulty. Who sees one run, and not those of the original beside it, cannot know that it could be a "
            "little better."
        )
        rows = []
        for kind, row in held.items():
            share = row.get("recall", {})
            count = f"{share['n']:,}" if share.get("n") else NONE
            rows.append((kind, count, told(share), told(row.get("balanced_accuracy"))))
        yield Table(("cost", "programs", "called faulty", "balanced accuracy"), tuple(rows))


def _categorization(results: Results, held: Mapping[str, Any], drawn: Mapping[str, Path]) -> Iterator[Block]:
    yield Text("Which families of faults does a faulty program have? Each is asked alone, as several may hold.")
    yield from _scores(held, ("macro_f1",))
    families = held.get("families", {})
    if families:
        metrics = [name for name in METRICS if any(name in row for row in families.values())]
        floors = any("floor" in row for row in families.values())
        answers = speaks(results)
        rows = []
        for family, row in families.items():
            cells = [family, f"{row['support']:,}" if "support" in row else NONE]
            cells += [told(row.get(name)) for name in metrics]
            if floors:
                answer = answers.get(f"categorization.{family}")
                cells += [told(row.get("floor", {}).get("f1")), _answer(answer)]
            rows.append(tuple(cells))
        head = [
            "family",
            "programs",
            *(METRICS[name] for name in metrics),
            *(["floor F1", "above it"] if floors else []),
        ]
        yield Table(tuple(head), tuple(rows), words=(len(head) - 1,) if floors else ())
    yield from _shown(drawn, "families", "F1 of each family, with its floor")
    compound = held.get("compound")
    if compound:
        strict, loose = told(compound.get("strict")), told(compound.get("any"))
        yield Text(
            "Compound faults, of two to four families: all families right and none too many in "
            f"{strict} of the programs (strict), at least one right in {loose}."
        )
    yield from _shown(
        drawn, "confusion", "Planted and given families; shades are shares of a row, numbers are programs"
    )


def _answer(answer: bool | None) -> str:
    return {True: "yes", False: "no", None: NONE}[answer]


def _cause(results: Results, held: Mapping[str, Any], drawn: Mapping[str, Path]) -> Iterator[Block]:
    yield Text(
        "Given the family, what is at fault? The right cause first (top-1), or among the first three (top-3). The "
        "floor names the most frequent causes of the family in the same order for every program."
    )
    yield from _scores(held, ("top1", "top3"))
    families = held.get("families", {})
    if families:
        answers = speaks(results)
        rows = []
        for family, row in families.items():
            floor = row.get("floor", {})
            counts = [f"{row[name]:,}" if name in row else NONE for name in ("support", "causes")]
            scores = [told(part.get(name)) for name in ("top1", "top3") for part in (row, floor)]
            rows.append((family, *counts, *scores, _answer(answers.get(f"cause.{family}"))))
        head = ("family", "programs", "causes", "top-1", "floor", "top-3", "floor", "above it")
        yield Table(head, tuple(rows), words=(7,))


def _localization(results: Results, held: Mapping[str, Any], drawn: Mapping[str, Path]) -> Iterator[Block]:
    if "programs" in held:
        yield Text(f"Faulty mutants: {held['programs']:,}; here those with one fault.")
    yield Text(
        "How often the planted fault is among the first places that each source names. By *span* a place must overlap "
        "the planted text; by *line* it may also begin on its line; by *call* also within the call that has to be "
        "looked at. *rules*: the linter without a run; *observations*: a recorded run alone, without the tests that "
        "`diagnose` makes after training; *suspicions*: classifiers on the source, that had not seen the seed; "
        "*fused*: all three as `diagnose` fuses them, which asks classifiers about places where training does not "
        "work and fails or is found like that of faulty programs; *fused for the curious*: also where training works "
        "and is more likely that of a faulty program than not, as for that audience; *always fused*: everywhere. "
        "Floors know no fault: *nearest* names the whole calls `compile`, `fit`, the output layer's and then the "
        "others, *random* the same in random order."
    )
    sources = held.get("sources", {})
    for criterion in ("line", "span", "call"):
        rows = [
            (source, *(told(kinds[criterion].get(name)) for name in ("top1", "top3", "top5", "ever")))
            for source, kinds in sources.items()
            if criterion in kinds
        ]
        if rows:
            yield Table((f"by {criterion}", "top-1", "top-3", "top-5", "ever"), tuple(rows))
    yield from _shown(drawn, "localization", "Planted faults among the first places, by source")
    gaps = held.get("gap", {})
    if gaps:
        yield Text("Above *nearest*, by line, on the same programs:")
        rows = [(source, *(told(row.get(name)) for name in ("top1", "top3", "top5"))) for source, row in gaps.items()]
        yield Table(("", "top-1", "top-3", "top-5"), tuple(rows))
    yield from _places_of(held.get("families", {}), "family", "By family, top-1 / top-3 by line:")
    yield from _places_of(held.get("harm", {}), "cost", "By what the fault costs, top-1 / top-3 by line:")
    compound = held.get("compound", {})
    if compound:
        yield Text(
            "Programs with several faults, by line: one of them, all of them, and the share of them that is found."
        )
        rows = []
        for source, ways in compound.items():
            cells = [
                _short(ways.get(way, {}).get(name))
                for way in ("any", "all", "share")
                for name in ("top1", "top3", "top5")
            ]
            rows.append((source, *cells))
        heads = [f"{way}, top-{k}" for way in ("one", "all", "share") for k in (1, 3, 5)]
        yield Table(("", *heads), tuple(rows))
    yield from _alarms(held.get("false_alarms", {}))


def _places_of(groups: Mapping[str, Mapping[str, Any]], by: str, heading: str) -> Iterator[Block]:
    if groups:
        names = list(dict.fromkeys(source for row in groups.values() for source in row))
        yield Text(heading)
        rows = []
        for group, row in groups.items():
            count = next((part["top1"]["n"] for part in row.values() if part.get("top1", {}).get("n")), None)
            cells = [" / ".join(_short(row.get(source, {}).get(name)) for name in ("top1", "top3")) for source in names]
            rows.append((group, NONE if count is None else f"{count:,}", *cells))
        yield Table((by, "programs", *names), tuple(rows))


def _alarms(held: Mapping[str, Any]) -> Iterator[Block]:
    if held:
        yield Text(
            "False alarms: the share of programs with a finding of at least warning (for suspicions: above their "
            "threshold), and how many there are in a program. On benign mutants a warning at the change may be right "
            "in what it says; *elsewhere* leaves those out."
        )
        kinds = list(dict.fromkeys(kind for row in held.values() for kind in row))
        rows = []
        for source, row in held.items():
            cells = [told(row.get(kind, {}).get(name)) for kind in kinds for name in ("share", "each")]
            rows.append((source, *cells))
        yield Table(("", *(f"{kind}, {name}" for kind in kinds for name in ("share", "each"))), tuple(rows))


def _metrics_table(held: Mapping[str, Mapping[str, Any]], first: str) -> Table:
    columns = [name for name in METRICS if any(name in row for row in held.values())]
    rows = tuple((name, *(told(row.get(column)) for column in columns)) for name, row in held.items())
    return Table((first, *(METRICS[name] for name in columns)), rows)


def _early(results: Results, held: Mapping[str, Any], drawn: Mapping[str, Path]) -> Iterator[Block]:
    yield Text("From the features of the first epochs alone, by classifiers that were made for so many.")
    for stage in STAGES:
        if held.get(stage):
            yield _metrics_table(held[stage], f"{stage}, epochs")
    yield from _shown(drawn, "early", "Scores over the number of epochs seen")


def _architectures(results: Results, held: Mapping[str, Any], drawn: Mapping[str, Path]) -> Iterator[Block]:
    yield Text("Learned from the programs of the other architectures, tested on those of this one.")
    yield _metrics_table(held, "tested on")


def _ablations(results: Results, held: Mapping[str, Any], drawn: Mapping[str, Path]) -> Iterator[Block]:
    yield Text("Learned again with some features only.")
    yield _metrics_table(held, "features")
    yield from _shown(drawn, "ablations", "Scores without some of the features; the dotted line is the first row")


def _floors(results: Results, held: Mapping[str, Any], drawn: Mapping[str, Path]) -> Iterator[Block]:
    yield Text("What a predictor reaches that knows nothing of the program, or one feature of it.")
    rows = []
    for stage in STAGES:
        metric = MAIN[stage]
        for name, row in held.get(stage, {}).items():
            feature = f" (`{row['feature']}`)" if "feature" in row else ""
            above = _answer(_above(_main(results, stage), row.get(metric), row.get("gap")))
            cells = (METRICS[metric], told(row.get(metric)), told(_main(results, stage)), told(row.get("gap")), above)
            rows.append((f"{stage}: {name}{feature}", *cells))
    yield Table(("floor", "score", "floor", "ours", "ours above it", "clearly"), tuple(rows), words=(1, 5))


def _learning_curve(results: Results, held: Sequence[Mapping[str, Any]], drawn: Mapping[str, Path]) -> Iterator[Block]:
    yield Text("The same, learned from fewer seed programs.")
    yield _metrics_table({f"{step['seeds']:,}": step for step in held}, "seeds")
    yield from _shown(drawn, "learning_curve", "Scores over the number of seed programs learned from")


def _shap(results: Results, held: Mapping[str, Any], drawn: Mapping[str, Path]) -> Iterator[Block]:
    yield Text(
        "What moves the probability (SHAP): a dot is a program, its place how much the feature moved it, its color the "
        "value of the feature."
    )
    for level in [*(name for name in LEVELS if name in held), *(name for name in held if name not in LEVELS)]:
        path = Path(held[level])
        if path.is_file():
            yield Picture(path, f"Contributions of the most important features, {level}")
        else:
            yield Text(f"The image of {level} is missing.")
