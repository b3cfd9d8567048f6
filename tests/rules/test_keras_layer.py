"""What the layer rules say about Keras, seen in the installed Keras."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

keras = pytest.importorskip("keras")
layers = keras.layers
pytestmark = pytest.mark.keras

MISFIT = "shape|rank|ndim|incompatible|dimension|size"
RANDOM = np.random.default_rng(0)
IMAGES = RANDOM.random((16, 8, 8)).astype("float32")
LABELS = RANDOM.integers(0, 3, 16)
ONES = np.ones((32, 16), "float32")
TARGETS = np.ones((32, 1), "float32")


def fit(model: Any, x: Any, y: Any, loss: str = "mse") -> Any:
    model.compile("sgd", loss)
    return model.fit(x, y, verbose=0)


def drops_in_training(model: Any) -> bool:
    """With rate 0 nothing is learned: the loss of fit differs from evaluate's only by what training mode does."""
    model.compile(keras.optimizers.SGD(0.0), "mse")
    trained = model.fit(ONES, TARGETS, batch_size=32, verbose=0).history["loss"][0]
    return bool(abs(trained - model.evaluate(ONES, TARGETS, batch_size=32, verbose=0)) > 1e-6)


# return-sequences-missing, input-rank, feature-map-vanishes, kernel-larger-than-input, reshape-size


@pytest.mark.parametrize(
    "parts",
    [
        lambda: [keras.Input((30, 8)), layers.LSTM(4), layers.LSTM(2)],
        lambda: [keras.Input((30, 8)), layers.GRU(4), layers.TimeDistributed(layers.Dense(2))],
        lambda: [keras.Input((28, 28)), layers.Conv2D(4, 3)],
        lambda: [keras.Input((5,)), layers.LSTM(4)],
        lambda: [keras.Input((4, 4, 1)), layers.MaxPooling2D(4), layers.MaxPooling2D(2)],
        lambda: [keras.Input((4, 4, 1)), layers.MaxPooling2D(2), layers.Conv2D(2, 3)],
        lambda: [keras.Input((20, 13)), layers.Conv1D(4, 25)],
        lambda: [keras.Input((3136,)), layers.Reshape((8, 8, 64))],
    ],
)
def test_what_does_not_fit_raises(parts: Any) -> None:
    with pytest.raises(ValueError, match=MISFIT):
        keras.Sequential(parts())


def flat(shape: tuple[int, ...]) -> Any:
    return keras.Sequential([keras.Input(shape), layers.Flatten(), layers.Dense(1)])


def test_data_with_a_last_axis_of_one_more_or_less_is_adapted() -> None:
    fit(flat((8, 8, 1)), IMAGES, LABELS)
    fit(flat((8, 8)), IMAGES[..., None], LABELS)


def test_other_data_of_another_rank_raises() -> None:
    with pytest.raises(ValueError, match=MISFIT):
        fit(flat((64,)), IMAGES, LABELS)
    with pytest.raises(ValueError, match=MISFIT):
        fit(flat((8, 8, 1)), IMAGES.reshape(16, 64), LABELS)
    with pytest.raises(ValueError, match=MISFIT):
        fit(keras.Sequential([layers.Conv2D(2, 3), layers.Flatten(), layers.Dense(1)]), IMAGES, LABELS)


# flatten-missing, return-sequences-extra


def steps(units: int, activation: str) -> Any:
    model = keras.Sequential([keras.Input((8, 8)), layers.LSTM(4, return_sequences=True)])
    model.add(layers.Dense(units, activation=activation))
    return model


def maps(units: int, activation: str) -> Any:
    return keras.Sequential([keras.Input((8, 8, 1)), layers.Conv2D(2, 3), layers.Dense(units, activation=activation)])


@pytest.mark.parametrize("make", [steps, maps])
def test_an_output_per_cell_raises_with_a_cross_entropy_and_broadcasts_with_mse(make: Any) -> None:
    x = IMAGES if make is steps else IMAGES[..., None]
    for loss, y in (
        ("sparse_categorical_crossentropy", LABELS),
        ("categorical_crossentropy", np.eye(3)[LABELS]),
    ):
        with pytest.raises(ValueError, match=MISFIT):
            fit(make(3, "softmax"), x, y, loss)
    with pytest.raises(ValueError, match=MISFIT):
        fit(make(1, "sigmoid"), x, (LABELS > 1).astype("float32"), "binary_crossentropy")
    assert np.isfinite(fit(make(1, "sigmoid"), x, LABELS.astype("float32")).history["loss"][0])


# embedding-too-small, channels-order


def test_an_index_beyond_the_embedding_raises_on_a_cpu() -> None:
    model = keras.Sequential([layers.Embedding(5, 2), layers.Flatten(), layers.Dense(1)])
    with pytest.raises(Exception, match="7"):
        fit(model, np.full((4, 3), 7), np.ones((4, 1)))


def test_channels_first_is_read_as_a_flat_image_of_many_channels() -> None:
    kernel = keras.Sequential([keras.Input((3, 64, 64)), layers.Conv2D(8, 3)]).layers[0].kernel
    assert kernel.shape == (3, 3, 64, 8)


# super-init-missing


def test_no_super_init_raises() -> None:
    class Net(keras.Model):
        def __init__(self) -> None:
            self.head = layers.Dense(1)

        def call(self, x: Any) -> Any:
            return self.head(x)

    class Scale(layers.Layer):
        def __init__(self, factor: float) -> None:
            self.factor = factor

        def call(self, x: Any) -> Any:
            return x * self.factor

    for made in (Net(), Scale(2.0)):
        with pytest.raises(RuntimeError, match="forgot to call"):
            made(ONES)


def test_a_late_super_init_works() -> None:
    class Net(keras.Model):
        def __init__(self, units: int) -> None:
            self.head = layers.Dense(units)
            super().__init__()

        def call(self, x: Any) -> Any:
            return self.head(x)

    model = Net(1)
    fit(model, ONES, TARGETS)
    assert len(model.trainable_weights) == 2


# training-argument-missing


class Silent(keras.Model):
    def __init__(self, part: Any = None) -> None:
        super().__init__()
        self.part = layers.Dropout(0.9) if part is None else part
        self.head = layers.Dense(1)

    def call(self, x: Any) -> Any:
        return self.head(self.part(x))


class Told(Silent):
    def call(self, x: Any, training: Any = None) -> Any:
        return self.head(self.part(x))


class Inner(layers.Layer):
    def __init__(self) -> None:
        super().__init__()
        self.drop = layers.Dropout(0.9)

    def call(self, x: Any) -> Any:
        return self.drop(x)


PARTS = [
    lambda: layers.Dropout(0.9),
    lambda: layers.GaussianNoise(1.0),
    lambda: keras.Sequential([layers.Dropout(0.9)]),
    lambda: Inner(),
    lambda: Told(),
]


@pytest.mark.parametrize("part", PARTS)
def test_without_the_argument_nothing_is_dropped_and_with_it_keras_hands_it_on(part: Any) -> None:
    assert not drops_in_training(Silent(part()))
    assert drops_in_training(Told(part()))


def test_recurrent_dropout_stays_off_too() -> None:
    part = keras.Sequential([layers.Reshape((4, 4)), layers.LSTM(8, dropout=0.9)])
    assert not drops_in_training(Silent(part))
    part = keras.Sequential([layers.Reshape((4, 4)), layers.LSTM(8, dropout=0.9)])
    assert drops_in_training(Told(part))


def test_train_on_batch_leaves_it_off_and_a_direct_call_does_not() -> None:
    model = Silent()
    model.compile(keras.optimizers.SGD(0.0), "mse")
    losses = {float(model.train_on_batch(ONES, TARGETS)) for _ in range(3)}
    assert max(losses) - min(losses) < 1e-6
    assert not np.array_equal(*(np.array(model(ONES, training=True)) for _ in range(2)))


@pytest.mark.parametrize(("maker", "learns"), [(Silent, False), (Told, True)])
def test_batch_normalization_learns_only_with_the_argument(maker: Any, learns: bool) -> None:
    model = maker(layers.BatchNormalization())
    fit(model, ONES * 5, TARGETS)
    assert bool(np.array(model.part.moving_mean).any()) is learns


def test_a_part_gets_the_flag_from_the_whole() -> None:
    inputs = keras.Input((16,))
    assert drops_in_training(keras.Model(inputs, layers.Dense(1)(Inner()(inputs))))
    assert drops_in_training(keras.Model(inputs, layers.Dense(1)(Silent(layers.Dropout(0.9))(inputs))))


# disconnected-layer


def test_a_layer_whose_output_is_not_used_is_not_in_the_model() -> None:
    inputs = keras.Input((4,))
    x = layers.Dense(3, name="lost")(inputs)
    x = layers.Dense(2, name="kept")(inputs)
    model = keras.Model(inputs, x)
    assert [layer.name for layer in model.layers[1:]] == ["kept"]
