"""What the activation and loss rules claim about Keras, shown by running it."""

from __future__ import annotations

import os
from types import ModuleType
from typing import Any

import numpy as np
import pytest

pytestmark = pytest.mark.keras
RANDOM = np.random.default_rng(7)
X = RANDOM.random((64, 4)).astype("float32")
CLASSES = RANDOM.integers(0, 3, 64)
ONE_HOT = np.eye(3, dtype="float32")[CLASSES]
YES_NO = (CLASSES > 0).astype("float32").reshape(-1, 1)


@pytest.fixture(scope="module")
def keras() -> ModuleType:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    return pytest.importorskip("keras")


def model(keras: ModuleType, units: int, activation: str | None, loss: Any, metrics: tuple[Any, ...] = ()) -> Any:
    """A compiled model of one layer."""
    keras.utils.set_random_seed(3)
    made = keras.Sequential([keras.Input((4,)), keras.layers.Dense(units, activation=activation)])
    made.compile("sgd", loss=loss, metrics=list(metrics))
    return made


def trained(made: Any, y: Any, epochs: int = 1) -> dict[str, float]:
    """The last row of the logs after training."""
    history = made.fit(X, y, epochs=epochs, verbose=0).history
    return {name: float(values[-1]) for name, values in history.items()}


def shape_errors() -> tuple[type[Exception], ...]:
    """What Keras or TensorFlow raises when labels do not fit."""
    return (ValueError, pytest.importorskip("tensorflow").errors.InvalidArgumentError)


def recomputed(keras: ModuleType, made: Any, y: Any, loss: str) -> float:
    """The loss of what `predict` returns."""
    return float(np.mean(keras.losses.get(loss)(y, made.predict(X, verbose=0))))


def test_softmax_on_one_unit_is_constant_although_the_loss_looks_healthy(keras: ModuleType) -> None:
    made = model(keras, 1, "softmax", "binary_crossentropy")
    trained(made, YES_NO, 3)
    assert np.allclose(made.predict(X, verbose=0), 1.0, atol=1e-6)
    assert made.evaluate(X, YES_NO, verbose=0) < 1 < recomputed(keras, made, YES_NO, "binary_crossentropy")


@pytest.mark.parametrize(
    ("activation", "loss"), [("sigmoid", "categorical_crossentropy"), ("softmax", "binary_crossentropy")]
)
def test_activation_of_the_other_loss_trains_on_something_else(keras: ModuleType, activation: str, loss: str) -> None:
    made = model(keras, 3, activation, loss)
    reported = made.evaluate(X, ONE_HOT, verbose=0)
    assert abs(reported - recomputed(keras, made, ONE_HOT, loss)) > 0.01


def test_sigmoid_does_not_add_up_to_one(keras: ModuleType) -> None:
    sums = model(keras, 3, "sigmoid", "mse").predict(X, verbose=0).sum(axis=1)
    assert np.all(np.abs(sums - 1) > 0.05)


@pytest.mark.parametrize("activation", ["relu", "tanh", None])
def test_values_that_are_no_probabilities_raise_no_warning(
    keras: ModuleType, activation: str | None, recwarn: pytest.WarningsRecorder
) -> None:
    trained(model(keras, 3, activation, "categorical_crossentropy"), ONE_HOT)
    assert not [entry for entry in recwarn if "logits" in str(entry.message)]


def test_clipped_values_have_no_gradient(keras: ModuleType) -> None:
    tf = pytest.importorskip("tensorflow")
    output = tf.Variable([[-2.0]])
    with tf.GradientTape() as tape:
        loss = keras.losses.binary_crossentropy(tf.constant([[1.0]]), output)
    assert float(tape.gradient(loss, output)[0, 0]) == 0.0


def test_from_logits_on_probabilities_warns(keras: ModuleType) -> None:
    made = model(keras, 3, "softmax", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    with pytest.warns(UserWarning, match="from_logits"):
        trained(made, CLASSES)


def test_categorical_loss_on_one_unit_is_zero(keras: ModuleType) -> None:
    assert trained(model(keras, 1, "sigmoid", "categorical_crossentropy"), YES_NO)["loss"] == 0.0


@pytest.mark.parametrize(
    ("units", "activation", "loss", "labels"),
    [
        (3, "softmax", "sparse_categorical_crossentropy", ONE_HOT),
        (3, "softmax", "categorical_crossentropy", CLASSES),
        (3, "sigmoid", "binary_crossentropy", CLASSES),
        (1, "sigmoid", "binary_crossentropy", ONE_HOT),
        (4, "softmax", "categorical_crossentropy", ONE_HOT),
        (2, "softmax", "sparse_categorical_crossentropy", CLASSES),
    ],
)
def test_labels_of_another_form_or_width_fail(
    keras: ModuleType, units: int, activation: str, loss: str, labels: Any
) -> None:
    with pytest.raises(shape_errors()):
        trained(model(keras, units, activation, loss), labels)


def test_bounded_output_stays_at_the_edge(keras: ModuleType) -> None:
    made = model(keras, 1, "sigmoid", "mse")
    trained(made, 50 * YES_NO + 10, 5)
    assert made.predict(X, verbose=0).max() <= 1.0


def test_accuracy_of_a_regression_is_zero(keras: ModuleType) -> None:
    targets = RANDOM.random(64) * 50
    assert trained(model(keras, 1, None, "mse", ("accuracy",)), targets)["accuracy"] == 0.0


def test_binary_accuracy_of_a_softmax_is_too_high(keras: ModuleType) -> None:
    logs = trained(model(keras, 3, "softmax", "categorical_crossentropy", ("binary_accuracy", "accuracy")), ONE_HOT)
    assert logs["binary_accuracy"] > logs["accuracy"] + 0.1


def test_categorical_accuracy_of_class_numbers_is_another_number(keras: ModuleType) -> None:
    metrics = ("categorical_accuracy", "sparse_categorical_accuracy")
    logs = trained(model(keras, 3, "softmax", "sparse_categorical_crossentropy", metrics), CLASSES)
    assert logs["categorical_accuracy"] != logs["sparse_categorical_accuracy"]


def test_the_class_accuracy_is_zero_on_probabilities(keras: ModuleType) -> None:
    made = model(keras, 3, "softmax", "categorical_crossentropy", (keras.metrics.Accuracy(),))
    assert trained(made, ONE_HOT)["accuracy"] == 0.0


@pytest.mark.parametrize("metric", ["Precision", "AUC", "BinaryAccuracy"])
def test_metrics_with_a_label_per_unit_fail_on_class_numbers(keras: ModuleType, metric: str) -> None:
    made = model(keras, 3, "softmax", "sparse_categorical_crossentropy", (getattr(keras.metrics, metric)(),))
    with pytest.raises(shape_errors()):
        trained(made, CLASSES)


def test_thresholds_for_logits(keras: ModuleType) -> None:
    truth, logits = [1.0, 1.0, 0.0], [0.3, 3.0, -2.0]
    default, told = keras.metrics.BinaryAccuracy(), keras.metrics.BinaryAccuracy(threshold=0.0)
    assert float(default(truth, logits)) == pytest.approx(2 / 3)
    assert float(told(truth, logits)) == 1.0
    assert float(keras.metrics.Recall(thresholds=0.0)(truth, logits)) == 1.0


def test_double_softmax_cannot_be_sure(keras: ModuleType) -> None:
    sure = np.eye(10, dtype="float32")[:1] * 100
    once = keras.ops.softmax(sure)
    assert float(np.max(keras.ops.convert_to_numpy(keras.ops.softmax(once)))) < 0.24


def test_squared_error_through_softmax_has_hardly_a_gradient_when_surely_wrong(keras: ModuleType) -> None:
    tf = pytest.importorskip("tensorflow")
    logits = tf.Variable([[12.0, 0.0, 0.0]])
    truth = tf.constant([[0.0, 1.0, 0.0]])
    sizes = []
    for loss in (keras.losses.mean_squared_error, keras.losses.categorical_crossentropy):
        with tf.GradientTape() as tape:
            value = loss(truth, tf.nn.softmax(logits))
        sizes.append(float(tf.norm(tape.gradient(value, logits))))
    assert sizes[0] < 1e-4 < 0.5 < sizes[1]
