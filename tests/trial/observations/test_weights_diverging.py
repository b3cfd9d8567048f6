"""The observation weights-diverging."""

from __future__ import annotations

from typing import Any

import pytest

from default_lint.findings import Severity
from default_lint.trial.observations.weights_diverging import WeightsDiverging
from tests.trial.observations import runs


def growing(factor: float, count: int = 3) -> list[Any]:
    return runs.stuck(count, layers=lambda number: {1: {"weight_norm": factor**number}})


def check(**more: Any) -> list[Any]:
    return runs.check(WeightsDiverging, **more)


@pytest.mark.parametrize(("factor", "count"), [(1.99, 0), (2.0, 1)])
def test_doubled_twice(factor: float, count: int) -> None:
    found = check(epochs=growing(factor))
    assert len(found) == count
    for seen in found:
        assert runs.where(seen) == (13, "0.001")
        assert seen.finding.message == "the weights of `dense_1` grew 4-fold in 2 epochs"
        assert (seen.cause, seen.finding.severity) == ("learning_rate", Severity.WARNING)


def test_doubled_once_is_nothing() -> None:
    assert check(epochs=growing(3.0, 2)) == []


@pytest.mark.parametrize(("last", "count"), [(9.9, 0), (10.0, 1)])
def test_ten_times_the_start(last: float, count: int) -> None:
    found = check(start={1: {"weight_norm": 1.0}}, epochs=runs.stuck(1, layers={1: {"weight_norm": last}}))
    assert [seen.finding.message for seen in found] == ["the weights of `dense_1` grew 10-fold in 1 epoch"] * count


def test_a_run_that_learns_may_grow() -> None:
    assert check(epochs=runs.learning(layers=lambda number: {1: {"weight_norm": 3.0**number}})) == []


@pytest.mark.parametrize(("broken", "count"), [(0.0, 0), (1.0, 1)])
def test_weights_that_are_not_finite(broken: float, count: int) -> None:
    found = check(epochs=runs.stuck(measures={"nonfinite_weights": broken}))
    assert [seen.finding.message for seen in found] == ["1 weight was not finite after epoch 1"] * count


def test_a_raw_input_explains_growth() -> None:
    (seen,) = check(epochs=growing(3.0), data={"x": [{"std": 500.0}]})
    assert (seen.cause, runs.where(seen)) == ("x_scale", (5, "load()"))
