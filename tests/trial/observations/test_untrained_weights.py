"""The observation untrained-weights."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from default_lint.findings import Severity
from default_lint.trial.observations.untrained_weights import UntrainedWeights
from default_lint.trial.trace import ModelTrace
from tests.trial.observations import runs

FROZEN = runs.DIGITS.replace(
    "model.compile(", "for layer in model.layers[:2]:\n    layer.trainable = False\nmodel.compile("
)
ARGUMENT = runs.DIGITS.replace('name="wide"', "trainable=False")


def frozen(*indices: int) -> dict[int, dict[str, Any]]:
    return {index: {"frozen": True, "trainable": 0} for index in range(3) if index in indices} | {
        index: {"frozen": False, "trainable": 100} for index in range(3) if index not in indices
    }


def check(source: str = runs.DIGITS, **more: Any) -> list[Any]:
    return runs.check(UntrainedWeights, source, **{"epochs": runs.stuck(), **more})


def test_frozen_layers_that_nobody_trained() -> None:
    (seen,) = check(FROZEN, changes=frozen(0, 1))
    assert runs.where(seen) == (13, "layer.trainable")
    assert seen.finding.message == "2 of 3 layers with weights were frozen: nothing in them was trained"
    assert (seen.cause, seen.finding.severity) == ("frozen", Severity.WARNING)


def test_frozen_by_an_argument() -> None:
    (seen,) = check(ARGUMENT, changes=frozen(0))
    assert runs.where(seen) == (8, "False")


def test_frozen_on_purpose_while_the_rest_learns() -> None:
    assert check(FROZEN, changes=frozen(0, 1), epochs=runs.learning()) == []


def test_weights_that_are_loaded() -> None:
    assert check(FROZEN + 'model.load_weights("base.weights.h5")\n', changes=frozen(0, 1)) == []


def test_layers_that_another_model_trains() -> None:
    sight = runs.sight(FROZEN, changes=frozen(0, 1), epochs=runs.stuck())
    other = ModelTrace(1, "other", "Sequential", layers=tuple(replace(row, trainable=9) for row in sight.model.layers))
    sight.trace = replace(sight.trace, models=(sight.model, other))
    assert list(UntrainedWeights().check(sight)) == []


def test_everything_frozen_is_certain() -> None:
    (seen,) = check(FROZEN, changes=frozen(0, 1, 2), epochs=runs.learning())
    assert seen.finding.severity == Severity.ERROR
    assert seen.weight == 0.95
    assert seen.finding.message.startswith("all 3 layers")


def test_a_layer_without_a_gradient() -> None:
    rows = {0: {"gradient_missing": 1.0}, 1: {"gradient_missing": 1.0}, 2: {"gradient_missing": 0.0}}
    (seen,) = check(epochs=runs.stuck(layers=rows))
    assert runs.where(seen) == (9, "Dense")
    assert seen.finding.message == "no gradient reached `dense_1`"
    (seen,) = check(epochs=runs.learning(layers=rows))
    assert seen.finding.severity == Severity.INFO


def test_no_gradient_at_all_leads_to_the_loss() -> None:
    rows = {index: {"gradient_missing": 1.0} for index in range(3)}
    (seen,) = check(epochs=runs.stuck(layers=rows))
    assert runs.where(seen) == (14, '"sparse_categorical_crossentropy"')
    assert seen.finding.severity == Severity.ERROR


@pytest.mark.parametrize(("change", "count"), [(0.0, 1), (1e-12, 0)])
def test_weights_that_never_changed(change: float, count: int) -> None:
    found = check(epochs=runs.stuck(layers={1: {"weight_change": change, "gradient_norm": 0.5}}))
    assert [runs.where(seen) for seen in found] == [(9, "Dense")] * count
    for seen in found:
        assert seen.finding.message == "the weights of `dense_1` never changed in 5 epochs"
        assert not seen.symptom


def test_a_gradient_of_zero_is_a_symptom() -> None:
    (seen,) = check(epochs=runs.stuck(layers={1: {"weight_change": 0.0, "gradient_norm": 0.0}}))
    assert seen.symptom


def test_a_learning_rate_of_zero() -> None:
    rows = {index: {"weight_change": 0.0, "gradient_norm": 0.5} for index in range(3)}
    (seen,) = check(epochs=runs.stuck(layers=rows), optimizer={"class": "Adam", "learning_rate": 0.0})
    assert (runs.where(seen), seen.cause, seen.weight) == ((13, "0.001"), "learning_rate", 0.95)
