"""The observation saturated-activation."""

from __future__ import annotations

import pytest

from default_lint.findings import Severity
from default_lint.trial.observations.saturated_activation import SaturatedActivation
from tests.trial.observations import runs

TANH = runs.DIGITS.replace("relu", "tanh")
LARGE = TANH.replace('"he_normal"', "keras.initializers.RandomNormal(stddev=3.0)")


def tails(share: float, index: int = 0) -> dict[int, dict[str, float]]:
    return {index: {"activation_saturated": share}}


def check(*args, **more):  # type: ignore[no-untyped-def]
    return runs.check(SaturatedActivation, *args, **more)


@pytest.mark.parametrize(("share", "count"), [(0.5, 0), (0.51, 1)])
def test_the_limit_of_a_run_that_fails(share: float, count: int) -> None:
    found = check(TANH, epochs=runs.stuck(layers=tails(share)))
    assert len(found) == count
    for seen in found:
        assert runs.where(seen) == (8, '"tanh"')
        assert seen.finding.message == "51 % of the outputs of `wide` were saturated after epoch 5"
        assert seen.finding.severity == Severity.WARNING


@pytest.mark.parametrize(("share", "count"), [(0.9, 0), (0.91, 1)])
def test_the_limit_of_a_run_that_learns(share: float, count: int) -> None:
    found = check(TANH, epochs=runs.learning(layers=tails(share)))
    assert [seen.finding.severity for seen in found] == [Severity.INFO] * count


def test_large_initial_weights() -> None:
    settings = {0: {"settings": {"kernel_initializer": "RandomNormal"}}}
    (seen,) = check(LARGE, changes=settings, start=tails(0.9), epochs=runs.stuck(layers=tails(0.9)))
    assert runs.where(seen) == (8, "keras.initializers.RandomNormal(stddev=3.0)")
    assert seen.cause == "initializer"


def test_a_raw_input_at_the_first_layer() -> None:
    facts = {"x": [{"std": 80.0, "min": 0.0, "max": 255.0}]}
    (seen,) = check(TANH, epochs=runs.stuck(layers=tails(0.9)), data=facts)
    assert (runs.where(seen), seen.cause) == ((5, "load()"), "x_scale")


@pytest.mark.parametrize(("std", "cause"), [(9.9, "saturation"), (10.1, "x_scale")])
def test_a_large_input_begins_at_ten(std: float, cause: str) -> None:
    (seen,) = check(TANH, epochs=runs.stuck(layers=tails(0.9)), data={"x": [{"std": std}]})
    assert seen.cause == cause


def test_an_output_layer_may_be_sure_of_itself() -> None:
    last = runs.DIGITS.replace("softmax", "sigmoid")
    assert check(last, start=tails(0.0, 2), epochs=runs.stuck(layers=tails(0.9, 2))) == []
    (seen,) = check(last, start=tails(0.9, 2), epochs=runs.stuck(layers=tails(0.9, 2)))
    assert runs.where(seen) == (10, '"sigmoid"')
