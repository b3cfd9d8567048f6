"""What the API rules say about Keras, seen in the installed Keras."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from default_lint.program.calls import removed_import

keras = pytest.importorskip("keras")
pytest.importorskip("tensorflow")
pytestmark = pytest.mark.keras

X, Y = np.ones((4, 2)), np.ones((4, 1))


def network() -> Any:
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse")
    return model


def test_metrics_third_are_loss_weights() -> None:
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse", ["mae"])
    with pytest.raises(ValueError, match="string"):
        model.fit(X, Y, verbose=0)


@pytest.mark.parametrize(
    "old",
    [
        lambda: network().fit(X, Y, nb_epoch=1),
        lambda: network().fit(X, Y, samples_per_epoch=4),
        lambda: keras.layers.Dense(output_dim=3),
        lambda: keras.layers.Dense(3, init="uniform"),
        lambda: keras.layers.Dense(3, W_regularizer=None),
        lambda: keras.layers.Dropout(p=0.5),
        lambda: keras.layers.Conv2D(8, 3, border_mode="same"),
        lambda: keras.utils.to_categorical([1], nb_classes=3),
        lambda: network().fit(X, Y, workers=2),
        lambda: network().fit(X, Y, use_multiprocessing=True),
        lambda: network().predict(X, max_queue_size=2),
        lambda: keras.layers.BatchNormalization(fused=True),
        lambda: keras.layers.LSTM(3, time_major=False),
        lambda: keras.callbacks.ModelCheckpoint("best.keras", period=2),
        lambda: keras.layers.LSTM(3, batch_input_shape=(4, 2, 1)),
    ],
)
def test_old_argument_raises(old: Callable[[], Any]) -> None:
    with pytest.raises((TypeError, ValueError)):
        old()


@pytest.mark.parametrize(
    ("old", "words"),
    [
        (lambda: keras.layers.LeakyReLU(alpha=0.1), "negative_slope"),
        (lambda: keras.layers.Embedding(3, 2, input_length=4), "input_length"),
        (lambda: keras.layers.InputLayer(input_shape=(3,)), "shape"),
        (lambda: keras.layers.Dense(3, input_shape=(4,)), "input_shape"),
        (lambda: keras.layers.Dense(3, input_dim=4), "input_dim"),
    ],
)
def test_old_argument_warns(old: Callable[[], Any], words: str) -> None:
    with pytest.warns(UserWarning, match=words):
        old()


def test_rows_and_columns_are_kernel_and_stride() -> None:
    layer = keras.layers.Convolution2D(8, 3, 5)
    assert layer.kernel_size == (3, 3)
    assert layer.strides == (5, 5)


def test_save_format(tmp_path: Path) -> None:
    network().save(tmp_path / "model.keras", save_format="keras")
    with pytest.raises(ValueError, match="save_format"):
        network().save(tmp_path / "folder", save_format="tf")


@pytest.mark.parametrize(
    "name", ["fit_generator", "evaluate_generator", "predict_generator", "predict_classes", "predict_proba"]
)
def test_method_is_gone(name: str) -> None:
    assert not hasattr(network(), name)


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("keras.layers.core", "Dense"),
        ("keras.layers.advanced_activations", "PReLU"),
        ("keras.utils", "np_utils"),
        ("keras.utils", "multi_gpu_model"),
        ("keras.layers", "CuDNNLSTM"),
        ("keras.constraints", "maxnorm"),
        ("keras.preprocessing.image", "ImageDataGenerator"),
        ("tensorflow.keras.wrappers.scikit_learn", "KerasClassifier"),
        ("tensorflow.keras.layers.experimental.preprocessing", "Rescaling"),
    ],
)
def test_import_is_gone(module: str, name: str) -> None:
    assert removed_import(module, name) is not None
    with pytest.raises((ImportError, AttributeError)):
        getattr(importlib.import_module(module), name)


@pytest.mark.parametrize("module", ["", ".layers", ".models", ".utils", ".losses", ".metrics", ".backend"])
@pytest.mark.parametrize("front", ["keras", "tensorflow.keras"])
def test_what_is_there_is_not_said_to_be_gone(front: str, module: str) -> None:
    import tensorflow

    home = keras if front == "keras" else tensorflow.keras
    for part in module.split(".")[1:]:
        home = getattr(home, part)
    said = [
        name
        for name, value in vars(home).items()
        if not name.startswith("_") and name != "legacy" and not inspect.ismodule(value)
        if removed_import(front + module, name) is not None
    ]
    assert said == []


def test_legacy_optimizers_cannot_be_made() -> None:
    import tensorflow

    with pytest.raises(ImportError, match="legacy"):
        tensorflow.keras.optimizers.legacy.Adam()


def test_private_keras_does_not_mix() -> None:
    dense = importlib.import_module("tensorflow.python.keras.layers").Dense
    layer = dense(1)
    with pytest.raises(ValueError, match="Only instances of"):
        keras.Sequential([keras.Input((2,)), layer])
