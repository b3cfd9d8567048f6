"""The observation units-collapsed."""

from __future__ import annotations

from typing import Any

import pytest

from default_lint.findings import Severity
from default_lint.trial.observations.units_collapsed import UnitsCollapsed
from tests.trial.observations import runs


def constant(share: float = 1.0, index: int = 0, **more: float) -> dict[int, dict[str, float]]:
    return {index: {"activation_constant": share, **more}}


def check(layers: Any, source: str = runs.DIGITS, **more: Any) -> list[Any]:
    return runs.check(UnitsCollapsed, source, **{"epochs": runs.stuck(layers=layers), **more})


@pytest.mark.parametrize(("share", "count"), [(0.98, 0), (0.99, 1)])
def test_the_limit(share: float, count: int) -> None:
    found = check(constant(share))
    assert len(found) == count
    for seen in found:
        assert runs.where(seen) == (8, "Dense")
        assert seen.finding.message == "99 of 100 units of `wide` said the same for every example"
        assert (seen.symptom, seen.finding.severity) == (True, Severity.WARNING)


def test_the_first_layer_only_and_no_outputs() -> None:
    (seen,) = check({**constant(), **constant(1.0, 1)})
    assert runs.where(seen)[0] == 8
    assert check(constant(1.0, 2)) == []


@pytest.mark.parametrize(("share", "known"), [(0.95, False), (0.96, True)])
def test_weights_of_zero_explain_it(share: float, known: bool) -> None:
    source = runs.DIGITS.replace('"he_normal"', '"zeros"')
    (seen,) = check(constant(weights_small=share), source)
    assert seen.symptom is not known
    assert runs.where(seen) == ((8, '"zeros"') if known else (8, "Dense"))


@pytest.mark.parametrize(("share", "cause"), [(0.89, "units"), (0.9, "dead_units")])
def test_dead_units_explain_it(share: float, cause: str) -> None:
    (seen,) = check(constant(activation_dead=share))
    assert seen.cause == cause


@pytest.mark.parametrize(("share", "cause"), [(0.5, "units"), (0.51, "saturation")])
def test_saturation_explains_it(share: float, cause: str) -> None:
    (seen,) = check(constant(activation_saturated=share))
    assert seen.cause == cause


def test_an_input_that_is_constant_explains_it() -> None:
    (seen,) = check(constant(), data={"x": [{"std": 0.0}]})
    assert (seen.cause, runs.where(seen)) == ("x", (5, "load()"))


def test_silent_while_the_run_learns() -> None:
    assert check({}, epochs=runs.learning(layers=constant())) == []
