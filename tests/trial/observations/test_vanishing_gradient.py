"""The observation vanishing-gradient."""

from __future__ import annotations

from typing import Any

import pytest

from default_lint.findings import Severity
from default_lint.trial.observations.vanishing_gradient import VanishingGradient
from tests.trial.observations import runs

STACK = runs.DIGITS.replace('"relu"', '"sigmoid"')
ODD = runs.DIGITS.replace('"he_normal"', "keras.initializers.RandomNormal(stddev=1e-4)")


def gradients(first: float, last: float = 0.5) -> dict[int, dict[str, float]]:
    sizes = {0: first, 1: 0.1, 2: last}
    return {index: {"gradient_norm": size * 4.0, "weight_norm": 4.0} for index, size in sizes.items()}


def check(source: str = STACK, first: float = 1e-6, **more: Any) -> list[Any]:
    return runs.check(VanishingGradient, source, **{"epochs": runs.stuck(layers=gradients(first)), **more})


def test_a_stack_of_sigmoids() -> None:
    (seen,) = check()
    assert runs.where(seen) == (8, '"sigmoid"')
    assert seen.finding.message == "the gradient of the first layers was 2e-6 of that of the last"
    assert (seen.cause, seen.weight, seen.finding.severity) == ("activation", 0.85, Severity.WARNING)


@pytest.mark.parametrize(("first", "count"), [(0.51e-3, 0), (0.49e-3, 1)])
def test_the_limit_is_a_thousandth(first: float, count: int) -> None:
    assert len(check(first=first)) == count


def test_only_when_the_loss_stands_still() -> None:
    assert check(epochs=runs.learning(layers=gradients(1e-6))) == []
    assert check(epochs=runs.weak(layers=gradients(1e-6))) == []


def test_no_gradient_at_all() -> None:
    (seen,) = check(first=0.0)
    assert "below 1e-12" in seen.finding.message


def test_without_a_bounded_activation_the_initializer_or_the_depth() -> None:
    (seen,) = check(ODD)
    assert (seen.cause, runs.where(seen)) == ("initializer", (8, "keras.initializers.RandomNormal(stddev=1e-4)"))
    (seen,) = check(runs.DIGITS)
    assert (seen.cause, runs.where(seen)) == ("depth", (8, "Dense"))


@pytest.mark.parametrize(
    ("measure", "value", "weight"),
    [
        ("activation_dead", 0.89, 0.85),
        ("activation_dead", 0.9, 0.35),
        ("weights_small", 0.95, 0.85),
        ("weights_small", 0.96, 0.35),
    ],
)
def test_what_else_stops_gradients_explains_more(measure: str, value: float, weight: float) -> None:
    rows = gradients(0.0)
    rows[1][measure] = value
    (seen,) = check(epochs=runs.stuck(layers=rows))
    assert seen.weight == weight


@pytest.mark.parametrize(("layers", "count"), [(2, 0), (3, 1)])
def test_needs_three_layers(layers: int, count: int) -> None:
    rows = [runs.row(index, "Dense", runs.site(STACK, "Dense", index)) for index in range(layers)]
    sizes = {0: 1e-6, layers - 1: 0.5}
    measures = {index: {"gradient_norm": size, "weight_norm": 1.0} for index, size in sizes.items()}
    assert len(check(layers=rows, epochs=runs.stuck(layers=measures))) == count
