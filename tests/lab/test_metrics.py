"""The scores of the evaluation: by hand, against scikit-learn, at the edges; and the bootstrap over seed programs."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as theirs

from default_lint.lab import metrics

TRUTH = np.array([1, 1, 1, 0, 0, 1, 0, 0])
CHANCE = np.array([0.9, 0.8, 0.3, 0.4, 0.1, 0.6, 0.7, 0.2])
CALLED = CHANCE > 0.5

BINARY: dict[str, Callable[..., float]] = {
    name: getattr(metrics, name)
    for name in (
        "accuracy", "balanced_accuracy", "auroc", "average_precision", "brier", "ece", "mcc", "precision", "recall",
        "f1", "false_alarm_rate",
    )
}  # fmt: skip


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=40))
def test_several_classes_as_scikit_learn_says(rows: list[tuple[int, int]]) -> None:
    truth, called = (np.array(column) for column in zip(*rows))
    both = len(set(truth)) > 1
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = {
            "accuracy": theirs.accuracy_score(truth, called),
            "balanced_accuracy": theirs.balanced_accuracy_score(truth, called) if both else math.nan,
            "mcc": theirs.matthews_corrcoef(truth, called) if both else math.nan,
        }
    for name, value in expected.items():
        assert BINARY[name](truth, called) == pytest.approx(value, nan_ok=True), name


def test_by_hand() -> None:
    assert metrics.accuracy(TRUTH, CALLED) == 0.75
    assert metrics.balanced_accuracy(TRUTH, CALLED) == 0.75
    assert metrics.precision(TRUTH, CALLED) == 0.75
    assert metrics.recall(TRUTH, CALLED) == 0.75
    assert metrics.f1(TRUTH, CALLED) == 0.75
    assert metrics.false_alarm_rate(TRUTH, CALLED) == 0.25
    assert metrics.mcc(TRUTH, CALLED) == 0.5
    assert metrics.auroc(TRUTH, CHANCE) == 13 / 16
    assert metrics.brier(TRUTH, CHANCE) == pytest.approx(np.mean((CHANCE - TRUTH) ** 2))
    assert metrics.brier([0, 1], [[1.0, 0.0], [1.0, 0.0]]) == 1.0


def test_calibration_by_hand() -> None:
    truth, chance = [1, 0, 0, 0], [0.75, 0.75, 0.15, 0.15]
    assert metrics.reliability(truth, chance) == [(0.15, 0.0, 2), (0.75, 0.5, 2)]
    assert metrics.ece(truth, chance) == pytest.approx(0.2)
    assert metrics.reliability([1], [1.0]) == [(1.0, 1.0, 1)]
    assert metrics.ece([1, 1], [1.0, 1.0]) == 0.0


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 20).map(lambda step: step / 20)), min_size=1, max_size=60))
def test_as_scikit_learn_says(rows: list[tuple[int, float]]) -> None:
    truth, chance = (np.array(column) for column in zip(*rows))
    called = (chance > 0.5).astype(int)
    both = len(set(truth)) == 2
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = {
            "accuracy": theirs.accuracy_score(truth, called),
            "balanced_accuracy": theirs.balanced_accuracy_score(truth, called) if both else math.nan,
            "mcc": theirs.matthews_corrcoef(truth, called) if both else math.nan,
            "precision": theirs.precision_score(truth, called, zero_division=math.nan),
            "recall": theirs.recall_score(truth, called, zero_division=math.nan),
            "f1": theirs.f1_score(truth, called) if truth.any() else math.nan,
        }
    for name, value in expected.items():
        assert BINARY[name](truth, called) == pytest.approx(value, nan_ok=True), name
    for name in ("auroc", "average_precision"):
        value = getattr(theirs, {"auroc": "roc_auc_score"}.get(name, f"{name}_score"))(truth, chance) if both else None
        assert BINARY[name](truth, chance) == pytest.approx(math.nan if value is None else value, nan_ok=True), name


@pytest.mark.parametrize("name", BINARY)
@pytest.mark.parametrize("truth", [[], [1, 1], [0, 0]])
def test_what_is_not_defined_is_nan_and_warns_of_nothing(name: str, truth: list[int]) -> None:
    undefined = {"balanced_accuracy", "auroc", "average_precision", "mcc"}
    if not truth:
        undefined = set(BINARY)
    elif truth[0] == 0:
        undefined |= {"recall", "f1"}
    else:
        undefined |= {"false_alarm_rate"}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        value = BINARY[name](truth, [1.0] * len(truth))
    assert math.isnan(value) == (name in undefined)


def test_nothing_predicted_has_no_precision() -> None:
    assert math.isnan(metrics.precision([1, 0], [0, 0]))
    assert metrics.f1([1, 0], [0, 0]) == 0.0
    assert metrics.mcc([1, 0], [0, 0]) == 0.0


def test_mistakes_of_the_caller_are_told() -> None:
    with pytest.raises(ValueError, match="same rows"):
        metrics.auroc([1, 0], [0.5])
    with pytest.raises(ValueError, match="is NaN"):
        metrics.auroc([1, 0], [0.5, math.nan])
    with pytest.raises(ValueError, match=r"expected \(n, 3\)"):
        metrics.per_family([[1, 0]], [[1, 0]], ["a", "b", "c"])
    with pytest.raises(ValueError, match="expected 'any' or 'all'"):
        metrics.top_k([0], [[1.0]], how="some")


FAMILIES = ["loss", "layer", "weights"]
HELD = np.array([[1, 0, 0], [1, 1, 0], [0, 1, 0], [0, 0, 0]])
SAID = np.array([[1, 0, 0], [0, 1, 0], [1, 1, 0], [0, 0, 1]])


def test_families() -> None:
    found = metrics.per_family(HELD, SAID, FAMILIES)
    assert found["loss"] == {"precision": 0.5, "recall": 0.5, "f1": 0.5, "support": 2}
    assert found["layer"] == {"precision": 1.0, "recall": 1.0, "f1": 1.0, "support": 2}
    assert math.isnan(found["weights"]["f1"]) and found["weights"]["precision"] == 0.0
    assert metrics.macro_f1(HELD, SAID) == 0.75
    assert metrics.macro_f1(HELD[:1], np.zeros((1, 3))) == 0.0
    assert math.isnan(metrics.macro_f1(HELD[3:], SAID[3:]))


def test_compound_faults() -> None:
    assert metrics.strict(HELD, SAID) == 0.25
    assert metrics.any_match(HELD, SAID) == 1.0
    assert metrics.any_match(HELD, np.roll(SAID, 1, axis=1)) == pytest.approx(1 / 3)
    assert math.isnan(metrics.any_match(HELD[3:], SAID[3:]))
    assert math.isnan(metrics.strict(np.zeros((0, 2)), np.zeros((0, 2))))


def test_confusion_has_a_column_for_nothing() -> None:
    assert metrics.confusion([[1, 0], [1, 0], [0, 1]], [[1, 1], [0, 0], [0, 1]]) == [[1, 1, 1], [0, 1, 0]]


def test_top_k() -> None:
    scores = np.array([[0.7, 0.2, 0.1], [0.1, 0.5, 0.4], [0.2, 0.3, 0.5]])
    assert metrics.top_k([0, 2, 0], scores, 1) == pytest.approx(1 / 3)
    assert metrics.top_k([0, 2, 0], scores, 2) == pytest.approx(2 / 3)
    assert metrics.top_k([0, 2, 0], scores, 3) == 1.0
    assert math.isnan(metrics.top_k([], np.zeros((0, 3)), 1))


def test_a_tie_is_no_hit() -> None:
    assert metrics.top_k([0, 1], [[0.5, 0.5], [0.5, 0.5]], 1) == 0.0
    assert metrics.top_k([0], [[math.nan, math.nan]], 2) == 0.0


def test_top_k_of_several_faults() -> None:
    scores = [[0.6, 0.3, 0.1]]
    assert metrics.top_k([[0, 1, 1]], scores, 1) == 0.0
    assert metrics.top_k([[0, 1, 1]], scores, 2) == 1.0
    assert metrics.top_k([[0, 1, 1]], scores, 2, how="all") == 0.0
    assert metrics.top_k([[0, 1, 1]], scores, 3, how="all") == 1.0
    assert metrics.top_k([[1, 1, 0]], scores, 1, how="all") == 1.0  # as many as there are faults
    assert math.isnan(metrics.top_k([[0, 0, 0]], scores, 1))


def test_ranks() -> None:
    ranks = [1, 2, math.nan, math.inf, 4]
    assert [metrics.hit_rate(ranks, k) for k in (1, 2, 5)] == [0.2, 0.4, 0.6]
    assert math.isnan(metrics.hit_rate([], 1))


def test_curves() -> None:
    curve = metrics.roc(TRUTH, CHANCE)
    assert curve[0] == (0.0, 0.0) and curve[-1] == (1.0, 1.0)
    assert metrics.roc([1, 1], [0.1, 0.2]) == []
    chance = np.random.default_rng(0)
    many = metrics.roc(chance.integers(0, 2, 5000), chance.random(5000), points=50)
    assert len(many) == 50 and many[-1] == (1.0, 1.0)


def rows(seeds: int, each: int, spread: float, draw: int = 0) -> tuple[Any, Any, Any]:
    """Runs of seeds that are right by a share of their own."""
    chance = np.random.default_rng(draw)
    groups = np.repeat([f"seed {number}" for number in range(seeds)], each)
    share = np.clip(chance.normal(0.8, spread, seeds), 0, 1).repeat(each)
    truth = np.ones(seeds * each, dtype=int)
    return groups, truth, (chance.random(seeds * each) < share).astype(int)


def test_the_interval_is_that_of_the_seeds() -> None:
    alone = metrics.bootstrap(metrics.accuracy, np.arange(1000), *rows(20, 50, 0.2)[1:])
    grouped = metrics.bootstrap(metrics.accuracy, *rows(20, 50, 0.2))
    assert alone["value"] == grouped["value"] and grouped["n"] == 1000
    assert grouped["high"] - grouped["low"] > 3 * (alone["high"] - alone["low"])


def test_the_interval_holds_the_truth_about_as_often_as_it_says() -> None:
    held = 0
    for draw in range(60):
        told = metrics.bootstrap(metrics.recall, *rows(40, 10, 0.1, draw), draws=200)
        held += told["low"] <= 0.8 <= told["high"]
    assert held >= 50


def test_the_same_draws_give_the_same_interval_whatever_the_order_of_rows() -> None:
    groups, truth, called = rows(37, 23, 0.2)
    first = metrics.bootstrap(metrics.accuracy, groups, truth, called)
    order = np.random.default_rng(1).permutation(len(groups))
    again = metrics.bootstrap(metrics.accuracy, groups[order], truth[order], called[order])
    assert first == pytest.approx(again)
    assert first != metrics.bootstrap(metrics.accuracy, groups, truth, called, seed=1)


def test_the_bootstrap_draws_whole_seeds() -> None:
    sizes = set()
    groups = np.repeat(["a", "b"], [1, 10])
    metrics.bootstrap(lambda held: sizes.add(len(held)) or 0.0, groups, groups, draws=50)
    assert sizes == {2, 11, 20}


def test_several_scores_share_the_draws() -> None:
    groups = np.repeat(np.arange(8), 1)
    both = metrics.bootstrap_all({"right": metrics.accuracy, "auroc": metrics.auroc}, groups, TRUTH, CALLED)
    assert both["right"] == metrics.bootstrap(metrics.accuracy, groups, TRUTH, CALLED)
    assert both["auroc"]["value"] == 0.75


def test_where_it_is_mostly_undefined_there_is_no_interval() -> None:
    told = metrics.bootstrap(metrics.auroc, ["a", "b"], [0, 1], [0.1, 0.9])
    assert told["value"] == 1.0 and not math.isnan(told["low"])  # half of the draws hold both classes
    told = metrics.bootstrap(metrics.auroc, ["a"] * 2 + ["b"] * 9, [1] * 11, [0.5] * 11)
    assert math.isnan(told["value"]) and math.isnan(told["low"]) and told["n"] == 11
    told = metrics.bootstrap(metrics.auroc, [], [], [])
    assert math.isnan(told["value"]) and told["n"] == 0


def test_a_difference_is_paired() -> None:
    groups, truth, called = rows(20, 20, 0.3)
    worse = called.copy()
    worse[::10] = 0
    told = metrics.difference(metrics.accuracy, groups, truth, called, worse)
    assert 0 < told["low"] < told["value"] < told["high"]
    ours = metrics.bootstrap(metrics.accuracy, groups, truth, called)
    assert told["high"] - told["low"] < (ours["high"] - ours["low"]) / 2
