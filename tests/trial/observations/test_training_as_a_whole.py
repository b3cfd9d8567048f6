"""Observations of the run as a whole: learning rate, schedule, batch, epochs, and the symptoms of a failing run."""

from __future__ import annotations

import math
from typing import Any

import pytest

from default_lint.files import apply_edits
from default_lint.findings import Severity
from default_lint.trial.observations.accuracy_at_chance import AccuracyAtChance
from default_lint.trial.observations.batch_covers_dataset import BatchCoversDataset
from default_lint.trial.observations.cannot_overfit_batch import CannotOverfitBatch
from default_lint.trial.observations.constant_predictions import ConstantPredictions
from default_lint.trial.observations.input_ignored import InputIgnored
from default_lint.trial.observations.learning_rate_off import LearningRateOff
from default_lint.trial.observations.loss_diverging import LossDiverging
from default_lint.trial.observations.loss_not_decreasing import LossNotDecreasing
from default_lint.trial.observations.loss_not_finite import LossNotFinite
from default_lint.trial.observations.loss_oscillating import LossOscillating
from default_lint.trial.observations.overfitting import Overfitting
from default_lint.trial.observations.schedule_too_fast import ScheduleTooFast
from default_lint.trial.observations.still_improving import StillImproving
from default_lint.trial.observations.thresholds import LIMITS
from default_lint.trial.trace import Ended, Epoch
from tests.trial.observations.runs import DIGITS, check, diverging, epoch, learning, sight, stuck, weak, where

NEAR = 1.02  # just beyond a limit


def rates(current: float, low: float = 1e-4, high: float = 1e-2) -> dict[str, dict[str, Any]]:
    """A sweep in which the rates from `low` to `high` learned."""
    return {"rate_sweep": {"rates": [1e-6, 1e-4, 1e-2, 1.0], "learns": [low, high], "current": current, "best": 1e-3}}


def test_a_learning_rate_outside_the_range_that_learned() -> None:
    (high,) = check(LearningRateOff, epochs=stuck(), tests=rates(0.01 * LIMITS["rate_margin"] * NEAR))
    assert where(high) == (13, "0.001")
    assert high.finding.message == "learning rate 0.0306 is above the range that learned: 0.0001 to 0.01"
    (low,) = check(LearningRateOff, epochs=stuck(), tests=rates(1e-4 / LIMITS["rate_margin"] / NEAR))
    assert " below the range" in low.finding.message
    assert low.finding.notes[-1].text == "try: learning_rate=0.001"


def changed(optimizer: str, before: str = "", **more: Any) -> tuple[list[str], list[str]]:
    """The titles of the fixes with how safe they are, and the lines that the first of them makes."""
    source = DIGITS.replace("x, y =", f"{before}x, y =")
    source = source.replace("keras.optimizers.Adam(learning_rate=0.001)", optimizer)
    (seen,) = check(LearningRateOff, source, epochs=stuck(), tests=rates(**{"current": 0.5, **more}))
    fixes = seen.finding.fixes
    titles = [f"{fix.title} ({fix.safety.value})" for fix in fixes]
    text = apply_edits(source, fixes[0].edits) if fixes else source
    return titles, [new for old, new in zip(source.split("\n"), text.split("\n"), strict=True) if old != new]


def test_the_rate_that_learned_best_is_written_where_the_rate_stands() -> None:
    replaced = ["Replace with `0.001` (unsafe)"]
    line = "    optimizer=keras.optimizers.Adam({}),"
    assert changed("keras.optimizers.Adam(0.5)") == (replaced, [line.format("0.001")])
    assert changed("keras.optimizers.Adam(learning_rate=5e-1)") == (replaced, [line.format("learning_rate=0.001")])
    assert changed("keras.optimizers.Adam(beta_1=0.8)", current=1e-6) == (
        ["Add `learning_rate=0.001` (unsafe)"],
        [line.format("beta_1=0.8, learning_rate=0.001")],
    )
    assert changed("keras.optimizers.Adam()", current=1e-6)[1] == [line.format("learning_rate=0.001")]
    assert changed("keras.optimizers.Adam(RATE)", "RATE = 0.5  # large\n") == (replaced, ["RATE = 0.001  # large"])
    decay = "keras.optimizers.Adam(keras.optimizers.schedules.ExponentialDecay({}, 10, 0.9))"
    assert changed(decay.format("0.5")) == (replaced, [f"    optimizer={decay.format('0.001')},"])


@pytest.mark.parametrize(
    ("before", "value"),
    [
        ("def rate():\n    return 0.5\n", "rate()"),
        ("import sys\n", "float(sys.argv[1])"),
        ("RATE = 0.5\nRATE = RATE * 1\n", "RATE"),
        ("RATE = 0.5\nother = keras.optimizers.SGD(RATE)\n", "RATE"),
        ("RATE = 5 * 0.1\n", "RATE"),
    ],
)
def test_a_rate_that_others_may_decide_is_only_a_suggestion(before: str, value: str) -> None:
    titles, (line,) = changed(f"keras.optimizers.Adam({value})", before)
    assert titles == ["Replace with `0.001` (shown)"]
    assert line == "    optimizer=keras.optimizers.Adam(0.001),"


@pytest.mark.parametrize(
    ("optimizer", "before"),
    [
        ('"adam"', ""),
        ("keras.optimizers.Adam(**settings)", "from here import settings\n"),
        ("keras.optimizers.Adam(0.25)", ""),  # the run had another one
        ("keras.optimizers.Adam(0.5)", "keras.callbacks.LearningRateScheduler(print)\n"),
        ("keras.optimizers.Adam(keras.optimizers.schedules.CosineDecay(0.5, 9, warmup_target=0.5))", ""),
        ("make()", "from here import make\n"),
    ],
)
def test_a_rate_that_the_source_does_not_decide_has_no_fix(optimizer: str, before: str) -> None:
    assert changed(optimizer, before) == ([], [])


def test_a_rate_in_a_constant_is_pointed_at() -> None:
    source = DIGITS.replace("x, y =", "RATE = 0.5\nx, y =").replace("0.001", "RATE")
    (seen,) = check(LearningRateOff, source, epochs=stuck(), tests=rates(0.5))
    assert [source[note.span.start : note.span.end] for note in seen.finding.notes if note.span] == ["0.5"]


def test_a_rate_is_written_as_keras_takes_it() -> None:
    """Keras refuses whole numbers."""
    for best, text in ((1.0, "1.0"), (0.32, "0.3"), (3.2e-5, "3e-5")):
        sweep = {"rate_sweep": {**rates(0.001, 0.05, 2.0)["rate_sweep"], "best": best}}
        (seen,) = check(LearningRateOff, epochs=stuck(), tests=sweep)
        assert [fix.title for fix in seen.finding.fixes] == [f"Replace with `{text}`"]
        assert seen.finding.notes[-1].text == f"try: learning_rate={text}"


def test_where_only_strange_rates_learn_none_is_written() -> None:
    (seen,) = check(LearningRateOff, epochs=stuck(), tests=rates(1e-3, 0.5, 3.0))
    assert (seen.finding.severity, seen.finding.fixes) == (Severity.INFO, ())


def test_a_learning_rate_near_the_range_or_in_a_run_that_learns_is_not_reported() -> None:
    for current in (0.01 * LIMITS["rate_margin"] / NEAR, 1e-4 / LIMITS["rate_margin"] * NEAR):
        assert check(LearningRateOff, epochs=stuck(), tests=rates(current)) == []
    assert check(LearningRateOff, epochs=learning(), tests=rates(5.0)) == []
    assert check(LearningRateOff, epochs=stuck()) == []
    none = {"rate_sweep": {**rates(5.0)["rate_sweep"], "learns": None}}
    assert check(LearningRateOff, epochs=stuck(), tests=none) == []


def test_a_low_rate_is_given_credit_for_the_steps_of_the_run() -> None:
    """The run makes 125 steps, five times those of the sweep."""
    for times, count in ((5 * LIMITS["rate_margin"] * NEAR, 1), (5 * LIMITS["rate_margin"] / NEAR, 0)):
        tried = {"rate_sweep": {**rates(1e-4 / times)["rate_sweep"], "steps": 25}}
        assert len(check(LearningRateOff, epochs=stuck(), tests=tried)) == count


def test_a_rate_that_no_one_uses_is_only_a_hint() -> None:
    usual = LIMITS["rate_usual"]
    (seen,) = check(LearningRateOff, epochs=stuck(), tests=rates(1e-3, usual * NEAR, 3.0))
    assert seen.finding.severity == Severity.INFO
    assert "out of scale" in seen.finding.notes[-1].text
    (seen,) = check(LearningRateOff, epochs=stuck(), tests=rates(1e-3, usual, 3.0))
    assert seen.finding.severity == Severity.WARNING


def test_a_rate_that_learned_examples_by_heart_is_not_blamed() -> None:
    heart = {"overfit_batch": {"fits": True, "user_fits": True}}
    assert check(LearningRateOff, epochs=stuck(), tests={**rates(1e-6), **heart}) == []
    assert check(LossDiverging, epochs=diverging(), tests=heart)[0].symptom


def decayed(left: float, made: Any = stuck) -> list[Epoch]:
    return [
        epoch(item.number, item.loss, item.logs["accuracy"], learning_rate=0.1 if not at else 0.1 * left)
        for at, item in enumerate(made())
    ]


def test_a_schedule_that_ends_before_the_model_has_learned() -> None:
    optimizer = {"class": "SGD", "learning_rate": 0.1, "schedule": "ExponentialDecay"}
    small = LIMITS["schedule_left"] / NEAR
    (seen,) = check(ScheduleTooFast, epochs=decayed(small), optimizer=optimizer)
    assert where(seen) == (13, "0.001")
    assert seen.finding.message == "the learning rate fell from 0.1 to 0.00098 by epoch 2 of 5"
    assert check(ScheduleTooFast, epochs=decayed(LIMITS["schedule_left"] * NEAR), optimizer=optimizer) == []
    assert check(ScheduleTooFast, epochs=decayed(small, learning), optimizer=optimizer) == []


def test_a_schedule_by_callback_is_placed_at_the_callback() -> None:
    source = DIGITS.replace(
        "batch_size=32", "callbacks=[keras.callbacks.LearningRateScheduler(lambda e: 0.1 * 0.01**e)]"
    )
    (seen,) = check(ScheduleTooFast, source, epochs=decayed(1e-4), optimizer={"learning_rate": 0.1})
    assert where(seen) == (17, "LearningRateScheduler")


def in_steps(steps: int, count: int = 5, made: Any = weak) -> list[Epoch]:
    return [epoch(item.number, item.loss, item.logs["accuracy"], steps=steps) for item in made(count)]


def test_a_batch_that_holds_all_examples() -> None:
    (seen,) = check(BatchCoversDataset, epochs=in_steps(2, 10), data={"batch": 500})
    assert where(seen) == (17, "32")
    assert seen.finding.message == "batches of 500 on 1000 examples made 2 updates per epoch, 20 in all"
    for written, count in (("500", 1), ("len(x)", 1), ("x.shape[0]", 1), ("size", 0), ("16", 0)):
        source = DIGITS.replace("batch_size=32", f"batch_size={written}")
        (seen,) = check(BatchCoversDataset, source, epochs=in_steps(2, 10), data={"batch": 500})
        assert [fix.title for fix in seen.finding.fixes] == ["Replace with `32`"] * count
        assert [apply_edits(source, fix.edits) for fix in seen.finding.fixes] == [DIGITS] * count


@pytest.mark.parametrize(
    ("epochs", "data"),
    [
        (in_steps(3, 10), {}),
        (in_steps(2, int(LIMITS["batch_updates"]) // 2 + 1), {}),
        (in_steps(2, 10), {"samples": LIMITS["batch_rows"] - 1}),
        (in_steps(2, 10, learning), {}),
    ],
    ids=["three steps", "many updates", "few rows", "learns"],
)
def test_a_large_batch_that_may_be_meant(epochs: list[Epoch], data: dict[str, Any]) -> None:
    assert check(BatchCoversDataset, epochs=epochs, data={"batch": 500, **data}) == []


def test_a_batch_of_all_is_still_reported_at_its_limits() -> None:
    assert check(BatchCoversDataset, epochs=in_steps(2, int(LIMITS["batch_updates"]) // 2), data={"samples": 256})


def test_the_first_batch_that_was_not_finite() -> None:
    bad = [epoch(0, 2.0, 0.2), epoch(1, math.nan, 0.1, broken=6)]
    (seen,) = check(LossNotFinite, epochs=bad)
    assert (seen.symptom, seen.finding.severity) == (True, Severity.ERROR)
    assert seen.finding.message == "the loss became NaN or infinite in batch 7 of epoch 2"
    (seen,) = check(LossNotFinite, epochs=bad, tests={"replay": {"layer": "loss"}})
    assert where(seen) == (14, '"sparse_categorical_crossentropy"')
    assert not seen.symptom
    (seen,) = check(LossNotFinite, epochs=bad, tests={"replay": {"layer": "input"}})
    assert where(seen)[0] == 5
    (seen,) = check(LossNotFinite, epochs=[epoch(0, math.inf)])
    assert seen.finding.message.endswith("in epoch 1")


def test_a_layer_is_blamed_only_when_the_learning_rate_is_not() -> None:
    bad = [epoch(0, math.nan, broken=3)]
    good_rate, bad_rate = rates(1e-3), rates(1.0)
    (seen,) = check(LossNotFinite, epochs=bad, tests={"replay": {"layer": 1}, **good_rate})
    assert where(seen) == (9, '"relu"')
    (seen,) = check(LossNotFinite, epochs=bad, tests={"replay": {"layer": 1}, **bad_rate})
    assert where(seen) == (13, "0.001")


def test_a_finite_loss_is_no_matter() -> None:
    assert check(LossNotFinite, epochs=[*learning(), *diverging()]) == []


def test_a_loss_that_diverged() -> None:
    (seen,) = check(LossDiverging, epochs=diverging())
    assert where(seen) == (13, "0.001")
    assert seen.finding.message == "the loss rose to 23,000, from 2.3 at its best"
    assert check(LossDiverging, epochs=diverging(), tests=rates(1e-3))[0].symptom
    limit = LIMITS["diverging"]
    assert check(LossDiverging, epochs=[epoch(0, 3.0), epoch(1, 3.0 * limit * NEAR)])
    assert check(LossDiverging, epochs=[epoch(0, 3.0), epoch(1, 3.0 * limit / NEAR)]) == []
    back_near_zero = [epoch(0, 2.3), epoch(1, 0.01), epoch(2, 0.03)]
    assert check(LossDiverging, epochs=back_near_zero) == []


def zigzag(size: float, count: int = 6, accuracy: float = 0.3) -> list[Epoch]:
    return [epoch(at, 2.0 + size * (at % 2), accuracy) for at in range(count)]


def test_a_loss_that_oscillates() -> None:
    limit = LIMITS["oscillation_size"]
    size = 2 * limit / (1 - limit / 2)  # of losses 2 and 2 + size, the mean is 2 + size / 2
    (seen,) = check(LossOscillating, epochs=zigzag(size * NEAR))
    assert seen.finding.message == "the loss turned back at 100 % of the epochs, by 10 % of itself on average"
    assert seen.finding.severity == Severity.WARNING
    assert check(LossOscillating, epochs=zigzag(size / NEAR)) == []
    assert check(LossOscillating, epochs=zigzag(1.0, int(LIMITS["oscillation_epochs"]) - 1)) == []
    assert check(LossOscillating, epochs=zigzag(1.0, int(LIMITS["oscillation_epochs"])))
    good = [epoch(at, 0.2 + 0.1 * (at % 2), 0.95) for at in range(6)]
    assert check(LossOscillating, epochs=good)[0].finding.severity == Severity.INFO
    one_turn = [epoch(at, loss, 0.3) for at, loss in enumerate((3.0, 2.0, 1.0, 2.0, 3.0, 4.0))]
    assert check(LossOscillating, epochs=one_turn) == []


def test_a_loss_that_hardly_fell() -> None:
    (seen,) = check(LossNotDecreasing, epochs=stuck())
    assert (where(seen), seen.symptom) == ((17, "fit"), True)
    assert seen.finding.message == "the loss hardly fell: 2.3 to 2.3 in 125 steps"
    falls = LIMITS["stuck_drop"]
    for share, expected in ((falls / NEAR, 1), (falls * NEAR, 0)):
        run = [epoch(0, 2.0, losses=(2.0,)), epoch(1, 2.0 * (1 - share))]
        assert len(check(LossNotDecreasing, epochs=run, data={"y": []}, losses=("own",))) == expected
    assert check(LossNotDecreasing, epochs=learning()) == []


def test_accuracy_at_chance() -> None:
    (seen,) = check(AccuracyAtChance, epochs=stuck())
    assert seen.finding.message == "accuracy 0.10 is no better than the commonest label's 0.10"
    error = math.sqrt(0.1 * 0.9 / 1000)
    for errors, expected in ((LIMITS["chance_errors"] / NEAR, 1), (LIMITS["chance_errors"] * NEAR, 0)):
        run = [epoch(at, 2.3, 0.1 + errors * error) for at in range(3)]
        assert len(check(AccuracyAtChance, epochs=run)) == expected
    assert check(AccuracyAtChance, epochs=stuck(), asked={"class_weight": {"0": 1.0, "1": 9.0}}) == []
    early = int(LIMITS["chance_steps"])
    assert check(AccuracyAtChance, epochs=[epoch(0, 2.3, 0.1, steps=early - 1)]) == []
    assert check(AccuracyAtChance, epochs=[epoch(0, 2.3, 0.1, steps=early)])


def predicted(**measures: float) -> list[Epoch]:
    return [epoch(at, 2.303, 0.1, measures={"measured_samples": 256.0, **measures}) for at in range(3)]


def test_constant_predictions() -> None:
    spread = math.sqrt(0.1 * 0.9)  # of a one-hot unit with ten balanced classes
    limit = LIMITS["constant_spread"] * spread
    (seen,) = check(ConstantPredictions, epochs=predicted(prediction_std=limit / NEAR))
    assert where(seen) == (10, "Dense")
    assert seen.finding.message == "predictions hardly differed: std 0.0059, that of the targets 0.3"
    assert check(ConstantPredictions, epochs=predicted(prediction_std=limit * NEAR)) == []
    (seen,) = check(ConstantPredictions, epochs=predicted(prediction_std=0.1, prediction_classes=1, prediction_top=1))
    assert seen.finding.message == "every prediction was the same class on 256 held examples"
    assert check(ConstantPredictions, epochs=learning()) == []


def test_an_input_that_is_ignored() -> None:
    same = {"zero_input": {"ignored": True, "loss": 2.3, "zeroed": 2.31}}
    (seen,) = check(InputIgnored, epochs=stuck(), tests=same)
    assert (where(seen)[0], seen.symptom) == (5, True)
    assert seen.finding.message == "with inputs of zero the loss was 2.31, with the real ones 2.3"
    assert check(InputIgnored, epochs=learning(), tests=same) == []
    assert check(InputIgnored, epochs=stuck(), tests={"zero_input": {"skipped": "time"}}) == []


def test_a_batch_that_cannot_be_learned_by_heart() -> None:
    result = {"samples": 32, "steps": 300, "start": 2.3, "end": 2.29, "fits": False, "user_fits": False}
    (seen,) = check(CannotOverfitBatch, epochs=stuck(), tests={"overfit_batch": result})
    assert (where(seen)[0], seen.symptom) == (14, True)
    assert seen.finding.message == "32 examples were not learned by heart: loss 2.3 to 2.29 in 300 steps"
    best = {**result, "fits": True, "end": 0.1, "steps": 40, "user_end": 2.2, "user_steps": 300}
    (seen,) = check(CannotOverfitBatch, epochs=stuck(), tests={"overfit_batch": best})
    assert seen.finding.message.endswith("loss 2.3 to 2.2 in 300 steps")
    assert (where(seen)[0], seen.symptom, seen.cause) == (13, False, "learning_rate")
    assert check(CannotOverfitBatch, epochs=learning(), tests={"overfit_batch": result}) == []
    assert check(CannotOverfitBatch, epochs=weak(), tests={"overfit_batch": result}) == []
    assert check(CannotOverfitBatch, epochs=stuck(), tests={"overfit_batch": {**best, "user_fits": True}}) == []


@pytest.mark.parametrize(
    ("more", "note"),
    [
        ({"tried": [["SGD", 0.1], ["Adam", 0.001], ["Adam", 0.01]]}, "Adam at 0.001 to 0.01 did not either"),
        ({"tried": [["SGD", 0.1], ["Adam", 0.003]]}, "Adam at 0.003 did not either"),
        ({"tried": [["SGD", 0.1]]}, None),
        ({"best_optimizer": "SGD", "best_rate": 0.1}, None),
        ({"best_optimizer": "Adam", "best_rate": 0.01}, "Adam at 0.01 did not either"),
        ({"user_optimizer": "Adam", "user_rate": 0.001, "tried": [["Adam", 0.001]]}, None),
        ({"fits": True, "best_optimizer": "SGD", "best_rate": 0.1}, "SGD at 0.1 did learn them"),
        ({}, None),
    ],
)
def test_other_optimizers_are_named_when_they_were_tried(more: dict[str, Any], note: str | None) -> None:
    result = {"samples": 32, "steps": 300, "start": 2.3, "end": 2.29, "user_end": 2.29, "user_steps": 300}
    result |= {"fits": False, "user_fits": False, **more}
    (seen,) = check(CannotOverfitBatch, epochs=stuck(), tests={"overfit_batch": result})
    told = [line.text for line in seen.finding.notes if "learn them" in line.text or "either" in line.text]
    assert told == ([] if note is None else [note])


def falling(gain: float, count: int = 3, accuracy: float = 0.3) -> list[Epoch]:
    return [epoch(at, 2.3 * (1 - gain) ** at, accuracy, losses=(2.4,)) for at in range(count)]


def test_a_training_that_ended_too_early() -> None:
    asked = {"epochs": 3}
    (seen,) = check(StillImproving, epochs=falling(0.1), asked=asked)
    assert where(seen) == (17, "5")
    assert seen.finding.message == "the loss still fell by 10 % in the last of 3 epochs"
    assert seen.finding.severity == Severity.WARNING
    limit = LIMITS["still_gain"]
    assert check(StillImproving, epochs=falling(limit * NEAR), asked=asked)
    assert check(StillImproving, epochs=falling(limit / NEAR), asked=asked) == []
    assert check(StillImproving, epochs=falling(0.1, accuracy=0.9), asked=asked)[0].finding.severity == Severity.INFO


@pytest.mark.parametrize(
    ("gain", "first", "severity"),
    [
        (LIMITS["still_fast"] * NEAR, 2.4, Severity.WARNING),
        (LIMITS["still_fast"] / NEAR, 2.4, Severity.INFO),
        (LIMITS["still_fast"] * NEAR, 1.0 * NEAR / LIMITS["still_left"], Severity.INFO),
        (LIMITS["still_fast"] * NEAR, 1.0 / NEAR / LIMITS["still_left"], Severity.WARNING),
    ],
)
def test_few_epochs_of_a_model_that_is_good_already(gain: float, first: float, severity: Severity) -> None:
    run = [epoch(0, 1.0 / (1 - gain), 0.9, losses=(first,)), epoch(1, 1.0, 0.9)]
    (seen,) = check(StillImproving, epochs=run, asked={"epochs": 2})
    assert seen.finding.severity == severity


def test_a_training_that_others_ended_is_not_called_short() -> None:
    assert check(StillImproving, epochs=falling(0.1), asked={"epochs": 3}, capped=True) == []
    assert check(StillImproving, epochs=falling(0.1), asked={"epochs": 50}) == []
    assert check(StillImproving, epochs=falling(0.1), asked={"epochs": 3}, ended=Ended("budget")) == []


def test_few_epochs_in_a_failing_run_are_a_cause_only_when_they_are_few() -> None:
    few = int(LIMITS["few_epochs"])
    at_chance = {"accuracy": 0.1, "asked": {"epochs": few}}
    (seen,) = check(StillImproving, epochs=falling(0.03, few, 0.1), asked=at_chance["asked"])
    assert seen.finding.severity == Severity.WARNING
    (seen,) = check(StillImproving, epochs=falling(0.03, few + 1, 0.1), asked={"epochs": few + 1})
    assert seen.finding.severity == Severity.INFO
    many = [epoch(at, 2.3 * 0.97**at, 0.1, steps=int(LIMITS["few_steps"])) for at in range(few)]
    assert check(StillImproving, epochs=many, asked={"epochs": few})[0].finding.severity == Severity.INFO


def overfit(rise: float, gap: float = 0.2, after: int = 3) -> list[Epoch]:
    """Lowest validation loss in the second epoch, then `after` more."""
    values = [1.2, 1.0, *[1.0 + rise * (at + 1) / after for at in range(after)]]
    return [
        epoch(at, 1.0 - 0.1 * at, 0.9, logs={"val_loss": value, "val_accuracy": 0.9 - gap})
        for at, value in enumerate(values)
    ]


def test_overfitting() -> None:
    (seen,) = check(Overfitting, epochs=overfit(LIMITS["overfit_much"] * NEAR))
    assert seen.finding.message == "validation loss rose by 31 % after epoch 2 while training loss fell"
    assert seen.finding.severity == Severity.WARNING
    assert check(Overfitting, epochs=overfit(LIMITS["overfit_much"] / NEAR))[0].finding.severity == Severity.INFO
    assert check(Overfitting, epochs=overfit(0.5, LIMITS["overfit_gap"] / NEAR))[0].finding.severity == Severity.INFO
    assert check(Overfitting, epochs=overfit(LIMITS["overfit_rise"] * NEAR))
    assert check(Overfitting, epochs=overfit(LIMITS["overfit_rise"] / NEAR)) == []
    assert check(Overfitting, epochs=overfit(0.5, after=int(LIMITS["overfit_epochs"]) - 1)) == []
    assert check(Overfitting, epochs=learning()) == []


def test_early_stopping_answers_overfitting() -> None:
    source = DIGITS.replace("batch_size=32", "callbacks=[keras.callbacks.EarlyStopping(patience=3)]")
    (seen,) = check(Overfitting, source, epochs=overfit(0.5))
    assert seen.finding.severity == Severity.INFO


@pytest.mark.parametrize(
    ("state", "epochs"),
    [
        ("learns", [epoch(0, 1.0, 0.1 + 0.9 * LIMITS["learning_gain"] * NEAR)]),
        ("weak", [epoch(0, 1.0, 0.1 + 0.9 * LIMITS["learning_gain"] / NEAR)]),
        ("weak", [epoch(0, 1.0, 0.1 + 0.9 * LIMITS["stuck_gain"] * NEAR)]),
        ("stuck", [epoch(0, 1.0, 0.1 + 0.9 * LIMITS["stuck_gain"] / NEAR)]),
        ("unknown", [epoch(0, 2.3, 0.1, steps=int(LIMITS["warm_up_steps"]) - 1)]),
        ("stuck", [epoch(0, 2.3, 0.1, steps=int(LIMITS["warm_up_steps"]))]),
        ("unknown", []),
    ],
)
def test_the_health_of_a_run(state: str, epochs: list[Epoch]) -> None:
    assert sight(epochs=epochs).health.state == state


@pytest.mark.parametrize(
    ("times", "state"), [(LIMITS["blind_loss"] * NEAR, "stuck"), (LIMITS["blind_loss"] / NEAR, "learns")]
)
def test_a_loss_of_a_constant_prediction_is_no_learning(times: float, state: str) -> None:
    run = [epoch(0, 2.302585 * times, 0.9)]
    assert sight(epochs=run).health.state == state


def test_health_by_the_loss_alone() -> None:
    for share, state in ((LIMITS["learning_drop"] * NEAR, "learns"), (LIMITS["learning_drop"] / NEAR, "weak")):
        run = [epoch(0, 2.0, losses=(2.0,)), epoch(1, 2.0 * (1 - share))]
        assert sight(epochs=run, data={"y": []}, losses=("own",)).health.state == state
