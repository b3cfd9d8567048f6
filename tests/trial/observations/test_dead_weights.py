"""The observation dead-weights."""

from __future__ import annotations

from typing import Any

import pytest

from default_lint.findings import Severity
from default_lint.trial.observations.dead_weights import DeadWeights
from tests.trial.observations import runs

ZERO = runs.DIGITS.replace('"he_normal"', '"zeros"')
STRONG = runs.DIGITS.replace('name="wide"', "kernel_regularizer=keras.regularizers.L1(0.5)")


def small(share: float, index: int = 0) -> dict[int, dict[str, float]]:
    return {index: {"weights_small": share}}


def check(source: str = ZERO, **more: Any) -> list[Any]:
    return runs.check(DeadWeights, source, **more)


def test_a_kernel_of_zeros() -> None:
    (seen,) = check(start=small(1.0), epochs=runs.stuck(layers=small(1.0)))
    assert runs.where(seen) == (8, '"zeros"')
    assert seen.finding.message == "100 % of the weights of `wide` were 0 after epoch 5"
    assert (seen.cause, seen.weight, seen.finding.severity) == ("initializer", 0.85, Severity.WARNING)


def test_a_kernel_that_a_regularizer_pulled_to_zero() -> None:
    (seen,) = check(STRONG, start=small(0.0), epochs=runs.stuck(layers=small(0.97)))
    assert runs.where(seen) == (8, "keras.regularizers.L1(0.5)")
    assert seen.cause == "regularizer"
    assert "factor 0.5" in seen.finding.notes[1].text


@pytest.mark.parametrize(("share", "count"), [(0.95, 0), (0.96, 1)])
def test_the_limit(share: float, count: int) -> None:
    assert len(check(epochs=runs.stuck(layers=small(share)))) == count


@pytest.mark.parametrize(("before", "cause"), [(0.95, "units"), (0.96, "initializer")])
def test_dead_before_training(before: float, cause: str) -> None:
    (seen,) = check(start=small(before), epochs=runs.stuck(layers=small(1.0)))
    assert seen.cause == cause


def test_zeros_that_were_left_are_no_fault() -> None:
    assert check(start=small(1.0), epochs=runs.stuck(layers=small(0.2))) == []


def test_a_sparse_network_that_learns_is_information() -> None:
    (seen,) = check(start=small(0.0), epochs=runs.learning(layers=small(0.97)))
    assert (seen.finding.severity, seen.weight) == (Severity.INFO, 0.15 * 0.6)
