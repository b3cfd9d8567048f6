"""What the hyperparameter rules say about Keras, seen in the installed Keras."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

keras = pytest.importorskip("keras")
tf = pytest.importorskip("tensorflow")
pytestmark = pytest.mark.keras

X = np.random.default_rng(0).random((32, 4)).astype("float32")
Y = (X.sum(axis=1) > 2).astype("float32")


class _Counter(keras.callbacks.Callback):  # type: ignore[misc, name-defined]
    """Counts steps, and breaks off what would never end."""

    def __init__(self, limit: int = 1000) -> None:
        super().__init__()
        self.limit, self.train, self.test = limit, 0, 0

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self.train += 1
        if self.train > self.limit:
            raise TimeoutError("training")

    def on_test_batch_end(self, batch: int, logs: Any = None) -> None:
        self.test += 1
        if self.test > self.limit:
            raise TimeoutError("validation")


def network() -> Any:
    model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy")
    return model


def slices() -> Any:
    return tf.data.Dataset.from_tensor_slices((X, Y))


def test_batch_size_is_ignored_for_a_dataset() -> None:
    counter = _Counter()
    network().fit(slices().batch(8), batch_size=4, verbose=0, callbacks=[counter])
    assert counter.train == 4


def test_validation_split_raises_for_a_dataset() -> None:
    with pytest.raises(ValueError, match="validation_split"):
        network().fit(slices().batch(8), validation_split=0.2, verbose=0)


def test_an_unbatched_dataset_raises() -> None:
    with pytest.raises(ValueError, match=r"shape=\(4,\)"):
        network().fit(slices(), verbose=0)


def test_an_endless_dataset_has_an_endless_epoch() -> None:
    with pytest.raises(TimeoutError, match="training"):
        network().fit(slices().batch(8).repeat(), verbose=0, callbacks=[_Counter(100)])
    with pytest.raises(TimeoutError, match="validation"):
        network().fit(X, Y, validation_data=slices().batch(8).repeat(), verbose=0, callbacks=[_Counter(100)])


def test_epochs_and_batch_size_defaults() -> None:
    counter = _Counter()
    history = network().fit(np.repeat(X, 2, axis=0), np.repeat(Y, 2), verbose=0, callbacks=[counter])
    assert (history.epoch, counter.train) == ([0], 2)


def test_batch_normalization_erases_a_batch_of_one() -> None:
    layer = keras.layers.BatchNormalization()
    assert np.allclose(layer(X[:1], training=True), 0.0)
    assert not np.allclose(layer(X[:8], training=True), 0.0)
