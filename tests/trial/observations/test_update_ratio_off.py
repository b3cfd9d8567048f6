"""The observation update-ratio-off."""

from __future__ import annotations

import pytest

from default_lint.findings import Severity
from default_lint.trial.observations.update_ratio_off import UpdateRatioOff
from tests.trial.observations import runs

CLIPPED = runs.DIGITS.replace("Adam(learning_rate=0.001)", "SGD(learning_rate=0.01, clipnorm=1e-6)")


def steps(ratio: float, layers: int = 3) -> dict[int, dict[str, float]]:
    """Steps of this size relative to the weights in the first layers, good ones in the others."""
    return {
        index: {"weight_norm": 10.0, "gradient_norm": 1.0, "update_norm": 10.0 * (ratio if index < layers else 1e-3)}
        for index in range(3)
    }


@pytest.mark.parametrize(("ratio", "count"), [(1.1e-4, 0), (0.9e-4, 1)])
def test_small_steps(ratio: float, count: int) -> None:
    optimizer = {"class": "Adam", "learning_rate": 1e-6}
    found = runs.check(UpdateRatioOff, epochs=runs.stuck(layers=steps(ratio)), optimizer=optimizer)
    assert len(found) == count
    for seen in found:
        assert runs.where(seen) == (13, "0.001")
        assert seen.finding.message == "one step changed the weights by 9e-5 of their size, usual 1e-4 to 0.1"
        assert (seen.cause, seen.finding.severity) == ("learning_rate", Severity.WARNING)
        assert seen.finding.notes[-1].text == "try: learning_rate=0.001"


@pytest.mark.parametrize(("ratio", "count"), [(0.09, 0), (0.11, 1)])
def test_large_steps(ratio: float, count: int) -> None:
    found = runs.check(UpdateRatioOff, epochs=runs.stuck(layers=steps(ratio)))
    assert [seen.cause for seen in found] == ["learning_rate"] * count


@pytest.mark.parametrize(("layers", "count"), [(1, 0), (2, 1)])
def test_most_layers(layers: int, count: int) -> None:
    assert len(runs.check(UpdateRatioOff, epochs=runs.stuck(layers=steps(5.0, layers)))) == count


def test_silent_while_the_run_learns() -> None:
    assert runs.check(UpdateRatioOff, epochs=runs.learning(layers=steps(5.0))) == []
    assert runs.check(UpdateRatioOff, epochs=runs.learning(layers=steps(1e-9))) == []


def test_steps_that_became_small_are_no_fault() -> None:
    epochs = runs.stuck(layers=lambda number: steps(10.0 ** -(2 + number)))
    assert runs.check(UpdateRatioOff, epochs=epochs) == []


@pytest.mark.parametrize(("last", "count"), [(1.1e-5, 0), (0.9e-5, 1)])
def test_steps_that_became_small_with_the_rate(last: float, count: int) -> None:
    epochs = [
        runs.epoch(number, 2.3, 0.1, layers=steps(1e-3 if number == 0 else 1e-6), learning_rate=rate)
        for number, rate in enumerate([1e-3, last])
    ]
    found = runs.check(UpdateRatioOff, epochs=epochs)
    assert [seen.cause for seen in found] == ["schedule"] * count


@pytest.mark.parametrize(("norm", "cause"), [(0.9e-4, "learning_rate"), (1.1e-4, "clipping")])
def test_clipping_far_below_the_gradient(norm: float, cause: str) -> None:
    epochs = runs.stuck(layers=steps(1e-7), measures={"gradient_norm": norm})
    optimizer = {"class": "SGD", "learning_rate": 0.01, "clipnorm": 1e-6}
    (seen,) = runs.check(UpdateRatioOff, CLIPPED, epochs=epochs, optimizer=optimizer)
    assert seen.cause == cause
    assert runs.where(seen) == (13, "1e-6" if cause == "clipping" else "0.01")


def test_layers_without_a_gradient_do_not_count() -> None:
    epochs = runs.stuck(layers={0: {"weight_norm": 1.0, "update_norm": 0.0, "gradient_norm": 0.0}})
    assert runs.check(UpdateRatioOff, epochs=epochs) == []


@pytest.mark.parametrize(("size", "count"), [(0.9e-6, 0), (1.1e-6, 1)])
def test_weights_of_nothing_have_no_ratio(size: float, count: int) -> None:
    rows = {index: {"weight_norm": size, "update_norm": 1.0, "gradient_norm": 1.0} for index in range(3)}
    assert len(runs.check(UpdateRatioOff, epochs=runs.stuck(layers=rows))) == count
