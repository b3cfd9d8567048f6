"""What a constant predictor reaches, found by search, and the other facts about data and predictions."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from default_lint.features.base import Run
from default_lint.features.dynamic_baseline import constant_loss, majority, target_deviation
from default_lint.trial.child.data import facts as facts_of
from tests.features.runs import curve, dense, epoch, features, model

Array = np.ndarray[Any, Any]
GENERATOR = np.random.default_rng(0)
INTEGERS = GENERATOR.choice(5, 1000, p=[0.5, 0.2, 0.2, 0.07, 0.03])
BINARY = (GENERATOR.random(1000) < 0.2).astype("int64")


def facts(y: Array) -> dict[str, Any]:
    """Facts about a target as the probe finds them."""
    return facts_of(np.zeros((len(y), 2)), y)


def baseline(y: Array, loss: str, weighted: bool = False, **asked: Any) -> float | None:
    return constant_loss(Run(model(data=facts(y), losses=(loss,), asked=asked)), weighted)


def least(function: Callable[[Array], Array], low: float, high: float) -> float:
    """The smallest value on a fine grid."""
    return float(function(np.linspace(low, high, 20_001)).min())


def binary_loss(y: Array, rows: Array) -> Callable[[Array], Array]:
    """Weighted mean of the binary cross-entropy of a constant."""
    one, zero = float(np.mean(rows * y)), float(np.mean(rows * (1 - y)))
    return lambda q: -one * np.log(q) - zero * np.log(1 - q)


def categorical(y: Array, rows: Array) -> float:
    """Weighted mean of the cross-entropy of the best constant distribution, by mirror descent."""
    mass = np.array([rows[y == label].sum() for label in range(5)]) / len(y)
    guess = np.full(5, 0.2)
    for _ in range(2000):
        guess = guess * np.exp(0.1 * mass / guess)
        guess /= guess.sum()
    return float(-(mass * np.log(guess)).sum())


ONES = np.ones(1000)


def test_cross_entropy_of_integer_labels() -> None:
    assert baseline(INTEGERS, "sparse_categorical_crossentropy") == pytest.approx(categorical(INTEGERS, ONES), rel=1e-4)


def test_cross_entropy_of_one_hot_labels() -> None:
    wanted = categorical(INTEGERS, ONES)
    hot = np.eye(5)[INTEGERS]
    assert baseline(hot, "categorical_crossentropy") == pytest.approx(wanted, rel=1e-4)
    assert baseline(hot, "kl_divergence") == pytest.approx(wanted, rel=1e-4)
    units = [least(binary_loss(hot[:, unit], ONES), 1e-4, 1 - 1e-4) for unit in range(5)]
    assert baseline(hot, "binary_crossentropy") == pytest.approx(np.mean(units), rel=1e-4)


def test_class_weights_count_where_the_loss_was_weighted() -> None:
    weights = {"0": 1.0, "1": 2.0, "2": 1.0, "3": 4.0, "4": 10.0}
    rows = np.array([weights[str(label)] for label in INTEGERS])
    name = "sparse_categorical_crossentropy"
    assert baseline(INTEGERS, name, True, class_weight=weights) == pytest.approx(categorical(INTEGERS, rows), rel=1e-4)
    assert baseline(INTEGERS, name, False, class_weight=weights) == pytest.approx(baseline(INTEGERS, name))
    assert baseline(INTEGERS, name, True, sample_weight=True) is None


def test_binary_cross_entropy() -> None:
    wanted = least(binary_loss(BINARY, ONES), 1e-4, 1 - 1e-4)
    assert baseline(BINARY, "binary_crossentropy") == pytest.approx(wanted, rel=1e-5)
    assert baseline(BINARY, "bce") == pytest.approx(wanted, rel=1e-5)
    rows = np.where(BINARY == 1, 5.0, 1.0)
    wanted = least(binary_loss(BINARY, rows), 1e-4, 1 - 1e-4)
    assert baseline(BINARY, "bce", True, class_weight={"0": 1.0, "1": 5.0}) == pytest.approx(wanted, rel=1e-5)


def test_soft_and_multiple_labels() -> None:
    soft = np.clip(BINARY * 0.9 + 0.05, 0, 1)
    wanted = least(binary_loss(soft, ONES), 1e-4, 1 - 1e-4)
    assert baseline(soft, "binary_crossentropy") == pytest.approx(wanted, rel=1e-4)
    several = (GENERATOR.random((1000, 4)) < 0.3).astype("float32")
    wanted = least(binary_loss(several.reshape(-1), np.ones(4000)), 1e-4, 1 - 1e-4)
    assert baseline(several, "binary_crossentropy") == pytest.approx(wanted, rel=1e-4)


def test_regression() -> None:
    y = GENERATOR.normal(3, 2, 1000)
    wanted = least(np.vectorize(lambda c: float(np.mean((y - c) ** 2))), 2, 4)
    assert baseline(y, "mean_squared_error") == pytest.approx(wanted, rel=1e-4)
    absolute = float(np.mean(np.abs(y - np.median(y))))
    assert baseline(y, "mean_absolute_error") == pytest.approx(absolute, rel=0.05)  # exact for a normal target
    assert baseline(INTEGERS, "mae") == pytest.approx(np.mean(np.abs(INTEGERS - np.median(INTEGERS))))
    many = GENERATOR.poisson(4, 1000)
    wanted = least(np.vectorize(lambda c: float(np.mean(c - many * np.log(c)))), 1, 8)
    assert baseline(many, "poisson") == pytest.approx(wanted, rel=1e-4)


@pytest.mark.parametrize("loss", ["hinge", "squared_hinge"])
@pytest.mark.parametrize("coding", [0, -1])
def test_hinge(loss: str, coding: int) -> None:
    signs = 2 * BINARY - 1

    def mean(c: float) -> float:
        part = np.maximum(0, 1 - signs * c)
        return float(np.mean(part if loss == "hinge" else part**2))

    y = BINARY if coding == 0 else signs
    assert baseline(y, loss) == pytest.approx(least(np.vectorize(mean), -1.5, 1.5), rel=1e-3)


def test_what_has_no_known_constant() -> None:
    assert baseline(INTEGERS, "huber") is None
    assert baseline(INTEGERS, "my_loss") is None
    assert constant_loss(Run(model(losses=("mse",)))) is None
    assert baseline(np.full(100, math.nan), "mean_squared_error") is None


def test_labels_that_were_not_all_counted() -> None:
    y = np.arange(4000) % 200
    found = facts(y)
    assert len(found["y"][0]["counts"]) == 100
    assert baseline(y, "sparse_categorical_crossentropy") == pytest.approx(math.log(200))
    assert majority(Run(model(data=found))) == pytest.approx(1 / 200)


def test_losses_of_several_outputs_add_up() -> None:
    data = {"y": [facts(BINARY)["y"][0], facts(INTEGERS)["y"][0]]}
    names = ("binary_crossentropy", "mean_squared_error")
    one, two = baseline(BINARY, names[0]), baseline(INTEGERS, names[1])
    assert one is not None
    assert two is not None
    assert constant_loss(Run(model(data=data, losses=names))) == pytest.approx(one + two)
    weighted = model(data=data, losses=names, asked={"loss_weights": [1.0, 0.5]})
    assert constant_loss(Run(weighted)) == pytest.approx(one + two / 2)
    assert constant_loss(Run(model(data=data, losses=("huber", names[1])))) is None


def test_majority_of_units_for_binary_accuracy() -> None:
    run = Run(model(data=facts(np.eye(5)[INTEGERS])))
    assert majority(run) == pytest.approx(np.mean(INTEGERS == 0))
    assert majority(run, "binary_accuracy") == pytest.approx(0.8)
    assert majority(Run(model(data={"y": [{"form": "real", "majority": 0.5}]}))) is None


def test_spread_of_a_target() -> None:
    hot = np.eye(5)[INTEGERS]
    wanted = np.mean(hot.std(0))
    assert target_deviation(facts(hot)["y"][0]) == pytest.approx(wanted)
    labels = facts(INTEGERS)["y"][0]
    assert target_deviation(labels, "sparse_categorical_crossentropy") == pytest.approx(wanted)
    assert target_deviation(labels, "mean_squared_error") == pytest.approx(INTEGERS.std())


def test_predictions_against_a_real_target() -> None:
    data = {"y": [{"form": "real", "mean": 10.0, "std": 4.0, "min": 0.0, "max": 20.0}]}
    measures = {"prediction_std": 1.0, "prediction_mean": 8.0, "prediction_min": 7.0, "prediction_max": 9.0}
    found = features([epoch(0, 1.0, measures=measures)], data=data, losses=("mean_squared_error",))
    assert found.last("prediction_spread") == 0.25
    assert found.last("prediction_offset") == -0.5
    assert found.last("prediction_reach") == 0.1


def test_predictions_of_labels() -> None:
    measures = {"prediction_std": 0.3, "prediction_mean": 0.2, "prediction_top": 0.75, "prediction_classes": 2.0}
    data = facts(INTEGERS)
    found = features([epoch(0, 1.0, measures=measures)], data=data, losses=("sparse_categorical_crossentropy",))
    most = float(np.mean(INTEGERS == 0))
    assert found.last("prediction_excess") == pytest.approx((0.75 - most) / (1 - most))
    assert found.last("prediction_classes") == pytest.approx(0.4)
    assert found.last("prediction_offset") is None


def test_labels_outside_of_what_the_loss_takes() -> None:
    def outside(y: Array, loss: str, units: int = 5) -> float | None:
        layers = (dense(0, output=(None, units)),)
        found = features(data=facts(y), losses=(loss,), layers=layers, outputs=(0,))
        return found.value("labels_outside")

    assert outside(INTEGERS, "sparse_categorical_crossentropy") == 0
    assert outside(INTEGERS + 1, "sparse_categorical_crossentropy") == 1
    assert outside(INTEGERS, "sparse_categorical_crossentropy", 4) == 1
    assert outside(INTEGERS, "binary_crossentropy") == 1
    assert outside(BINARY, "binary_crossentropy") == 0
    assert outside(INTEGERS, "hinge") == 1
    assert outside(2 * BINARY - 1, "hinge") == 0
    assert outside(INTEGERS.astype(float) - 1.5, "poisson") == 1
    assert outside(INTEGERS, "mean_squared_error") is None


def test_facts_about_the_inputs() -> None:
    x = GENERATOR.normal(0, 1, (500, 4)).astype("float32")
    x[:, 1] = 3.0
    x[:, 3] = x[:, 2] * 1000
    x[0, 0] = math.nan
    data = facts_of(x, BINARY[:500])
    found = features(curve([1.0]), data={**data, "samples": 500}, layers=(dense(0, 50),))
    known = x[np.isfinite(x)]
    assert found.value("input_scale") == pytest.approx(np.log10(np.abs(known).max()))
    assert found.value("input_spread") == pytest.approx(np.log10(known.std()), rel=1e-5)
    assert found.value("input_unusable") == pytest.approx(1 / 2000)
    assert found.value("input_constant") == pytest.approx(0.25)
    assert found.value("input_duplicate") == 0
    assert found.value("input_column_spread") == pytest.approx(3.0, abs=0.1)
    assert found.value("input_integer") == 0
    assert found.value("weights_per_row") == pytest.approx(-1.0)
    assert found.value("target_binary") == 1
    assert found.value("target_real") == 0


def test_unusable_pixels_are_a_share_of_all_pixels() -> None:
    x = np.zeros((10, 8, 8, 1), "float32")
    x[0, :4] = math.nan
    assert features(data=facts_of(x, BINARY[:10])).value("input_unusable") == pytest.approx(32 / 640)
    assert features(data=facts_of(np.zeros((10, 2), "uint8"), BINARY[:10])).value("input_integer") == 1


def test_balance_and_order_of_labels() -> None:
    y = np.sort(INTEGERS)
    found = features(data=facts(y))
    parts = np.bincount(y) / len(y)
    assert found.value("label_entropy") == pytest.approx(-(parts * np.log(parts)).sum() / np.log(5))
    assert found.value("label_majority") == pytest.approx(parts.max())
    assert (found.value("labels_sorted") or 0) > 0.9
    assert (features(data=facts(INTEGERS)).value("labels_sorted") or 0) < 0.1
    assert (found.value("target_minimum"), found.value("target_maximum")) == (0, 4)
