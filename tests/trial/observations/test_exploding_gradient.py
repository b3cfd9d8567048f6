"""The observation exploding-gradient."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from default_lint.findings import Severity
from default_lint.trial.observations.exploding_gradient import ExplodingGradient
from default_lint.trial.trace import Epoch
from tests.trial.observations import runs

ODD = runs.DIGITS.replace('"he_normal"', "keras.initializers.RandomNormal(stddev=5.0)")


def norms(*values: float, accuracy: float = 0.1, **more: float) -> Sequence[Epoch]:
    return [
        runs.epoch(number, 2.303 if accuracy < 0.5 else 0.3, accuracy, measures={"gradient_norm": value, **more})
        for number, value in enumerate(values)
    ]


def check(epochs: Sequence[Epoch], source: str = runs.DIGITS, **more: Any) -> list[Any]:
    return runs.check(ExplodingGradient, source, epochs=epochs, **more)


@pytest.mark.parametrize(("high", "count"), [(999.0, 0), (1001.0, 1)])
def test_a_jump(high: float, count: int) -> None:
    found = check(norms(1.0, high, 1.0, 1.0))
    assert [seen.finding.message for seen in found] == [
        "the gradient reached 1000 after epoch 2, 1000 times its median"
    ] * count


@pytest.mark.parametrize(("factor", "count"), [(1.9, 0), (2.0, 1)])
def test_growth(factor: float, count: int) -> None:
    found = check(norms(*(factor**step for step in range(4))))
    assert [seen.finding.message for seen in found] == ["the gradient grew from 1 to 8 in 3 epochs"] * count
    for seen in found:
        assert runs.where(seen) == (13, "0.001")
        assert (seen.cause, seen.finding.severity) == ("learning_rate", Severity.WARNING)
        assert seen.symptom


def test_growth_over_fewer_epochs_is_none() -> None:
    assert check(norms(1.0, 2.0, 4.0)) == []


@pytest.mark.parametrize(("broken", "count"), [(0.0, 0), (1.0, 1)])
def test_numbers_that_are_not_finite(broken: float, count: int) -> None:
    found = check(norms(1.0, 1.0, nonfinite_gradients=broken))
    assert [seen.finding.message for seen in found] == ["1 entry of the gradient was not finite after epoch 1"] * count


def test_silent_while_the_run_learns() -> None:
    assert check(norms(1.0, 10.0, 100.0, 1e3, 1e4, accuracy=0.9)) == []


def test_the_rate_is_known_from_a_sweep() -> None:
    sweep = {"rate_sweep": {"learns": [1e-4, 1e-2], "current": 5.0}}
    (seen,) = check(norms(1.0, 4.0, 16.0, 64.0), tests=sweep)
    assert not seen.symptom
    assert "0.0001 to 0.01 learned" in " ".join(note.text for note in seen.finding.notes)


def test_a_raw_input_and_an_odd_initializer() -> None:
    (seen,) = check(norms(1.0, 4.0, 16.0, 64.0), data={"x": [{"std": 500.0}]})
    assert (seen.cause, runs.where(seen)) == ("x_scale", (5, "load()"))
    (seen,) = check(norms(1.0, 4.0, 16.0, 64.0), ODD)
    assert (seen.cause, runs.where(seen)) == ("initializer", (8, "keras.initializers.RandomNormal(stddev=5.0)"))


def test_an_input_that_is_not_finite_has_its_own_finding() -> None:
    (seen,) = check(norms(1.0, 1.0, nonfinite_gradients=9.0), data={"x": [{"std": 1.0, "nan": 3}]})
    assert (seen.weight, seen.finding.severity) == (0.2, Severity.INFO)
