"""What the training rules say about Keras, seen in the installed Keras."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

keras = pytest.importorskip("keras")
pytestmark = pytest.mark.keras

X = np.random.default_rng(0).random((32, 4)).astype("float32")
Y = (X.sum(axis=1) > 2).astype("float32")


def network(metrics: list[Any] | None = None) -> Any:
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy", metrics=metrics)
    return model


@pytest.mark.parametrize("metric", ["accuracy", "acc", "mse", "MSE", "AUC", "auc", "Precision", "binary_accuracy"])
def test_a_string_metric_is_logged_as_written(metric: str) -> None:
    history = network([metric]).fit(X, Y, validation_split=0.2, verbose=0).history
    assert set(history) == {"loss", "val_loss", metric, f"val_{metric}"}


def test_the_name_of_the_output_stands_before_the_metric() -> None:
    inputs = keras.Input((4,))
    model = keras.Model(inputs, [keras.layers.Dense(1, name="a")(inputs), keras.layers.Dense(1, name="b")(inputs)])
    model.compile("adam", ["mse", "mse"], metrics=[["mae"], []])
    assert set(model.fit(X, [Y, Y], verbose=0).history) == {"loss", "a_loss", "b_loss", "a_mae"}


def test_the_old_name_of_accuracy_raises() -> None:
    stop = keras.callbacks.EarlyStopping("val_acc")
    with pytest.raises(ValueError, match="val_acc"):
        network(["accuracy"]).fit(X, Y, validation_split=0.2, verbose=0, callbacks=[stop])


def test_without_validation_nothing_stops_and_every_model_is_saved_over_the_best(tmp_path: Path) -> None:
    path = str(tmp_path / "best-{epoch}.keras")
    watch = [keras.callbacks.EarlyStopping("val_loss"), keras.callbacks.ModelCheckpoint(path, save_best_only=True)]
    with pytest.warns(UserWarning, match="val_loss"):
        history = network().fit(X, Y, epochs=4, verbose=0, callbacks=watch)
    assert len(history.epoch) == 4
    assert len(list(tmp_path.glob("best-*.keras"))) == 4


class _Scripted(keras.callbacks.Callback):  # type: ignore[misc, name-defined]
    """Sets the bias to the epoch's number, and logs the scores given."""

    def __init__(self, scores: list[float]) -> None:
        super().__init__()
        self.scores = scores

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self.model.layers[0].bias.assign([float(epoch)])
        logs["val_loss"] = self.scores[epoch]


def run(scores: list[float], **options: Any) -> tuple[int, float]:
    """Number of epochs trained, and the epoch whose weights remain."""
    model = network()
    stop = keras.callbacks.EarlyStopping("val_loss", **options)
    history = model.fit(X, Y, epochs=len(scores), verbose=0, callbacks=[_Scripted(scores), stop])
    return len(history.epoch), float(model.layers[0].get_weights()[1][0])


def test_early_stopping_keeps_the_last_weights_unless_told() -> None:
    scores = [3.0, 1.0, 2.0, 2.0, 2.0, 2.0]
    assert run(scores, patience=2) == (4, 3.0)
    assert run(scores, patience=2, restore_best_weights=True) == (4, 1.0)


def test_patience_zero_stops_at_the_first_worse_epoch_and_a_long_one_never() -> None:
    scores = [3.0, 3.1, 1.0, 2.0, 2.0, 2.0]
    assert run(scores)[0] == 2
    assert run(scores, patience=6)[0] == 6
    assert run(scores, patience=6, restore_best_weights=True) == (6, 2.0)


def test_the_wrong_mode_stops_an_improving_training() -> None:
    scores = [3.0, 2.0, 1.0, 0.5, 0.2]
    assert run(scores, patience=1, mode="max")[0] == 2
    assert run(scores, patience=1, mode="min")[0] == 5


@pytest.mark.parametrize("path", ["a.hdf5", "a", "a.ckpt", "a.tf"])
def test_suffixes_that_raise(path: str, tmp_path: Path) -> None:
    full = str(tmp_path / path)
    for only in (False, True):
        with pytest.raises(ValueError, match=r"end in"):
            keras.callbacks.ModelCheckpoint(full, save_weights_only=only)
    with pytest.raises(ValueError, match=r"weights\.h5"):
        network().save_weights(full)
    if path != "a.hdf5":
        with pytest.raises(ValueError, match="extension"):
            network().save(full)


def test_suffixes_that_are_taken(tmp_path: Path) -> None:
    for path in ("a.keras", "a.h5", "a.weights.h5"):
        keras.callbacks.ModelCheckpoint(str(tmp_path / path))
    for path in ("a.keras", "a.h5"):
        with pytest.raises(ValueError, match=r"weights\.h5"):
            network().save_weights(str(tmp_path / path))
    network().save(str(tmp_path / "a.hdf5"))
    network().save_weights(str(tmp_path / "a.weights.h5"))
