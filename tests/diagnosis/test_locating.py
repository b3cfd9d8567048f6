"""Where the fault of a run is likely to stand: rows of places, and what they change in a diagnosis."""

from __future__ import annotations

import pytest

from default_lint.diagnosis.fusion import fuse
from default_lint.diagnosis.locating import FEATURES, MODEL, Spot, Told, Word, rows
from default_lint.findings import Diagnosis, Finding, Learned, Severity
from default_lint.settings import Settings
from default_lint.text import Span
from tests.diagnosis.bundles import BOTH, LEVELS, SITES, Made, Stump
from tests.diagnosis.conftest import Use
from tests.diagnosis.test_levels import FAST, run
from tests.trial.observations.runs import DIGITS, learning

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
    assert "likely place" in one.message
    assert run(DIGITS, learning(), Settings(ignore=QUIET.ignore)).ranked == ()


def test_an_ignore_comment_holds_a_place_back(use: Use) -> None:
    use(placed("name.loss"))
    held = FAST.replace(
        'loss="sparse_categorical_crossentropy",',
        'loss="sparse_categorical_crossentropy",  # default-lint: ignore[unusual-loss]',
    )
    assert about(run(held), '"sparse_categorical_crossentropy"') == []


def test_nothing_is_located_in_nothing() -> None:
    assert fuse([], [], [], (), (), ()) == []
