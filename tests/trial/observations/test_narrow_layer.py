"""The observation narrow-layer."""

from __future__ import annotations

from typing import Any

import pytest

from default_lint.findings import Severity
from default_lint.trial.observations.narrow_layer import NarrowLayer
from tests.trial.observations import runs


def check(width: int = 2, classes: int = 10, **more: Any) -> list[Any]:
    source = runs.DIGITS.replace("Dense(50", f"Dense({width}").replace("Dense(10,", f"Dense({classes},")
    return runs.check(NarrowLayer, source, **{"epochs": runs.weak(), "data": runs.facts(classes=classes), **more})


@pytest.mark.parametrize(("width", "count"), [(2, 1), (3, 0)])
def test_a_quarter_of_the_neighbors(width: int, count: int) -> None:
    found = check(width)
    assert len(found) == count
    for seen in found:
        assert runs.where(seen) == (9, "2")
        assert seen.finding.message == "`dense_1` let 2 numbers through for 10 classes"
        assert (seen.cause, seen.finding.notes[-1].text) == ("capacity", "try: units=10")


@pytest.mark.parametrize(("classes", "severity"), [(8, Severity.WARNING), (5, None)])
def test_a_third_of_the_classes(classes: int, severity: Severity | None) -> None:
    found = check(2, classes)
    assert [seen.finding.severity for seen in found] == ([] if severity is None else [severity])


def test_not_that_tight_is_information() -> None:
    source = runs.DIGITS.replace("Dense(50", "Dense(10").replace(
        '    layers.Dense(10, activation="softmax")',
        '    layers.Dense(60, activation="relu"),\n    layers.Dense(20, activation="softmax")',
    )
    (seen,) = runs.check(NarrowLayer, source, epochs=runs.weak(), data=runs.facts(classes=20))
    assert seen.finding.severity == Severity.INFO


def test_silent_while_the_run_learns_and_for_regression() -> None:
    assert check(epochs=runs.learning()) == []
    assert check(losses=("mean_squared_error",), data={"y": [{"form": "real", "std": 1.0}]}) == []
