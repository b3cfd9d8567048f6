"""Suspicions: places in a program that classifiers find unlike those of working programs, and their reasons.

Each place (`features.static.sites`) is judged by the classifier of its kind. Of a place of which too little could be
read nothing is said. Where a program has several readings, a suspicion holds in all of them or is not told.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from default_lint.diagnosis.catalogue import SUSPICIONS, Suspicion
from default_lint.diagnosis.explain import reasons
from default_lint.features.static import Site, sites
from default_lint.findings import PLACE, Confidence, Finding, Learned, Note, Reason, Severity
from default_lint.program.types import Program
from default_lint.text import Document, Span

if TYPE_CHECKING:
    from default_lint.diagnosis.bundle import Bundle, Model

KNOWN = 0.5
"""Share of what was asked of the source that has to be known: below, most of a row is neutral values, and the lab does
not learn from such programs."""
MOST = 3  # suspicions about one model: a list of everything unusual is not read
TOLD = 3  # reasons in notes
SMALLEST = 0.02  # contribution of a reason that is told
LONGEST = 36  # characters of the user's words in a message

_BY_KIND = {item.kind: item for item in SUSPICIONS}
_OBJECTS = frozenset({"layer", "optimizer"})  # of which one argument is to change: the one that speaks most against it
_KEYWORD = re.compile(r"\b(\w+)\s*=\s*\Z")


class Judged(NamedTuple):
    """A place and the probability that it holds a fault."""

    document: Document
    site: Site
    probability: float


class Suspected(NamedTuple):
    """A suspicion as a finding, with its document and what it is made of."""

    document: Document
    site: Site
    finding: Finding
    probability: float

    @property
    def kind(self) -> type[Suspicion]:
        """The entry of the catalogue."""
        return _BY_KIND[self.site.kind]

    def about(self, span: Span) -> bool:
        """Whether a span is its place; that of a layer is the whole call."""
        whole = self.site.kind == "layer" and self.site.whole.contains(span)
        return whole or together(self.finding.span, span)


class Suspicions(NamedTuple):
    """What there is to say about a program, the strongest first; all places that were judged; how many were not.

    `places` are all that it has, judged or not.
    """

    found: tuple[Suspected, ...] = ()
    judged: tuple[Judged, ...] = ()
    abstained: int = 0
    places: tuple[Site, ...] = ()


def suspect(program: Program, bundle: Bundle, kinds: Collection[str]) -> Suspicions:
    """The suspicions of some kinds about a program. Classifiers that do not speak say nothing."""
    speaking = {kind for kind in kinds if bundle.speaks(f"site.{kind}")}
    everywhere = sites(program) if speaking else []
    places = [site for site in everywhere if site.kind in speaking]
    models = _models(bundle, {site.kind for site in places})
    places = [site for site in places if site.kind in models]
    judged = [
        Judged(program.document, site, models[site.kind].probability(site.values))
        for site in places
        if site.known >= KNOWN
    ]
    ranked = sorted(judged, key=lambda item: (-item.probability, item.site.span))
    above = [item for item in ranked if item.probability >= models[item.site.kind].threshold]
    for other in program.alternatives:
        if above:
            above = _still(above, other, models)
    return Suspicions(
        tuple(_chosen(above, program, models)), tuple(ranked), len(places) - len(judged), tuple(everywhere)
    )


def _models(bundle: Bundle, kinds: Collection[str]) -> dict[str, Model]:
    """The classifiers of some kinds of places, as far as they can be used."""
    found = {kind: bundle.model(f"site.{kind}") for kind in sorted(kinds)}
    return {kind: model for kind, model in found.items() if model is not None}


def _still(above: Sequence[Judged], reading: Program, models: dict[str, Model]) -> list[Judged]:
    """Those that hold in another reading, too."""
    there = {key(site): site for site in sites(reading)}
    kept = []
    for item in above:
        site = there.get(key(item.site))
        if site is not None and site.known >= KNOWN:
            model = models[site.kind]
            if site.values == item.site.values or model.probability(site.values) >= model.threshold:
                kept.append(item)
    return kept


def key(site: Site) -> tuple[str, str, Span]:
    """What names a place of a program: several arguments that are left out stand at one span."""
    return site.kind, site.name, site.span


def _chosen(ranked: Sequence[Judged], program: Program, models: dict[str, Model]) -> list[Suspected]:
    """The strongest of each model, one for each place."""
    kept: list[Suspected] = []
    counts: dict[int, int] = {}
    for item in ranked:
        owner = _owner(item.site, program)
        if counts.get(owner, 0) >= MOST:
            continue
        found = _suspected(program.document, item, models[item.site.kind])
        if not any(together(found.finding.span, other.finding.span) for other in kept):
            counts[owner] = counts.get(owner, 0) + 1
            kept.append(found)
    return kept


def _owner(site: Site, program: Program) -> int:
    """The number of the model that a place belongs to; the last one for what is not part of any."""
    for number, model in enumerate(program.models):
        calls = [*(layer.call.span for layer in model.layers), *(event.span for event in model.events)]
        optimizers = [event.optimizer for event in model.compiles if event.optimizer is not None]
        calls += [(item.span if item.call is None else item.call.span) for item in optimizers]
        if any(call == site.whole or call.contains(site.whole) for call in calls):
            return number
    return len(program.models) - 1


def together(one: Span, other: Span) -> bool:
    """Whether two spans are one place."""
    return one == other or one.overlaps(other)


# What is said


def _suspected(document: Document, judged: Judged, model: Model) -> Suspected:
    """The finding about a place."""
    site = judged.site
    judgment = model.judge(site.values)
    told = reasons(judgment, model, site.values, site.origins, document)
    learned = replace(judgment, reasons=tuple((reason.text, reason.contribution) for reason in told))
    entry = _BY_KIND[site.kind]
    strong = learned.probability >= (1 + model.threshold) / 2
    notes = [Note(reason.text, _own(reason, site)) for reason in told if reason.contribution >= SMALLEST]
    span = site.span
    if notes and site.name in _OBJECTS and notes[0].span is not None and site.whole.contains(notes[0].span):
        span = notes[0].span
        notes[0] = Note(notes[0].text)
    finding = Finding(
        entry.name,
        entry.code,
        span,
        f"{_subject(document, site)} working programs ({learned.probability:.2f})",
        Severity.INFO if strong else Severity.HINT,
        Confidence.LOW,
        entry.family,
        (learned,),
        tuple(notes[:TOLD]),
    )
    return Suspected(document, site, finding, learned.probability)


def likely(document: Document, site: Site, learned: Learned, works: bool = False) -> Suspected:
    """The finding about a place that is not unusual, but where the fault of a run is likely.

    Of a run that works (`works`) it is a hint.
    """
    entry = _BY_KIND[site.kind]
    whole = document[site.whole]
    layer = site.kind == "layer" and len(whole) <= LONGEST and "\n" not in whole
    what = _code(whole if layer else document[site.span])
    named = what if site.kind == "layer" else f"the {_WORDS.get(site.name, site.name.replace('_', ' '))} ({what})"
    said = "is among the first places to look at, should the result disappoint"
    said = said if works else "is a likely place of what went wrong in the run"
    finding = Finding(
        entry.name,
        entry.code,
        site.span,
        f"{named} {said} ({learned.probability:.2f})",
        Severity.HINT if works else Severity.INFO,
        Confidence.LOW,
        entry.family,
        (learned,),
        tuple(Note(f"{text} ({value:+.2f})") for text, value in learned.reasons[:TOLD] if value >= SMALLEST),
    )
    return Suspected(document, site, finding, learned.probability)


def _own(reason: Reason, site: Site) -> Span | None:
    """Where a reason stands, unless that is the place itself."""
    span = reason.spans[0][1] if reason.spans else site.span
    return None if span == site.span else span


def _subject(document: Document, site: Site) -> str:
    """The first part of the message: the place in the user's words, and with what it is compared."""
    text = document[site.span]
    words = _code(text)
    what = _WORDS.get(site.name, site.name.replace("_", " "))
    if site.kind == "layer":
        whole = document[site.whole]
        shown = whole if len(whole) <= LONGEST and "\n" not in whole else text
        return f"{_code(shown)} is unlike the layers of"
    if site.kind == "data":
        verb, those = ("is", "that") if what in ("data",) else ("are", "those")
        return f"the {what} {words} {verb} unlike {those} of"
    if _is_callee(document, site.span):
        if site.name in ("optimizer", "schedule"):
            return f"{words} is unlike the {what} of"
        return f"{words} without {what} is unlike that of"
    keyword = _KEYWORD.search(document.text[site.whole.start : site.span.start])
    if keyword is not None:
        return f"{_code(f'{keyword[1]}={text}')} is unlike that of"
    if site.name in ("loss", "optimizer"):
        return f"the {what} {words} is unlike that of"
    joint = "of" if text[:1] in "\"'" else ""
    return " ".join(filter(None, ("the", what, joint, words, "is unlike that of")))


_WORDS = {
    "learning_rate": "learning rate",
    "batch_size": "batch size",
    "clipping": "gradient clipping",
    "weight_decay": "weight decay",
    "validation": "validation data",
    "x": "inputs",
    "y": "labels",
}


def _code(text: str) -> str:
    """The user's words, cut when they are long."""
    line = " ".join(text.split())
    return f"`{line if len(line) <= LONGEST else f'{line[: LONGEST - 3]}...'}`"


def _is_callee(document: Document, span: Span) -> bool:
    """Whether a span is the name of a call, so that what is meant stands nowhere."""
    return document[span].isidentifier() and document.text[span.end : span.end + 1] == "("


# With what the rules say


def merged(
    findings: Iterable[Finding], held: Iterable[Finding], suspected: Iterable[Suspected]
) -> tuple[list[Finding], list[Suspected], list[Suspected]]:
    """The findings of rules with the suspicions about their places, and the suspicions about other places.

    A suspicion becomes evidence and a note of the most severe finding at its place, and changes nothing else in it. The
    last list are those about a place where an ignore comment holds back (`held`) what a rule says: they are held, too.
    """
    shown, hidden = list(findings), list(held)
    alone: list[Suspected] = []
    silent: list[Suspected] = []
    for item in suspected:
        here = [at for at, other in enumerate(shown) if item.about(other.span)]
        if here:
            best = max(here, key=lambda at: (shown[at].severity, shown[at].confidence, -at))
            shown[best] = joined(shown[best], item.finding)
        elif any(item.about(other.span) for other in hidden):
            silent.append(item)
        else:
            alone.append(item)
    return shown, alone, silent


def joined(finding: Finding, suspicion: Finding) -> Finding:
    """A finding with a suspicion about its place."""
    return replace(
        finding,
        evidence=(*finding.evidence, *(piece for piece in suspicion.evidence if piece not in finding.evidence)),
        notes=(*finding.notes, also(suspicion)),
    )


def also(suspicion: Finding) -> Note:
    """A suspicion as a note of another finding: its number and its strongest reason."""
    said = [piece for piece in suspicion.evidence if isinstance(piece, Learned)]
    first = f": {suspicion.notes[0].text}" if suspicion.notes else ""
    if said and all(piece.model == PLACE for piece in said):
        return Note(f"also a likely place by the classifiers ({said[0].probability:.2f}){first}")
    probability = max((piece.probability for piece in said if piece.model != PLACE), default=0.0)
    return Note(f"also unlike working programs ({probability:.2f}){first}")


def is_suspicion(finding: Finding) -> bool:
    """Whether classifiers alone say it."""
    return bool(finding.evidence) and all(isinstance(piece, Learned) for piece in finding.evidence)
