"""The observation hidden-layers-linear."""

from __future__ import annotations

from typing import Any

import pytest

from default_lint.trial.observations.hidden_layers_linear import HiddenLayersLinear
from tests.trial.observations import runs

LINEAR = runs.DIGITS.replace(', activation="relu"', "")
WRITTEN = runs.DIGITS.replace('"relu"', '"linear"')
SUBCLASS = """\
import keras
import tensorflow as tf


class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.first = keras.layers.Dense(32)
        self.last = keras.layers.Dense(10, activation="softmax")

    def call(self, x):
        return self.last(tf.nn.relu(self.first(x)))


net = Net()
net.compile("adam", "sparse_categorical_crossentropy", ["accuracy"])
net.fit(x, y, epochs=5)
"""


def check(source: str, **more: Any) -> list[Any]:
    return runs.check(HiddenLayersLinear, source, **{"epochs": runs.stuck(), **more})


def test_all_hidden_layers_lack_an_activation() -> None:
    (seen,) = check(LINEAR)
    assert runs.where(seen) == (8, "Dense")
    assert seen.finding.message == "all 2 hidden layers had no activation: the network was linear; accuracy 10 %"
    assert seen.cause == "activation"
    other = seen.finding.notes[1]
    assert other.text == "`dense_1` has no activation either"
    assert other.span is not None
    assert seen.place.document.locate(other.span.start).line == 9


def test_a_linear_activation_that_is_written_out() -> None:
    (seen,) = check(WRITTEN)
    assert runs.where(seen) == (8, '"linear"')


def test_a_run_that_learns_needs_none() -> None:
    assert check(LINEAR, epochs=runs.learning()) == []


@pytest.mark.parametrize(("epochs", "weight"), [(runs.stuck(), 0.9), (runs.weak(), 0.75)])
def test_how_sure(epochs: Any, weight: float) -> None:
    (seen,) = check(LINEAR, epochs=epochs)
    assert seen.weight == weight


@pytest.mark.parametrize(
    "between",
    ['layers.Activation("relu"),', "layers.ReLU(),", "layers.MaxPooling1D(),", "layers.Lambda(tf.nn.relu),", "Mine(),"],
)
def test_a_layer_between_may_be_the_activation(between: str) -> None:
    source = LINEAR.replace("    layers.Dense(50),", f"    {between}\n    layers.Dense(50),")
    rows = [
        runs.row(0, "Dense", runs.site(source, "Dense", 0), activation="linear"),
        runs.row(1, between.split("(")[0].rpartition(".")[2], activation="relu" if "elu" in between else ""),
        runs.row(2, "Dense", runs.site(source, "Dense", 1), activation="linear"),
        runs.row(3, "Dense", runs.site(source, "Dense", 2), activation="softmax"),
    ]
    assert check(source, layers=rows) == []


def test_one_activation_is_enough() -> None:
    assert check(runs.DIGITS.replace(', activation="relu"', "", 1)) == []


def test_a_model_without_hidden_layers_is_linear_by_intent() -> None:
    source = "\n".join(line for line in LINEAR.splitlines() if "100" not in line and "50" not in line) + "\n"
    assert check(source) == []


def test_an_operation_in_call_may_be_the_activation() -> None:
    assert check(SUBCLASS) == []
    (seen,) = check(SUBCLASS.replace("tf.nn.relu(self.first(x))", "self.first(x)"))
    assert runs.where(seen) == (8, "Dense")
