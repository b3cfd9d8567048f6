"""Facts about data and the held batch, on arrays of every make."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from default_lint.trial.child import data, held, measures
from default_lint.trial.child.trials import task

RNG = np.random.default_rng(0)


class Ragged:
    """What a ragged tensor shows of itself."""

    shape = (6, None)
    dtype = np.dtype("float32")


def test_an_array_without_a_fixed_width_leaves_the_other_facts() -> None:
    found = data.fit_facts("array", {"x": Ragged(), "y": np.array([0, 1, 0, 1, 0, 1]), "batch_size": 2})
    assert found["x"][0]["shape"] == [6, None]
    assert found["y"][0]["classes"] == 2
    assert data.overlap(Ragged(), Ragged()) is None


def test_constant_columns_are_counted_beyond_the_list() -> None:
    table = RNG.normal(size=(50, 784))
    table[:, 100:700] = 3.0
    found = data.column_facts(table)
    assert (found["constant_count"], len(found["constant_columns"]), found["columns"]) == (600, data.LISTED, 784)
    assert data.column_facts(table[:1])["constant_count"] == 0


@pytest.mark.parametrize("dtype", ["float64", "float32", "uint8", "int64"])
def test_rows_that_both_hold(dtype: str) -> None:
    x = RNG.integers(0, 200, size=(3000, 7)).astype(dtype)
    other = RNG.integers(200, 256, size=(400, 7)).astype(dtype)
    other[:100] = x[2000:2100]
    assert data.overlap(x, other) == 0.25
    assert data.overlap(x[:, ::-1], other) == 0.0


def test_rows_are_told_apart_by_the_place_of_their_values() -> None:
    x = np.eye(64, dtype=np.float32)
    assert data.overlap(x[:32], x[32:]) == 0.0
    assert data.overlap(x, x[::-1]) == 1.0


def test_of_many_rows_some_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data, "SEARCHED_ROWS", 1000)
    x = np.arange(4000.0).reshape(2000, 2)
    found = data.overlap(x, x)
    assert found is not None
    assert found == pytest.approx(0.5, abs=0.01)


def test_batches_of_another_shape_are_left_out_with_their_targets() -> None:
    batches = [
        (np.full((2, 5), 0.0), np.array([0, 0])),
        (np.full((2, 7), 1.0), np.array([1, 1])),
        (np.full((2, 5), 2.0), np.array([2, 2])),
    ]
    found = held.from_batches(batches, 6)
    assert found is not None
    assert (found.x[:, 0].tolist(), found.y.tolist(), found.rows) == ([0, 0, 2, 2], [0, 0, 2, 2], 4)
    assert found.sample_weight is None


def test_no_batches_hold_nothing() -> None:
    assert held.from_batches([], 6) is None


class Tensor:
    """What a tensor of any framework shows of itself."""

    def __init__(self, values: Any) -> None:
        self.values = np.asarray(values)
        self.shape = self.values.shape

    def numpy(self) -> np.ndarray:
        return self.values


@pytest.mark.parametrize(
    "labels", [np.array([0, 1, 1]), Tensor([0, 1, 1]), [0, 1, 1], Tensor([[1, 0], [0, 1], [0, 1]])]
)
def test_class_weights_of_labels_of_every_make(labels: Any) -> None:
    found = held.class_weights(labels, {0: 0.5, 1: 3})
    assert found is not None
    assert found.tolist() == [0.5, 3.0, 3.0]


@pytest.mark.parametrize("weights", ["balanced", [0.5, 3.0], np.array([0.5, 3.0])])
def test_class_weights_that_are_no_dict_say_nothing(weights: Any) -> None:
    assert held.class_weights(np.array([0, 1, 1]), weights) is None


def test_class_weights_of_labels_that_are_no_classes() -> None:
    assert held.class_weights(np.array([0.0, np.nan]), {0: 2.0}) is None


def test_targets_belong_to_the_outputs_of_their_names() -> None:
    y = {"age": np.zeros((4, 1)), "kind": np.array([0, 1, 2, 1])}
    losses = [("sparse_categorical_crossentropy", False), ("mean_squared_error", False)]
    kind, age = np.eye(3)[[0, 1, 2, 1]], np.ones((4, 1))
    parts = task.parts(losses, y, [kind, age], ["kind", "age"])
    assert [part.y.tolist() for part in parts] == [y["kind"].tolist(), y["age"].tolist()]
    assert [part.y.tolist() for part in task.parts(losses, y, {"kind": kind, "age": age})] == [
        y["kind"].tolist(),
        y["age"].tolist(),
    ]


def test_the_accuracy_is_of_the_first_output_by_name() -> None:
    y = {"age": np.arange(4.0), "kind": np.array([0, 1, 2, 1])}
    subject: Any = SimpleNamespace(
        model=SimpleNamespace(output_names=["kind", "age"]),
        losses=[None, None],
        data={"y": [{"name": "age", "form": "real"}, {"name": "kind", "form": "integer"}]},
        held=SimpleNamespace(y=y),
    )
    kind = np.eye(3, dtype=np.float32)[[0, 1, 2, 0]]
    engine: Any = SimpleNamespace(
        subject=subject, model=subject.model, rows=4, framework=SimpleNamespace(fetch=lambda value: value)
    )
    found = measures.Engine._predicted(engine, [kind, np.zeros((4, 1))])
    assert found["held_accuracy"] == 0.75
