"""Each own test on a healthy and a faulty little model, and what all of them owe to the user: time and silence.

Runs on whatever backend KERAS_BACKEND names.
"""

from __future__ import annotations

import importlib.util
import json
import math
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

keras = pytest.importorskip("keras")

from default_lint.trial.child import tests as own_tests  # noqa: E402
from default_lint.trial.child.session import Held, Session, Subject  # noqa: E402
from default_lint.trial.child.trials.case import Case, Skipped, Time  # noqa: E402

pytestmark = pytest.mark.keras
layers = keras.layers
NAMES = [test.name for test in own_tests.TESTS]

GENERATOR = np.random.default_rng(7)
X = GENERATOR.normal(size=(256, 6)).astype("float32")
BINARY = (X[:, 0] > 0).astype("int64")
CLASSES = (X[:, 0] > 0).astype("int64") + (X[:, 1] > 0)
REAL = X[:, 0] * 2 - X[:, 1]


def subject(model: Any, x: Any = X, y: Any = CLASSES, rate: float = 1e-2, epochs: int = 0, **given: Any) -> Subject:
    """A compiled model with its weights before training, trained for some epochs."""
    initial = model.get_weights()
    if epochs:
        model.fit(x, y, epochs=epochs, verbose=0)

    def compute_loss(x: Any, y: Any, y_pred: Any, sample_weight: Any) -> Any:
        return model.compute_loss(x=x, y=y, y_pred=y_pred, sample_weight=sample_weight)

    rows = len(next(iter(x.values())) if isinstance(x, dict) else x[0] if isinstance(x, list) else x)
    settings: dict[str, Any] = {
        "backend": keras.backend.backend(),
        "held": Held(x, y, None, rows),
        "initial": initial,
        "optimizer": {"learning_rate": rate},
        "batch": 32,
        "compute_loss": compute_loss,
        "layers": list(model.layers),
    }
    return Subject(0, model, keras=keras, **{**settings, **given})


def outcome(name: str, given: Subject, seconds: float = math.inf, **before: Any) -> dict[str, Any]:
    """What one own test finds, with the results of others as it would see them."""
    case = Case(given, time.monotonic)
    case.time = Time(time.monotonic, seconds)
    case.results = before
    return next(test for test in own_tests.TESTS if test.name == name).run(case)


def classifier(
    optimizer: Any = "adam", hidden: str = "relu", kernel: str = "glorot_uniform", units: int = 3, loss: Any = None
) -> Any:
    keras.utils.set_random_seed(3)
    model = keras.Sequential(
        [
            keras.Input((6,)),
            layers.Dense(16, activation=hidden, kernel_initializer=kernel),
            layers.Dense(units, activation="softmax", kernel_initializer=kernel),
        ]
    )
    model.compile(optimizer, loss or "sparse_categorical_crossentropy")
    return model


def regressor(optimizer: Any = "adam", loss: Any = "mse", scale: float = 1.0) -> Any:
    keras.utils.set_random_seed(3)
    model = keras.Sequential([keras.Input((6,)), layers.Dense(16, activation="relu"), layers.Dense(1)])
    model.compile(optimizer, loss)
    if scale != 1.0:
        model.set_weights([weights * scale for weights in model.get_weights()])
    return model


# Each own test on both sides


def test_initial_loss_near_chance() -> None:
    result = outcome("initial_loss", subject(classifier()))
    assert result["kind"] == "ln(3)"
    assert result["expected"] == pytest.approx(math.log(3), rel=1e-4)
    shares = np.bincount(CLASSES) / len(CLASSES)
    assert result["constant"] == pytest.approx(-(shares * np.log(shares)).sum(), rel=1e-3)
    assert 0.5 < result["observed"] / result["expected"] < 1.5


def test_initial_loss_far_from_chance() -> None:
    model = classifier()
    model.set_weights([weights * 40 for weights in model.get_weights()])
    result = outcome("initial_loss", subject(model))
    assert result["observed"] > 2 * result["expected"]


@pytest.mark.parametrize(
    ("loss", "kind", "expected"),
    [
        ("mse", "variance", REAL.var()),
        ("mae", "mean absolute deviation", np.abs(REAL - np.median(REAL)).mean()),
        ("huber", "best constant", None),
    ],
)
def test_initial_loss_of_a_regression(loss: str, kind: str, expected: float | None) -> None:
    result = outcome("initial_loss", subject(regressor(loss=loss), y=REAL))
    assert result["kind"] == kind
    assert result["expected"] == result["constant"]
    if expected is not None:
        assert result["expected"] == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("logits", [False, True])
def test_initial_loss_of_a_binary_task(logits: bool) -> None:
    model = regressor(loss=keras.losses.BinaryCrossentropy(from_logits=True))
    if not logits:
        model.layers[-1].activation = keras.activations.sigmoid
        model.compile("adam", "binary_crossentropy")
    y = (X[:, 0] > 1).astype("float32")
    share = y.mean()
    result = outcome("initial_loss", subject(model, y=y))
    assert (result["kind"], result["expected"]) == ("ln(2)", pytest.approx(math.log(2), rel=1e-4))
    entropy = -(share * math.log(share) + (1 - share) * math.log(1 - share))
    assert result["constant"] == pytest.approx(entropy, rel=1e-3)


def test_weight_regularization_is_no_part_of_the_loss() -> None:
    model = classifier()
    plain = outcome("initial_loss", subject(model))["observed"]
    strong = classifier()
    strong.layers[0].kernel_regularizer = keras.regularizers.L2(5.0)
    strong.layers[0].kernel.regularizer = strong.layers[0].kernel_regularizer
    assert sum(float(keras.ops.convert_to_numpy(loss)) for loss in strong.losses) > 10
    assert outcome("initial_loss", subject(strong))["observed"] == pytest.approx(plain, rel=1e-4)


def test_inputs_that_matter() -> None:
    result = outcome("zero_input", subject(classifier(keras.optimizers.Adam(0.03)), epochs=4))
    assert not (result["ignored"] or result["useless"] or result["constant"])
    assert result["zeroed"] > result["loss"] and result["shuffled"] > result["loss"]
    assert result["accuracy"] > result["shuffled_accuracy"] + 0.2


def test_inputs_that_are_ignored() -> None:
    result = outcome("zero_input", subject(classifier(kernel="zeros"), epochs=2))
    assert result["ignored"] and result["constant"]
    assert result["change"] == 0


def test_one_input_of_two_is_unused() -> None:
    keras.utils.set_random_seed(0)
    first, second = keras.Input((6,)), keras.Input((6,))
    unused = layers.Dense(3, kernel_initializer="zeros", trainable=False)(second)
    output = layers.Dense(3, activation="softmax")(layers.Concatenate()([layers.Dense(8)(first), unused]))
    model = keras.Model([first, second], output)
    model.compile("adam", "sparse_categorical_crossentropy")
    assert outcome("zero_input", subject(model, x=[X, X[:, ::-1]], epochs=2))["unused"] == [1]


def gap(rate: float) -> dict[str, Any]:
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [keras.Input((6,)), layers.Dense(32, activation="relu"), layers.Dropout(rate), layers.Dense(1)]
    )
    model.compile(keras.optimizers.Adam(0.03), "mse")
    model.fit(X, REAL, epochs=5, verbose=0)
    return outcome("mode_gap", subject(model, y=REAL))


def test_no_gap_between_the_modes() -> None:
    result = gap(0.0)
    assert result["ratio"] == pytest.approx(1.0, rel=1e-4)


def test_a_gap_between_the_modes() -> None:
    result = gap(0.5)
    assert result["ratio"] > 1.5
    assert result["calm"] == pytest.approx(result["eval"], rel=1e-4)  # none of it comes from BatchNorm
    assert result["draws"] == 8


def test_a_gap_by_statistics_that_lag() -> None:
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((6,)), layers.BatchNormalization(momentum=0.9999), layers.Dense(1)])
    model.compile("adam", "mse")
    result = outcome("mode_gap", subject(model, x=X * 50 + 200, y=REAL, epochs=3))
    assert result["ratio"] < 0.1
    assert result["calm"] == pytest.approx(result["train"], rel=1e-3)


@pytest.mark.parametrize(("reduction", "ratio"), [("sum_over_batch_size", 1.0), ("sum", 2.0)])
def test_loss_against_batch_size(reduction: str, ratio: float) -> None:
    model = regressor(loss=keras.losses.MeanSquaredError(reduction=reduction))
    result = outcome("batch_sum", subject(model, y=REAL))
    assert result["ratio"] == pytest.approx(ratio, rel=1e-3)
    assert result["grows"] == (ratio > 1.5)


class Squares(keras.losses.Loss):
    """As people write it: no care for the shape of the target."""

    def call(self, y_true: Any, y_pred: Any) -> Any:
        return keras.ops.square(y_true - y_pred)


def test_outputs_of_different_kinds() -> None:
    """Only the target that could be reshaped is."""
    result = outcome("broadcast", two_outputs())
    assert not result["broadcast"]
    assert (result["target"], result["output"]) == ([64], [64, 1])


@pytest.mark.parametrize(("y", "broadcasts"), [(REAL, True), (REAL[:, None], False)])
def test_broadcast_of_a_loss(y: Any, broadcasts: bool) -> None:
    result = outcome("broadcast", subject(regressor(loss=Squares()), y=y))
    assert result["broadcast"] == broadcasts
    assert result["target"] == [64, *y.shape[1:]] and result["output"] == [64, 1]


def test_keras_aligns_shapes_by_itself() -> None:
    result = outcome("broadcast", subject(regressor(), y=REAL))
    assert not result["broadcast"]
    assert result["aligned"] == pytest.approx(result["loss"], rel=1e-5)


def test_sweep_finds_the_range() -> None:
    result = outcome("rate_sweep", subject(regressor("sgd"), y=REAL, rate=0.03))
    low, high = result["learns"]
    assert low < 0.03 < high and result["current_learns"] and not result["current_diverges"]
    assert low <= result["best"] <= high
    assert result["rates"] == sorted(result["rates"]) and 0.03 in result["rates"]
    sizes = {len(result[name]) for name in ("rates", "start", "end", "held", "diverged")}
    assert len(sizes) == 1
    assert result["diverged"][-1] and not result["diverged"][0]
    assert result["end"][result["rates"].index(result["best"])] < 0.5 * result["constant"]


@pytest.mark.parametrize(("rate", "diverges"), [(5.0, True), (1e-6, False)])
def test_sweep_places_a_wrong_rate(rate: float, diverges: bool) -> None:
    result = outcome("rate_sweep", subject(regressor("sgd"), y=REAL, rate=rate))
    assert not result["current_learns"] and result["current_diverges"] == diverges
    low, high = result["learns"]
    assert rate > high if diverges else rate < low


def test_sweep_where_nothing_learns() -> None:
    model = classifier()
    for layer in model.layers[:-1]:
        layer.trainable = False
    keras.utils.set_random_seed(0)
    noise = np.random.default_rng(0).integers(0, 3, 256)
    result = outcome("rate_sweep", subject(model, x=np.zeros_like(X), y=noise))
    assert result["learns"] is None and result["best"] is None
    assert result["current_learns"] is False


def test_a_batch_that_fits() -> None:
    result = outcome("overfit_batch", subject(classifier(), rate=0.01))
    assert result["fits"] and result["user_fits"] and result["accuracy"] >= 0.95
    assert (result["samples"], result["user_optimizer"], result["user_rate"]) == (32, "Adam", 0.01)


def test_a_batch_that_does_not_fit_because_of_the_model() -> None:
    result = outcome("overfit_batch", subject(classifier(kernel="zeros")))
    assert not result["fits"] and not result["user_fits"]
    assert result["accuracy"] < 0.7


def test_a_batch_that_does_not_fit_because_of_the_rate() -> None:
    result = outcome("overfit_batch", subject(classifier("sgd"), rate=1e-6), rate_sweep={"best": 0.32})
    assert not result["user_fits"] and result["fits"]
    assert (result["best_optimizer"], result["best_rate"]) == ("SGD", 0.32)


def test_a_batch_of_a_regression_fits_by_its_loss() -> None:
    result = outcome("overfit_batch", subject(regressor(), y=REAL, rate=0.03))
    assert result["fits"] and result["accuracy"] is None
    assert result["end"] <= 0.1 * min(result["start"], result["constant"])


def test_dropout_and_regularization_do_not_keep_a_batch_from_fitting() -> None:
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((6,)),
            layers.Dense(32, activation="relu"),
            layers.BatchNormalization(),
            layers.Dropout(0.9),
            layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile("adam", "sparse_categorical_crossentropy")
    assert outcome("overfit_batch", subject(model, rate=0.01))["user_fits"]
    assert model.layers[2].rate == 0.9


def test_labels_that_mean_something() -> None:
    result = outcome("permuted_labels", subject(classifier(), rate=0.03))
    assert not result["same"]
    assert result["true_held"] < result["permuted_held"]
    assert result["true_accuracy"] > result["permuted_accuracy"]


def test_labels_that_are_random() -> None:
    shuffled = np.random.default_rng(1).permutation(CLASSES)
    result = outcome("permuted_labels", subject(classifier(), y=shuffled, rate=0.03))
    assert result["same"]
    assert result["true"] < result["constant"] * 0.9  # it could be learned by heart


def test_labels_of_a_regression() -> None:
    assert not outcome("permuted_labels", subject(regressor(), y=REAL, rate=0.03))["same"]
    shuffled = np.random.default_rng(1).permutation(REAL)
    assert outcome("permuted_labels", subject(regressor(), y=shuffled, rate=0.03))["same"]


def test_replay_of_an_explosion() -> None:
    model = regressor(keras.optimizers.SGD(1.0))
    result = outcome("replay", subject(model, x=X * 100, y=REAL * 1000, rate=1.0, epochs=1))
    assert not result["finite"]
    assert result["what"] in ("output", "loss", "gradient", "weights")
    assert result["growth"] > 1e3 and result["batch"] >= 1


class Logarithm(keras.layers.Layer):
    def call(self, inputs: Any) -> Any:
        return keras.ops.log(inputs)


def test_replay_of_a_layer_that_is_not_finite() -> None:
    keras.utils.set_random_seed(0)
    model = keras.Sequential([keras.Input((6,)), layers.Dense(4), Logarithm(name="logarithm"), layers.Dense(1)])
    model.compile("sgd", "mse")
    result = outcome("replay", subject(model, y=REAL, epochs=1))
    assert (result["what"], result["name"], result["layer"], result["batch"]) == ("output", "logarithm", 1, 0)
    assert 0 < result["largest"] < 100


def test_replay_of_a_loss_that_is_not_finite() -> None:
    def wrong(y_true: Any, y_pred: Any) -> Any:
        return keras.ops.mean(keras.ops.log(y_true), axis=-1) + keras.ops.mean(y_pred, axis=-1)

    result = outcome("replay", subject(regressor("sgd", loss=wrong), y=REAL[:, None] * 0, epochs=1))
    assert (result["what"], result["layer"]) == ("loss", "loss")


@pytest.mark.parametrize("place", ["input", "target"])
def test_replay_of_data_that_is_not_finite(place: str) -> None:
    x, y = X.copy(), REAL.copy()
    (x if place == "input" else y)[3] = np.nan
    assert outcome("replay", subject(regressor("sgd"), x=x, y=y, epochs=1))["what"] == place


def test_no_replay_of_a_healthy_run() -> None:
    with pytest.raises(Skipped, match="finite"):
        outcome("replay", subject(regressor(), y=REAL, epochs=1))


# Kinds of models


class Custom(keras.Model):
    def __init__(self) -> None:
        super().__init__()
        self.hidden = layers.Dense(16, activation="relu")
        self.noise = layers.Dropout(0.5)
        self.head = layers.Dense(3, activation="softmax")

    def call(self, inputs: Any, training: bool = False) -> Any:
        return self.head(self.noise(self.hidden(inputs), training=training))


def subclassed() -> Subject:
    model = Custom()
    model.compile("adam", "sparse_categorical_crossentropy")
    model(X[:1])
    return subject(model, epochs=1)


def two_outputs() -> Subject:
    given = {"a": keras.Input((6,), name="a"), "b": keras.Input((6,), name="b")}
    joined = layers.Concatenate()(list(given.values()))
    outputs = [layers.Dense(3, activation="softmax", name="kind")(joined), layers.Dense(1, name="size")(joined)]
    model = keras.Model(given, outputs)
    model.compile("adam", ["sparse_categorical_crossentropy", "mse"])
    return subject(model, x={"a": X, "b": X * 2}, y=[CLASSES, REAL], epochs=1)


def recurrent() -> Subject:
    model = keras.Sequential(
        [
            keras.Input((None,)),
            layers.Embedding(20, 8, mask_zero=True),
            layers.GRU(4, dropout=0.2, recurrent_dropout=0.2),
            layers.Dense(1, activation="sigmoid"),
        ]
    )
    model.compile(keras.optimizers.RMSprop(0.02), "binary_crossentropy")
    tokens = np.random.default_rng(0).integers(0, 20, (160, 5))
    return subject(model, x=tokens, y=(tokens[:, 0] > 9).astype("int64"), epochs=1)


def convolutional() -> Subject:
    model = keras.Sequential(
        [
            keras.Input((6, 6, 1)),
            layers.Rescaling(0.5),
            layers.RandomFlip(),
            layers.Conv2D(4, 3, use_bias=False),
            layers.BatchNormalization(),
            layers.ReLU(),
            layers.GlobalAveragePooling2D(),
            layers.Dropout(0.3),
            layers.Dense(2, activation="softmax"),
        ]
    )
    model.compile(keras.optimizers.AdamW(1e-3), "categorical_crossentropy")
    images = np.random.default_rng(0).normal(size=(140, 6, 6, 1))
    return subject(model, x=images, y=np.eye(2)[(images.mean(axis=(1, 2, 3)) > 0).astype(int)], epochs=1)


@pytest.mark.slow
@pytest.mark.parametrize("make", [subclassed, two_outputs, recurrent, convolutional])
def test_kinds_of_models(make: Callable[[], Subject]) -> None:
    keras.utils.set_random_seed(0)
    given = make()
    results = own_tests.run_model(given, lambda event: None, 300.0)
    skipped = {name: result["skipped"] for name, result in results.items() if "skipped" in result}
    assert set(skipped) <= {"replay", "permuted_labels"}, skipped
    assert skipped["replay"] == "the training stayed finite"
    assert results["zero_input"]["ignored"] is False


def test_a_model_of_one_batch_size() -> None:
    keras.utils.set_random_seed(0)
    cell = layers.SimpleRNN(3, stateful=True, unroll=True)
    model = keras.Sequential([keras.Input(batch_shape=(32, 2, 3)), cell, layers.Dense(1)])
    model.compile("adam", "mse")
    held = Held(X[:40].reshape(40, 2, 3), REAL[:40], None, 40)
    results = own_tests.run_model(subject(model, held=held), lambda event: None, 300.0)
    skipped = {name: result["skipped"] for name, result in results.items() if "skipped" in result}
    assert set(skipped) == {"replay", "permuted_labels", "batch_sum"}, skipped


def test_a_model_built_by_its_first_batch_takes_any_size() -> None:
    keras.utils.set_random_seed(0)
    model = keras.Sequential([layers.Dense(1)])
    model.compile("adam", "mse")
    model.build((32, 6))
    assert not outcome("batch_sum", subject(model, y=REAL))["grows"]
    assert not outcome("permuted_labels", subject(model, y=REAL, rate=0.1))["same"]


# What they owe to the user


def live() -> Subject:
    keras.utils.set_random_seed(11)
    model = keras.Sequential(
        [
            keras.Input((6,)),
            layers.Dense(6, kernel_regularizer="l2"),
            layers.BatchNormalization(),
            layers.Dropout(0.4),
            layers.Dense(3, activation="softmax"),
        ]
    )
    model.compile(keras.optimizers.Adam(0.01), "sparse_categorical_crossentropy", metrics=["accuracy"])
    return subject(model, epochs=1)


def everything(model: Any) -> dict[str, bytes]:
    """All that an own test could disturb, as bytes."""
    numbers = np.random.get_state()
    state = {"python": repr(random.getstate()).encode(), "numpy": repr((numbers[0], numbers[1].tolist(), *numbers[2:]))}
    variables = [*model.variables, *model.optimizer.variables, *model.metrics_variables]
    for number, variable in enumerate(variables):
        state[f"{number} {variable.path}"] = np.array(keras.ops.convert_to_numpy(variable.value)).tobytes()
    backend = keras.backend.backend()
    if backend == "tensorflow":
        from tensorflow.python.eager import context

        state["tensorflow"] = repr((context.context()._rng.getstate(), context.context()._seed)).encode()
    if backend == "torch":
        import torch

        state["torch"] = torch.get_rng_state().numpy().tobytes()
    return state


def test_nothing_is_changed() -> None:
    given = live()
    model = given.model
    keras.random.normal((2,))  # the shared seed generator exists now
    before, attributes = everything(model), [sorted(vars(layer)) for layer in model.layers]
    rates = [getattr(layer, "rate", None) for layer in model.layers]
    results = own_tests.run_model(given, lambda event: None, 300.0)
    assert [name for name in results if "skipped" in results[name]] == ["replay"]
    after = everything(model)
    assert [name for name in before if before[name] != after[name]] == []
    assert [sorted(vars(layer)) for layer in model.layers] == attributes
    assert [getattr(layer, "rate", None) for layer in model.layers] == rates


def test_what_comes_after_is_the_same() -> None:
    """Weights of a second epoch, random numbers and names are those of a session without own tests."""

    def session(tested: bool) -> tuple[list[bytes], list[Any]]:
        keras.utils.clear_session()
        given = live()
        if tested:
            own_tests.run_model(given, lambda event: None, 300.0)
        given.model.fit(X, CLASSES, epochs=1, verbose=0)
        drawn = [random.random(), np.random.random(), np.array(keras.ops.convert_to_numpy(keras.random.normal((3,))))]
        names = [layers.Dense(1).name, keras.optimizers.Adam().name, keras.Variable(1.0).name]
        return [weights.tobytes() for weights in given.model.get_weights()], [*map(str, drawn), *names]

    assert session(True) == session(False)


def test_the_same_results_twice() -> None:
    first, second = (own_tests.run_model(live(), lambda event: None, 300.0) for _ in range(2))
    for results in (first, second):
        for result in results.values():
            del result["seconds"]
    assert repr(first) == repr(second)


class Clock:
    """Seconds that pass by looking at it."""

    def __init__(self, step: float) -> None:
        self.now, self.step = 0.0, step

    def __call__(self) -> float:
        self.now += self.step
        return self.now


def test_time_is_kept() -> None:
    events: list[dict[str, Any]] = []
    clock = Clock(0.25)
    own_tests.run_model(subject(classifier(), epochs=1), events.append, 30.0, clock)
    assert [event["name"] for event in events if event["event"] == "testing"] == NAMES
    assert [event["name"] for event in events if event["event"] == "test"] == NAMES
    assert clock.now < 30.0 * 1.5
    sweep = next(event["result"] for event in events if event["event"] == "test" and event["name"] == "rate_sweep")
    assert "skipped" in sweep or sweep["steps"] < 40


def test_no_time_at_all() -> None:
    results = own_tests.run_model(subject(classifier()), lambda event: None, 0.0, Clock(0.001))
    assert {result["skipped"] for result in results.values()} == {"no time was left"}


def test_several_models_share_the_time() -> None:
    events: list[dict[str, Any]] = []
    session = Session(events.append, seconds=0.0)
    session.subjects = [subject(classifier()), subject(classifier())]
    session.subjects[1].number = 1
    own_tests.run(session)
    assert [event["model"] for event in events if event["event"] == "test"] == [0] * len(NAMES) + [1] * len(NAMES)


def test_results_are_json() -> None:
    events: list[dict[str, Any]] = []
    model = regressor(keras.optimizers.SGD(1.0))
    own_tests.run_model(subject(model, x=X * 100, y=REAL * 1000, rate=1.0, epochs=1), events.append, 300.0)
    json.dumps(events, allow_nan=False)
    sweep = next(event["result"] for event in events if event["event"] == "test" and event["name"] == "rate_sweep")
    assert "NaN" in sweep["end"] and True in sweep["diverged"]


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"backend": "legacy"}, "Keras 3"),
        ({"held": None, "reason": "it came from a generator"}, "it came from a generator"),
    ],
)
def test_reasons_to_skip_all(given: dict[str, Any], reason: str) -> None:
    results = own_tests.run_model(subject(classifier(), **given), lambda event: None, 300.0)
    assert list(results) == NAMES
    assert all(reason in result["skipped"] for result in results.values())


def test_reasons_to_skip_some() -> None:
    results = own_tests.run_model(subject(classifier(), compute_loss=None), lambda event: None, 300.0)
    assert results["initial_loss"]["skipped"] == "the model trains without a compiled loss"
    assert results["zero_input"]["ignored"] is False  # needs no loss

    results = own_tests.run_model(subject(classifier(), initial=None, epochs=1), lambda event: None, 300.0)
    assert results["rate_sweep"]["skipped"] == "the weights before training were not kept"
    assert "skipped" not in results["mode_gap"]

    few = Held(X[:40], CLASSES[:40], None, 40)
    results = own_tests.run_model(subject(classifier(), held=few), lambda event: None, 300.0)
    assert results["permuted_labels"]["skipped"] == "only 40 rows are held, 128 are needed"
    assert results["rate_sweep"]["held"] is None  # too few to put any aside

    frozen = classifier()
    frozen.trainable = False
    results = own_tests.run_model(subject(frozen), lambda event: None, 300.0)
    assert results["overfit_batch"]["skipped"] == "the model has no weights that train"


def test_a_failure_is_a_reason() -> None:
    def broken(*given: Any) -> Any:
        raise KeyError("nothing like that")

    results = own_tests.run_model(subject(classifier(), compute_loss=broken), lambda event: None, 300.0)
    assert results["initial_loss"]["skipped"] == "KeyError: 'nothing like that'"


def test_a_loop_of_the_users_own() -> None:
    """Nothing is compiled: the loss object and the facts of the optimizer are what is known."""
    model = regressor()
    keras.utils.set_random_seed(3)
    bare = keras.Sequential([keras.Input((6,)), layers.Dense(16, activation="relu"), layers.Dense(1)])
    bare.set_weights(model.get_weights())
    loss = Squares()
    given = subject(
        bare,
        y=REAL,
        trained="tape",
        losses=[loss],
        optimizer={"class": "SGD", "learning_rate": 0.03, "momentum": 0.9},
        compute_loss=lambda x, y, y_pred, sample_weight: loss(y, y_pred, sample_weight=sample_weight),
    )
    results = own_tests.run_model(given, lambda event: None, 300.0)
    assert results["broadcast"]["broadcast"]
    assert results["overfit_batch"]["user_optimizer"] == "SGD"
    assert results["rate_sweep"]["current"] == 0.03


def test_a_training_step_of_its_own_is_told() -> None:
    results = own_tests.run_model(subject(classifier(), plain=False), lambda event: None, 0.0, Clock(0.001))
    assert all(result["plain"] is False for result in results.values())


@pytest.mark.skipif(
    importlib.util.find_spec("jax") is None or keras.backend.backend() == "jax", reason="needs JAX beside the backend"
)
def test_on_jax() -> None:
    environment = {**os.environ, "KERAS_BACKEND": "jax"}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", __file__, "-k", "sweep or changed"]
    done = subprocess.run(command, env=environment, cwd=Path(__file__).parents[2], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:]
