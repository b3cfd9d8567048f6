"""The path of one document: read it, apply the rules, ask the classifiers, suppress, merge, sort. Prints nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from default_lint.findings import Confidence, Diagnosis, Finding, Level, Note, Observed, Report, Severity
from default_lint.program.read import SyntaxTrouble, read
from default_lint.program.types import Program
from default_lint.settings import FAMILIES, Settings
from default_lint.suppression import suppress
from default_lint.text import Document, Span

if TYPE_CHECKING:
    from default_lint.diagnosis.fusion import Weighed
    from default_lint.diagnosis.locating import Located
    from default_lint.diagnosis.suspicion import Suspected, Suspicions
    from default_lint.trial.observations.base import Seen, Sight
    from default_lint.trial.trace import Trace

SYNTAX = ("syntax-error", "SYN001")
CLASSIFIERS = "classifiers: "  # what begins a line of trouble that is about all files


def check(document: Document, settings: Settings, trace: Trace | None = None, *, raising: bool = False) -> Report:
    """Everything the linter has to say about one document.

    `trace` is the record of a training run; without one only the source speaks. A rule that fails costs its own
    findings only and is told in the report's trouble, unless `raising`.
    """
    if trace is not None:
        return diagnose((document,), settings, trace, raising=raising).reports[0]
    return analyze(document, settings, raising=raising)[0]


def analyze(document: Document, settings: Settings, *, raising: bool = False) -> tuple[Report, Program | None]:
    """`check` without a run, and the program that it was made from; None when Python cannot parse the document."""
    trouble: list[str] = []
    try:
        program = read(document)
    except SyntaxTrouble as error:
        return _unparsed(document, error, settings), None
    told = None if raising else trouble
    found = apply_rules(program, settings, told)
    suspicions = suspect(program, settings, told)
    suspected = suspicions.found if suspicions is not None else ()
    kept, suppressed, unused = suppress([*found, *(item.finding for item in suspected)], document, settings)
    if suspected:
        kept, suppressed = _merged(kept, suppressed, suspected, settings)
    shown = sorted((finding for finding in kept if wanted(finding, settings)), key=Finding.place)
    abstained = suspicions.abstained if suspicions is not None else 0
    told_all = (*program.trouble, *trouble)
    return Report(document, tuple(shown), suppressed, unused, told_all, program.skipped, abstained), program


def _merged(
    kept: Iterable[Finding], held: Sequence[Finding], suspected: Sequence[Suspected], settings: Settings
) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """The findings that are kept and held back, those of classifiers merged into those of rules that are heard."""
    from default_lint.diagnosis.suspicion import merged

    mine = {id(item.finding) for item in suspected}
    rules = [finding for finding in kept if id(finding) not in mine and wanted(finding, settings)]
    left = {id(finding) for finding in kept}
    still = [item for item in suspected if id(item.finding) in left]
    shown, alone, silent = merged(rules, [finding for finding in held if id(finding) not in mine], still)
    return (*shown, *(item.finding for item in alone)), (*held, *(item.finding for item in silent))


def wanted(finding: Finding, settings: Settings) -> bool:
    """Whether the audience wants to hear it, or it was selected by name."""
    named = {*settings.select, *settings.extend_select}
    return heard(finding, settings.audience) or finding.rule in named or finding.code in named


def diagnose(documents: Sequence[Document], settings: Settings, trace: Trace, *, raising: bool = False) -> Diagnosis:
    """What a training run and the sources say together, ranked by how well it explains the run.

    `documents` are the user's files that took part, the script first; there is one report for each of them. An
    observation that fails costs its own findings only and is told in the trouble of the first report that could be
    read, else of the first, unless `raising`.
    """
    from default_lint.diagnosis.detection import verdict
    from default_lint.diagnosis.fusion import detected, fuse
    from default_lint.diagnosis.locating import is_located, suspects
    from default_lint.diagnosis.suspicion import Suspicions

    reports: dict[int, Report] = {}
    programs: dict[int, Program] = {}
    for number, document in enumerate(documents):
        try:
            programs[number] = read(document)
        except SyntaxTrouble as error:
            reports[number] = _unparsed(document, error, settings)
    trouble: list[str] = []
    told = None if raising else trouble
    rules = {number: apply_rules(program, settings, told) for number, program in programs.items()}
    everything = [finding for found in rules.values() for finding in found]
    sights, seen = observe(list(programs.values()), trace, everything, settings, told)
    healths = [sight.health for sight in sights]
    suspicions = {
        number: suspect(program, settings, told, ran=True) or Suspicions() for number, program in programs.items()
    }
    said = [(programs[number].document, finding) for number, found in rules.items() for finding in found]
    about = [(program.document, suspicions[number]) for number, program in programs.items()]
    curious = settings.audience == "curious"
    levels, located = classify(trace, sights, about, fuse(said, seen, healths), told, curious=curious)
    fails = any(health.fails for health in healths)
    if located:
        number = next(number for number, program in programs.items() if program.document is located[0].document)
        suspicions[number] = suspects(located, suspicions[number], works=not fails)
    kept: dict[int, tuple[Finding, ...]] = {}
    for number, program in programs.items():
        found = suspicions[number]
        mine = [*rules[number], *(item.finding for item in seen if item.place.document is program.document)]
        mine += [item.finding for item in found.found]
        kept[number], held, unused = suppress(mine, program.document, settings)
        reports[number] = Report(program.document, (), held, unused, program.trouble, program.skipped, found.abstained)
    if trouble and reports:
        first = min(programs or reports)
        reports[first] = replace(reports[first], trouble=(*reports[first].trouble, *trouble))
    left = {id(finding) for findings in kept.values() for finding in findings}
    suspected = [item for found in suspicions.values() for item in found.found if id(item.finding) in left]
    learned = {id(item.finding) for item in suspected}
    learns = bool(healths) and all(health.learns for health in healths) and not detected(levels) and not located
    ranked = fuse(
        [
            (programs[number].document, finding)
            for number in programs
            for finding in kept[number]
            if not _seen(finding) and id(finding) not in learned
        ],
        [item for item in seen if id(item.finding) in left],
        healths,
        () if learns else suspected,
        levels,
        located,
    )
    ranked = [item for item in ranked if wanted(item.finding, settings) or (fails and is_located(item.finding))]
    for number, report in reports.items():
        fused = [item.finding for item in ranked if item.document is report.document]
        if learns:  # what is unusual about a program that works explains nothing; it is told as without a run
            here = [item for item in suspected if item.document is report.document]
            fused += [finding for finding in _apart(here, fused, report.suppressed) if wanted(finding, settings)]
        reports[number] = replace(report, findings=tuple(sorted([*report.findings, *fused], key=Finding.place)))
    return Diagnosis(
        verdict(trace, healths, ranked, levels),
        tuple(reports[number] for number in sorted(reports)),
        tuple((item.document, item.finding) for item in ranked),
        levels,
    )


def _apart(suspected: Sequence[Suspected], findings: Sequence[Finding], held: Sequence[Finding]) -> list[Finding]:
    """The suspicions about places of which nothing else is said."""
    from default_lint.diagnosis.suspicion import merged

    return [item.finding for item in merged(findings, held, suspected)[1]]


def suspect(program: Program, settings: Settings, trouble: list[str] | None, *, ran: bool = False) -> Suspicions | None:
    """What the classifiers find unusual about a program; None when nobody asked, or none of them speaks.

    Without a run (`ran`) only what the audience wants to hear is looked for: all kinds when it is curious, else those
    that are selected by name. Numpy is not imported before that is known.
    """
    kinds = _kinds(settings, program.document.path, ran)
    if not kinds or not program.models:
        return None
    from default_lint.diagnosis import bundle as bundles

    bundle = bundles.load()
    found = None
    if any(bundle.speaks(f"site.{kind}") for kind in kinds):
        from default_lint.diagnosis import suspicion

        try:
            found = suspicion.suspect(program, bundle, kinds)
        except Exception as error:
            if trouble is None:
                raise
            trouble.append(f"internal error: suspicions: {type(error).__name__}: {error}")
    _tell(bundle.trouble, trouble)
    return found


def _kinds(settings: Settings, path: str, ran: bool) -> tuple[str, ...]:
    """The kinds of places about which suspicions are wanted in the file at `path`."""
    everything = ran or settings.audience == "curious"
    named = {*settings.select, *settings.extend_select}
    if not everything and named <= {"ALL", *FAMILIES}:
        return ()
    from default_lint.diagnosis.catalogue import SUSPICIONS

    wanted = (item for item in SUSPICIONS if everything or item.name in named or item.code in named)
    return tuple(item.kind for item in wanted if settings.selected(item, path))


def _tell(lines: Iterable[str], trouble: list[str] | None) -> None:
    """Add what keeps classifiers from speaking to what is told, once."""
    if trouble is not None:
        trouble.extend(line for line in (f"{CLASSIFIERS}{line}" for line in lines) if line not in trouble)


def classify(
    trace: Trace,
    sights: Sequence[Sight],
    suspicions: Sequence[tuple[Document, Suspicions]],
    ranked: Sequence[Weighed],
    trouble: list[str] | None,
    *,
    curious: bool = False,
) -> tuple[tuple[Level, ...], tuple[Located, ...]]:
    """What the classifiers say about the main model of a run, and about the places of its program.

    The levels: faulty or not, in which families, by which causes. Families, causes and places only of a run that fails,
    or is found like those of faulty programs; places also where that is likely. Of runs that work only the `curious`
    hear. `suspicions` are those about each of the programs, `ranked` is what rules and observations say.
    """
    from default_lint.diagnosis import bundle as bundles
    from default_lint.trial.trace import main_model

    bundle = bundles.load()
    main = main_model(trace)
    sight = next((sight for sight in sights if sight.model is main), None)
    levels: tuple[Level, ...] = ()
    located: tuple[Located, ...] = ()
    works = all(other.health.learns for other in sights)
    if sight is not None and bundle.names and (curious or not works):
        from default_lint.diagnosis.categorization import categorize
        from default_lint.diagnosis.detection import detect
        from default_lint.diagnosis.fusion import detected
        from default_lint.diagnosis.locating import judged, likelier, locate
        from default_lint.diagnosis.root_cause import causes
        from default_lint.diagnosis.sample import Sample

        try:
            sample = Sample(sight)
            levels = detect(sample, bundle)
            holds = sight.health.fails or detected(levels)
            if holds or (works and likelier(levels)):
                document = None if sample.program is None else sample.program.document
                mine = next((found for other, found in suspicions if other is document), None)
                located = () if mine is None else locate(sample, bundle, mine, ranked)
            if holds:
                families = categorize(sample, bundle)
                everywhere = [item for _, found in suspicions for item in found.judged]
                levels = (*levels, *families, *causes(sample, bundle, families, judged(located) or everywhere))
        except Exception as error:
            if trouble is None:
                raise
            trouble.append(f"internal error: classifiers: {type(error).__name__}: {error}")
    _tell(bundle.trouble, trouble)
    return levels, located


def _seen(finding: Finding) -> bool:
    return any(isinstance(piece, Observed) for piece in finding.evidence)


def observe(
    programs: Sequence[Program],
    trace: Trace,
    rules: Sequence[Finding],
    settings: Settings,
    trouble: list[str] | None,
) -> tuple[list[Sight], list[Seen]]:
    """What the selected observations saw of each trained model, and the models as they looked at them."""
    from default_lint.trial.observations import OBSERVATIONS
    from default_lint.trial.observations.base import Sight
    from default_lint.trial.observations.place import Sources

    sources = Sources(programs)
    sights = [Sight(trace, model, sources, rules) for model in trace.models]
    seen: list[Seen] = []
    for sight in sights:
        for observation_class in OBSERVATIONS:
            if not settings.selected(observation_class, trace.script):
                continue
            observation = observation_class()
            try:
                seen.extend(observation.check(sight))
            except Exception as error:
                if trouble is None:
                    raise
                trouble.append(f"internal error: observation `{observation.name}`: {type(error).__name__}: {error}")
    return sights, seen


def _unparsed(document: Document, error: SyntaxTrouble, settings: Settings) -> Report:
    """The report about a document that Python cannot parse."""
    found = [_syntax_finding(error)] if settings.enabled(*SYNTAX, "api", document.path) else []
    return Report(document, tuple(found))


def _syntax_finding(error: SyntaxTrouble) -> Finding:
    message = f"Python cannot parse this: {error.args[0]}"[:120]
    return Finding(*SYNTAX, error.span, message, Severity.ERROR, Confidence.HIGH, "api")


def heard(finding: Finding, audience: str) -> bool:
    """Whether the audience wants it: `regular` hears warnings and up of which we are at least fairly sure."""
    if audience == "curious":
        return True
    return finding.severity >= Severity.WARNING and finding.confidence >= Confidence.MEDIUM


def apply_rules(program: Program, settings: Settings, trouble: list[str] | None) -> list[Finding]:
    """What the selected rules find; see `_across_readings` for programs with tests of unknown outcome.

    A rule that fails costs its own findings only, and is told in `trouble`; it raises when there is no such list.
    """
    from default_lint.rules import RULES

    if not program.imports and not program.calls:
        return []
    readings = list(program.readings())
    found: list[Finding] = []
    for rule_class in RULES:
        if not settings.selected(rule_class, program.document.path):
            continue
        rule = rule_class()
        try:
            results = [_unique(rule.check(reading)) for reading in readings]
        except Exception as error:
            if trouble is None:
                raise
            trouble.append(f"internal error: rule `{rule.name}`: {type(error).__name__}: {error}")
            continue
        found.extend(results[0] if len(readings) == 1 else _across_readings(readings, results))
    return found


def _unique(found: Iterable[Finding]) -> list[Finding]:
    """One finding per rule, place and message."""
    return list({finding.place(): finding for finding in found}.values())


def _across_readings(readings: Sequence[Program], results: Sequence[Sequence[Finding]]) -> list[Finding]:
    """Findings that hold whatever the unknown tests say, or whenever a single one of them goes one way.

    A finding that needs two unknown outcomes at once may stand on a combination that never happens: it is dropped.
    """
    holders: dict[tuple[str, Span], dict[int, Finding]] = {}
    for number, findings in enumerate(results):
        for finding in findings:
            holders.setdefault((finding.rule, finding.span), {}).setdefault(number, finding)
    taken = [{condition.text: condition for condition in reading.conditions} for reading in readings]
    kept: list[Finding] = []
    for where in holders.values():
        first = min(where)
        if len(where) == len(readings):
            kept.append(where[first])
            continue
        for text, condition in taken[first].items():
            same = {n for n, row in enumerate(taken) if text in row and row[text].outcome is condition.outcome}
            if same <= where.keys():
                note = Note(f"when `{_short(text)}` is {'true' if condition.outcome else 'false'}", condition.span)
                kept.append(replace(where[first], notes=(*where[first].notes, note)))
                break
    return kept


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:37]}..."
