"""What the classifiers say about a run, on three levels, and what that changes in a diagnosis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from default_lint.diagnosis.bundle import Bundle
from default_lint.diagnosis.root_cause import HOMES
from default_lint.engine import diagnose
from default_lint.features.static import names
from default_lint.findings import Diagnosis, Learned, Level, Observed, Severity
from default_lint.settings import Settings
from default_lint.text import Document
from default_lint.trial.trace import Epoch
from tests.diagnosis.bundles import BOTH, DYNAMIC, LEVELS, SITES, Made, Stump
from tests.diagnosis.conftest import Use
from tests.trial.observations.runs import DIGITS, epoch, facts, learning, sight, stuck

FAST = DIGITS.replace("0.001", "0.5")
CURIOUS = Settings(audience="curious")


def run(source: str = FAST, epochs: Sequence[Epoch] = (), settings: Settings = CURIOUS, **more: object) -> Diagnosis:
    made = sight(source, epochs=epochs or stuck(), data=facts(), **more)  # type: ignore[arg-type]
    return diagnose((Document("train.py", source),), settings, made.trace, raising=True)


def told(levels: Sequence[Level]) -> list[tuple[str, str]]:
    return [(level.stage, level.label) for level in levels]


def test_the_three_levels_of_a_run_that_fails(learned: Bundle) -> None:
    found = run().levels
    assert told(found) == [
        ("detection", "faulty"),
        ("categorization", "hyperparameter"),
        ("categorization", "loss"),
        ("cause", "learning-rate"),
    ]
    assert [round(level.learned.probability, 2) for level in found] == [0.96, 0.88, 0.65, 0.9]
    assert [level.learned.model for level in found][::3] == ["detection.both", "cause.hyperparameter.both"]
    for level in found:
        learned_part = level.learned
        total = learned_part.base + sum(learned_part.contributions.values())
        assert total == pytest.approx(learned_part.probability, abs=1e-12)
        assert level.holds
    cause = found[-1]
    assert cause.family == "hyperparameter" and cause.place is not None
    document, span = cause.place
    assert (document.path, document[span]) == ("train.py", "0.5")


def test_the_reasons_are_ranked_and_have_places(learned: Bundle) -> None:
    first, second = run().levels[0].reasons
    assert (first.feature, second.feature) == ("accuracy_skill.last", "optimizer.rate")
    assert first.contribution > second.contribution > 0
    assert [document[span] for document, span in first.spans] == ["Dense", '"sparse_categorical_crossentropy"']
    assert second.usual == (-4.0, -2.0)
    assert [document[span] for document, span in second.spans] == ["0.5"]


def test_a_run_that_works_is_asked_about_no_further(learned: Bundle) -> None:
    found = run(DIGITS, learning())
    assert told(found.levels) == [("detection", "faulty")]
    assert not found.levels[0].holds
    assert found.verdict.faulty is False and "classif" not in found.verdict.sentence


def test_classifiers_alone_do_not_make_a_run_faulty(use: Use) -> None:
    use({"detection.both": Made(BOTH, [Stump("optimizer.rate", 0.0, 0.97, 0.1)]), **SITES})
    curious = run(DIGITS, learning(), Settings(audience="curious", ignore=("ALL",)))
    assert [level.holds for level in curious.levels] == [True]
    assert curious.verdict.faulty is False
    assert curious.verdict.sentence.endswith("; yet like the runs of faulty programs (0.97)")
    assert curious.ranked == ()


def test_of_a_run_that_works_only_the_curious_hear_classifiers(use: Use) -> None:
    """A loss that noise keeps high looks like a fault to them: they blamed working programs of others."""
    use({"detection.both": Made(BOTH, [Stump("optimizer.rate", 0.0, 0.97, 0.1)]), **SITES})
    found = run(DIGITS, learning(), Settings())
    assert (found.levels, found.ranked, found.verdict.faulty) == ((), (), False)
    assert found.verdict.sentence.endswith("; nothing suspicious was seen")


@pytest.mark.parametrize(
    ("epochs", "detection", "words"),
    [
        (stuck(), (0.97, 0.97), "; like the runs of faulty programs (0.97)"),
        (stuck(), (0.2, 0.2), "gives 0.10"),
        ([epoch(0, 2.3, 0.1, steps=1, complete=False)], (0.97, 0.97), "; like the runs of faulty programs (0.97)"),
        ([epoch(0, 2.3, 0.1, steps=1, complete=False)], (0.2, 0.2), "; not like the runs of faulty programs (0.20)"),
    ],
)
def test_the_verdict_quotes_a_classifier_that_agrees_or_that_alone_can_say_something(
    use: Use, epochs: list[Epoch], detection: tuple[float, float], words: str
) -> None:
    use({"detection.dynamic": Made(DYNAMIC, [Stump("accuracy_skill.last", 0.5, *detection)])})
    assert run(DIGITS, epochs, Settings()).verdict.sentence.endswith(words)


def test_without_a_readable_source_the_run_alone_is_judged(learned: Bundle) -> None:
    hidden = """\
import keras
from helper import data, build

x, y = data()
model = build()
model.fit(x, y, epochs=5)
"""
    found = run(hidden)
    assert [level.learned.model for level in found.levels] == ["detection.dynamic"]


@pytest.mark.parametrize(
    ("count", "capped", "model"),
    [
        (7, False, "detection.dynamic"),  # a training that was not cut is told of as a whole
        (7, True, "detection.dynamic5"),
        (5, True, "detection.dynamic5"),
        (2, True, "detection.dynamic2"),
    ],
)
def test_a_training_that_was_cut_is_judged_by_what_knows_as_many_epochs(
    use: Use, count: int, capped: bool, model: str
) -> None:
    later = [Stump("loss_best_epoch", -1.0, 0.2, 0.9)]
    use({f"detection.dynamic{first}": Made(DYNAMIC, later) for first in ("", "2", "5")})
    epochs = [epoch(number, 2.3, 0.1) for number in range(count)]
    (level,) = run(DIGITS, epochs, capped=capped).levels
    assert level.learned.model == model


def test_only_the_first_epochs_are_told_of_a_training_that_was_cut(use: Use) -> None:
    use({"detection.dynamic2": Made(DYNAMIC, [Stump("loss_drop", -0.5, 0.9, 0.1)])})
    falling = [epoch(number, loss, 0.1) for number, loss in enumerate((2.3, 2.2, 0.1))]
    (level,) = run(DIGITS, falling, capped=True).levels
    assert not level.holds  # of three epochs it is -0.95


@pytest.mark.parametrize("name", ["detection.both", "detection.dynamic", "categorization.loss.both"])
def test_what_does_not_beat_its_floor_does_not_speak(use: Use, name: str) -> None:
    use({**LEVELS, name: LEVELS[name]._replace(speaks=False)})
    models = [level.learned.model for level in run().levels]
    assert name not in models
    assert ("detection.dynamic" in models) == (name == "detection.both")


def test_families_are_asked_for_when_the_run_fails_whatever_the_first_level_says(use: Use) -> None:
    use({**LEVELS, "detection.both": Made(BOTH, [Stump("optimizer.rate", 0.0, 0.2, 0.2)])})
    assert told(run().levels)[1:] == [
        ("categorization", "hyperparameter"),
        ("categorization", "loss"),
        ("cause", "learning-rate"),
    ]


def test_the_probabilities_of_causes_sum_to_one_and_an_unsure_one_does_not_hold(use: Use) -> None:
    causes = Made(
        BOTH,
        [Stump("optimizer.rate", -1.5, 0.1, 0.4), Stump("optimizer.rate", -1.5, 0.1, 0.3)],
        threshold=0.7,
        classes=("epochs", "batch-size", "learning-rate"),
    )
    use({**LEVELS, "cause.hyperparameter.both": causes})
    cause = run().levels[-1]
    assert (cause.label, cause.holds) == ("epochs", False)
    assert cause.learned.probability == pytest.approx(0.65)
    total = cause.learned.base + sum(cause.learned.contributions.values())
    assert total == pytest.approx(cause.learned.probability, abs=1e-12)
    assert cause.place is not None and cause.place[0][cause.place[1]] == "5"


CAUSES: Mapping[str, str] = {
    "learning-rate": "0.5",
    "optimizer": "Adam",
    "momentum": "Adam",
    "batch-size": "32",
    "epochs": "5",
    "validation-missing": "0.2",
    "loss": '"sparse_categorical_crossentropy"',
    "labels-off-by-one": "load()",
    "unscaled-inputs": "load()",
    "output-activation": '"softmax"',
    "output-units": "10",
    "early-stopping-mode": "fit",
}


@pytest.mark.parametrize("cause", CAUSES)
def test_a_cause_has_a_place_without_suspicions(use: Use, cause: str) -> None:
    answer = Made(BOTH, [Stump("optimizer.rate", -1.5, 0.1, 0.9)], classes=("other", cause))
    use({**LEVELS, "cause.hyperparameter.both": answer})
    level = run().levels[-1]
    assert level.label == cause and level.place is not None
    document, span = level.place
    assert document[span] == CAUSES[cause]
    assert cause in HOMES


def test_a_cause_in_a_layer_stands_at_the_layer_that_is_most_suspected(use: Use) -> None:
    answer = Made(BOTH, [Stump("optimizer.rate", -1.5, 0.1, 0.9)], classes=("other", "activation"))
    wide = Made(names("layer"), [Stump("layer.units", 6.0, 0.1, 0.55)])
    use({**LEVELS, "cause.hyperparameter.both": answer, "site.layer": wide})
    found = run()
    level = found.levels[-1]
    assert level.place is not None and level.place[0][level.place[1]] == '"relu"'
    assert level.place[0].locate(level.place[1].start).line == 8


# What it changes in the ranking


def ranked(found: Diagnosis) -> list[str]:
    return [finding.rule for _, finding in found.ranked]


def test_a_suspicion_is_evidence_of_what_the_run_showed_at_its_place(learned: Bundle) -> None:
    found = run(settings=Settings())
    (first, *_) = found.ranked
    assert first[1].rule == "learning-rate-out-of-range"
    assert any(isinstance(piece, Learned) for piece in first[1].evidence)
    assert "also unlike working programs (0.92): learning rate 0.5" in " ".join(n.text for n in first[1].notes)
    assert "unusual-optimizer" not in ranked(found)


def test_a_suspicion_about_a_run_that_works_stays_out_of_the_ranking(learned: Bundle) -> None:
    found = run(FAST, learning(), Settings(audience="curious", ignore=("learning-rate-out-of-range",)))
    assert "unusual-optimizer" not in ranked(found)
    assert "unusual-optimizer" in [finding.rule for finding in found.reports[0].findings]
    quiet = run(FAST, learning(), Settings(ignore=("learning-rate-out-of-range",)))
    assert "unusual-optimizer" not in [finding.rule for finding in quiet.reports[0].findings]
    assert not any(isinstance(piece, Learned) for _, finding in found.ranked for piece in finding.evidence)


def test_a_suspicion_stands_alone_in_the_ranking_of_a_run_that_fails(learned: Bundle) -> None:
    found = run(settings=Settings(audience="curious", ignore=("learning-rate-out-of-range",)))
    one = next(finding for _, finding in found.ranked if finding.rule == "unusual-optimizer")
    assert one.severity is Severity.INFO
    assert not any(isinstance(piece, Observed) for piece in one.evidence)  # a symptom does not move to it
    assert "unusual-optimizer" not in ranked(run(settings=Settings(ignore=("learning-rate-out-of-range",))))


def test_damaged_classifiers_cost_the_levels_only(use: Use) -> None:
    made = use(LEVELS)
    (made.folder / "detection.both.npz").write_bytes(b"")
    made_sight = sight(FAST, epochs=stuck(), data=facts())
    found = diagnose((Document("train.py", FAST),), Settings(), made_sight.trace)
    assert found.reports[0].trouble == (
        "classifiers: detection.both: detection.both.npz is not the file that the manifest was written for",
    )
    assert ranked(found)[0] == "learning-rate-out-of-range"
    assert found.levels[0].learned.model == "detection.dynamic"


def test_without_classifiers_nothing_changes(use: Use) -> None:
    use({})
    found = run()
    assert found.levels == ()
    assert not any(isinstance(piece, Learned) for _, finding in found.ranked for piece in finding.evidence)
