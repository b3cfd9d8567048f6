"""Rules and observations about one place are one finding; symptoms move to their cause; all are ranked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from default_lint.diagnosis.detection import verdict
from default_lint.diagnosis.fusion import CAUSE, Weighed, fuse
from default_lint.diagnosis.suspicion import Suspected
from default_lint.features.static import Site
from default_lint.findings import Confidence, Edit, Finding, Fix, Learned, Level, Note, Observed, Severity
from default_lint.text import Document, Span
from default_lint.trial.observations.base import Seen
from default_lint.trial.observations.health import Health
from default_lint.trial.observations.place import Place
from default_lint.trial.trace import Ended, Epoch, ModelTrace, Trace

TEXT = "first = 1\nsecond = 2\nthird = 3\n"
DOCUMENT = Document("train.py", TEXT)
# Noise of the first batch is no fall: beside epochs that hardly differ, the first of them is told.
NOISY = Health("regression", "stuck", 5.74e10, 6.84e10, 6.84e10, None, None, None, None, 0.0, 12, 600, 6.85e10)
STUCK = Health("classes", "stuck", 2.3, 2.3, 2.3, 2.3, 0.1, 0.1, 0.1, 0.0, 5, 100)
LEARNS = replace(STUCK, state="learns", last=0.2, accuracy=0.95, validation=0.93, gain=0.94)


def rule(word: str, severity: Severity = Severity.WARNING, name: str = "a-rule") -> tuple[Document, Finding]:
    start = TEXT.index(word)
    return DOCUMENT, Finding(
        name, "ACT101", Span(start, start + len(word)), f"about {word}", severity, Confidence.HIGH, "activation"
    )


def seen(
    word: str,
    weight: float,
    cause: str,
    name: str = "an-observation",
    *,
    symptom: bool = False,
    severity: Severity = Severity.WARNING,
) -> Seen:
    _, finding = rule(word, severity, name)
    finding = replace(
        finding,
        message=f"{name} of {word}",
        evidence=(Observed("loss", (0,), 1.0, "site", name),),
        notes=(Note("its number"), Note(f"try: change {word}")),
    )
    return Seen(Place(DOCUMENT, finding.span, "site"), finding, weight, cause, symptom)


def names(ranked: list[Weighed]) -> list[str]:
    return [item.finding.rule for item in ranked]


def test_a_rule_and_an_observation_about_one_place_are_one_finding() -> None:
    (one,) = fuse([rule("second")], [seen("second", 0.5, "activation")], [STUCK])
    assert one.finding.rule == "a-rule"
    assert [type(piece).__name__ for piece in one.finding.evidence] == ["Rule", "Observed"]
    assert [note.text for note in one.finding.notes] == ["also: an-observation of second", "its number"]
    (alone,) = fuse([rule("second")], [], [STUCK])
    assert one.weight > alone.weight


def test_a_remark_of_the_source_does_not_lead_what_the_run_shows() -> None:
    (one,) = fuse([rule("second", Severity.INFO)], [seen("second", 0.8, "epochs")], [STUCK])
    assert (one.finding.rule, one.finding.severity) == ("an-observation", Severity.WARNING)


def test_two_rules_stay_two_findings() -> None:
    assert len(fuse([rule("second"), rule("second", name="other-rule")], [], [STUCK])) == 2


def test_the_same_cause_on_one_line_is_one_finding() -> None:
    found = fuse([], [seen("second", 0.5, "rate"), seen("2", 0.6, "rate", "other")], [STUCK])
    assert names(found) == ["other"]
    assert len(fuse([], [seen("second", 0.5, "rate"), seen("2", 0.6, "units", "other")], [STUCK])) == 2


def test_a_symptom_moves_to_the_best_cause() -> None:
    symptom = seen("third", 0.5, "training", "symptom", symptom=True)
    found = fuse([], [symptom, seen("first", 0.6, "rate", "one"), seen("second", 0.8, "units", "two")], [STUCK])
    assert names(found) == ["two", "one"]
    assert found[0].finding.notes[-1].text == "it explains: symptom of third"
    assert found[0].weight > 0.8


def test_a_symptom_without_a_cause_stands_by_itself() -> None:
    symptom = seen("third", 0.5, "training", "symptom", symptom=True)
    found = fuse([], [symptom, seen("first", CAUSE - 0.01, "rate", "weak")], [STUCK])
    assert names(found) == ["symptom", "weak"]


def test_what_explains_a_symptom_is_at_least_a_warning() -> None:
    symptom = seen("third", 0.5, "training", "symptom", symptom=True)
    quiet = seen("first", 0.5, "rate", "quiet", severity=Severity.INFO)
    assert fuse([], [symptom, quiet], [STUCK])[0].finding.severity == Severity.WARNING
    assert fuse([], [quiet], [STUCK])[0].finding.severity == Severity.INFO


def test_a_run_that_learns_lowers_what_the_source_says_and_one_that_fails_raises_it() -> None:
    weights = [fuse([rule("first")], [], healths)[0].weight for healths in ([LEARNS], [], [STUCK])]
    assert weights == sorted(weights)
    assert len(set(weights)) == 3


def test_a_fix_of_any_of_the_merged_findings_is_kept() -> None:
    fix = Fix("Set it", (Edit(Span(0, 1), "x"),))
    other = seen("second", 0.4, "rate", "other")
    other = other._replace(finding=replace(other.finding, fixes=(fix,)))
    assert fuse([], [seen("second", 0.8, "rate"), other], [STUCK])[0].finding.fixes == (fix,)


def suspicion(word: str, probability: float = 0.9, kind: str = "optimizer", whole: str = "") -> Suspected:
    _, finding = rule(word, Severity.INFO, "unusual-optimizer")
    learned = Learned(f"site.{kind}", probability, 0.3, {"optimizer.rate": probability - 0.3})
    finding = replace(finding, evidence=(learned,), notes=(Note("rate 5 (+0.60)"),), confidence=Confidence.LOW)
    around = TEXT.index(whole or word)
    span = Span(around, around + len(whole or word))
    site = Site(kind, "learning_rate", finding.span, span, {}, {}, 1.0, word)
    return Suspected(DOCUMENT, site, finding, probability)


def level(stage: str, label: str, probability: float, place: str = "") -> Level:
    start = TEXT.index(place)
    where = (DOCUMENT, Span(start, start + len(place))) if place else None
    return Level(stage, label, Learned("m", probability, 0.5), 0.6, probability >= 0.6, place=where)


def test_a_suspicion_is_evidence_of_what_is_said_about_its_place() -> None:
    (one,) = fuse([rule("second", Severity.INFO)], [], [STUCK], [suspicion("second")])
    assert (one.finding.rule, one.finding.severity, one.finding.confidence) == (
        "a-rule",
        Severity.INFO,
        Confidence.HIGH,
    )
    assert [type(piece).__name__ for piece in one.finding.evidence] == ["Rule", "Learned"]
    assert [note.text for note in one.finding.notes] == ["also unlike working programs (0.90): rate 5 (+0.60)"]
    (alone,) = fuse([rule("second", Severity.INFO)], [], [STUCK])
    assert one.weight > alone.weight
    assert len(fuse([rule("first")], [], [STUCK], [suspicion("second")])) == 2


def test_a_suspicion_about_a_layer_is_about_all_of_its_call() -> None:
    assert len(fuse([rule("2")], [], [STUCK], [suspicion("second", kind="layer", whole="second = 2")])) == 1
    assert len(fuse([rule("2")], [], [STUCK], [suspicion("second", whole="second = 2")])) == 2


@pytest.mark.parametrize(
    ("health", "severity", "raised"),
    [
        (STUCK, Severity.INFO, Severity.WARNING),
        (LEARNS, Severity.INFO, Severity.INFO),
        (STUCK, Severity.HINT, Severity.HINT),
        (STUCK, Severity.ERROR, Severity.ERROR),
    ],
)
def test_a_remark_of_a_run_that_fails_is_raised_by_a_suspicion_at_its_place(
    health: Health, severity: Severity, raised: Severity
) -> None:
    quiet = seen("second", 0.5, "rate", severity=severity)
    (one,) = fuse([], [quiet], [health], [suspicion("second", 0.99)])
    assert (one.finding.rule, one.finding.severity) == ("an-observation", raised)


def test_what_the_classifiers_say_of_the_run_raises_what_agrees_with_it() -> None:
    found = [suspicion("second", 0.9)]
    agreeing = [level("categorization", "hyperparameter", 0.9)]
    other = [level("categorization", "loss", 0.9)]
    unsure = [level("categorization", "hyperparameter", 0.5)]
    weights = [fuse([], [], [health], found, levels)[0].weight for health, levels in (
        (STUCK, ()), (STUCK, other), (STUCK, unsure), (LEARNS, agreeing), (STUCK, agreeing),
    )]  # fmt: skip
    assert weights[0] == weights[1] == weights[2] == weights[3] < weights[4] < 1


def test_a_family_and_a_cause_raise_findings_of_rules_a_little() -> None:
    family = [level("categorization", "activation", 1.0)]
    here, elsewhere = [level("cause", "units", 1.0, "second")], [level("cause", "units", 1.0, "third")]
    plain, of_family, at_place, away = (
        fuse([rule("second")], [], [STUCK], (), levels)[0].weight for levels in ((), family, here, elsewhere)
    )
    assert plain == away < of_family < at_place < 1
    assert fuse([rule("second")], [], [LEARNS], (), here)[0].weight == fuse([rule("second")], [], [LEARNS])[0].weight


def test_a_symptom_does_not_move_to_a_suspicion() -> None:
    symptom = seen("third", 0.5, "training", "symptom", symptom=True)
    agreeing = [level("categorization", "hyperparameter", 0.9)]
    found = fuse([], [symptom], [STUCK], [suspicion("first", 0.99)], agreeing)
    assert sorted(names(found)) == ["symptom", "unusual-optimizer"]
    assert all("it explains" not in note.text for item in found for note in item.finding.notes)


def trace(ended: Ended | None = None) -> Trace:
    model = ModelTrace(0, "net", "Sequential", epochs=(Epoch(0, 0, {}, 100),))
    return Trace("train.py", models=(model,), ended=ended or Ended("finished"))


@pytest.mark.parametrize(
    ("health", "start", "faulty"),
    [
        (NOISY, "The model did not learn: loss 6.85e10 to 6.84e10 in 12 epochs", True),
        (STUCK, "The model did not learn: loss 2.3 to 2.3 in 5 epochs, accuracy 0.10, validation 0.10 where", True),
        (replace(STUCK, state="broken", last=float("nan")), "The loss became NaN or infinite: loss 2.3 to nan", True),
        (replace(STUCK, state="diverged", last=9.0), "Training diverged: loss 2.3 to 9 in 5 epochs", True),
        (LEARNS, "Training works: loss 2.3 to 0.2 in 5 epochs, accuracy 0.95, validation 0.93; nothing", False),
        (replace(STUCK, state="unknown"), "Too little of the training was seen to judge it", None),
    ],
    ids=lambda value: getattr(value, "state", None),
)
def test_the_verdict_says_what_happened(health: Health, start: str, faulty: bool | None) -> None:
    found = verdict(trace(), [health], [])
    assert found.sentence.startswith(start)
    assert found.faulty is faulty
    assert found.first == ""


def test_the_verdict_names_what_to_try_first() -> None:
    ranked = fuse([], [seen("second", 0.8, "rate")], [STUCK])
    assert verdict(trace(), [STUCK], ranked).first == "line 2: change second"
    assert verdict(trace(), [LEARNS], ranked).sentence.endswith("; one thing to look at")
    assert verdict(trace(), [LEARNS], ranked).faulty is True


@pytest.mark.parametrize(
    ("ended", "sentence"),
    [
        (Ended("finished"), "No training was seen: the script fits no Keras model"),
        (Ended("budget", "time"), "No training was seen within the time: raise --seconds, or move slow preparation"),
        (Ended("error", "ValueError: no"), "No training was seen: ValueError: no"),
    ],
)
def test_a_run_without_training(ended: Ended, sentence: str) -> None:
    found = verdict(Trace("train.py", ended=ended), [], [])
    assert found.sentence.startswith(sentence)
    assert found.faulty is None


def test_a_crash_after_some_training_is_said() -> None:
    crashed = Ended("error", "ValueError: no")
    assert "until ValueError: no" in verdict(trace(crashed), [STUCK], []).sentence
