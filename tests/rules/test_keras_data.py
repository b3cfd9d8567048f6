"""What the data rules say about Keras and its companions, seen in the installed libraries."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

keras = pytest.importorskip("keras")
sklearn = pytest.importorskip("sklearn")
pytestmark = pytest.mark.keras

RANDOM = np.random.default_rng(0)
PIXELS = RANDOM.integers(0, 256, (256, 8, 8, 3)).astype("float32")
CLASSES = (PIXELS.mean(axis=(1, 2, 3)) > 127.5).astype("int64")


def network() -> Any:
    keras.utils.set_random_seed(0)
    layers = keras.layers
    model = keras.Sequential([keras.Input((8, 8, 3)), layers.Conv2D(16, 3, activation="relu"), layers.Flatten()])
    model.add(layers.Dense(2, activation="softmax"))
    model.compile(keras.optimizers.SGD(0.01), "sparse_categorical_crossentropy")
    return model


def first_loss(model: Any, pixels: np.ndarray) -> float:
    return float(model.evaluate(pixels, CLASSES, verbose=0))


def test_raw_pixels_start_with_a_loss_far_above_chance() -> None:
    assert first_loss(network(), PIXELS) > 5 * np.log(2)
    assert first_loss(network(), PIXELS / 255) < 2 * np.log(2)


def test_normalization_behind_the_first_weights_undoes_the_scale() -> None:
    model = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Conv2D(4, 3), keras.layers.BatchNormalization()])
    raw = np.array(model(PIXELS, training=True))
    scaled = np.array(model(PIXELS / 255, training=True))
    assert np.abs(raw - scaled).max() < 0.5
    assert raw.std() < 1.5


def test_judged_on_pixels_it_was_not_trained_on() -> None:
    model = network()
    model.fit(PIXELS / 255, CLASSES, epochs=3, verbose=0)
    assert first_loss(model, PIXELS) > 3 * first_loss(model, PIXELS / 255)


def test_argmax_of_one_unit_is_zero() -> None:
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(1, activation="sigmoid")])
    predicted = model.predict(RANDOM.normal(0, 5, (64, 3)), verbose=0)
    assert predicted.min() < 0.5 < predicted.max()
    assert not np.argmax(predicted, axis=1).any()
    assert (predicted.ravel() > 0.5).any()


def test_split_returns_both_parts_of_each_array() -> None:
    from sklearn.model_selection import train_test_split

    parts = train_test_split(np.zeros((10, 2)), np.ones(10), test_size=0.2)
    assert [part.shape for part in parts] == [(8, 2), (2, 2), (8,), (2,)]


def test_a_scaler_fitted_again_forgets() -> None:
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler().fit(np.array([[0.0], [10.0]]))
    before = scaler.transform([[5.0]])
    scaler.fit_transform(np.array([[5.0], [6.0]]))
    assert scaler.transform([[5.0]]) != before
