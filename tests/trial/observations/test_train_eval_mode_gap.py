"""The observation train-eval-mode-gap."""

from __future__ import annotations

from typing import Any

import pytest

from default_lint.findings import Confidence, Finding, Severity
from default_lint.text import Span
from default_lint.trial.observations.train_eval_mode_gap import TrainEvalModeGap
from tests.trial.observations import runs

DROPOUT = runs.DIGITS.replace("    layers.Dense(50", "    layers.Dropout(0.9),\n    layers.Dense(50")
NORM = runs.DIGITS.replace(
    "    layers.Dense(50", "    layers.BatchNormalization(momentum=0.9999),\n    layers.Dense(50"
)

_SURE = (Severity.WARNING, Confidence.HIGH)


def gap(train: float, evaluated: float, calm: float) -> dict[str, dict[str, float]]:
    return {"mode_gap": {"train": train, "eval": evaluated, "calm": calm}}


def check(source: str, **more: Any) -> list[Any]:
    return runs.check(TrainEvalModeGap, source, **more)


@pytest.mark.parametrize(("train", "count"), [(1.5, 0), (1.51, 1)])
def test_dropout(train: float, count: int) -> None:
    found = check(DROPOUT, epochs=runs.weak(), tests=gap(train, 1.0, 1.0))
    assert len(found) == count
    for seen in found:
        assert runs.where(seen) == (9, "0.9")
        assert seen.finding.message == "`dropout_1` dropped 90 %; loss 1.5 with it, 1 without"
        assert (seen.cause, seen.finding.severity) == ("dropout", Severity.WARNING)


@pytest.mark.parametrize(("rate", "severity"), [("0.69", Severity.INFO), ("0.7", Severity.WARNING)])
def test_a_usual_rate_is_information(rate: str, severity: Severity) -> None:
    (seen,) = check(DROPOUT.replace("0.9", rate), epochs=runs.weak(), tests=gap(2.0, 1.0, 1.0))
    assert seen.finding.severity == severity


def test_dropout_in_a_run_that_learns() -> None:
    assert check(DROPOUT.replace("0.9", "0.5"), epochs=runs.learning(), tests=gap(2.0, 1.0, 1.0)) == []
    (seen,) = check(DROPOUT, epochs=runs.learning(), tests=gap(1.0, 0.4, 0.4))
    assert seen.finding.severity == Severity.INFO


@pytest.mark.parametrize(("evaluated", "count"), [(0.74, 0), (0.76, 1)])
def test_batch_normalization(evaluated: float, count: int) -> None:
    found = check(NORM, epochs=runs.weak(), tests=gap(0.5, evaluated, 0.5))
    assert len(found) == count
    for seen in found:
        assert runs.where(seen) == (9, "0.9999")
        assert seen.finding.message == "the loss was 0.76 at inference and 0.5 in training, on one batch"
        assert (seen.cause, seen.finding.severity) == ("batchnorm", Severity.WARNING)


@pytest.mark.parametrize(("evaluated", "severity"), [(1.1, Severity.INFO), (1.2, Severity.WARNING)])
def test_harm_at_inference_counts_in_a_run_that_learns(evaluated: float, severity: Severity) -> None:
    # half of the loss of no skill is ln(10) / 2 = 1.15
    (seen,) = check(NORM, epochs=runs.learning(), tests=gap(0.5, evaluated, 0.5))
    assert seen.finding.severity == severity


@pytest.mark.parametrize(("epochs", "severity"), [(11, Severity.INFO), (12, Severity.WARNING)])
def test_usual_statistics_that_are_on_their_way(epochs: int, severity: Severity) -> None:
    # 1 - 0.99 ** steps is above 0.95 from 299 steps on, which are 12 epochs of 25
    (seen,) = check(NORM.replace("0.9999", "0.99"), epochs=runs.weak(epochs), tests=gap(0.5, 2.0, 0.5))
    assert seen.finding.severity == severity


@pytest.mark.parametrize(("batch", "cause"), [(7, "batch_size"), (8, "batchnorm")])
def test_small_batches(batch: int, cause: str) -> None:
    source = NORM.replace("0.9999", "0.99")
    (seen,) = check(source, epochs=runs.weak(20), tests=gap(0.5, 2.0, 0.5), data={"batch": batch})
    assert (seen.cause, runs.where(seen)) == ((cause, (18, "32")) if batch < 8 else (cause, (9, "0.99")))


def test_small_losses_do_not_count() -> None:
    assert check(NORM, epochs=runs.weak(), tests=gap(0.01, 0.05, 0.01)) == []


@pytest.mark.parametrize(("validation", "count"), [(0.29, 0), (0.31, 1)])
def test_the_logs_when_the_test_was_not_made(validation: float, count: int) -> None:
    found = check(
        DROPOUT, epochs=runs.stuck(logs={"val_accuracy": validation}), tests={"mode_gap": {"skipped": "time"}}
    )
    assert [runs.where(seen) for seen in found] == [(9, "0.9")] * count


@pytest.mark.parametrize(("momentum", "count"), [("0.99", 0), ("0.999", 1)])
def test_the_logs_of_batch_normalization(momentum: str, count: int) -> None:
    epochs = runs.learning(logs={"val_accuracy": 0.2})
    found = check(NORM.replace("0.9999", momentum), epochs=epochs)
    assert [runs.where(seen) for seen in found] == [(9, "0.999")] * count


def test_accuracies_tell_more_than_losses_near_chance() -> None:
    epochs = [runs.epoch(number, 2.2, 0.2, logs={"val_accuracy": 0.8}) for number in range(3)]
    (seen,) = check(DROPOUT, epochs=epochs, tests=gap(2.2, 1.8, 1.8))
    assert (runs.where(seen), seen.finding.severity) == ((9, "0.9"), Severity.WARNING)


@pytest.mark.parametrize(("loss", "severity"), [(1.1, Severity.INFO), (1.2, Severity.WARNING)])
def test_noise_in_which_a_run_that_learns_goes_under(loss: float, severity: Severity) -> None:
    # half of the loss of no skill is ln(10) / 2 = 1.15
    (seen,) = check(DROPOUT, epochs=runs.learning(), tests=gap(loss, 0.3, 0.3))
    assert seen.finding.severity == severity


def test_a_missing_training_argument_explains_the_gap() -> None:
    start = NORM.index("Sequential")
    flag = Finding("training-argument-missing", "TRN180", Span(start, start + 10), "", *_SURE, "training")
    (seen,) = check(NORM, epochs=runs.weak(), tests=gap(0.5, 2.0, 0.5), rules=[flag])
    assert (seen.cause, runs.where(seen)) == ("training_flag", (6, "Sequential"))
