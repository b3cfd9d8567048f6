"""The observation activation-scale-drift."""

from __future__ import annotations

from typing import Any

import pytest

from default_lint.findings import Severity
from default_lint.trial.observations.activation_scale_drift import ActivationScaleDrift
from tests.trial.observations import runs

ODD = runs.DIGITS.replace('"he_normal"', "keras.initializers.RandomNormal(stddev=1e-4)")


def spreads(*values: float) -> dict[int, dict[str, float]]:
    return {index: {"activation_std": value} for index, value in enumerate(values)}


def check(source: str = runs.DIGITS, *values: float, **more: Any) -> list[Any]:
    return runs.check(ActivationScaleDrift, source, **{"start": spreads(*values), "epochs": runs.stuck(), **more})


@pytest.mark.parametrize(
    ("spread", "severity"),
    [
        (0.05, None),
        (0.049, Severity.INFO),
        (0.005, Severity.INFO),
        (0.0049, Severity.WARNING),
        (20.0, None),
        (20.1, Severity.INFO),
        (200.1, Severity.WARNING),
    ],
)
def test_the_range(spread: float, severity: Severity | None) -> None:
    found = check(runs.DIGITS, spread)
    assert [seen.finding.severity for seen in found] == ([] if severity is None else [severity])


@pytest.mark.parametrize(("second", "count"), [(0.32, 0), (0.31, 1), (3.16, 0), (3.17, 1)])
def test_the_jump_from_layer_to_layer(second: float, count: int) -> None:
    found = check(runs.DIGITS, 1.0, second)
    assert [runs.where(seen) for seen in found] == [(9, "Dense")] * count


def test_the_place_and_the_number() -> None:
    (seen,) = check(ODD, 0.001)
    assert runs.where(seen) == (8, "keras.initializers.RandomNormal(stddev=1e-4)")
    assert seen.finding.message == "the outputs of `wide` had a standard deviation of 0.001"
    assert seen.cause == "initializer"
    (seen,) = check(runs.DIGITS.replace("relu", "sigmoid"), 0.001)
    assert (runs.where(seen), seen.cause) == ((8, '"sigmoid"'), "activation")
    (seen,) = check(runs.DIGITS, 300.0, data={"x": [{"std": 100.0}]})
    assert (runs.where(seen), seen.cause) == ((5, "load()"), "x_scale")


def test_the_first_epoch_when_the_start_was_not_measured() -> None:
    (seen,) = check(start=None, epochs=runs.stuck(layers=spreads(0.001)))
    assert seen.finding.evidence[0].epochs == (0,)  # type: ignore[union-attr]


def test_silent_while_the_run_learns_and_about_outputs() -> None:
    assert check(runs.DIGITS, 0.001, epochs=runs.learning()) == []
    assert check(start={2: {"activation_std": 0.001}}) == []
