"""Columns of the input that are the target."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from default_lint.trial.child.data import facts
from default_lint.trial.child.leaks import SAME, leak_columns

RNG = np.random.default_rng(0)
TABLE = RNG.normal(size=(500, 4))
TARGET = (RNG.normal(size=500) > 0).astype("float32")
LEAKY = np.column_stack([TABLE, TARGET])


def test_a_column_that_is_the_target() -> None:
    assert leak_columns(LEAKY, TARGET) == [[4, pytest.approx(1)]]
    assert leak_columns(-LEAKY, TARGET[:, None]) == [[4, pytest.approx(-1)]]
    assert leak_columns(LEAKY, np.eye(2)[TARGET.astype(int)]) == [[4, pytest.approx(1)]]


def test_only_the_rows_that_train_count() -> None:
    late = LEAKY.copy()
    late[400:, 4] = 0.5
    assert leak_columns(late, TARGET) == []
    assert leak_columns(late, TARGET, 400) == [[4, pytest.approx(1)]]


def test_the_correlation_from_which_it_counts() -> None:
    for wanted, count in ((SAME + 0.0005, 1), (SAME - 0.001, 0)):
        target, noise = RNG.normal(size=(2, 20_000))
        target = (target - target.mean()) / target.std()
        noise -= target * (noise @ target) / (target @ target)
        noise = (noise - noise.mean()) / noise.std()
        column = wanted * target + np.sqrt(1 - wanted**2) * noise
        assert len(leak_columns(np.column_stack([noise, column]), target)) == count


@pytest.mark.parametrize(
    ("x", "y"),
    [
        (TABLE, TARGET),
        (TARGET[:, None], TARGET),
        (np.zeros((500, 3)), TARGET),
        (LEAKY, np.zeros(500)),
        (LEAKY[:5], TARGET[:5]),
        (LEAKY, LEAKY),
        (LEAKY * np.nan, TARGET),
        (LEAKY[..., None], TARGET),
    ],
    ids=["none", "one column", "constant", "constant target", "few", "autoencoder", "nan", "images"],
)
def test_nothing_to_find(x: Any, y: Any) -> None:
    assert leak_columns(x, y) == []


def test_a_row_that_is_not_finite_hides_nothing() -> None:
    spoiled = LEAKY.copy()
    spoiled[3, 0] = np.nan
    assert leak_columns(spoiled, TARGET) == [[4, pytest.approx(1)]]


def test_they_are_among_the_facts() -> None:
    assert facts(LEAKY, TARGET)["x"][0]["leak_columns"] == [[4, pytest.approx(1)]]
    assert facts({"a": TABLE, "b": LEAKY}, TARGET)["x"][1]["leak_columns"] == [[4, pytest.approx(1)]]


def test_rows_of_targets_without_a_label() -> None:

    labels = np.array([1, 2, 3, 1, 3])
    encoded = np.eye(4)[labels][:, :3]  # as one_hot leaves labels that count from 1
    found = facts(np.zeros((5, 2)), encoded)["y"][0]
    assert (found["form"], found["most_in_row"], found["empty_rows"]) == ("multi-hot", 1.0, 0.4)
    several = facts(np.zeros((2, 2)), np.array([[1, 1, 0], [0, 1, 0]]))["y"][0]
    assert (several["most_in_row"], several["empty_rows"]) == (2.0, 0.0)
