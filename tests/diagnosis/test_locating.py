"""Where the fault of a run is likely to stand: rows of places, and what they change in a diagnosis."""

from __future__ import annotations

import pytest

from default_lint.diagnosis.forest import Forest
from default_lint.diagnosis.fusion import SETTLED, fuse
from default_lint.diagnosis.locating import (
    FEATURES,
    FIRST,
    LEAST,
    MODEL,
    Located,
    Spot,
    Told,
    Word,
    first,
    likeliest_first,
    rows,
)
from default_lint.diagnosis.suspicion import Suspected, key
from default_lint.features.static import Site, sites
from default_lint.findings import Confidence, Diagnosis, Finding, Learned, Observed, Severity
from default_lint.program.read import read
from default_lint.settings import Settings
from default_lint.text import Document, Span
from default_lint.trial.observations.base import Seen
from default_lint.trial.observations.place import Place
from tests.diagnosis.bundles import BOTH, LEVELS, SITES, Made, Stump
from tests.diagnosis.conftest import Use
from tests.diagnosis.test_levels import FAST, run
from tests.trial.observations.runs import DIGITS, facts, learning, sight, stuck

NEAR = Spot("optimizer", "learning_rate", Span(10, 14), Span(0, 15), 0.6)
LAYER = Spot("layer", "layer", Span(20, 25), Span(20, 40), 0.3)
RUN = Told(0.9, {"hyperparameter": 0.8}, {"hyperparameter": {"learning-rate": 0.75, "epochs": 0.25}})
QUIET = Settings(ignore=("learning-rate-out-of-range",))


def test_a_row_says_what_was_said_about_its_place() -> None:
    everywhere, found = rows([NEAR, LAYER], [Word(Span(30, 32), 0.7, True), Word(Span(10, 14), 0.4, False)], RUN)
    assert everywhere == [NEAR, LAYER]
    rate, layer = found
    assert list(rate) == list(FEATURES)
    assert (rate["suspicion"], rate["suspicion.share"], rate["suspicion.rank"]) == (0.6, 1.0, 0.0)
    assert (layer["suspicion.share"], layer["suspicion.rank"]) == (0.5, 1.0)
    assert (rate["rule"], rate["observation"], rate["said.rank"]) == (0.4, 0.0, 1.0)
    assert (layer["rule"], layer["observation"], layer["said.rank"]) == (0.0, 0.7, 0.0)
    assert (rate["kind.optimizer"], rate["name.learning_rate"], rate["kind.layer"]) == (1.0, 1.0, 0.0)
    assert rate["cause"] == pytest.approx(0.6) and layer["cause"] == 0.0
    for row in found:
        assert (row["faulty"], row["family.hyperparameter"], row["family.loss"], row["places"]) == (0.9, 0.8, 0.15, 2.0)
        assert (row["most.rule"], row["most.observation"]) == (0.4, 0.7)


def test_what_is_said_elsewhere_is_a_place_of_its_own() -> None:
    everywhere, found = rows([NEAR], [Word(Span(100, 110), 0.5, True)], RUN)
    assert everywhere[1] == Spot("finding", "", Span(100, 110), Span(100, 110))
    assert (found[1]["kind.finding"], found[1]["observation"], found[0]["observation"]) == (1.0, 0.5, 0.0)


def test_the_smallest_place_around_a_span_is_meant() -> None:
    whole = Spot("optimizer", "optimizer", Span(0, 15), Span(0, 15))
    _, (outer, inner) = rows([whole, NEAR], [Word(Span(10, 14), 0.5, True)], RUN)
    assert (outer["observation"], inner["observation"]) == (0.0, 0.5)


def test_a_program_without_places_has_rows_of_findings_only() -> None:
    assert rows([], [], RUN) == ([], [])
    assert len(rows([], [Word(Span(1, 2), 0.5, False)], RUN)[1]) == 1


# In a diagnosis


def placed(name: str, high: float = 0.9, speaks: bool = True) -> dict[str, Made]:
    """Classifiers that find the fault at places of a name."""
    return {**SITES, **LEVELS, MODEL: Made(tuple(FEATURES), [Stump(name, 0.5, 0.1, high)], 0.5, speaks)}


def about(found: Diagnosis, text: str) -> list[Finding]:
    return [finding for document, finding in found.ranked if document[finding.span] == text]


def test_the_likeliest_place_of_a_run_that_fails_comes_first_for_everybody(use: Use) -> None:
    use(placed("name.loss"))
    for settings in (Settings(), Settings(audience="curious")):
        found = run(settings=settings)
        document, first = found.ranked[0]
        assert document[first.span] == '"sparse_categorical_crossentropy"'
        assert first.message == (
            'the loss (`"sparse_categorical_crossentropy"`) is a likely place of what went wrong in the run (0.90)'
        )
        assert first.severity is Severity.INFO
        (evidence,) = first.evidence
        assert isinstance(evidence, Learned) and evidence.model == MODEL
        assert (evidence.reasons, first.notes) == ((), ())  # that it is the loss is no reason to people


def test_a_place_that_is_found_unusual_as_well_is_told_once(use: Use) -> None:
    use(placed("name.learning_rate"))
    (one,) = about(run(settings=Settings(audience="curious", ignore=QUIET.ignore)), "0.5")
    assert [piece.model for piece in one.evidence if isinstance(piece, Learned)] == ["site.optimizer", MODEL]
    assert "unlike that of working programs" in one.message


def test_reasons_are_what_was_said(use: Use) -> None:
    use(placed("cause"))
    (one,) = about(run(settings=QUIET), "0.5")
    (reason,) = [piece.reasons for piece in one.evidence if isinstance(piece, Learned) and piece.model == MODEL]
    assert reason[0][0].startswith("probability of the likeliest cause that stands here: 0.")


def test_a_rule_that_is_sure_keeps_its_weight(use: Use) -> None:
    use(placed("name.loss", 0.6))
    assert run().ranked[0][1].rule == "learning-rate-out-of-range"


def test_a_cause_stands_at_the_likeliest_place(use: Use) -> None:
    use(placed("name.learning_rate"))
    (cause,) = [level for level in run().levels if level.stage == "cause"]
    assert cause.place is not None and cause.place[0][cause.place[1]] == "0.5"


def test_a_classifier_that_does_not_speak_changes_nothing(use: Use) -> None:
    use({**SITES, **LEVELS})
    before = run().ranked
    use(placed("name.loss", speaks=False))
    assert run().ranked == before


def test_of_a_run_that_works_places_are_asked_only_if_it_is_like_faulty_ones(use: Use) -> None:
    curious = Settings(audience="curious", ignore=QUIET.ignore)
    use(placed("name.loss"))
    assert about(run(DIGITS, learning(), curious), '"sparse_categorical_crossentropy"') == []
    use({**placed("name.loss"), "detection.both": Made(BOTH, [Stump("optimizer.rate", 0.0, 0.97, 0.1)])})
    (one,) = about(run(DIGITS, learning(), curious), '"sparse_categorical_crossentropy"')
    assert one.severity is Severity.HINT and "should the result disappoint" in one.message
    assert run(DIGITS, learning(), Settings(ignore=QUIET.ignore)).ranked == ()


def test_the_curious_hear_of_places_where_a_run_that_works_is_likelier_a_faulty_ones(use: Use) -> None:
    curious = Settings(audience="curious", ignore=QUIET.ignore)
    for probability, heard in ((0.4, False), (0.6, True)):
        detection = Made(BOTH, [Stump("optimizer.rate", 0.0, probability, 0.1)], 0.8)
        use({**placed("name.loss"), "detection.both": detection})
        found = run(DIGITS, learning(), curious)
        assert [level.stage for level in found.levels] == ["detection"] and not found.levels[0].holds
        assert found.verdict.faulty is False and "nothing suspicious was seen" in found.verdict.sentence
        places = about(found, '"sparse_categorical_crossentropy"')
        assert [place.severity for place in places] == [Severity.HINT] * heard
        for place in places:
            assert "is among the first places to look at, should the result disappoint (0.90)" in place.message
        assert run(DIGITS, learning(), Settings(ignore=QUIET.ignore)).ranked == ()


def test_an_observation_that_knows_keeps_its_weight() -> None:
    """Classifiers know nothing of faults that the corpus was not made with, as targets in their natural unit."""
    document = Document("train.py", FAST)
    spot = Spot("layer", "layer", Span(0, 6), Span(0, 6))
    located = [Located(document, spot, 0.2)]
    failing = [sight(FAST, epochs=stuck(), data=facts()).health]

    def weight(own: float) -> float:
        finding = Finding("odd", "ODD1", Span(0, 6), "odd", Severity.WARNING, Confidence.MEDIUM, "layer", (SEEN,))
        (one,) = fuse([], [Seen(Place(document, Span(0, 6), "source"), finding, own, "odd")], failing, located=located)
        return one.weight

    assert weight(SETTLED) == SETTLED
    assert weight(SETTLED - 0.01) == 0.2


def test_places_that_are_told_stand_on_lines_of_their_own() -> None:
    program = read(Document("train.py", FAST))
    there = sites(program)
    located = sorted(
        (
            Located(program.document, Spot(*key(site), site.whole), 0.9 if site.kind == "optimizer" else 0.3, site)
            for site in there
        ),
        key=likeliest_first,
    )
    told = first(located)
    lines = [program.document.locate(located[at].spot.span.start).line for at in told]
    assert len(told) == FIRST == len(set(lines)) and told[0] == 0
    assert sum(site.kind == "optimizer" for site in there) > 1
    assert first([item._replace(probability=LEAST - 0.01) for item in located]) == []


def test_an_ignore_comment_holds_a_place_back(use: Use) -> None:
    use(placed("name.loss"))
    held = FAST.replace(
        'loss="sparse_categorical_crossentropy",',
        'loss="sparse_categorical_crossentropy",  # default-lint: ignore[unusual-loss]',
    )
    assert about(run(held), '"sparse_categorical_crossentropy"') == []


SEEN = Observed("loss", (0,), 0.0)


def test_a_likely_place_makes_no_remark_a_warning() -> None:
    """What was seen and what is unusual at one place is a warning; that classifiers think of the place is none."""
    place = Place(Document("train.py", FAST), Span(0, 6), "source")
    info = Finding("odd", "ODD1", Span(0, 6), "odd", Severity.INFO, Confidence.LOW, "layer", (SEEN,))
    remark = Seen(place, info, 0.3, "odd")
    site = Site("layer", "layer", Span(0, 6), Span(0, 6), {}, {}, 1.0, "")
    failing = [sight(FAST, epochs=stuck(), data=facts()).health]
    for evidence, severity in (
        ((Learned(MODEL, 0.9, 0.1),), Severity.INFO),
        ((Learned("site.layer", 0.9, 0.1),), Severity.WARNING),
        ((Learned("site.layer", 0.9, 0.1), Learned(MODEL, 0.9, 0.1)), Severity.WARNING),
    ):
        finding = Finding("unusual-layer", "", Span(0, 6), "", Severity.HINT, Confidence.LOW, "layer", evidence)
        (one,) = fuse([], [remark], failing, [Suspected(place.document, site, finding, 0.9)])
        assert one.finding.severity is severity


def test_only_places_that_are_told_are_explained(use: Use, monkeypatch: pytest.MonkeyPatch) -> None:
    """SHAP values take a hundred times as long as a probability, and a program may have hundreds of places."""
    bundle = use(placed("name.loss"))
    model = bundle.model(MODEL)
    assert model is not None
    asked: list[object] = []
    explain = Forest.explain
    monkeypatch.setattr(Forest, "explain", lambda forest, *given: (asked.append(forest), explain(forest, *given))[1])
    run()
    assert 1 <= sum(forest is model.forest for forest in asked) <= FIRST
