"""Binding of arguments, old arguments, removed imports."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from default_lint.program import catalog
from default_lint.program.calls import Given, RemovedImport, Renaming, bind, removed_import, renamed
from default_lint.program.types import Call
from default_lint.program.values import UNKNOWN, Unknown
from default_lint.text import Span

CALLEE = Span(0, 5)


def positional(value: Any, start: int = 10) -> Given:
    return Given(None, value, Span(start, start + 3))


def keyword(name: str, value: Any, start: int = 30) -> Given:
    word = Span(start, start + len(name))
    return Given(name, value, Span(word.end + 1, word.end + 4), word, Span(word.start - 2, word.end + 4))


def bound(name: str, given: Sequence[Given] = (), spread: bool = False, spelled: str = "") -> Call:
    return bind(
        name, given, span=Span(0, 99), callee=CALLEE, spelled=spelled or name, spread=spread, insertion=98, separator=""
    )


def test_arguments_are_bound_by_position_and_keyword_and_defaults_filled_in() -> None:
    call = bound("keras.layers.Dense", [positional(10), keyword("activation", "relu")])
    assert (call["units"], call["activation"], call["use_bias"]) == (10, "relu", True)
    assert call["kernel_initializer"] == "glorot_uniform"
    units, activation = call.given("units"), call.given("activation")
    assert units is not None
    assert units.span == Span(10, 13)
    assert units.keyword is None
    assert activation is not None
    assert activation.keyword == Span(30, 40)
    assert activation.removal == Span(28, 44)
    assert call.given("use_bias") is None
    assert call.where("use_bias") == CALLEE
    assert call.arguments["use_bias"].span == CALLEE
    assert call.extra == ()


def test_the_call_keeps_what_it_was_told() -> None:
    call = bound("keras.layers.Dense", [positional(1)], spread=True, spelled="layers.Dense")
    assert (call.name, call.short, call.spelled) == ("keras.layers.Dense", "Dense", "layers.Dense")
    assert (call.span, call.callee, call.spread, call.insertion, call.separator) == (Span(0, 99), CALLEE, True, 98, "")


def test_base_keywords_of_layers_are_arguments_and_the_input_shape_family_is_extra() -> None:
    call = bound("keras.layers.Dense", [positional(10), keyword("name", "out"), keyword("input_shape", (3,))])
    assert call["name"] == "out"
    shape = call.extra_named("input_shape")
    assert shape is not None
    assert shape.value == (3,)
    assert shape.keyword is not None
    assert isinstance(call["input_shape"], Unknown)
    for name in ("input_dim", "batch_input_shape", "batch_size", "input_length", "weights"):
        assert bound("keras.layers.Dense", [positional(1), keyword(name, 5)]).extra_named(name) is not None
    embedding = bound("keras.layers.Embedding", [keyword("input_dim", 5), keyword("output_dim", 2)])
    assert (embedding["input_dim"], embedding["output_dim"], embedding.extra) == (5, 2, ())


def test_a_missing_required_argument_is_unknown() -> None:
    call = bound("keras.layers.Dense")
    assert isinstance(call["units"], Unknown)
    assert call.given("units") is None


def test_spread_makes_defaults_unknown() -> None:
    call = bound("keras.layers.Dense", [positional(10)], spread=True)
    assert call["units"] == 10
    assert isinstance(call["activation"], Unknown)
    assert call.arguments["activation"].given is False


def test_too_many_positional_arguments_are_extra() -> None:
    call = bound("keras.layers.Flatten", [positional("channels_last"), positional(1), positional(2)])
    assert call["data_format"] == "channels_last"
    assert [(item.name, item.value) for item in call.extra] == [("arg1", 1), ("arg2", 2)]


def test_keyword_only_parameters_are_not_bound_by_position() -> None:
    call = bound("keras.layers.Dropout", [positional(0.5), positional(None), positional(1), positional("x")])
    assert (call["rate"], call["seed"]) == (0.5, 1)
    assert [item.name for item in call.extra] == ["arg3"]


def test_varargs_are_collected_and_kept_one_by_one() -> None:
    given = [positional("x", 10), positional("y", 20), keyword("test_size", 0.2)]
    call = bound("sklearn.model_selection.train_test_split", given)
    assert call["arrays"] == ("x", "y")
    assert call["test_size"] == 0.2
    assert call["shuffle"] is True
    assert call.where("arrays") == Span(10, 23)
    assert call.where("arrays[1]") == Span(20, 23)
    empty = bound("sklearn.model_selection.train_test_split")
    assert empty["arrays"] == ()
    assert empty.given("arrays") is None


def test_an_unknown_callable_keeps_its_arguments() -> None:
    call = bound("mine.f", [positional(1), keyword("a", 2), positional(3)])
    assert {name: item.value for name, item in call.arguments.items()} == {"0": 1, "a": 2, "1": 3}
    assert all(item.given for item in call.arguments.values())


def test_open_keywords_are_arguments() -> None:
    call = bound("keras.Model", [keyword("inputs", "i"), keyword("outputs", "o"), keyword("custom", 1)])
    assert (call["inputs"], call["outputs"], call["custom"], call.extra) == ("i", "o", 1, ())


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("keras.Model.fit", "nb_epoch", "epochs"),
        ("keras.Model.fit_generator", "nb_epoch", "epochs"),
        ("keras.layers.Dropout", "p", "rate"),
        ("keras.layers.LeakyReLU", "alpha", "negative_slope"),
        ("keras.optimizers.Adam", "lr", "learning_rate"),
        ("keras.layers.Dense", "output_dim", "units"),
        ("keras.layers.Dense", "init", "kernel_initializer"),
        ("keras.layers.Dense", "W_regularizer", "kernel_regularizer"),
        ("keras.layers.Conv2D", "nb_filter", "filters"),
        ("keras.layers.Conv2D", "border_mode", "padding"),
        ("keras.layers.Conv2D", "subsample", "strides"),
        ("keras.layers.MaxPooling2D", "border_mode", "padding"),
        ("keras.layers.LSTM", "inner_activation", "recurrent_activation"),
        ("keras.Model", "input", "inputs"),
        ("keras.Model", "output", "outputs"),
        ("keras.regularizers.L2", "l", "l2"),
        ("keras.layers.InputLayer", "input_shape", "shape"),
        ("keras.callbacks.ReduceLROnPlateau", "epsilon", "min_delta"),
        ("keras.datasets.imdb.load_data", "nb_words", "num_words"),
    ],
)
def test_an_argument_with_a_new_name_is_bound_under_both(name: str, old: str, new: str) -> None:
    renaming = renamed(name, old)
    assert renaming is not None
    assert renaming.replacement == new
    assert renaming.same
    call = bound(name, [keyword(old, 7)])
    extra, argument = call.extra_named(old), call.given(new)
    assert extra is not None
    assert argument is not None
    assert extra.value == argument.value == 7
    assert (extra.span, extra.keyword, extra.removal) == (argument.span, argument.keyword, argument.removal)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("keras.Model.fit_generator", "samples_per_epoch", "steps_per_epoch"),
        ("keras.layers.Conv2D", "dim_ordering", "data_format"),
        ("keras.callbacks.ModelCheckpoint", "period", "save_freq"),
    ],
)
def test_an_argument_whose_value_changes_too_is_extra_only(name: str, old: str, new: str) -> None:
    call = bound(name, [keyword(old, 7)])
    assert renamed(name, old) == Renaming("keras2" if old == "period" else "keras1", new, same=False)
    assert call.extra_named(old) is not None
    assert call.given(new) is None


@pytest.mark.parametrize(
    ("name", "old"),
    [
        ("keras.layers.Embedding", "input_length"),
        ("keras.optimizers.SGD", "decay"),
        ("keras.Model.fit", "workers"),
        ("keras.Model.save", "save_format"),
        ("keras.layers.Dense", "weights"),
    ],
)
def test_an_argument_that_is_gone_is_extra(name: str, old: str) -> None:
    renaming = renamed(name, old)
    assert renaming is not None
    assert renaming.replacement == ""
    assert renaming.era == "keras2"
    assert [item.name for item in bound(name, [keyword(old, 1)]).extra] == [old]


def test_the_new_name_wins_over_the_old_one() -> None:
    call = bound("keras.optimizers.Adam", [keyword("learning_rate", 0.1), keyword("lr", 0.2)])
    assert call["learning_rate"] == 0.1
    assert call.extra_named("lr") is not None


@pytest.mark.parametrize(
    ("name", "argument"),
    [
        ("keras.layers.Dense", "units"),
        ("keras.layers.Embedding", "output_dim"),
        ("keras.layers.ELU", "alpha"),
        ("keras.layers.Dense", "input_shape"),
        ("keras.layers.Dense", "no_such"),
        ("keras.optimizers.schedules.ExponentialDecay", "lr"),
        ("mine.f", "nb_epoch"),
    ],
)
def test_what_was_not_renamed(name: str, argument: str) -> None:
    assert renamed(name, argument) is None


def test_rows_and_columns_of_a_keras1_convolution() -> None:
    given = [positional(32, 10), positional(3, 20), positional(5, 30)]
    call = bound("keras.layers.Conv2D", given, spelled="Convolution2D")
    assert (call["filters"], call["kernel_size"], call["strides"]) == (32, (3, 5), (1, 1))
    assert call.where("kernel_size") == Span(20, 33)
    assert [(item.name, item.value) for item in call.extra] == [("nb_row", 3), ("nb_col", 5)]
    old = bound("keras.layers.Conv2D", [*given, keyword("border_mode", "same"), keyword("subsample", (2, 2))])
    assert (old["kernel_size"], old["strides"], old["padding"]) == ((3, 5), (2, 2), "same")


def test_strides_by_position_are_strides_today() -> None:
    call = bound("keras.layers.Conv2D", [positional(32), positional(3), positional(2)], spelled="layers.Conv2D")
    assert (call["kernel_size"], call["strides"], call.extra) == (3, 2, ())
    call = bound("keras.layers.Conv2D", [positional(32), positional(UNKNOWN), positional(2)], spelled="Convolution2D")
    assert call["strides"] == 2


NAMES = sorted(catalog.signatures())


@for_all(st.sampled_from(NAMES), st.integers(0, 12), st.lists(st.sampled_from(["x", "name", "lr", "axis", "init"])))
def test_no_argument_is_lost_and_every_parameter_is_bound(name: str, count: int, words: list[str]) -> None:
    given = [positional(f"value{index}", 10 * index) for index in range(count)]
    given += [keyword(word, f"value of {word}", 500) for word in dict.fromkeys(words)]
    call = bound(name, given)
    signature = catalog.signature(name)
    assert signature is not None
    assert {item.name for item in signature.parameters} <= set(call.arguments)
    held = [*call.arguments.values(), *call.extra]
    collected = [value for item in held if isinstance(item.value, tuple) for value in item.value]
    values = [*(item.value for item in held if item.given), *collected]
    clashing = {item.name for item in signature.positional[:count]}
    for item in given:
        assert item.value in values or item.keyword in clashing


@pytest.mark.parametrize(
    ("module", "name", "replacement"),
    [
        ("keras.layers.core", "Dense", "keras.layers.Dense"),
        ("keras.layers.core", "", "keras.layers"),
        ("keras.layers", "core", "keras.layers"),
        ("keras.layers.convolutional", "Convolution2D", "keras.layers.Convolution2D"),
        ("tensorflow.keras.layers.convolutional", "Deconvolution2D", "tensorflow.keras.layers.Conv2DTranspose"),
        ("keras.layers.advanced_activations", "LeakyReLU", "keras.layers.LeakyReLU"),
        ("keras.layers.merge", "concatenate", "keras.layers.concatenate"),
        ("keras.layers.recurrent", "LSTM", "keras.layers.LSTM"),
        ("keras.layers.cudnn_recurrent", "CuDNNLSTM", "keras.layers.LSTM"),
        ("tensorflow.keras.layers.experimental.preprocessing", "Rescaling", "tensorflow.keras.layers.Rescaling"),
        ("tensorflow.keras.layers.experimental", "preprocessing", "tensorflow.keras.layers"),
        ("keras.utils", "np_utils", "keras.utils"),
        ("keras.utils.np_utils", "to_categorical", "keras.utils.to_categorical"),
        ("keras.utils.vis_utils", "plot_model", "keras.utils.plot_model"),
        ("keras.utils.training_utils", "multi_gpu_model", ""),
        ("keras.wrappers.scikit_learn", "KerasClassifier", ""),
        ("keras.engine.topology", "Input", "keras.Input"),
        ("keras.engine", "Layer", "keras.layers.Layer"),
        ("keras.engine", "", ""),
        ("keras.optimizers.adam_v2", "Adam", "keras.optimizers.Adam"),
        ("tensorflow.keras.optimizers.legacy", "Adam", "tensorflow.keras.optimizers.Adam"),
        ("keras.optimizers", "legacy", "keras.optimizers"),
        ("keras.layers", "CuDNNLSTM", "keras.layers.LSTM"),
        ("keras.objectives", "mse", "keras.losses.mean_squared_error"),
        ("keras.losses", "mse", "keras.losses.mean_squared_error"),
        ("tensorflow.keras.losses", "mean_squared_error", "tensorflow.keras.losses.MSE"),
        ("keras.backend", "mean", "keras.ops.mean"),
        (
            "keras.preprocessing.image",
            "ImageDataGenerator",
            "tensorflow.keras.preprocessing.image.ImageDataGenerator",
        ),
        ("keras.preprocessing.text", "Tokenizer", "tensorflow.keras.preprocessing.text.Tokenizer"),
        ("keras.preprocessing", "text", "tensorflow.keras.preprocessing.text"),
        ("tensorflow.python.keras.layers", "Dense", "tensorflow.keras.layers.Dense"),
        ("tensorflow.python.keras.utils.np_utils", "to_categorical", "tensorflow.keras.utils.to_categorical"),
        ("tensorflow.python", "keras", "tensorflow.keras"),
        ("tensorflow.python.keras", "", "tensorflow.keras"),
        ("tensorflow.contrib.keras.layers", "Dense", "tensorflow.keras.layers.Dense"),
        ("tensorflow.contrib", "learn", ""),
        ("tensorflow.examples.tutorials.mnist", "input_data", "tensorflow.keras.datasets.mnist"),
        ("keras.api.layers", "Dense", "keras.layers.Dense"),
    ],
)
def test_removed_imports(module: str, name: str, replacement: str) -> None:
    entry = removed_import(module, name)
    assert isinstance(entry, RemovedImport)
    assert entry.replacement == replacement
    assert entry.since


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("keras", ""),
        ("keras", "layers"),
        ("keras.layers", "Dense"),
        ("keras.layers", "Convolution2D"),
        ("keras.layers", "MyOwn"),
        ("tensorflow", "keras"),
        ("tensorflow.keras.preprocessing.image", "ImageDataGenerator"),
        ("tensorflow.keras.preprocessing.text", "Tokenizer"),
        ("tensorflow.keras.backend", "mean"),
        ("tensorflow.python.ops", "math_ops"),
        ("keras.preprocessing.image", "load_img"),
        ("keras.wrappers", "SKLearnClassifier"),
        ("keras.src.layers", "Dense"),
        ("tf_keras.layers", "core"),
        ("keras.optimizers", "Adam"),
        ("keras_hub.layers.core", "X"),
        ("numpy", "zeros"),
        ("", ""),
    ],
)
def test_what_is_still_there(module: str, name: str) -> None:
    assert removed_import(module, name) is None
