"""Scores by hand on small arrays."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from default_lint.lab.scores import SCORES, Scoring

HALF = np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4], [0.3, 0.7]])


class Fixed:
    """A model that predicts what it was given."""

    def __init__(self, predictions: Any) -> None:
        self.predictions = predictions

    def predict(self, inputs: Any, verbose: int) -> Any:
        assert verbose == 0
        return self.predictions[: len(inputs)]


@pytest.mark.parametrize(
    ("score", "predictions", "targets", "expected"),
    [
        ("accuracy", HALF, [0, 1, 1, 1], 0.75),
        ("accuracy", HALF, [[1, 0], [0, 1], [0, 1], [0, 1]], 0.75),
        ("accuracy", HALF, [[0], [1], [1], [0]], 0.5),
        ("accuracy", HALF[None], [[0, 1, 0, 1]], 1.0),
        ("masked_accuracy", np.eye(3)[[[0, 1, 2]]], [[0, 1, 1]], 0.5),
        ("binary_accuracy", [[0.9], [0.2], [0.6]], [1, 0, 0], 2 / 3),
        ("multilabel_accuracy", [[0.9, 0.1], [0.4, 0.6]], [[1, 1], [0, 1]], 0.75),
        ("r2", [[1.0], [2.0], [3.0]], [1.0, 2.0, 3.0], 1.0),
        ("r2", [2.0, 2.0, 2.0], [1.0, 2.0, 3.0], 0.0),
        ("r2", [[1.0, 5.0], [3.0, 5.0]], [[1.0, 4.0], [3.0, 6.0]], 0.5),
    ],
)
def test_values(score: str, predictions: Any, targets: Any, expected: float) -> None:
    assert SCORES[score](np.asarray(predictions), np.asarray(targets), 0.5) == pytest.approx(expected)


def test_logits_are_judged_at_zero() -> None:
    scoring = Scoring("binary_accuracy", threshold=0.0)
    assert scoring.judge(np.array([[0.3], [-0.2]]), np.array([1, 0])) == 1.0
    assert Scoring("binary_accuracy").judge(np.array([[0.3], [-0.2]]), np.array([1, 0])) == 0.5


def test_a_prediction_that_is_not_finite_is_no_score() -> None:
    assert math.isnan(Scoring("r2").judge(np.array([np.nan, 1.0]), np.array([1.0, 2.0])))


def test_expressions_are_those_of_the_script() -> None:
    scoring = Scoring("accuracy", model="parts['net']", inputs="x[:2]", targets="y[:2]")
    assert scoring.of({"parts": {"net": Fixed(HALF)}, "x": HALF, "y": np.array([0, 0, 0, 0])}) == 0.5


@pytest.mark.parametrize(
    ("namespace", "reason"),
    [
        ({}, "NameError: name 'model' is not defined"),
        ({"model": Fixed(HALF), "x_test": HALF, "y_test": [0]}, "4 predictions for 1 targets"),
        ({"model": Fixed(HALF), "x_test": HALF, "y_test": [[0, 1, 2]] * 4}, "targets of shape (4, 3)"),
    ],
)
def test_what_cannot_be_scored_says_why(namespace: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match="no score: ") as caught:
        Scoring("accuracy").of(namespace)
    assert reason in str(caught.value)
