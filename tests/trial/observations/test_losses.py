"""Observations of losses: their domain, their reduction, their start, and whether the metric agrees."""

from __future__ import annotations

import math
from typing import Any

import pytest

from default_lint.findings import Severity
from default_lint.trial.observations.initial_loss_off import InitialLossOff
from default_lint.trial.observations.log_loss_domain import LogLossDomain
from default_lint.trial.observations.loss_broadcast import LossBroadcast
from default_lint.trial.observations.loss_metric_disagree import LossMetricDisagree, correlation
from default_lint.trial.observations.loss_sums_over_batch import LossSumsOverBatch
from default_lint.trial.observations.thresholds import LIMITS
from tests.trial.observations.runs import DIGITS, check, epoch, learning, row, site, stuck, weak, where
from tests.trial.observations.tables import BINARY, FALLS, FLAT, REGRESSION, inputs, labels, real, two

OWN = """\
import keras
from keras import ops
from data import load


def divergence(target, predicted):
    return ops.sum(target * ops.log(target / predicted), axis=-1)


x, y = load()
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="softmax")])
model.compile("adam", divergence)
model.fit(x, y, epochs=5)
"""

MSE = {"losses": ["mean_squared_error"]}


# domain


@pytest.mark.parametrize("name", ["mean_squared_logarithmic_error", "msle", "poisson"])
def test_negative_targets_under_a_logarithm(name: str) -> None:
    source = REGRESSION.replace('"mse"', f'"{name}"')
    (seen,) = check(LogLossDomain, source, epochs=FLAT, data=labels("real", -0.01, 9), losses=[name])
    assert where(seen) == (7, f'"{name}"')
    assert seen.finding.message.startswith("targets go down to -0.01, `")
    assert check(LogLossDomain, source, epochs=FLAT, data=labels("real", 0, 9), losses=[name]) == []


def test_zeros_under_a_percentage() -> None:
    limit, name = LIMITS["zero_targets"], ["mean_absolute_percentage_error"]
    for zeros, count in ((limit, 1), (limit * 0.99, 0)):
        facts = labels("real", 0, 9, zero=zeros)
        assert len(check(LogLossDomain, REGRESSION, epochs=FLAT, data=facts, losses=name)) == count


def broken(at: int = 0) -> list[Any]:
    return [*(epoch(number, 1.0) for number in range(at)), epoch(at, math.nan, broken=3)]


def test_a_logarithm_in_a_loss_of_the_user() -> None:
    facts = labels("one-hot", 0, 1, shape=[1000, 3], zero=0.667)
    (seen,) = check(LogLossDomain, OWN, epochs=broken(), data=facts, losses=["divergence"])
    assert where(seen) == (7, "ops.log(target / predicted)")
    assert seen.finding.message == "the loss was not finite from batch 4 of epoch 1"
    assert seen.finding.notes[0].text.startswith("targets hold 67 % zeros")
    assert seen.weight > 0.9
    (late,) = check(LogLossDomain, OWN, epochs=broken(2), data=facts, losses=["divergence"])
    assert late.weight < 0.7


def test_a_logarithm_that_is_not_to_blame() -> None:
    facts = labels("one-hot", 0, 1, shape=[1000, 3], zero=0.667)
    assert check(LogLossDomain, OWN, epochs=learning(), data=facts, losses=["divergence"]) == []
    spoiled = {**facts, **inputs(nan=1)}
    assert check(LogLossDomain, OWN, epochs=broken(), data=spoiled, losses=["divergence"]) == []
    plain = OWN.replace("ops.log", "ops.exp")
    assert check(LogLossDomain, plain, epochs=broken(), data=facts, losses=["divergence"]) == []


# reduction


def test_targets_that_are_broadcast() -> None:
    result = {"target": [64], "output": [64, 1], "broadcast": True, "loss": 1.6, "aligned": 1.1}
    (seen,) = check(LossBroadcast, OWN, epochs=stuck(), tests={"broadcast": result})
    assert where(seen) == (12, "divergence")
    assert seen.finding.message == "targets (N,) were spread over outputs (N, 1)"
    assert seen.weight > 0.9
    same = {**result, "broadcast": False}
    assert check(LossBroadcast, OWN, epochs=stuck(), tests={"broadcast": same}) == []
    assert check(LossBroadcast, OWN, epochs=stuck(), tests={"broadcast": {**result, "skipped": "no loss"}}) == []


def test_a_loss_that_grows_with_the_batch() -> None:
    limit = LIMITS["loss_sum"]
    (seen,) = check(LossSumsOverBatch, OWN, epochs=stuck(), tests={"batch_sum": {"ratio": limit + 0.01}})
    assert where(seen) == (12, "divergence")
    assert seen.finding.message == "twice the rows gave 1.5 times the loss"
    assert seen.finding.severity is Severity.WARNING
    (remark,) = check(LossSumsOverBatch, OWN, epochs=learning(), tests={"batch_sum": {"ratio": 2.0}})
    assert remark.finding.severity is Severity.INFO
    assert check(LossSumsOverBatch, OWN, epochs=stuck(), tests={"batch_sum": {"ratio": limit}}) == []
    assert check(LossSumsOverBatch, OWN, epochs=stuck()) == []


# start


def began(observed: float, expected: float = 2.303) -> dict[str, Any]:
    return {"initial_loss": {"observed": observed, "expected": expected, "kind": "ln C"}}


def test_a_loss_that_begins_too_high() -> None:
    limit = 2.303 * LIMITS["initial_loss"]
    (seen,) = check(InitialLossOff, epochs=stuck(), tests=began(limit * 1.01))
    assert where(seen) == (14, '"sparse_categorical_crossentropy"')
    assert seen.finding.message == "the loss began at 4.65, 2.3 was to be expected"
    assert (seen.symptom, seen.finding.severity) == (True, Severity.WARNING)
    assert check(InitialLossOff, epochs=stuck(), tests=began(limit * 0.99)) == []
    assert check(InitialLossOff, epochs=learning(), tests=began(40.0)) == []
    (remark,) = check(InitialLossOff, epochs=weak(), tests=began(40.0))
    assert remark.finding.severity is Severity.INFO


def test_what_makes_the_first_loss_high() -> None:
    (scale,) = check(InitialLossOff, epochs=stuck(), tests=began(40.0), data=inputs(0, 255))
    assert (where(scale), scale.cause, scale.symptom) == ((5, "load()"), "x_scale", False)
    (far,) = check(InitialLossOff, REGRESSION, epochs=FLAT, tests=began(82.0, 1.0), data=real(9.0), **MSE)
    assert (where(far), far.cause) == ((4, "load()"), "targets")
    source = DIGITS.replace('Dense(10, activation="softmax"', 'Dense(10, "softmax", kernel_initializer="random_normal"')
    assert source != DIGITS
    (initial,) = check(InitialLossOff, source, epochs=stuck(), tests=began(40.0))
    assert (where(initial), initial.cause) == ((10, '"random_normal"'), "initializer")


def test_the_first_batch_stands_in_for_the_test_and_penalties_are_taken_off() -> None:
    epochs = [epoch(0, 2.31, 0.1, losses=(9.0, 3.0)), *stuck(3)]
    assert check(InitialLossOff, epochs=epochs)[0].finding.message == "the loss began at 9, 2.3 was to be expected"
    start = epoch(-1, 9.0, measures={"regularization": 5.0})
    assert check(InitialLossOff, epochs=epochs, start=start) == []
    one = [epoch(0, 0.8, 0.96, losses=(0.9,)), epoch(1, 0.8, 0.96)]
    assert check(InitialLossOff, BINARY, epochs=one, data=two(0.96), losses=["binary_crossentropy"]) == []


# metric


def curves(scores: list[float], last: float = 0.3) -> list[Any]:
    count = len(scores)
    return [epoch(at, 0.7 + (last - 0.7) * at / (count - 1), score) for at, score in enumerate(scores)]


STILL = [0.5, 0.501, 0.5, 0.501, 0.5]


def test_an_accuracy_that_stands_still_while_the_loss_falls() -> None:
    bce = {"losses": ["binary_crossentropy"]}
    (seen,) = check(LossMetricDisagree, BINARY, epochs=curves(STILL), data=two(), **bce)
    assert where(seen) == (7, '["accuracy"]')
    assert seen.finding.message == "the loss fell by 57 % while the accuracy stayed at 0.5"
    assert (seen.symptom, seen.cause) == (True, "loss")
    (rare,) = check(LossMetricDisagree, BINARY, epochs=curves([0.96] * 5), data=two(0.96), **bce)
    assert rare.cause == "imbalance"


@pytest.mark.parametrize(
    ("epochs", "count"),
    [
        (curves(STILL[:4]), 0),
        (curves(STILL, last=0.7 * (1 - LIMITS["agreement_fall"] * 0.99)), 0),
        (curves(STILL, last=0.7 * (1 - LIMITS["agreement_fall"] * 1.01)), 1),
        (curves([0.5, 0.5 + LIMITS["agreement_still"] * 1.01, 0.5, 0.5, 0.5]), 0),
        (curves([0.5, 0.5 + LIMITS["agreement_still"] * 0.99, 0.5, 0.5, 0.5]), 1),
        (curves([0.5, 0.501, 0.502, 0.503, 0.504]), 0),
        (curves([LIMITS["agreement_full"] + 0.001] * 5), 0),
    ],
    ids=["few epochs", "falls little", "falls", "moves", "moves little", "agrees", "full"],
)
def test_what_counts_as_standing_still(epochs: list[Any], count: int) -> None:
    assert len(check(LossMetricDisagree, BINARY, epochs=epochs, data=two(), losses=["binary_crossentropy"])) == count


def test_a_run_that_learns_agrees() -> None:
    assert check(LossMetricDisagree, epochs=learning(8)) == []
    assert check(LossMetricDisagree, REGRESSION, epochs=FALLS, data=real(), **MSE) == []


def test_correlation() -> None:
    assert correlation([1, 2, 3], [2, 4, 6]) == pytest.approx(1)
    assert correlation([1, 2, 3], [6, 4, 2]) == pytest.approx(-1)
    assert correlation([1, 2, 3], [5, 5, 5]) == 0
    assert abs(correlation([1, 2, 3, 4], [1, -1, -1, 1])) < 1e-12


# a loss of the user's own

LOOP = """\
import keras
import tensorflow as tf
from data import load

x, y = load()

class Net(keras.Model):
    def __init__(self):
        super().__init__()
        self.head = keras.layers.Dense(1)

    def call(self, x):
        return self.head(x)

    def train_step(self, data):
        x, y = data
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(y - self(x, training=True)))
        return {"loss": loss}

net = Net()
net.compile("adam")
net.fit(x, y, epochs=5)
"""


def own(spread: float, shape: list[int] | None = None, start: float = 1.0) -> dict[str, Any]:
    epochs = [epoch(at, 0.99, losses=(start,), measures={"prediction_std": spread}) for at in range(3)]
    return {
        "epochs": epochs,
        "data": {"y": [{"name": "", "form": "real", "std": 1.0, "shape": shape or [500]}]},
        "losses": (),
        "layers": [row(0, "Dense", site(LOOP, "Dense"), output=(None, 1))],
    }


def test_a_loop_that_compares_each_prediction_with_all_targets() -> None:
    limit = LIMITS["broadcast_spread"]
    (seen,) = check(LossBroadcast, LOOP, **own(limit * 0.99))
    assert where(seen) == (18, "y - self(x, training=True)")
    assert seen.finding.message == "targets (N,) were spread over outputs (N, 1) to (N, N)"
    for other in (own(limit * 1.01), own(0.01, [500, 1]), own(0.01, start=10.0)):
        assert check(LossBroadcast, LOOP, **other) == []
    named_otherwise = LOOP.replace("y - self(x, training=True)", "a - b")
    assert check(LossBroadcast, named_otherwise, **own(0.01)) == []
