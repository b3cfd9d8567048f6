"""The formulas of the layers against numbers computed in another way."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest

from tests.features.runs import dense, epoch, features, layered

NAN = math.nan


def same(values: Sequence[float], wanted: Sequence[float]) -> None:
    np.testing.assert_allclose(values, wanted, rtol=1e-9, atol=1e-12)


def norms(*values: float, name: str = "gradient_norm") -> dict[int, dict[str, float]]:
    return {index: {name: value, "weight_norm": 2.0} for index, value in enumerate(values)}


def test_depth_is_the_least_squares_slope_of_the_logarithms() -> None:
    values = (1e-5, 3e-3, 0.2)
    found = layered(norms(*values))
    same(found.series("gradient_slope"), [np.polyfit([0, 1, 2], np.log10(values), 1)[0]])
    same(layered(norms(*values, name="activation_std")).series("activation_slope"), found.series("gradient_slope"))
    same(layered(norms(1.0, 1.0, 1.0)).series("weight_slope"), [0])


def test_depth_passes_over_normalization_and_layers_without_weights() -> None:
    layers = (dense(0), dense(1, 8, "BatchNormalization"), dense(2, 0, "Dropout"), dense(3))
    row = {index: {"gradient_norm": value, "weight_norm": 1.0} for index, value in enumerate((0.01, 50.0, 7.0, 1.0))}
    assert layered(row, layers=layers).last("gradient_slope") == pytest.approx(2.0)


def test_a_gradient_of_zero_is_twelve_decades_down() -> None:
    assert layered(norms(0.0, 1.0), layers=(dense(0), dense(1))).last("gradient_slope") == pytest.approx(12.0)
    assert layered(norms(0.0, 1.0)).last("gradient_ends") == -12.0
    assert layered(norms(0.0, 0.0)).last("gradient_slope") is None


def test_gradients_against_the_weights_and_the_last_layer() -> None:
    found = layered(norms(0.002, 0.2, 2.0))
    same(found.layer(0, "gradient_to_weight"), [-3])
    same(found.layer(0, "gradient_to_last"), [-3])
    same(found.layer(2, "gradient_to_last"), [0])
    same(found.series("gradient_ends"), [-3])


def test_sensitivity_is_free_of_the_scale_of_the_loss() -> None:
    def sensitivity(scale: float) -> float | None:
        row = {0: {"gradient_norm": 0.5 * scale, "weight_norm": 4.0}}
        measures = {"held_loss": 0.2 * scale, "gradient_norm": 0.5 * scale, "weight_norm": 4.0}
        found = features([epoch(0, 9.0, measures=measures, layers=row)], layers=(dense(0),))
        assert found.last("model_sensitivity") == found.last("gradient_sensitivity", 0)
        return found.last("gradient_sensitivity", 0)

    assert sensitivity(1.0) == pytest.approx(1.0)
    assert sensitivity(1e6) == pytest.approx(1.0)


def test_growth_is_against_a_layer_s_own_past() -> None:
    found = layered(norms(1.0), norms(4.0), norms(1000.0))
    same(found.layer(0, "gradient_growth"), [NAN, math.log10(4), math.log10(1000 / 2.5)])
    start = epoch(-1, layers=norms(0.1))
    same(layered(norms(1.0), start=start).layer(0, "gradient_growth"), [1])
    assert found.before("gradient_growth", 0) is None


def test_the_past_goes_back_twenty_states() -> None:
    found = layered(*(norms(value) for value in [1.0] * 15 + [10.0] * 20))
    assert found.layer(0, "gradient_growth")[15] == pytest.approx(1.0)
    assert found.last("gradient_growth", 0) == pytest.approx(0.0)


def test_growth_of_the_model() -> None:
    start = epoch(-1, measures={"weight_norm": 2.0, "gradient_norm": 1.0})
    epochs = [epoch(0, 1.0, measures={"weight_norm": 20.0, "gradient_norm": 100.0, "gradient_noise": 1e4})]
    found = features(epochs, start=start, data={"batch": 100})
    assert found.last("model_weight_growth") == pytest.approx(1.0)
    assert found.last("model_gradient_growth") == pytest.approx(2.0)
    assert found.last("gradient_noise") == pytest.approx(4.0)
    assert found.last("gradient_noise_to_batch") == pytest.approx(2.0)
    assert found.last("gradient_norm") == 100.0


def test_update_ratio_and_change() -> None:
    found = layered({0: {"weight_norm": 10.0, "update_norm": 0.01, "weight_change": 0.5}})
    same(found.layer(0, "update_ratio"), [-3])
    same(found.layer(0, "weight_change"), [0.05])
    same(found.layer(0, "weight_still"), [0])


def test_still_weights_are_trainable_ones_that_did_not_change() -> None:
    row = {index: {"weight_norm": 10.0, "weight_change": 0.0} for index in range(2)}
    found = layered(row, layers=(dense(0), dense(1, trainable=0)))
    assert found.last("weight_still", 0) == 1
    assert found.last("weight_still", 1) is None


def test_weights_before_training_and_their_growth() -> None:
    start = epoch(-1, layers={0: {"weight_norm": 1.0}})
    same(
        layered({0: {"weight_norm": 10.0}}, {0: {"weight_norm": 100.0}}, start=start).layer(0, "weight_growth"), [1, 2]
    )
    same(layered({0: {"weight_norm": 10.0}}, {0: {"weight_norm": 100.0}}).layer(0, "weight_growth"), [0, 1])


def test_shape_of_a_gradient() -> None:
    gradient = np.array([0.3, -0.1, 0.0, 2.0])
    row = {
        "gradient_norm": float(np.linalg.norm(gradient)),
        "gradient_mean": float(gradient.mean()),
        "gradient_std": float(gradient.std()),
        "gradient_max": float(np.abs(gradient).max()),
        "weight_size": 4.0,
    }
    found = layered({0: row})
    assert found.last("gradient_bias", 0) == pytest.approx(gradient.mean() / gradient.std())
    assert found.last("gradient_peak", 0) == pytest.approx(math.log10(2.0 / np.sqrt(np.mean(gradient**2))))


def test_signals_through_a_layer() -> None:
    found = layered({1: {"activation_mean": 3.0, "activation_std": 0.5, "input_std": 5.0, "activation_dead": 0.25}})
    assert found.last("activation_gain", 1) == pytest.approx(-1.0)
    assert found.last("activation_offset", 1) == pytest.approx(6.0)
    assert found.last("activation_dead", 1) == 0.25
    assert found.layers("activation_dead") == {1: (0.25,)}


def test_large_weights_are_a_share_of_all_weights() -> None:
    rows = {0: {"weights_large": 0.5, "weight_size": 10.0}, 1: {"weights_large": 0.0, "weight_size": 90.0}}
    assert layered(rows).last("large_weights") == pytest.approx(0.05)


def test_what_is_not_finite() -> None:
    measures = {"nonfinite_weights": 15.0, "nonfinite_gradients": 0.0, "first_nonfinite": 1.0}
    broken = epoch(1, 1.0, measures=measures, layers={1: {"nonfinite_weights": 15.0}, 0: {"nonfinite_weights": 0.0}})
    fine = epoch(0, 1.0, measures={"nonfinite_weights": 0.0, "first_nonfinite": -1.0})
    found = features([fine, broken], layers=(dense(0), dense(1), dense(2)))
    same(found.series("nonfinite"), [0, 1])
    same(found.series("nonfinite_weights"), [0, 0.25])
    assert found.last("layer_broken", 1) == 1
    assert found.last("layer_broken", 0) == 0
    assert found.value("first_nonfinite") == 1
    assert features([fine]).value("first_nonfinite") is None


def test_layers_that_no_gradient_reaches() -> None:
    rows = {0: {"gradient_missing": 1.0}, 1: {"gradient_norm": 1.0}, 2: {"gradient_norm": 1.0, "gradient_missing": 0.0}}
    assert layered(rows).last("unreached") == pytest.approx(1 / 3)
    assert layered({0: {"weight_norm": 1.0}}).last("unreached") is None


def test_layers_as_one_number() -> None:
    found = layered({0: {"gradient_zero": 0.1}, 1: {"gradient_zero": 0.9}, 2: {"gradient_zero": 0.4}}, {})
    wanted = {"min": 0.1, "median": 0.4, "max": 0.9, "mean": 1.4 / 3, "first": 0.1, "last": 0.4}
    for how, value in wanted.items():
        same(found.reduced("gradient_zero", how), [value, NAN])


def test_a_ratio_to_nothing_is_unknown() -> None:
    found = layered({0: {"weight_norm": 0.0, "update_norm": 1.0, "gradient_norm": 1.0}})
    assert found.last("update_ratio", 0) is None
    assert found.last("gradient_to_weight", 0) is None
