"""How far down the list of places the planted fault is, for each source of evidence, on programs of the corpus.

    results = run("corpus", suspect=suspect, stamp="fold models of ...", cache="localize.jsonl", workers=2)
    section = summary(results)          # figures with intervals, as `evaluation_report` wants them

Sources (`SOURCES`): "rules" speak from the source alone, in the order of severity, confidence and position;
"observations" from the recorded run alone, by weight, as `diagnosis.fusion` joins them when no rule speaks;
"suspicions" are what `suspect` gives, all of it; "rules+suspicions" is all that is known without a run,
"rules+observations" what `diagnose` says without classifiers. "fused" is all three as `diagnose` fuses them, by what
`place` says about the run and its places: where every model learns classifiers are not asked; "fused for the curious"
asks them where such a run is more likely that of a faulty program than not, as `diagnose` does for that audience;
"always fused" asks them everywhere. Suspicions below `least` are
left out. "nearest" and "random" are floors that know no fault: the calls `compile`, `fit` and the output layer's, then
all others from the output backwards; and the same in random order. The runs of the corpus were made without the probe's
own tests after training, so observations that need those are silent here.

A place is a hit by one of three criteria (`CRITERIA`):

- "span": it overlaps the text that was planted. Where text was deleted: it touches that spot, or overlaps the name of
  the call around it or of the fault's `site` (what a person has to look at).
- "line": it is a hit by "span", or begins on a line of that text; where text was deleted, or on the first line of
  the site. This is what a reader of `train.py:41` finds.
- "call": it is a hit by "line", or begins within the site. A value that stands in a constant is fixed there, but people
  are told of its use.

Rank k means: the k-th of the distinct places (distinct spans; for "line" and "call" distinct first lines) is the first
hit. The floors name whole calls, which makes them strong by "span" and is meant so.
"""

from __future__ import annotations

import ast
import hashlib
import json
import math
import os
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from default_lint.diagnosis.fusion import Weighed, fuse
from default_lint.diagnosis.locating import (
    LIKELIER,
    MODEL,
    Located,
    Spot,
    Word,
    first,
    likeliest_first,
    suspects,
    words,
)
from default_lint.diagnosis.suspicion import Suspected, Suspicions, key
from default_lint.engine import apply_rules, observe
from default_lint.features.static import Site, sites
from default_lint.findings import Confidence, Finding, Learned, Severity
from default_lint.lab.learning import HARMS
from default_lint.lab.tables import read as read_corpus
from default_lint.lab.tables import records
from default_lint.program.data_values import Dataset
from default_lint.program.read import SyntaxTrouble, read
from default_lint.program.types import Layer, Model, Program
from default_lint.settings import Settings
from default_lint.text import Document, Span
from default_lint.trial.observations.origin import origin, span_of
from default_lint.trial.trace import Trace

if TYPE_CHECKING:
    import pandas as pd

SOURCES = (
    "rules",
    "suspicions",
    "observations",
    "rules+suspicions",
    "rules+observations",
    "fused",
    "fused for the curious",
    "always fused",
    "nearest",
    "random",
)
FLOORS = ("nearest", "random")
CRITERIA = ("span", "line", "call")
KS = (1, 3, 5)
KEPT = 10  # places of a source that are kept, for people and for thresholds
BETWEEN = " \t\r\n,"
CHUNK = 16  # programs that a process takes at once
SETTINGS = Settings(audience="curious")
SUSPICION = "suspicion"

Record = Mapping[str, Any]
Result = dict[str, Any]
Suspect = Callable[[Program], Sequence[Spot]]
"""The suspicions about a program, the strongest first. Its document's path is "<seed>.py", by
which the models that have not seen the seed can be chosen. Must be picklable when there are several workers."""


class Places(NamedTuple):
    """What classifiers say of a run: how likely its program is faulty, is it called so, and what of each place.

    likely  places, each with the probability that it holds the fault in the place of that of being unusual
    """

    faulty: float
    detected: bool
    likely: tuple[Spot, ...]


Place = Callable[[Program], Places | None]
"""What classifiers say of a program and its run; as `Suspect`."""


class Ranked(NamedTuple):
    """A place that a source names, and by how much."""

    span: Span
    weight: float
    name: str = ""


@dataclass(frozen=True)
class Fault:
    """Where one planted fault stands in the mutant.

    spans    the text that was planted, without space and commas around it
    spots    where text was deleted
    names    of the calls to look at for what was deleted: that of the site, and those around spots
    site     the call or statement that a person would have to look at
    lines    those of spans and spots
    """

    operator: str
    family: str
    cause: str
    spans: tuple[Span, ...]
    spots: tuple[int, ...]
    names: tuple[Span, ...]
    site: Span
    lines: frozenset[int]

    def hit(self, place: Span, document: Document) -> frozenset[str]:
        """The criteria by which a place is a hit."""
        line, first = (_line(document, span.start) for span in (place, self.site))
        if any(place.overlaps(span) for span in (*self.spans, *self.names)):
            return frozenset(CRITERIA)
        if any(place.start <= spot <= place.end for spot in self.spots):
            return frozenset(CRITERIA)
        if line in self.lines or (self.spots and line == first):
            return frozenset(CRITERIA[1:])
        if line == first or self.site.start <= place.start < self.site.end:
            return frozenset(CRITERIA[2:])
        return frozenset()


def faults(record: Record) -> tuple[Fault, ...]:
    """The planted faults of a program's record."""
    document = Document(_path(record), record["code"])
    return tuple(_fault(planted, document) for planted in record["faults"])


def _fault(planted: Mapping[str, Any], document: Document) -> Fault:
    site = Span(planted["site"]["start"], planted["site"]["end"])
    after = [_trimmed(document, Span(place["start"], place["end"])) for place in planted["after"]]
    spots = tuple(span.start for span in after if span.start == span.end)
    lines: set[int] = set()
    for span in after:
        lines.update(range(_line(document, span.start), _line(document, max(span.start, span.end - 1)) + 1))
    return Fault(
        planted["operator"],
        planted["family"],
        planted["cause"],
        tuple(span for span in after if span.start < span.end),
        spots,
        tuple(_called(document, site, spots)) if spots else (),
        site,
        frozenset(lines),
    )


def _trimmed(document: Document, span: Span) -> Span:
    text = document[span]
    inner = text.strip(BETWEEN)
    if not inner:
        return span
    start = span.start + len(text) - len(text.lstrip(BETWEEN))
    return Span(start, start + len(inner))


def _called(document: Document, site: Span, spots: Sequence[int]) -> Iterator[Span]:
    """The names of the site's call and of those that begin on the line of a spot and hold it, the innermost."""
    bracket = document[site].find("(")
    yield Span(site.start, site.start + bracket if bracket > 0 else site.end)
    nodes = [node for node in ast.walk(ast.parse(document.text)) if isinstance(node, ast.Call)]
    calls = [
        (whole, name) for node in nodes if (whole := span_of(document, node)) and (name := span_of(document, node.func))
    ]
    for spot in spots:
        around = [(whole, name) for whole, name in calls if whole.start <= spot <= whole.end]
        whole, name = min(around, key=lambda pair: pair[0].end - pair[0].start, default=(site, site))
        if around and _line(document, whole.start) == _line(document, spot):
            yield name


def _line(document: Document, offset: int) -> int:
    return document.locate(offset).line


def _path(record: Record) -> str:
    return f"{record['seed']}.py"  # as `corpus.task_of` named the script, or places of the run are not found


# What the sources say


@dataclass(frozen=True)
class Said:
    """What each source says about one program: its places in order, and its findings of warnings and above.

    `words` is what rules and observations say, as the classifier of places hears it.
    """

    document: Document
    places: dict[str, tuple[Ranked, ...]]
    alarms: dict[str, tuple[Span, ...]]
    trouble: tuple[str, ...] = ()
    words: tuple[Word, ...] = ()


def said(
    record: Record,
    trace: Trace | None = None,
    suspect: Suspect | None = None,
    least: float = 0.0,
    place: Place | None = None,
) -> Said:
    """What all sources say; those that have nothing to go by (no run, no `suspect`) are left out."""
    document = Document(_path(record), record["code"])
    trouble: list[str] = []
    heard: tuple[Word, ...] = ()
    try:
        program = read(document)
    except SyntaxTrouble as error:
        return Said(document, {}, {}, (f"Python cannot parse it: {error.args[0]}",))
    rules = apply_rules(program, SETTINGS, trouble)
    about = [(document, finding) for finding in rules]
    places = {"rules": _by_severity(rules)}
    alarms = {"rules": _alarms(rules)}
    fused: dict[str, list[Weighed]] = {}
    suspected: list[Suspected] = []
    if suspect is not None:
        alone = suspect(program)
        places["suspicions"] = tuple(Ranked(spot.span, spot.suspicion) for spot in alone)
        suspected = _suspected(program, [spot for spot in alone if spot.suspicion >= least])
        fused["rules+suspicions"] = fuse(about, [], [], suspected)
    if trace is not None:
        sights, seen = observe([program], trace, rules, SETTINGS, trouble)
        healths = [sight.health for sight in sights]
        learns = bool(healths) and all(health.learns for health in healths)  # as in `engine.diagnose`
        fused["observations"] = fuse([], observe([program], trace, [], SETTINGS, trouble)[1], healths)
        fused["rules+observations"] = both = fuse(about, seen, healths)
        heard = tuple(words(both))
        fused["fused"] = fuse(about, seen, healths, () if learns else suspected)
        fused["fused for the curious"] = fused["fused"]
        fused["always fused"] = fuse(about, seen, healths, suspected)
        told = place(program) if place is not None else None
        if told is not None:
            located = _located(program, told)
            likely = suspects(located, Suspicions()).found
            fused["always fused"] = fuse(about, seen, healths, likely, (), located)
            holds = told.detected or any(health.fails for health in healths)
            if holds or (learns and told.faulty >= LIKELIER):
                fused["fused for the curious"] = fused["always fused"]
            if holds and not learns:
                fused["fused"] = fused["always fused"]
    for name, found in fused.items():
        places[name] = tuple(Ranked(item.finding.span, item.weight, item.finding.rule) for item in found)
        alarms[name] = _alarms(item.finding for item in found)
    order = floor(program)
    places["nearest"] = tuple(Ranked(span, 1 / (1 + at)) for at, span in enumerate(order))
    shuffled = list(order)
    random.Random(str(record["id"])).shuffle(shuffled)
    places["random"] = tuple(Ranked(span, 1 / (1 + at)) for at, span in enumerate(shuffled))
    known = {name: places[name] for name in SOURCES if name in places}
    return Said(document, known, alarms, tuple(dict.fromkeys(trouble)), heard)


def _suspected(program: Program, found: Sequence[Spot]) -> list[Suspected]:
    """Suspicions as the product has them."""
    made = []
    for spot, site in _sites(program, found):
        evidence = Learned(f"site.{spot.kind}", spot.suspicion, 0.0)
        finding = Finding(SUSPICION, "", spot.span, "unusual", Severity.HINT, Confidence.LOW, "training", (evidence,))
        if site is not None:
            made.append(Suspected(program.document, site, finding, spot.suspicion))
    return made


def _located(program: Program, told: Places) -> tuple[Located, ...]:
    """Places as the product has them."""
    found = (Located(program.document, spot, spot.suspicion, site) for spot, site in _sites(program, told.likely))
    located = sorted(found, key=likeliest_first)
    for at in first(located):
        located[at] = located[at]._replace(learned=Learned(MODEL, located[at].probability, 0.0))
    return tuple(located)


def _sites(program: Program, spots: Sequence[Spot]) -> list[tuple[Spot, Site | None]]:
    """Places with what the source has there; nothing for those that only a finding names."""
    there = {key(site): site for site in sites(program)} if spots else {}
    return [(spot, there.get((spot.kind, spot.name, spot.span))) for spot in spots]


def _by_severity(found: Iterable[Finding]) -> tuple[Ranked, ...]:
    ordered = sorted(found, key=lambda finding: (-finding.severity, -finding.confidence, finding.place()))
    return tuple(
        Ranked(finding.span, (finding.severity * 3 + finding.confidence) / 11, finding.rule) for finding in ordered
    )


def _alarms(found: Iterable[Finding]) -> tuple[Span, ...]:
    return tuple(finding.span for finding in found if finding.severity >= Severity.WARNING)


# Floors


def floor(program: Program) -> tuple[Span, ...]:
    """Places in an order that knows no fault: compile, fit, output layer, then the others from the output backwards."""
    found: list[Span] = []
    trained = [model for model in program.models if model.compiles and model.fits]
    models = trained or [model for model in program.models if model.layers or model.events]
    for model in models:
        found += [event.span for event in model.compiles]
        found += [event.span for event in model.fits]
        outputs = model.output_layers() or model.layers[-1:]
        found += [layer.call.span for layer in outputs]
    for model in models:
        found += [layer.call.span for layer in reversed(list(_layers(model)))]
        for event in model.compiles:
            found += [event.optimizer.span] if event.optimizer is not None else []
            found += [loss.span for loss in event.losses or ()]
        found += _data(program, model)
    return tuple(dict.fromkeys(span for span in found if span.end))


def _layers(model: Model) -> Iterator[Layer]:
    for layer in model.layers:
        if layer.nested is not None:
            yield from _layers(layer.nested)
        yield layer


def _data(program: Program, model: Model) -> Iterator[Span]:
    """Where inputs and labels are made, and the steps of a dataset."""
    for event in model.fits:
        if isinstance(event.x, Dataset):
            yield from (step.span for step in reversed(event.x.steps))
        for which in ("x", "y"):
            given = event.call.given(which) if event.call is not None else None
            if given is not None:
                yield origin(program.document, given.span, which) or given.span


# Of one program


def localize(
    record: Record,
    trace: Trace | None = None,
    suspect: Suspect | None = None,
    least: float = 0.0,
    place: Place | None = None,
) -> Result:
    """The ranks of a program's faults for each source, what else it warns of, and the first places of each source.

    ranks     {source: {criterion: [rank of each fault, None where it never comes]}}
    alarms    {source: [findings of warnings and above, those of them that are no hit by "call"]}
    top       {source: [[start, end, line, rule, weight], ...]}, the first KEPT
    words     [[start, end, weight, observed], ...], what the classifier of places hears of rules and observations
    """
    planted = faults(record)
    told = said(record, trace, suspect, least, place)
    document = told.document
    return {
        "program": record["id"],
        "seed": record["seed"],
        "architecture": record.get("architecture"),
        "original": bool(record["original"]),
        "verdict": record.get("verdict"),
        "families": [fault.family for fault in planted],
        "operators": [fault.operator for fault in planted],
        "causes": [fault.cause for fault in planted],
        "run": trace is not None,
        "ranks": {source: ranks(planted, places, document) for source, places in told.places.items()},
        "alarms": {
            source: [len(spans), sum(not any(fault.hit(span, document) for fault in planted) for span in spans)]
            for source, spans in told.alarms.items()
        },
        "top": {
            source: [
                [*item.span, _line(document, item.span.start), item.name, round(float(item.weight), 4)]
                for item in places[:KEPT]
            ]
            for source, places in told.places.items()
        },
        "words": [[*word.span, word.weight, word.observed] for word in told.words],
        "trouble": list(told.trouble),
    }


def ranks(planted: Sequence[Fault], places: Sequence[Ranked], document: Document) -> dict[str, list[int | None]]:
    """By criterion the rank of each fault among the distinct places, None where no place is a hit."""
    found: dict[str, list[int | None]] = {criterion: [None] * len(planted) for criterion in CRITERIA}
    known: dict[str, set[object]] = {criterion: set() for criterion in CRITERIA}
    for item in places:
        line = _line(document, item.span.start)
        for criterion, seen in known.items():
            seen.add(item.span if criterion == "span" else line)
        for number, fault in enumerate(planted):
            for criterion in fault.hit(item.span, document):
                if found[criterion][number] is None:
                    found[criterion][number] = len(known[criterion])
    return found


# Of many programs


def run(
    corpus: str | os.PathLike[str],
    suspect: Suspect | None = None,
    *,
    stamp: str = "",
    least: float = 0.0,
    place: Place | None = None,
    programs: Iterable[str] | None = None,
    cache: str | os.PathLike[str] | None = None,
    workers: int | None = None,
    say: Callable[[str], None] = lambda text: None,
) -> list[Result]:
    """`localize` for programs of a corpus (ids; all that are decided when None), each with the run that has a trace.

    What was done already is taken from `cache`, a file of one JSON object a line, if the program, its run, our code and
    `stamp` (in which the caller says what the suspicions are made of) are the same; what is new is added to it as it
    comes, so that after a kill the same call goes on from there.
    """
    if programs is None:
        frame = read_corpus(corpus).programs
        programs = [str(name) for name in frame["id"][frame["verdict"].notna() & (frame["verdict"] != "open")]]
    names = list(dict.fromkeys(programs))
    file = None if cache is None else Path(cache)
    salt = _salt(stamp, least, (suspect is not None) + 2 * (place is not None))
    known = {} if file is None else _kept(file, salt)
    chunks = [names[start : start + CHUNK] for start in range(0, len(names), CHUNK)]
    tasks = [[(name, known[name]["key"] if name in known else "") for name in chunk] for chunk in chunks]
    setup = (os.fspath(corpus), suspect, least, place, salt)
    found: dict[str, Result] = {}
    for number, part in enumerate(_parts(tasks, setup, workers)):
        new = []
        for name, result in part:
            if result is None:
                found[name] = known[name]["result"]
            elif "key" not in result:
                say(f"{name} has no record")
            else:
                new.append(json.dumps({"salt": salt, **result}, separators=(",", ":")) + "\n")
                found[name] = result["result"]
        if file is not None and new:
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("a", encoding="utf-8", newline="\n") as stream:
                stream.write("".join(new))
        say(f"{min((number + 1) * CHUNK, len(names))} of {len(names)} programs")
    return [found[name] for name in names if name in found]


_Answer = list[tuple[str, Result | None]]
_Setup = tuple[str, Suspect | None, float, Place | None, str]
_here: dict[str, Any] = {}


def _parts(tasks: Sequence[list[tuple[str, str]]], setup: _Setup, workers: int | None) -> Iterator[_Answer]:
    workers = min(workers or os.cpu_count() or 1, max(len(tasks), 1))
    if workers == 1:
        _begin(*setup)
        yield from map(_work, tasks)
        return
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_begin, initargs=setup) as pool:
        yield from pool.map(_work, tasks)


def _begin(path: str, suspect: Suspect | None, least: float, place: Place | None, salt: str) -> None:
    """Set up a process: what its tasks share is sent once."""
    corpus = read_corpus(path)
    programs = {str(record["id"]): record for record in records(corpus)}
    _here.update(programs=programs, traces=corpus.traces, suspect=suspect, least=least, place=place, salt=salt)


def _work(task: Sequence[tuple[str, str]]) -> _Answer:
    return [(name, _one(name, key)) for name, key in task]


def _one(name: str, known: str) -> Result | None:
    """The result of a program with its key; None when it is the known one, empty when there is no such program."""
    record = _here["programs"].get(name)
    if record is None:
        return {}
    _, text = _here["traces"].get(name, ("", ""))
    facts = [record[name] for name in ("code", "faults", "seed", "original")], record.get("verdict")
    key = hashlib.sha256(json.dumps([_here["salt"], *facts]).encode() + text.encode()).hexdigest()[:24]
    if key == known:
        return None
    trace = Trace.load(text) if text else None
    return {"key": key, "result": localize(record, trace, _here["suspect"], _here["least"], _here["place"])}


def _kept(file: Path, salt: str) -> dict[str, Any]:
    """What a cache holds that was made in the same way; a line that is cut off is passed over."""
    found = {}
    if file.is_file():
        for line in file.read_text(encoding="utf-8").splitlines():
            try:
                entry = json.loads(line)
                if entry["salt"] == salt:
                    found[entry["result"]["program"]] = entry
            except (ValueError, KeyError, TypeError):
                continue
    return found


def _salt(stamp: str, least: float, suspecting: int) -> str:
    return hashlib.sha256(f"{_code()}\0{stamp}\0{least}\0{suspecting}".encode()).hexdigest()[:16]


@cache
def _code() -> str:
    """A digest of all that decides what the sources say."""
    package = Path(__file__).parents[1]
    paths = [Path(__file__), package / "trial" / "trace.py", *package.glob("*.py")]
    for part in ("program", "rules", "features", "diagnosis", "trial/observations"):
        paths += [path for path in (package / part).rglob("*") if path.suffix in (".py", ".toml")]
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(path.read_bytes())
    return digest.hexdigest()


# What it comes to


def table(results: Iterable[Result]) -> pd.DataFrame:
    """One row for each program with faults, source and criterion.

    `best` and `worst` are the ranks of the fault found first and last (infinity: never); `share1`, `share3` and
    `share5` the shares of its faults among the first places.
    """
    import pandas as pd

    rows = []
    for result in results:
        for source, by_criterion in result["ranks"].items():
            for criterion, each in by_criterion.items():
                if each:
                    told = [math.inf if rank is None else rank for rank in each]
                    shares = {f"share{k}": sum(rank <= k for rank in told) / len(told) for k in KS}
                    head = {name: result[name] for name in ("program", "seed", "architecture", "verdict")}
                    head["families"] = "+".join(dict.fromkeys(result["families"]))
                    head["operators"] = "+".join(result["operators"])
                    head["faults"] = len(told)
                    rows.append({**head, "source": source, "criterion": criterion,
                                 "best": min(told), "worst": max(told), **shares})  # fmt: skip
    return pd.DataFrame(rows)


def summary(
    results: Sequence[Result],
    verdicts: Sequence[str] = ("faulty",),
    threshold: float = 0.5,
    draws: int = 1000,
    harm: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """The section "localization" of `evaluation_report`: figures with intervals drawn over seeds.

    Mutants with these verdicts are asked for: those with one fault in "sources", "families" and "gap" (by how much a
    source is above "nearest"), the others in "compound"; all but "sources" by "line". A suspicion counts as a false
    alarm from `threshold` on. `harm` names a kind of harm of each program.
    """
    from default_lint.lab.metrics import bootstrap_all, hit_rate

    rows = table(result for result in results if result["verdict"] in verdicts and not result["original"])
    if rows.empty:
        return {"programs": 0, "false_alarms": _false_alarms(results, threshold, draws)}

    def tops(part: pd.DataFrame, column: str = "best") -> dict[str, Any]:
        scores: dict[str, Any] = {f"top{k}": partial(hit_rate, k=k) for k in KS}
        scores["ever"] = lambda told: float(np.isfinite(told).mean())
        return dict(bootstrap_all(scores, part["seed"].to_numpy(), part[column].to_numpy(), draws=draws))

    def shares(part: pd.DataFrame) -> dict[str, Any]:
        columns = [part[f"share{k}"].to_numpy() for k in KS]
        scores = {f"top{k}": lambda *told, at=at: float(told[at].mean()) for at, k in enumerate(KS)}
        return dict(bootstrap_all(scores, part["seed"].to_numpy(), *columns, draws=draws))

    single, several = rows[rows["faults"] == 1], rows[rows["faults"] > 1]
    names = [source for source in SOURCES if source in set(rows["source"])]
    section: dict[str, Any] = {"programs": int(rows["program"].nunique()), "sources": {}, "families": {}}
    for source in names:
        mine = single[single["source"] == source]
        section["sources"][source] = {
            criterion: tops(mine[mine["criterion"] == criterion]) for criterion in CRITERIA if len(mine)
        }
        lines = mine[mine["criterion"] == "line"]
        for family in sorted(set(lines["families"])):
            section["families"].setdefault(family, {})[source] = tops(lines[lines["families"] == family])
        kinds = lines["program"].map(harm or {})
        for kind in (kind for kind in HARMS if (kinds == kind).any()):
            section.setdefault("harm", {}).setdefault(kind, {})[source] = tops(lines[kinds == kind])
        both = several[(several["source"] == source) & (several["criterion"] == "line")]
        if len(both):
            section.setdefault("compound", {})[source] = {
                "any": tops(both), "all": tops(both, "worst"), "share": shares(both)
            }  # fmt: skip
    section["gap"] = _gaps(single[single["criterion"] == "line"], names, draws)
    section["false_alarms"] = _false_alarms(results, threshold, draws)
    return section


def _gaps(rows: pd.DataFrame, names: Sequence[str], draws: int) -> dict[str, Any]:
    """By how much more of the same programs each source hits than "nearest" does."""
    from default_lint.lab.metrics import bootstrap_all

    best = rows.pivot(index=["seed", "program"], columns="source", values="best")
    found = {}
    for source in names:
        if source not in FLOORS and source in best and "nearest" in best:
            both = best[[source, "nearest"]].dropna()
            scores = {f"top{k}": lambda mine, floor, k=k: float(np.mean(mine <= k) - np.mean(floor <= k)) for k in KS}
            columns = (both[source].to_numpy(), both["nearest"].to_numpy())
            found[source] = dict(bootstrap_all(scores, both.index.get_level_values("seed"), *columns, draws=draws))
    return found


def _false_alarms(results: Sequence[Result], threshold: float, draws: int) -> dict[str, Any]:
    """By source and kind of program the share that has an alarm, and alarms of a program.

    "benign elsewhere" leaves out those about the place of the change that did no harm: there it may be right.
    """
    from default_lint.lab.metrics import bootstrap_all

    groups = {
        "originals": ([result for result in results if result["original"]], 0),
        "benign": ([result for result in results if _benign(result)], 0),
        "benign elsewhere": ([result for result in results if _benign(result)], 1),
    }
    found: dict[str, Any] = {}
    for source in SOURCES:
        for name, (part, which) in groups.items():
            counts = [_count(result, source, which, threshold) for result in part]
            pairs = [(result["seed"], count) for result, count in zip(part, counts) if count is not None]
            if pairs:
                seeds, told = zip(*pairs)
                scores = {
                    "share": lambda told: float((told > 0).mean()),
                    "each": lambda told: float(told.mean()),
                }
                found.setdefault(source, {})[name] = dict(bootstrap_all(scores, seeds, told, draws=draws))
    return found


def _benign(result: Result) -> bool:
    return result["verdict"] == "benign" and not result["original"]


def _count(result: Result, source: str, which: int, threshold: float) -> int | None:
    """Alarms of a source about a program; None when it says nothing about it or is no source of alarms."""
    if source == "suspicions" and source in result["top"] and which == 0:
        return sum(bool(weight >= threshold) for *_, weight in result["top"][source])
    counts = result["alarms"].get(source)
    return None if counts is None else int(counts[which])
