"""What the optimization rules say about Keras, seen in the installed Keras."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

keras = pytest.importorskip("keras")
pytestmark = pytest.mark.keras

X = np.random.default_rng(0).random((32, 4)).astype("float32")
Y = (X.sum(axis=1) > 2).astype("float32")


def network() -> Any:
    return keras.Sequential([keras.Input((4,)), keras.layers.Dense(3), keras.layers.Dense(1, activation="sigmoid")])


def kernel(model: Any) -> np.ndarray:
    return np.array(model.layers[0].get_weights()[0])


def moves(model: Any) -> bool:
    before = kernel(model)
    model.fit(X, Y, epochs=2, verbose=0)
    return bool((before != kernel(model)).any())


def test_lr_raises() -> None:
    with pytest.raises(ValueError, match="lr"):
        keras.optimizers.Adam(lr=1e-3)


def test_decay_is_ignored_with_a_warning() -> None:
    with pytest.warns(UserWarning, match="decay"):
        optimizer = keras.optimizers.SGD(0.01, decay=0.5)
    assert float(optimizer.learning_rate) == pytest.approx(0.01)


def test_several_clip_arguments_raise() -> None:
    with pytest.raises(ValueError, match="Only one of"):
        keras.optimizers.Adam(clipnorm=1.0, clipvalue=0.5)
    with pytest.raises(ValueError, match="Only one of"):
        keras.optimizers.SGD(0.1, clipnorm=1.0, global_clipnorm=1.0)


def test_nesterov_without_momentum_is_plain_sgd() -> None:
    keras.utils.set_random_seed(0)
    plain = network()
    weights = plain.get_weights()
    looking = network()
    looking.set_weights(weights)
    for model, flag in ((plain, False), (looking, True)):
        model.compile(keras.optimizers.SGD(0.1, nesterov=flag), "binary_crossentropy")
        model.fit(X, Y, epochs=3, shuffle=False, verbose=0)
    assert np.array_equal(kernel(plain), kernel(looking))


@pytest.mark.parametrize("before", [False, True])
def test_trainable_is_obeyed_until_the_first_fit_and_ignored_after_it(before: bool) -> None:
    fresh = network()
    fresh.layers[0].trainable = before
    fresh.compile("sgd", "binary_crossentropy")
    fresh.layers[0].trainable = not before
    assert moves(fresh) is not before
    trained = network()
    trained.layers[0].trainable = before
    trained.compile("sgd", "binary_crossentropy")
    trained.fit(X, Y, verbose=0)
    trained.layers[0].trainable = not before
    assert moves(trained) is before


def test_a_frozen_model_trains_nothing() -> None:
    model = network()
    model.trainable = False
    model.compile("adam", "binary_crossentropy")
    with pytest.warns(UserWarning, match="trainable weights"):
        assert not moves(model)


def test_rate_zero_trains_nothing_and_a_negative_one_climbs() -> None:
    still = network()
    still.compile(keras.optimizers.Adam(0.0), "binary_crossentropy")
    assert not moves(still)
    climbing = network()
    climbing.compile(keras.optimizers.SGD(-0.5), "binary_crossentropy")
    losses = climbing.fit(X, Y, epochs=8, verbose=0).history["loss"]
    assert losses[-1] > losses[0]
