"""The observation regularizer-dominates."""

from __future__ import annotations

from typing import Any

import pytest

from default_lint.trial.observations.regularizer_dominates import RegularizerDominates
from default_lint.trial.trace import Epoch
from tests.trial.observations import runs

STRONG = runs.DIGITS.replace('name="wide"', "kernel_regularizer=keras.regularizers.L2(1.0)").replace(
    "layers.Dense(50,", 'layers.Dense(50, kernel_regularizer="l2",'
)


def share(of_loss: float) -> dict[str, float]:
    return {"regularization": 10.0 * of_loss, "held_loss": 10.0}


def check(source: str = STRONG, **more: Any) -> list[Any]:
    return runs.check(RegularizerDominates, source, **more)


@pytest.mark.parametrize(("part", "count"), [(0.7, 0), (0.71, 1)])
def test_the_share_of_the_loss(part: float, count: int) -> None:
    found = check(epochs=runs.stuck(measures=share(part)))
    assert len(found) == count
    for seen in found:
        assert runs.where(seen) == (8, "keras.regularizers.L2(1.0)")
        assert seen.finding.message == "71 % of the loss was the penalty of regularizers after epoch 1"
        assert seen.cause == "regularizer"
        assert seen.finding.notes[-1].text == "try: a factor of 0.0001"


def test_a_penalty_that_was_gone_after_the_first_epoch() -> None:
    (seen,) = check(start=Epoch(-1, 0, {}, measures=share(0.9)), epochs=runs.stuck(measures=share(0.01)))
    assert seen.finding.message.endswith("before training")


@pytest.mark.parametrize(("left", "count"), [(0.1, 0), (0.09, 1)])
def test_weights_that_it_shrank(left: float, count: int) -> None:
    found = check(start={0: {"weight_norm": 10.0}}, epochs=runs.stuck(layers={0: {"weight_norm": 10.0 * left}}))
    assert [seen.finding.message for seen in found] == [
        "the regularizer shrank the weights of `dense_0` to 9 %"
    ] * count


@pytest.mark.parametrize(("norm", "count"), [(1.3, 0), (1.2, 1)])
def test_the_initializer_tells_the_norm_that_was_not_measured(norm: float, count: int) -> None:
    # He: sqrt(6400 weights x 2 / 64 inputs) = 14.1; a tenth of it is 1.41 for 6,400, and 1.25 for 5,000 weights
    rows = {0: {"parameters": 5000 + 100, "settings": {"units": 100, "kernel_initializer": "HeNormal"}}}
    found = check(changes=rows, epochs=runs.stuck(layers={0: {"weight_norm": norm * 1.1}}))
    assert len(found) == count


def test_silent_without_regularizers_or_while_the_run_learns() -> None:
    assert check(runs.DIGITS, epochs=runs.stuck(measures=share(0.9))) == []
    assert check(epochs=runs.learning(measures=share(0.9))) == []
