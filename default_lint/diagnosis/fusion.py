"""Rules, observations and suspicions about the same place become one finding; symptoms move to their best cause; all
are ranked.

A weight says how well a finding explains what went wrong in the run: 0 not at all, 1 completely. Weights of findings
that agree about a place are joined as independent hints (noisy or), and so is what the classifiers say of a run that
fails: its families and causes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from default_lint.findings import PLACE, Confidence, Evidence, Finding, Learned, Level, Note, Observed, Rule, Severity
from default_lint.text import Document, Span
from default_lint.trial.observations.base import Seen
from default_lint.trial.observations.health import Health

if TYPE_CHECKING:
    from default_lint.diagnosis.locating import Located
    from default_lint.diagnosis.suspicion import Suspected

CAUSE = 0.4  # a cause of less weight does not draw a symptom to itself
SURE = 0.99
SETTLED = 0.7
"""From this weight on an observation knows. Over the faulty mutants of the corpus, without classifiers, three in four
of the first findings of such weight stand at the planted fault; of those just below half do."""
SUSPECTED = 0.5  # weight of a suspicion that is certain
FAMILY, CAUSED = 0.2, 0.3  # what a family and a cause that are certain add to findings that agree with them
RAISED = 0.5  # what a family adds to a suspicion of it
_BY_SEVERITY = {Severity.ERROR: 0.85, Severity.WARNING: 0.7, Severity.INFO: 0.3, Severity.HINT: 0.1}
_BY_CONFIDENCE = {Confidence.HIGH: 1.0, Confidence.MEDIUM: 0.8, Confidence.LOW: 0.5}


class Weighed(NamedTuple):
    """A finding with its document, its weight, and the cause that it names ("" for a rule's).

    `suspected`: what it is when only classifiers say it.
    """

    document: Document
    finding: Finding
    weight: float
    cause: str = ""
    suspected: Suspected | None = None


def fuse(
    rules: Iterable[tuple[Document, Finding]],
    seen: Sequence[Seen],
    healths: Sequence[Health],
    suspected: Sequence[Suspected] = (),
    levels: Sequence[Level] = (),
    located: Sequence[Located] = (),
) -> list[Weighed]:
    """All findings, merged by place, the likeliest cause of what went wrong first.

    `levels` is what the classifiers say about the run; it counts only when training fails, or when it is like that of
    faulty programs. `located` is what they say about places, and weighs everything that is about one of them.
    """
    fails = any(health.fails for health in healths)
    holding = [level for level in levels if level.holds] if (fails or detected(levels)) and not located else []
    items = [Weighed(document, finding, _weight(finding, healths)) for document, finding in rules]
    items += [Weighed(s.place.document, s.finding, s.weight, s.cause) for s in seen if not s.symptom]
    items += [_suspected(item, holding) for item in suspected]
    groups = [_agreeing(_joined(group, fails), holding) for group in _grouped(items)]
    alone: list[Weighed] = []
    for symptom in sorted((s for s in seen if s.symptom), key=lambda s: -s.weight):
        causes = [at for at in range(len(groups)) if groups[at].suspected is None]
        best = max(causes, key=lambda at: groups[at].weight, default=None)
        if best is not None and groups[best].weight >= CAUSE:
            groups[best] = _explained(groups[best], symptom)
        else:
            alone.append(Weighed(symptom.place.document, symptom.finding, symptom.weight, symptom.cause))
    groups += [_agreeing(_joined(group, fails), holding) for group in _grouped(alone)]
    groups = [_placed(group, located) for group in groups]
    return sorted(groups, key=lambda item: (-item.weight, -item.finding.severity, item.finding.place()))


def detected(levels: Sequence[Level]) -> bool:
    """Whether the classifiers find a run like those of faulty programs."""
    return any(level.stage == "detection" and level.holds for level in levels)


def _placed(item: Weighed, located: Sequence[Located]) -> Weighed:
    """A finding with the weight that the classifiers give its place.

    A rule that is sure and an observation of weight SETTLED keep a greater one: classifiers know only the faults that
    the corpus was made with, and no tests after training.
    """
    span = item.finding.span
    here = [place.probability for place in located if place.document is item.document and place.about(span)]
    if not here:
        return item
    sure = item.finding.severity >= Severity.WARNING and any(isinstance(piece, Rule) for piece in item.finding.evidence)
    settled = item.weight >= SETTLED and bool(observed(item.finding))
    return item._replace(weight=min(SURE, max(*here, item.weight if sure or settled else 0.0)))


def _weight(finding: Finding, healths: Sequence[Health]) -> float:
    """How far a static finding explains the run: more when training fails, less when all models learn."""
    weight = _BY_SEVERITY[finding.severity] * _BY_CONFIDENCE[finding.confidence]
    if any(health.fails for health in healths):
        return 1 - (1 - weight) * (0.6 if finding.severity >= Severity.WARNING else 0.9)
    if healths and all(health.learns for health in healths):
        return weight * 0.7
    return weight


def _suspected(item: Suspected, holding: Sequence[Level]) -> Weighed:
    """A suspicion with its weight, which grows when the classifiers say of the run that it fails in such a way."""
    weight = SUSPECTED * item.probability
    said = [level for level in holding if level.stage == "categorization" and level.label in item.kind.families]
    agrees = max((level.learned.probability for level in said), default=0.0)
    weight = 1 - (1 - weight) * (1 - RAISED * agrees)
    return Weighed(item.document, item.finding, weight, item.site.name, item)


def _agreeing(item: Weighed, holding: Sequence[Level]) -> Weighed:
    """A finding with more weight when the classifiers of the run name its family, or a cause at its place."""
    missed = 1 - item.weight
    for level in holding:
        if level.stage == "categorization" and level.label == item.finding.family and item.suspected is None:
            missed *= 1 - FAMILY * level.learned.probability
        elif level.stage == "cause" and level.place is not None:
            document, span = level.place
            if document.path == item.document.path and _at(item, span):
                missed *= 1 - CAUSED * level.learned.probability
    return item._replace(weight=max(item.weight, min(SURE, 1 - missed)))


def _grouped(items: Sequence[Weighed]) -> list[list[Weighed]]:
    """Items that speak about the same place, in the order of their first."""
    groups: list[list[Weighed]] = []
    for item in items:
        home = next((group for group in groups if any(_together(item, other) for other in group)), None)
        if home is None:
            groups.append([item])
        else:
            home.append(item)
    return groups


def _together(one: Weighed, other: Weighed) -> bool:
    if one.document is not other.document and one.document.path != other.document.path:
        return False
    if not one.cause and not other.cause:  # two rules are two findings, as in `check`
        return False
    span, mine = one.finding.span, other.finding.span
    if _at(one, mine) or _at(other, span):
        return True
    return one.cause == other.cause and _same_line(one.document, span, mine)


def _at(item: Weighed, span: Span) -> bool:
    if item.suspected is not None:
        return item.suspected.about(span)
    return item.finding.span == span or item.finding.span.overlaps(span)


def _same_line(document: Document, one: Span, other: Span) -> bool:
    return document.line_span(one.start) == document.line_span(other.start)


def _joined(group: Sequence[Weighed], fails: bool) -> Weighed:
    """One finding of several: the head is a rule that is sure, else the heaviest; the others become its evidence.

    A suspicion heads no other finding and makes none worse, but for a remark about a run that fails (`fails`): what was
    seen and what is unusual at one place is more than either. That classifiers think of the place raises nothing.
    """
    ordered = sorted(group, key=lambda item: (item.suspected is not None, not _sure(item), -item.weight))
    head, others = ordered[0], ordered[1:]
    notes, evidence = list(head.finding.notes), list(head.finding.evidence)
    fixes = head.finding.fixes
    missed = 1 - head.weight
    for item in others:
        if item.suspected is not None:
            notes.append(_also(item.finding))
        else:
            notes += [Note(f"also: {item.finding.message}"), *_facts(item.finding.notes)]
        evidence += [piece for piece in item.finding.evidence if piece not in evidence]
        fixes = fixes or item.finding.fixes
        missed *= 1 - 0.5 * item.weight
    telling = [item.finding for item in group if item.suspected is None] or [item.finding for item in group]
    severity = max(finding.severity for finding in telling)
    unusual = any(item.suspected is not None and _unusual(item.finding) for item in group)
    if fails and severity is Severity.INFO and unusual and any(map(observed, telling)):
        severity = Severity.WARNING
    finding = replace(
        head.finding,
        notes=_unique(notes),
        evidence=tuple(evidence),
        fixes=fixes,
        severity=severity,
        confidence=max(finding.confidence for finding in telling),
    )
    cause = head.cause or (others[0].cause if others else "")
    return Weighed(head.document, finding, min(SURE, 1 - missed), cause, head.suspected)


def _also(suspicion: Finding) -> Note:
    from default_lint.diagnosis.suspicion import also

    return also(suspicion)


def _unusual(suspicion: Finding) -> bool:
    """Whether it is unlike working programs, not only a likely place of the fault."""
    return any(isinstance(piece, Learned) and piece.model != PLACE for piece in suspicion.evidence)


def _sure(item: Weighed) -> bool:
    return not item.cause and item.finding.severity >= Severity.WARNING


def _explained(cause: Weighed, symptom: Seen) -> Weighed:
    """A cause with one more thing that it explains; it is then at least as severe as what it explains."""
    finding = cause.finding
    severity = max(finding.severity, min(symptom.finding.severity, Severity.WARNING))
    evidence: tuple[Evidence, ...] = (*finding.evidence, *symptom.finding.evidence)
    notes = _unique([*finding.notes, Note(f"it explains: {symptom.finding.message}")])
    changed = replace(finding, notes=notes, evidence=evidence, severity=severity)
    return cause._replace(finding=changed, weight=min(SURE, 1 - (1 - cause.weight) * (1 - 0.3 * symptom.weight)))


def _facts(notes: Iterable[Note]) -> list[Note]:
    """Notes of a merged finding that the head does not repeat: its numbers, not its advice."""
    return [note for note in notes if note.span is None and not note.text.startswith("try: ")][:1]


def _unique(notes: Iterable[Note]) -> tuple[Note, ...]:
    return tuple(dict.fromkeys(notes))


def observed(finding: Finding) -> list[Observed]:
    """The pieces of evidence that come from the run."""
    return [piece for piece in finding.evidence if isinstance(piece, Observed)]
