"""What the probe measures, against the same numbers computed here with plain numpy."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from default_lint.trial.child import measures
from default_lint.trial.child.callback import callback
from default_lint.trial.child.monitor import Monitor, batch_losses, thin
from default_lint.trial.child.session import Session

keras = pytest.importorskip("keras")
pytestmark = pytest.mark.keras

Events = list[dict[str, Any]]


class Seen:
    """A fit that was watched: the events and the weights after each epoch."""

    def __init__(self, model: Any, x: Any, y: Any, **options: Any) -> None:
        self.events: Events = []
        self.monitor = Monitor(Session(self.events.append))
        self.model = model
        weights = self.weights = [model.get_weights()] if model.built else []
        self.steps: list[list[Any]] = []

        class Keep(keras.callbacks.Callback):
            def on_train_batch_end(keep, batch: int, logs: Any = None) -> None:
                self.steps.append(model.get_weights())

            def on_epoch_end(keep, epoch: int, logs: Any = None) -> None:
                weights.append(model.get_weights())

        probe = callback(keras, self.monitor)
        extra = options.pop("callbacks", [])
        self.history = model.fit(x, y, verbose=0, callbacks=[Keep(), *extra, probe], **options)
        self.subject = self.monitor.session.subjects[0]

    def of(self, kind: str) -> Events:
        return [event for event in self.events if event["event"] == kind]

    def epoch(self, number: int) -> dict[str, Any]:
        return next(event for event in self.of("epoch") if event["epoch"] == number)

    @property
    def notes(self) -> list[str]:
        return [event["text"] for event in self.of("note")]


def rows(count: int = 320, width: int = 6) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(3)
    x = generator.normal(size=(count, width)).astype(np.float32)
    return x, (x[:, 0] + 0.5 * x[:, 1] > 0).astype(np.int64)


def dense(activation: str = "relu", loss: Any = "mse", output: str | None = None, units: int = 1) -> Any:
    keras.utils.set_random_seed(5)
    model = keras.Sequential(
        [
            keras.Input((6,)),
            keras.layers.Dense(10, activation=activation),
            keras.layers.Dense(units, activation=output),
        ]
    )
    model.compile(keras.optimizers.SGD(0.05), loss, metrics=[])
    return model


def forward(weights: list[np.ndarray], x: np.ndarray, inner: Callable[[Any], Any]) -> tuple[np.ndarray, np.ndarray]:
    kernel, bias, last, offset = (np.asarray(weight, np.float64) for weight in weights)
    hidden = inner(x @ kernel + bias)
    return hidden, hidden @ last + offset


def relu(value: np.ndarray) -> np.ndarray:
    return np.maximum(value, 0)


def sigmoid(value: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-value))


@pytest.fixture(scope="module")
def regression() -> Seen:
    x, y = rows()
    return Seen(dense(), x, y.astype(np.float32)[:, None] * 3, epochs=3, batch_size=32, shuffle=False)


def mse_gradients(weights: list[np.ndarray], x: np.ndarray, y: np.ndarray) -> list[np.ndarray]:
    """By hand: d mean((p - y)^2) for a rectified layer and a linear one."""
    hidden, predicted = forward(weights, x, relu)
    error = 2 * (predicted - y) / predicted.size
    back = (error @ np.asarray(weights[2], np.float64).T) * (hidden > 0)
    return [x.T @ back, back.sum(0), hidden.T @ error, error.sum(0)]


def test_the_gradients(regression: Seen) -> None:
    held = regression.subject.held
    count = measures.gradient_rows(held.rows, 320) // measures.MICRO * measures.MICRO
    x, y = held.x[:count].astype(np.float64), held.y[:count]
    for number in (-1, 0, 2):
        event = regression.epoch(number)
        expected = mse_gradients(regression.weights[number + 1], x, y)
        for layer in (0, 1):
            flat = np.concatenate([part.ravel() for part in expected[2 * layer : 2 * layer + 2]])
            row = event["layers"][layer]
            assert row["gradient_norm"] == pytest.approx(np.linalg.norm(flat), rel=1e-4)
            assert row["gradient_mean"] == pytest.approx(flat.mean(), abs=1e-6)
            assert row["gradient_std"] == pytest.approx(flat.std(), rel=1e-4)
            assert row["gradient_max"] == pytest.approx(np.abs(flat).max(), rel=1e-4)
            assert row["gradient_zero"] == pytest.approx(np.mean(flat == 0))
            assert row["gradient_missing"] == 0
        whole = np.concatenate([part.ravel() for part in expected])
        assert event["measures"]["gradient_norm"] == pytest.approx(np.linalg.norm(whole), rel=1e-4)


def test_the_noise_scale(regression: Seen) -> None:
    held = regression.subject.held
    count = measures.gradient_rows(held.rows, 320) // measures.MICRO * measures.MICRO
    small = count // measures.MICRO
    parts = [
        np.concatenate(
            [g.ravel() for g in mse_gradients(regression.weights[1], held.x[i : i + small], held.y[i : i + small])]
        )
        for i in range(0, count, small)
    ]
    few = float(np.mean([np.sum(part**2) for part in parts]))
    many = float(np.sum(np.mean(parts, 0) ** 2))
    signal = (count * many - small * few) / (count - small)
    noise = (few - many) / (1 / small - 1 / count)
    expected = noise / max(signal, 0.01 * many)
    assert regression.epoch(0)["measures"]["gradient_noise"] == pytest.approx(expected, rel=1e-3)


def test_the_weights_and_their_changes(regression: Seen) -> None:
    for number in (0, 1, 2):
        event = regression.epoch(number)
        before, after = regression.weights[number], regression.weights[number + 1]
        first = regression.steps[number * 10]
        for layer in (0, 1):
            flat = np.concatenate([weight.ravel() for weight in after[2 * layer : 2 * layer + 2]])
            old = np.concatenate([weight.ravel() for weight in before[2 * layer : 2 * layer + 2]])
            step = np.concatenate([weight.ravel() for weight in first[2 * layer : 2 * layer + 2]])
            row = event["layers"][layer]
            assert row["weight_norm"] == pytest.approx(np.linalg.norm(flat), rel=1e-5)
            assert row["weight_size"] == flat.size
            assert row["weight_mean"] == pytest.approx(flat.mean(), abs=1e-6)
            assert row["weight_std"] == pytest.approx(flat.std(), rel=1e-5)
            assert row["weight_max"] == pytest.approx(np.abs(flat).max(), rel=1e-6)
            assert row["weight_change"] == pytest.approx(np.linalg.norm(flat - old), rel=1e-4)
            assert row["update_norm"] == pytest.approx(np.linalg.norm(step - old), rel=1e-4)
    assert "weight_change" not in regression.epoch(-1)["layers"][0]


def test_the_activations(regression: Seen) -> None:
    held = regression.subject.held
    hidden, predicted = forward(regression.weights[3], held.x, relu)
    row = regression.epoch(2)["layers"][0]
    assert row["activation_mean"] == pytest.approx(hidden.mean(), rel=1e-4)
    assert row["activation_std"] == pytest.approx(hidden.std(), rel=1e-4)
    assert row["activation_max"] == pytest.approx(np.abs(hidden).max(), rel=1e-4)
    assert row["activation_zero"] == pytest.approx(np.mean(hidden <= 0), abs=1e-3)
    assert row["activation_dead"] == np.mean(np.all(hidden == 0, axis=0))
    assert row["input_std"] == pytest.approx(held.x.std(), rel=1e-4)
    assert row["input_max"] == pytest.approx(np.abs(held.x).max(), rel=1e-6)
    measured = regression.epoch(2)["measures"]
    assert measured["held_loss"] == pytest.approx(np.mean((predicted - held.y) ** 2), rel=1e-4)
    assert measured["prediction_std"] == pytest.approx(predicted.std(0).mean(), rel=1e-4)
    assert measured["prediction_mean"] == pytest.approx(predicted.mean(), rel=1e-3)
    assert measured["prediction_max"] == pytest.approx(predicted.max(), rel=1e-4)
    assert "held_accuracy" not in measured
    assert measured["measured_samples"] == held.rows


def test_the_held_rows_are_spread_and_paired(regression: Seen) -> None:
    x, y = rows()
    held = regression.subject.held
    places = [int(np.flatnonzero((x == row).all(1))[0]) for row in held.x]
    assert len(set(places)) == held.rows == 64
    assert np.array_equal(held.y[:, 0], y[places] * np.float32(3))
    assert all(sum(low <= place < low + 80 for place in places) == 16 for low in (0, 80, 160, 240))
    assert places != sorted(places)


def test_the_losses_of_batches(regression: Seen) -> None:
    x, y = rows()
    target = y.astype(np.float64)[:, None] * 3
    weights = [regression.weights[0], *regression.steps]
    parts = [slice(step * 32, step * 32 + 32) for step in range(10)]
    expected = [
        np.mean((forward(weights[step], x[part], relu)[1] - target[part]) ** 2) for step, part in enumerate(parts)
    ]
    event = regression.epoch(0)
    assert event["losses"] == pytest.approx(expected, rel=1e-3)
    assert event["steps"] == 10
    assert event["broken"] is None


def test_dead_and_constant_units() -> None:
    x, y = rows()
    model = dense()
    kernel, bias, last, offset = model.get_weights()
    bias[:4] = -100.0
    kernel[:, 4] = 0.0
    bias[4] = 2.0
    model.set_weights([kernel, bias, last, offset])
    model.optimizer.learning_rate = 0.0
    row = Seen(model, x, y.astype(np.float32)[:, None], epochs=1).epoch(0)["layers"][0]
    assert row["activation_dead"] == pytest.approx(0.4)
    assert row["activation_constant"] == pytest.approx(0.5)
    assert row["gradient_zero"] >= 0.4
    assert row["update_norm"] == 0


def test_a_unit_that_fires_once_is_alive() -> None:
    x, y = rows()
    model = dense()
    kernel, bias, last, offset = model.get_weights()
    held = Seen(model, x, y.astype(np.float32)[:, None], epochs=1).subject.held
    model = dense()
    unit = held.x @ kernel[:, 0]
    bias[0] = -(np.sort(unit)[-1] + np.sort(unit)[-2]) / 2
    model.set_weights([kernel, bias, last, offset])
    model.optimizer.learning_rate = 0.0
    row = Seen(model, x, y.astype(np.float32)[:, None], epochs=1).epoch(0)["layers"][0]
    assert row["activation_dead"] == 0


@pytest.mark.parametrize(("name", "inner", "tail"), [("sigmoid", sigmoid, 5.0), ("tanh", np.tanh, 2.5)])
def test_saturation(name: str, inner: Callable[[Any], Any], tail: float) -> None:
    x, y = rows()
    model = dense(name)
    kernel, bias, last, offset = model.get_weights()
    model.set_weights([kernel * 6, bias, last, offset])
    model.optimizer.learning_rate = 0.0
    seen = Seen(model, x, y.astype(np.float32)[:, None], epochs=1)
    before = seen.subject.held.x @ (kernel * 6)
    expected = np.mean(np.abs(before) > tail)
    assert 0.05 < expected < 0.95
    assert seen.epoch(0)["layers"][0]["activation_saturated"] == pytest.approx(expected, abs=0.01)
    assert "activation_dead" not in seen.epoch(0)["layers"][0]
    assert "activation_saturated" not in seen.epoch(0)["layers"][1]


def test_classes_and_accuracy() -> None:
    x, y = rows()
    model = dense("relu", "sparse_categorical_crossentropy", "softmax", 2)
    seen = Seen(model, x, y, epochs=2)
    held = seen.subject.held
    chosen = forward(seen.weights[-1], held.x, relu)[1].argmax(1)
    measured = seen.epoch(1)["measures"]
    assert measured["held_accuracy"] == pytest.approx(np.mean(chosen == held.y))
    assert measured["prediction_classes"] == len(set(chosen))
    assert measured["prediction_top"] == pytest.approx(np.bincount(chosen).max() / held.rows)


def test_logits_of_one_unit_are_split_at_zero() -> None:
    x, y = rows()
    model = dense("relu", keras.losses.BinaryCrossentropy(from_logits=True))
    seen = Seen(model, x, y.astype(np.float32)[:, None], epochs=1)
    held = seen.subject.held
    predicted = forward(seen.weights[-1], held.x, relu)[1]
    assert seen.epoch(0)["measures"]["held_accuracy"] == pytest.approx(np.mean((predicted > 0) == (held.y > 0.5)))
    assert seen.of("model")[0]["logits"] == [True]


def test_sample_and_class_weights_enter_the_loss() -> None:
    x, y = rows()
    target = y.astype(np.float32)[:, None]
    weights = np.linspace(0, 2, len(x)).astype(np.float32)
    seen = Seen(dense(), x, target, epochs=1, sample_weight=weights)
    held = seen.subject.held
    predicted = forward(seen.weights[-1], held.x, relu)[1]
    expected = np.mean((predicted - held.y)[:, 0] ** 2 * held.sample_weight)
    assert seen.epoch(0)["measures"]["held_loss"] == pytest.approx(expected, rel=1e-4)
    seen = Seen(dense(), x, target, epochs=1, class_weight={0: 1.0, 1: 4.0})
    assert set(np.unique(seen.subject.held.sample_weight)) == {1.0, 4.0}
    assert np.array_equal(seen.subject.held.sample_weight == 4.0, seen.subject.held.y[:, 0] == 1)


def test_regularization_is_part_of_the_loss_and_told() -> None:
    x, y = rows()
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((6,)), keras.layers.Dense(1, kernel_regularizer=keras.regularizers.L2(0.1))])
    model.compile("sgd", "mse")
    seen = Seen(model, x, y.astype(np.float32)[:, None], epochs=1)
    kernel, bias = seen.weights[-1]
    measured = seen.epoch(0)["measures"]
    penalty = 0.1 * np.sum(kernel.astype(np.float64) ** 2)
    held = seen.subject.held
    assert measured["regularization"] == pytest.approx(penalty, rel=1e-4)
    assert measured["held_loss"] == pytest.approx(np.mean((held.x @ kernel + bias - held.y) ** 2) + penalty, rel=1e-4)


def test_batch_normalization_normalizes_by_the_batch_and_is_left_alone() -> None:
    x, y = rows()
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            keras.Input((6,)),
            keras.layers.BatchNormalization(momentum=0.99),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(1),
        ]
    )
    model.compile(keras.optimizers.SGD(0.0), "mse")
    seen = Seen(model, x * 7 + 3, y.astype(np.float32)[:, None], epochs=1)
    assert seen.notes == []
    row = seen.epoch(0)["layers"]
    assert row[0]["activation_mean"] == pytest.approx(0, abs=1e-4)
    assert row[0]["activation_std"] == pytest.approx(1, abs=1e-2)
    assert row[1]["activation_std"] == pytest.approx(row[1]["input_std"], rel=1e-6), "dropout was on"
    moving = seen.epoch(0)["layers"][0]["weight_size"]
    assert moving == 12, "moving statistics do not train"


def test_where_values_stop_being_finite() -> None:
    x, y = rows()
    model = dense()
    model.optimizer.learning_rate = 1e30
    seen = Seen(model, x, y.astype(np.float32)[:, None], epochs=1, batch_size=32)
    event = seen.epoch(0)
    assert event["broken"] is not None
    assert event["broken"] == next(i for i, loss in enumerate(event["losses"]) if not math.isfinite(loss))
    assert event["measures"]["nonfinite_weights"] > 0
    assert event["measures"]["first_nonfinite"] == 0


def test_a_frozen_layer_and_one_without_a_gradient() -> None:
    x, y = rows()
    keras.utils.set_random_seed(1)
    given = keras.Input((6,))
    frozen = keras.layers.Dense(4, trainable=False)
    lost = keras.layers.Dense(4)
    hidden = keras.layers.Add()([frozen(given), keras.ops.stop_gradient(lost(given))])
    model = keras.Model(given, keras.layers.Dense(1)(hidden))
    model.compile("sgd", "mse")
    seen = Seen(model, x, y.astype(np.float32)[:, None], epochs=1)
    told = {layer["index"]: layer for layer in seen.of("model")[-1]["layers"]}
    index = {layer["name"]: layer["index"] for layer in told.values()}
    rows_of = seen.epoch(0)["layers"]
    assert told[index[frozen.name]]["frozen"]
    assert told[index[frozen.name]]["parameters"] == 28
    assert "gradient_norm" not in rows_of[index[frozen.name]]
    assert rows_of[index[frozen.name]]["weight_change"] == 0
    if keras.backend.backend() != "jax":
        assert rows_of[index[lost.name]]["gradient_missing"] == 1


def test_a_model_that_is_built_by_its_first_batch() -> None:
    x, y = rows()
    keras.utils.set_random_seed(5)
    late = keras.Sequential([keras.layers.Dense(10, activation="relu"), keras.layers.Dense(1)])
    late.compile(keras.optimizers.SGD(0.05), "mse")
    seen = Seen(late, x, y.astype(np.float32)[:, None], epochs=1, shuffle=False)
    early = Seen(dense(), x, y.astype(np.float32)[:, None], epochs=1, shuffle=False)
    assert [event["epoch"] for event in seen.of("epoch")][-1] == 0
    norm = early.epoch(0)["layers"][0]["weight_norm"]
    assert seen.epoch(0)["layers"][0]["weight_norm"] == pytest.approx(norm, rel=1e-6)


def test_epochs_go_on_counting_over_fits() -> None:
    x, y = rows()
    model = dense()
    events: Events = []
    monitor = Monitor(Session(events.append))
    for _ in range(2):
        model.fit(x, y.astype(np.float32)[:, None], epochs=2, verbose=0, callbacks=[callback(keras, monitor)])
    epochs = [event for event in events if event["event"] == "epoch"]
    assert [(event["epoch"], event["fit"]) for event in epochs] == [(-1, 0), (0, 0), (1, 0), (2, 1), (3, 1)]
    assert {event["model"] for event in events if event["event"] == "model"} == {0}


def test_the_budget_of_epochs_and_steps() -> None:
    x, y = rows()
    for budget, count in (({"epochs": 2}, 2), ({"steps": 15}, 2)):
        events: Events = []
        monitor = Monitor(Session(events.append), **budget)
        history = dense().fit(
            x, y.astype(np.float32)[:, None], epochs=9, batch_size=32, verbose=0, callbacks=[callback(keras, monitor)]
        )
        assert len(history.history["loss"]) == count
        assert [event["reason"] for event in events if event["event"] == "capped"] == list(budget)
        last = [event for event in events if event["event"] == "epoch"][-1]
        assert last["complete"] is ("epochs" in budget)
        assert last["steps"] == (10 if "epochs" in budget else 5)


def test_what_is_told_of_a_model() -> None:
    x, y = rows()
    model = dense("relu", "sparse_categorical_crossentropy", "softmax", 2)
    event = Seen(model, x, y, epochs=1, validation_split=0.25, batch_size=16).of("model")[0]
    assert event["name"] == model.name
    assert event["kind"] == "Sequential"
    assert event["optimizer"]["class"] == "SGD"
    assert event["optimizer"]["learning_rate"] == pytest.approx(0.05)
    assert event["losses"] == ["sparse_categorical_crossentropy"]
    assert event["logits"] == [False]
    assert event["outputs"] == [1]
    assert event["asked"]["batch_size"] == 16
    first, last = event["layers"]
    assert (first["kind"], first["activation"], first["parameters"]) == ("Dense", "relu", 70)
    assert first["settings"]["kernel_initializer"] == "GlorotUniform"
    assert (last["activation"], last["output"]) == ("softmax", [None, 2])


def test_a_layer_made_of_layers_is_opened_and_those_of_keras_are_not() -> None:
    class Block(keras.layers.Layer):
        def __init__(self) -> None:
            super().__init__()
            self.inner = keras.layers.Dense(4)

        def build(self, shape: Any) -> None:
            self.scale = self.add_weight(shape=(4,), initializer="ones", name="scale")

        def call(self, value: Any) -> Any:
            return self.inner(value) * self.scale

    x = np.zeros((40, 5, 6), np.float32)
    model = keras.Sequential([keras.Input((5, 6)), keras.layers.Bidirectional(keras.layers.LSTM(3)), Block()])
    model.compile("sgd", "mse")
    seen = Seen(model, x, np.zeros((40, 4), np.float32), epochs=1)
    layers = seen.of("model")[-1]["layers"]
    assert [layer["kind"] for layer in layers] == ["Bidirectional", "Block", "Dense"]
    assert layers[0]["settings"]["layer"] == "LSTM"
    assert layers[0]["activation"] == "tanh"
    assert layers[1]["parameters"] == 4
    assert seen.notes == []


def test_losses_of_batches_from_running_means() -> None:
    losses = [3.0, 1.0, 2.0, 0.5]
    running = [float(np.mean(losses[: count + 1])) for count in range(4)]
    assert batch_losses(running) == pytest.approx(losses)
    broken = batch_losses([1.0, math.nan, math.nan])
    assert broken[0] == 1.0 and all(map(math.isnan, broken[1:]))


def test_thinning_keeps_the_last_at_equal_distances() -> None:
    values = [float(value) for value in range(1000)]
    kept = thin(values)
    assert len(kept) <= 256
    assert kept[-1] == 999
    assert len({after - before for before, after in itertools.pairwise(kept)}) == 1
    assert thin(values[:256]) == values[:256]
