"""The observation dying-relu."""

from __future__ import annotations

import pytest

from default_lint.findings import Severity
from default_lint.trial.observations.dying_relu import DyingRelu
from tests.trial.observations import runs

NEGATIVE = runs.DIGITS.replace('kernel_initializer="he_normal"', "bias_initializer=keras.initializers.Constant(-8.0)")
SWEEP = {"rate_sweep": {"rates": [], "learns": [1e-4, 1e-2], "current": 5.0}}


def dead(share: float, index: int = 0) -> dict[int, dict[str, float]]:
    return {index: {"activation_dead": share}}


def test_units_dead_from_the_start_lead_to_the_initializer() -> None:
    epochs = runs.stuck(layers=dead(0.95), measures={"measured_samples": 256.0})
    (seen,) = runs.check(DyingRelu, NEGATIVE, start=dead(0.95), epochs=epochs)
    assert runs.where(seen) == (8, "keras.initializers.Constant(-8.0)")
    assert seen.finding.message == "95 of 100 units of `wide` were 0 on all 256 examples after epoch 5"
    assert (seen.cause, seen.finding.severity, seen.weight) == ("initializer", Severity.WARNING, 0.8)


def test_units_that_died_lead_to_the_learning_rate() -> None:
    epochs = runs.stuck(layers=lambda number: dead(0.3 * number))
    (seen,) = runs.check(DyingRelu, start=dead(0.0), epochs=epochs, tests=SWEEP)
    assert runs.where(seen) == (13, "0.001")
    assert seen.cause == "learning_rate"
    assert "dead: 0 % before training" in seen.finding.notes[0].text


def test_units_that_died_for_no_reason_seen_stay_at_the_layer() -> None:
    (seen,) = runs.check(DyingRelu, start=dead(0.0), epochs=runs.stuck(layers=dead(1.0)))
    assert runs.where(seen) == (8, "Dense")
    assert (seen.cause, seen.weight) == ("dead_units", 0.9)


def test_a_raw_input_explains_units_dead_from_the_start() -> None:
    facts = {"x": [{"std": 900.0, "min": 0.0, "max": 40_000.0}]}
    (seen,) = runs.check(DyingRelu, start=dead(1.0), epochs=runs.stuck(layers=dead(1.0)), data=facts)
    assert (runs.where(seen), seen.cause) == ((5, "load()"), "x_scale")


@pytest.mark.parametrize(
    ("share", "weight"),
    [(0.49, None), (0.5, 0.4), (0.89, 0.4), (0.9, 0.8), (1.0, 0.9)],
)
def test_limits(share: float, weight: float | None) -> None:
    found = runs.check(DyingRelu, epochs=runs.stuck(layers=dead(share)))
    assert [seen.weight for seen in found] == ([] if weight is None else [weight])


@pytest.mark.parametrize(("before", "cause"), [(0.75, "dead_units"), (0.77, "initializer")])
def test_from_the_start_means_most_of_those_dead_at_last(before: float, cause: str) -> None:
    (seen,) = runs.check(DyingRelu, NEGATIVE, start=dead(before), epochs=runs.stuck(layers=dead(0.95)))
    assert seen.cause == cause


@pytest.mark.parametrize(("share", "count"), [(0.89, 0), (0.95, 1)])
def test_a_run_that_learns_gives_information_at_most(share: float, count: int) -> None:
    found = runs.check(DyingRelu, epochs=runs.learning(layers=dead(share)))
    assert [seen.finding.severity for seen in found] == [Severity.INFO] * count


def test_the_first_dead_layer_explains_the_next() -> None:
    one, two = runs.check(DyingRelu, epochs=runs.stuck(layers={**dead(1.0), **dead(1.0, 1)}))
    assert runs.where(two) == (9, "Dense")
    assert two.weight == one.weight / 2
    assert two.finding.severity == Severity.INFO


def test_a_raw_input_that_is_normalized_explains_nothing() -> None:
    source = runs.DIGITS.replace("    layers.Dense(100", "    layers.BatchNormalization(),\n    layers.Dense(100")
    facts = {"x": [{"std": 900.0, "min": 0.0, "max": 40_000.0}]}
    (seen,) = runs.check(DyingRelu, source, start=dead(1.0, 1), epochs=runs.stuck(layers=dead(1.0, 1)), data=facts)
    assert (runs.where(seen), seen.cause) == ((9, "Dense"), "dead_units")
