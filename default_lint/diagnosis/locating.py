"""Level three, the line: how likely each place of a program is to hold the fault of a run, by all that is said of it.

A classifier ("place") looks at each place with what the other classifiers say (is it unlike working programs, which
families and causes has the run), and with what rules and observations say about it. It is asked only about runs that
fail, or that are like those of faulty programs; for the curious also where a run that works is more likely that of a
faulty program than not. The lab teaches it with the same rows, made of what was said about
programs of seeds that the others had not seen (`lab.placing`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from default_lint.diagnosis.categorization import FAMILIES
from default_lint.diagnosis.root_cause import HOMES
from default_lint.diagnosis.suspicion import Judged, Suspicions, key, likely, together
from default_lint.features.static import Site
from default_lint.findings import PLACE, Finding, Learned, Level, Observed
from default_lint.text import Document, Span

if TYPE_CHECKING:
    from default_lint.diagnosis.bundle import Bundle, Model
    from default_lint.diagnosis.fusion import Weighed
    from default_lint.diagnosis.sample import Sample

MODEL = PLACE
FINDING = "finding"
"""The kind of a place that only a rule or an observation names."""
KINDS = ("layer", "optimizer", "loss", "fit", "data", FINDING)
NAMES = (
    *("learning_rate", "schedule", "optimizer", "momentum", "clipping", "weight_decay"),
    *("batch_size", "epochs", "callbacks", "validation", "shuffle", "loss", "x", "y"),
)
UNTOLD = 0.15
"""Stands for the probability of a family that no classifier speaks of; about what most families have."""
MOST = 10  # findings that are looked at, the heaviest first
FIRST = 3  # places that are told of one program, each on a line of its own
LIKELIER = 0.5  # probability of a faulty program above which the curious hear of places, though the run works
LEAST = 0.1
"""Probability of a place that is told. Of the lines that faulty programs of the corpus then have named, two or three
each, four in ten are right, and 98 in 100 of the faults are named that would be among the first three without it."""
REASONS = 5
REASONED = {"suspicion", "faulty", "cause", "rule", "observation", *(f"family.{family}" for family in FAMILIES)}
"""Features that are told as reasons; that a place is a layer, say, tells nobody anything."""

FEATURES: Mapping[str, str] = {
    "suspicion": "it is unlike that of working programs",
    "suspicion.share": "how unusual it is beside the most unusual place",
    "suspicion.rank": "number of places that are more unusual",
    "places": "places that may be at fault",
    "kind.layer": "it is a layer",
    "kind.optimizer": "it is part of the optimizer",
    "kind.loss": "it is the loss",
    "kind.fit": "it is an argument of `fit`",
    "kind.data": "it is data",
    "kind.finding": "it is another place",
    **{f"name.{name}": f"it is the {name.replace('_', ' ')}" for name in NAMES},
    **{f"family.{family}": f"the run is like that of a fault in {family}" for family in FAMILIES},
    "faulty": "the run is like those of faulty programs",
    "cause": "probability of the likeliest cause that stands here",
    "rule": "weight of what a rule says about it",
    "observation": "weight of what the run shows about it",
    "said.rank": "findings of more weight",
    "most.rule": "what rules say about any place",
    "most.observation": "what the run shows about any place",
}
"""The features of a place, in words."""


class Spot(NamedTuple):
    """A place: what it is, its span and call, and the probability that it is unlike that of working programs."""

    kind: str
    name: str
    span: Span
    whole: Span
    suspicion: float = 0.0


class Word(NamedTuple):
    """What a rule, or an observation of the run (`observed`), says about a place: so much weight."""

    span: Span
    weight: float
    observed: bool


class Told(NamedTuple):
    """What classifiers say about a run: is it faulty, in which families, and by which causes (shares of a family's)."""

    faulty: float
    families: Mapping[str, float]
    causes: Mapping[str, Mapping[str, float]]

    def likeliest(self, kind: str, name: str) -> float:
        """The probability of the likeliest cause that stands at such a place, together with its family's."""
        found = 0.0
        for family, shares in self.causes.items():
            for cause, share in shares.items():
                home = HOMES.get(cause)
                if home is not None and home.kind == kind and home.name in ("", name):
                    found = max(found, share * self.families.get(family, UNTOLD))
        return found


class Located(NamedTuple):
    """A place with the probability that it holds the fault of the run, and the reasons when it is to be told."""

    document: Document
    spot: Spot
    probability: float
    site: Site | None = None
    learned: Learned | None = None

    def about(self, span: Span) -> bool:
        """Whether a span is this place."""
        return _about(self.spot, span)


def words(findings: Iterable[Weighed]) -> list[Word]:
    """What rules and observations say, as `fusion.fuse` ranked it."""
    heaviest = sorted(findings, key=lambda item: -item.weight)[:MOST]
    return [
        Word(item.finding.span, item.weight, any(isinstance(piece, Observed) for piece in item.finding.evidence))
        for item in heaviest
    ]


def rows(spots: Sequence[Spot], said: Sequence[Word], told: Told) -> tuple[list[Spot], list[dict[str, float]]]:
    """All places of a program, also those that only findings name, each with its row of FEATURES."""
    everywhere = list(spots)
    homes = []
    for word in said:
        at = _home(everywhere, word.span)
        if at is None:
            at = len(everywhere)
            everywhere.append(Spot(FINDING, "", word.span, word.span))
        homes.append(at)
    run = {
        **{f"family.{family}": told.families.get(family, UNTOLD) for family in FAMILIES},
        "faulty": told.faulty,
        "most.rule": max((word.weight for word in said if not word.observed), default=0.0),
        "most.observation": max((word.weight for word in said if word.observed), default=0.0),
        "places": float(len(spots)),
    }
    highest = max((spot.suspicion for spot in spots), default=0.0)
    found = []
    for at, spot in enumerate(everywhere):
        here = [(rank, word) for rank, (home, word) in enumerate(zip(homes, said, strict=True)) if home == at]
        row = {
            "suspicion": spot.suspicion,
            "suspicion.share": spot.suspicion / highest if highest else 0.0,
            "suspicion.rank": float(sum(other.suspicion > spot.suspicion for other in spots)),
            **{f"kind.{kind}": float(spot.kind == kind) for kind in KINDS},
            **{f"name.{name}": float(spot.name == name) for name in NAMES},
            **run,
            "cause": told.likeliest(spot.kind, spot.name),
            "rule": max((word.weight for _, word in here if not word.observed), default=0.0),
            "observation": max((word.weight for _, word in here if word.observed), default=0.0),
            "said.rank": float(min((rank for rank, _ in here), default=MOST)),
        }
        found.append({name: row[name] for name in FEATURES})
    return everywhere, found


def _home(spots: Sequence[Spot], span: Span) -> int | None:
    """The place that a span is about, the smallest of several."""
    there = [at for at, spot in enumerate(spots) if _about(spot, span)]
    return min(there, key=lambda at: spots[at].span.end - spots[at].span.start, default=None)


def _about(spot: Spot, span: Span) -> bool:
    return together(spot.span, span) or (spot.kind == "layer" and spot.whole.contains(span))


# In the product


def told(sample: Sample, bundle: Bundle) -> Told | None:
    """What all classifiers say about a run, whether it holds or not; None when there is none that detects faults."""
    detection = sample.model(bundle, "detection")
    if detection is None:
        return None
    families, causes = {}, {}
    for family in FAMILIES:
        model = sample.model(bundle, f"categorization.{family}")
        if model is not None:
            families[family] = model.probability(sample.values)
        among = sample.model(bundle, f"cause.{family}")
        if among is not None:
            causes[family] = among.probabilities(sample.values)
    return Told(detection.probability(sample.values), families, causes)


def likelier(levels: Iterable[Level]) -> bool:
    """Whether a run is more likely that of a faulty program than not."""
    return any(level.stage == "detection" and level.learned.probability >= LIKELIER for level in levels)


def locate(sample: Sample, bundle: Bundle, suspicions: Suspicions, ranked: Sequence[Weighed]) -> tuple[Located, ...]:
    """The places of a program with their probabilities, the likeliest first; nothing when no classifier tells.

    `ranked` is what rules and observations say of the run.
    """
    model = bundle.model(MODEL) if bundle.speaks(MODEL) else None
    run = None if model is None else told(sample, bundle)
    if model is None or run is None or sample.program is None:
        return ()
    document = sample.program.document
    known = {key(item.site): item.probability for item in suspicions.judged}
    spots = [Spot(*key(site), site.whole, known.get(key(site), 0.0)) for site in suspicions.places]
    there = words(item for item in ranked if item.document is document)
    sites = [*suspicions.places, *(None for _ in there)]
    everywhere, values = rows(spots, there, run)
    found = [
        (Located(document, spot, model.probability(row), site), row)
        for spot, row, site in zip(everywhere, values, sites, strict=False)
    ]
    found.sort(key=lambda pair: likeliest_first(pair[0]))
    located = [item for item, _ in found]
    for at in first(located):
        located[at] = located[at]._replace(learned=_judged(model, found[at][1]))
    return tuple(located)


def likeliest_first(item: Located) -> tuple[float, Span]:
    """The order of places."""
    return -item.probability, item.spot.span


def first(located: Sequence[Located]) -> list[int]:
    """Which places of an ordered list are told, and so have their reasons, which take long to find."""
    lines: dict[Span, int] = {}
    for at, item in enumerate(located):
        if item.site is not None and item.probability >= LEAST:
            lines.setdefault(item.document.line_span(item.spot.span.start), at)
    return list(lines.values())[:FIRST]


def _judged(model: Model, row: Mapping[str, float]) -> Learned:
    """What the classifier says, with its reasons in words."""
    learned = model.judge(row)
    reasons = [
        (f"{FEATURES[name]}: {row[name]:.2f}", value)
        for name, value in learned.contributions.items()
        if name in REASONED and row[name]
    ][:REASONS]
    return replace(learned, reasons=tuple(reasons))


def judged(located: Sequence[Located]) -> list[Judged]:
    """The places of the source among them, as the causes ask for them."""
    return [Judged(item.document, item.site, item.probability) for item in located if item.site is not None]


def suspects(located: Sequence[Located], suspicions: Suspicions, works: bool = False) -> Suspicions:
    """The suspicions about a program, and those about the likeliest places of the fault that its run shows.

    A place that is unusual as well keeps what is said of it. `works`: whether the run shows no fault.
    """
    found = list(suspicions.found)
    for item in located:
        site = item.site
        if site is None or item.learned is None:
            continue
        at = next((at for at, other in enumerate(found) if together(other.finding.span, site.span)), None)
        if at is None:
            found.append(likely(item.document, site, item.learned, works))
        else:
            finding = found[at].finding
            found[at] = found[at]._replace(finding=replace(finding, evidence=(*finding.evidence, item.learned)))
    return suspicions._replace(found=tuple(found))


def is_located(finding: Finding) -> bool:
    """Whether it is told because the fault of a run is likely there; everybody hears that when training fails."""
    return any(isinstance(piece, Learned) and piece.model == MODEL for piece in finding.evidence)
