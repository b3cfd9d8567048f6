"""What the weights and regularization rules say about Keras, seen in the installed Keras."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

keras = pytest.importorskip("keras")
layers = keras.layers
pytestmark = pytest.mark.keras

RANDOM = np.random.default_rng(0)
X = RANDOM.random((64, 8)).astype("float32")
Y = (X.sum(axis=1, keepdims=True) > 4).astype("float32")


def kernel(layer: Any, features: int = 16) -> np.ndarray:
    layer.build((None, features))
    return np.array(layer.get_weights()[0])


def trained(*parts: Any, loss: str = "binary_crossentropy", epochs: int = 3) -> Any:
    model = keras.Sequential([keras.Input((8,)), *parts])
    model.compile("adam", loss)
    model.fit(X, Y, epochs=epochs, verbose=0)
    return model


# shared-initializer


@pytest.mark.parametrize("name", ["GlorotUniform", "HeNormal", "RandomNormal", "TruncatedNormal", "Orthogonal"])
def test_one_initializer_object_repeats_its_numbers(name: str) -> None:
    init = getattr(keras.initializers, name)()
    assert np.array_equal(*(kernel(layers.Dense(4, kernel_initializer=init)) for _ in range(2)))


@pytest.mark.parametrize("init", ["he_normal", keras.initializers.HeNormal])
def test_names_and_classes_draw_anew(init: Any) -> None:
    assert not np.array_equal(*(kernel(layers.Dense(4, kernel_initializer=init)) for _ in range(2)))


def test_the_initializers_of_tensorflow_draw_anew() -> None:
    tensorflow = pytest.importorskip("tensorflow")
    init = tensorflow.random_normal_initializer()
    assert not np.array_equal(*(kernel(layers.Dense(4, kernel_initializer=init)) for _ in range(2)))


# constant-kernel-initializer


def test_relu_on_zeros_never_trains() -> None:
    model = trained(layers.Dense(6, "relu", kernel_initializer="zeros"), layers.Dense(1, "sigmoid"))
    assert not model.get_weights()[0].any()


def test_ones_start_as_one_unit_and_stay_close() -> None:
    model = trained(layers.Dense(6, "tanh", kernel_initializer="ones"), layers.Dense(1, "sigmoid"))
    first = model.get_weights()[0]
    assert np.ptp(first, axis=1).max() < 0.1 * np.abs(first).mean()


def test_a_zero_output_layer_trains() -> None:
    model = trained(layers.Dense(6, "tanh"), layers.Dense(1, "sigmoid", kernel_initializer="zeros"))
    assert model.get_weights()[2].all()


# bias-before-batchnorm


def test_the_bias_before_batch_normalization_has_no_effect() -> None:
    dense, norm = layers.Dense(4), layers.BatchNormalization()
    before = np.array(norm(dense(X), training=True))
    dense.bias.assign([5.0, -3.0, 1.0, 9.0])
    assert np.allclose(before, np.array(norm(dense(X), training=True)), atol=1e-4)


# dropout-rate


@pytest.mark.parametrize("rate", [-0.1, 1.5, 50])
def test_a_rate_outside_0_to_1_raises(rate: float) -> None:
    for name in ("Dropout", "SpatialDropout1D", "AlphaDropout", "GaussianDropout"):
        with pytest.raises(ValueError, match="between 0 and 1"):
            getattr(layers, name)(rate)


def test_rate_1_drops_everything_or_divides_by_0() -> None:
    assert not np.array(layers.Dropout(1.0)(X, training=True)).any()
    for name in ("AlphaDropout", "GaussianDropout"):
        with pytest.raises(ZeroDivisionError):
            getattr(layers, name)(1)(X, training=True)


def test_the_rate_is_what_is_dropped() -> None:
    left = np.array(layers.Dropout(0.9, seed=0)(np.ones((100, 100)), training=True))
    assert 0.08 < (left != 0).mean() < 0.12


# constraint-as-regularizer


def test_a_constraint_as_regularizer_puts_the_weights_into_the_loss() -> None:
    for given in (keras.constraints.MaxNorm(3), keras.constraints.MaxNorm):
        model = trained(layers.Dense(4, kernel_regularizer=given), layers.Dense(1, "sigmoid"), epochs=1)
        assert model.losses[0].shape == (8, 4)
    with pytest.raises(ValueError, match="regularizer"):
        layers.Dense(4, kernel_regularizer="max_norm")


def test_a_regularizer_class_is_made_an_object() -> None:
    model = trained(layers.Dense(4, kernel_regularizer=keras.regularizers.L2), layers.Dense(1, "sigmoid"), epochs=1)
    assert model.losses[0].shape == ()


# dropout-after-output, dropout-before-batchnorm


def test_dropout_behind_softmax_breaks_the_probabilities() -> None:
    model = keras.Sequential([keras.Input((8,)), layers.Dense(3, "softmax"), layers.Dropout(0.5, seed=0)])
    totals = np.array(model(X, training=True)).sum(axis=1)
    assert np.abs(totals - 1).max() > 0.1


def test_dropout_before_batch_normalization_shifts_the_variance() -> None:
    values = RANDOM.normal(1.0, 1.0, (4096, 1)).astype("float32")
    model = keras.Sequential([keras.Input((1,)), layers.Dropout(0.5, seed=0), layers.BatchNormalization(momentum=0.0)])
    model(values, training=True)
    assert np.array(model(values, training=False)).std() < 0.8
