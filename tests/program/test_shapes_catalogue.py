"""Which layers have a rule, and what the rules say where generated models do not go."""

from __future__ import annotations

import inspect

import keras
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from default_lint.program.shape_rules import RULES
from default_lint.program.shapes import covered, declared_input, infer, parameter_split
from default_lint.program.types import Argument, Call
from default_lint.program.values import UNKNOWN, Reference, Rest, Unknown, is_known
from tests.program.shape_oracle import HERE, Made, ask, bound, disagreement, fully_known, predict

# Layers without a rule, and why.
OPAQUE = {
    "FlaxLayer": "runs a module of another library",
    "JaxLayer": "runs a function of another library",
    "TorchModuleWrapper": "runs a module of another library",
    "TFSMLayer": "loads a saved model",
    "HashedCrossing": "takes a pair of integer or string features and is used inside tf.data",
    "MaxNumBoundingBoxes": "takes dictionaries of bounding boxes",
    "Layer": "the base class does nothing",
    "Wrapper": "the base class does nothing",
}


def test_every_layer_of_keras_has_a_rule_or_a_reason() -> None:
    names = {name for name, found in vars(keras.layers).items() if inspect.isclass(found)} - {"InputSpec"}
    without = {name for name in names if not covered(f"keras.layers.{name}")}
    assert without == set(OPAQUE) & names
    assert not {name for name in OPAQUE if covered(f"keras.layers.{name}")}


def test_functional_names_of_merging_layers_have_a_rule() -> None:
    for name in ("add", "average", "concatenate", "dot", "maximum", "minimum", "multiply", "subtract", "Input"):
        assert covered(f"keras.layers.{name}")


@pytest.mark.parametrize(
    ("made", "shape", "dtype"),
    [
        (Made("keras.layers.StringLookup", {"vocabulary": ["a", "b"]}), (None, 3), "string"),
        (Made("keras.layers.StringLookup", {"vocabulary": ["a", "b"], "output_mode": "one_hot"}), (None, 1), "string"),
        (Made("keras.layers.StringLookup", {"vocabulary": ["a"], "output_mode": "multi_hot"}), (None, 4), "string"),
        (Made("keras.layers.IntegerLookup", {"vocabulary": [1, 2]}), (None, 3), "int64"),
        (Made("keras.layers.IntegerLookup", {"vocabulary": [1, 2], "output_mode": "count"}), (2, 3), "int64"),
        (
            Made(
                "keras.layers.IntegerLookup",
                {"vocabulary": [1, 2], "output_mode": "count", "max_tokens": 7, "pad_to_max_tokens": True},
            ),
            (2, 3),
            "int64",
        ),
        (Made("keras.layers.TextVectorization", {"output_sequence_length": 12}), (None,), "string"),
        (Made("keras.layers.TextVectorization", {"output_sequence_length": 12}), (None, 1), "string"),
        (Made("keras.layers.TextVectorization", {"vocabulary": ["a"]}), (None, 1), "string"),
        (
            Made(
                "keras.layers.TextVectorization",
                {"vocabulary": ["a", "b"], "output_mode": "multi_hot", "max_tokens": 9, "pad_to_max_tokens": True},
            ),
            (None,),
            "string",
        ),
        (Made("keras.layers.Hashing", {"num_bins": 4}), (None, 2), "string"),
        (Made("keras.layers.Hashing", {"num_bins": 4, "output_mode": "one_hot"}), (None, 1), "int64"),
        (Made("keras.layers.CategoryEncoding", {"num_tokens": 5, "output_mode": "one_hot"}), (None, 1), "int64"),
        (Made("keras.layers.Discretization", {"num_bins": 5, "output_mode": "one_hot"}), (None, 1), "float32"),
        (Made("keras.layers.Embedding", {"input_dim": 50, "output_dim": 8}), (None, 7), "int32"),
        (Made("keras.layers.Normalization", {"mean": 0.5, "variance": 2.0}), (None, 7), "float32"),
    ],
)
def test_layers_of_tokens_and_numbers_agree_with_keras(made: Made, shape: tuple[int | None, ...], dtype: str) -> None:
    tensor = keras.Input(batch_shape=shape, dtype=dtype)
    truth = ask(made, [tensor])
    assert truth.error is None
    guess = predict(made, [tensor])
    assert not disagreement(guess, truth)
    assert is_known(guess.output)


def problem(name: str, shape: object, **arguments: object):  # type: ignore[no-untyped-def]
    """The problem of a layer with an input, which Keras must find, too."""
    made = Made(f"keras.layers.{name}", arguments)
    assert ask(made, [keras.Input(batch_shape=shape)]).error is not None
    guess = infer(made.name, bound(made), [shape])
    assert isinstance(guess.output, Unknown) and guess.problem is not None
    found = guess.problem
    return found.kind, found.expected, found.actual, found.axis


def test_problems_name_their_kind_and_numbers() -> None:
    assert problem("Conv2D", (None, 28, 28), filters=4, kernel_size=3) == ("rank", 4, 3, None)
    assert problem("LSTM", (None, 28), units=4) == ("rank", 3, 2, None)
    assert problem("Dense", (None,), units=4) == ("rank", 2, 1, None)
    assert problem("Conv2D", (None, 28, 2, 3), filters=4, kernel_size=3) == ("kernel", 3, 2, 2)
    assert problem("Conv1D", (None, 4, 3), filters=4, kernel_size=3, dilation_rate=2) == ("vanishes", 5, 4, 1)
    assert problem("MaxPooling2D", (None, 1, 9, 3), pool_size=2) == ("vanishes", 2, 1, 1)
    assert problem("Cropping1D", (None, 3, 3), cropping=2) == ("vanishes", 4, 3, 1)
    assert problem("Reshape", (None, 784), target_shape=(28, 27)) == ("reshape", 756, 784, None)
    assert problem("Reshape", (None, 784), target_shape=(-1, 5)) == ("reshape", 5, 784, None)
    assert problem("Conv2D", (None, 9, 9, 3), filters=4, kernel_size=3, groups=2) == ("channels", 2, 3, 3)
    assert problem("Dense", (None, None), units=3) == ("channels", None, None, 1)


def test_a_problem_inside_a_wrapper_counts_the_time_axis() -> None:
    inner = Made("keras.layers.Conv2D", {"filters": 4, "kernel_size": 5})
    assert problem("TimeDistributed", (None, 10, 3, 28, 3), layer=inner) == ("kernel", 5, 3, 2)
    assert problem("TimeDistributed", (None, 10, 28, 28), layer=inner) == ("rank", 5, 4, None)


@pytest.mark.parametrize("name", ["Add", "Concatenate", "Multiply"])
def test_inputs_that_do_not_fit_are_a_merge_problem(name: str) -> None:
    made = Made(f"keras.layers.{name}", {"axis": 1} if name == "Concatenate" else {})
    shapes = [(None, 4, 3), (None, 4, 5)]
    assert ask(made, [keras.Input(batch_shape=shape) for shape in shapes]).error is not None
    found = infer(made.name, bound(made), shapes).problem
    assert found is not None and (found.kind, found.axis, {found.expected, found.actual}) == ("merge", 2, {3, 5})


@pytest.mark.parametrize(
    "made",
    [
        Made("keras.layers.Dropout", {"rate": 1.5}),
        Made("keras.layers.Dense", {"units": 3, "activation": "no such activation"}),
        Made("keras.layers.Dense", {"units": 3, "kernel_initializer": "no such initializer"}),
        Made("keras.layers.Dense", {"units": 3, "kernel_regularizer": "no such regularizer"}),
        Made("keras.layers.ReLU", {"max_value": -1.0}),
        Made("keras.layers.LeakyReLU", {"negative_slope": None}),
    ],
)
def test_errors_that_have_nothing_to_do_with_shapes_are_left_to_others(made: Made) -> None:
    assert ask(made, [keras.Input((4,))]).error is not None
    assert is_known(infer(made.name, bound(made), [(None, 4)]).output)


def test_no_problem_is_claimed_when_a_needed_number_is_unknown() -> None:
    arguments = {**bound(Made("keras.layers.Conv2D", {"filters": 4})), "kernel_size": UNKNOWN}
    guess = infer("keras.layers.Conv2D", arguments, [(None, 2, 2, 3)])
    assert guess.problem is None and guess.output is not None and not fully_known(guess.output)
    assert infer("keras.layers.Add", {}, [(None, 4), (None, UNKNOWN)]).problem is None
    assert infer("keras.layers.Dense", {"units": 4}, [UNKNOWN]).problem is None


def test_layers_of_a_fixed_rank_tell_the_rank_of_an_unknown_input() -> None:
    pooled = infer("keras.layers.GlobalAveragePooling2D", {"keepdims": False, "data_format": None}, [UNKNOWN])
    assert is_known(pooled.output) and len(pooled.output) == 2
    dense = infer("keras.layers.Dense", {"units": 10, "use_bias": True}, [pooled.output])
    assert is_known(dense.output) and dense.output[-1] == 10 and not is_known(dense.parameters)


def test_layers_of_keras_2_have_a_rule() -> None:
    assert infer("keras.layers.RandomHeight", {}, [(None, 8, 8, 3)]).output == (None, None, 8, 3)
    assert infer("keras.layers.ThresholdedReLU", {}, [(None, 8)]).output == (None, 8)


def test_split_of_weights_into_trained_and_fixed() -> None:
    made = Made("keras.layers.BatchNormalization", {})
    assert parameter_split(made.name, bound(made), [(None, 7, 5)]) == (10, 10)
    assert parameter_split("keras.layers.Dense", {"units": 2, "use_bias": True}, [(None, 3)]) == (8, 0)
    assert all(isinstance(count, Unknown) for count in parameter_split("keras.layers.Dense", {}, [(None, 3)]))


def test_declared_inputs() -> None:
    assert declared_input("keras.Input", {"shape": (28, 28), "batch_size": None}) == (None, 28, 28)
    assert declared_input("keras.Input", {"shape": [28, None], "batch_size": 4}) == (4, 28, None)
    assert declared_input("keras.layers.InputLayer", {"input_shape": (3,)}) == (None, 3)
    assert declared_input("keras.Input", {"batch_shape": (2, 3), "shape": None}) == (2, 3)
    assert declared_input("keras.layers.Dense", {"units": 2, "input_dim": 5}) == (None, 5)
    assert declared_input("keras.layers.Dense", {"units": 2, "input_shape": (5,)}) == (None, 5)
    assert declared_input("keras.layers.LSTM", {"units": 2, "batch_input_shape": (4, 5, 6)}) == (4, 5, 6)
    assert declared_input("keras.layers.LSTM", {"units": 2, "input_dim": 6, "input_length": 9}) == (None, 9, 6)
    assert declared_input("keras.layers.Embedding", {"input_dim": 6, "output_dim": 2}) is None
    assert declared_input("keras.layers.Embedding", {"input_dim": 6, "output_dim": 2, "input_length": 9}) == (None, 9)
    assert declared_input("keras.layers.Dense", {"units": 2}) is None
    made_for = {"input_shape": (32, 48, 3), "input_tensor": None, "include_top": False}
    assert declared_input("keras.applications.VGG16", made_for) == (None, 32, 48, 3)
    made_for = {"input_shape": None, "input_tensor": None, "include_top": True}
    assert declared_input("keras.applications.Xception", made_for) == (None, 299, 299, 3)
    assert isinstance(declared_input("keras.applications.VGG16", {}), Unknown)
    assert isinstance(declared_input("keras.Input", {"shape": UNKNOWN}), Unknown)
    partly = declared_input("keras.Input", {"shape": (UNKNOWN, 3), "batch_size": None})
    assert is_known(partly) and partly is not None
    assert partly[0] is None and isinstance(partly[1], Unknown) and partly[2] == 3


def test_a_list_of_unknown_length_is_not_counted() -> None:
    reshape = infer("keras.layers.Reshape", {"target_shape": [2, Rest()]}, [(None, 4)])
    assert isinstance(reshape.output, Unknown)
    conv = infer("keras.layers.Conv2D", {"filters": 2, "kernel_size": (3, Rest())}, [(None, 9, 9, 1)])
    assert conv.problem is None


_scalars = st.sampled_from(
    [None, True, False, 0, 1, -1, 2, 3, 1.5, "valid", "same", "concat", "", UNKNOWN, Rest(), {}, Reference("a.b")]
)
_values = _scalars | st.lists(_scalars | st.just((1, 2)), max_size=4) | st.lists(_scalars, max_size=4).map(tuple)
_dims = st.sampled_from([None, 0, 1, 2, 7, UNKNOWN])
_shapes = st.just(UNKNOWN) | st.lists(_dims, max_size=6).map(tuple)
_names = st.sampled_from([*sorted(RULES), "keras.applications.ResNet50", "keras.applications.VGG16", "custom.Thing"])


@st.composite
def _arguments(draw: st.DrawFn, name: str, depth: int = 0) -> dict[str, object]:
    """Any values under the names that the layer takes."""
    try:
        names = list(bound(Made(name, {})))
    except (AttributeError, TypeError, ValueError):
        names = ["axis", "keepdims", "shape", "perm", "axes", "newshape"]
    found: dict[str, object] = draw(st.dictionaries(st.sampled_from(names), _values)) if names else {}
    if depth < 2 and draw(st.booleans()):
        inner = draw(_names)
        values = draw(_arguments(inner, depth + 1))
        call = Call(inner, HERE, {key: Argument(key, value, HERE) for key, value in values.items()})
        found[draw(st.sampled_from(["layer", "cell", "layers", "cells"]))] = draw(st.sampled_from([call, [call, call]]))
    return found


@settings(max_examples=600, derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_no_arguments_make_a_rule_fail(data: st.DataObject) -> None:
    name = data.draw(_names)
    answer = infer(name, data.draw(_arguments(name)), data.draw(st.lists(_shapes, max_size=3)))
    assert answer.problem is None or isinstance(answer.output, Unknown)
    declared_input(name, data.draw(_arguments(name)))
