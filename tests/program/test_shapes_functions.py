"""Shapes of functions on tensors agree with `keras.ops` on symbolic tensors and with TensorFlow's shape inference."""

from __future__ import annotations

import inspect
import operator
from collections.abc import Callable
from typing import Any

import keras
import pytest
import tensorflow
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from default_lint.program.shape_rules import RULES
from default_lint.program.shapes import Inference, infer
from default_lint.program.values import UNKNOWN, is_known
from tests.program.shape_oracle import compatible, fully_known

MODULES = {"keras": keras, "tensorflow": tensorflow}
TENSORS = {
    "a",
    "b",
    "condition",
    "features",
    "images",
    "indices",
    "input",
    "input_tensor",
    "inputs",
    "labels",
    "logits",
}
TENSORS |= {"t", "tensor", "value", "values", "x", "x1", "x2", "xs", "y"}
SETTINGS = settings(
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)

axis = st.sampled_from([-1, -2, 0, 1, 2, 3])
OPTIONS: dict[str, st.SearchStrategy[Any]] = {
    "keepdims": st.booleans(),
    "newshape": st.lists(st.sampled_from([-1, 1, 2, 3, 4, 6]), max_size=4).map(tuple),
    "shape": st.lists(st.sampled_from([-1, 1, 2, 3, 4, 6]), max_size=4).map(tuple),
    "axes": st.none() | st.permutations(range(3)).map(tuple) | st.permutations(range(2)).map(tuple),
    "perm": st.none() | st.permutations(range(3)).map(tuple) | st.permutations(range(2)).map(tuple),
    "axis1": axis,
    "axis2": axis,
    "source": axis,
    "destination": axis,
    "transpose_a": st.booleans(),
    "transpose_b": st.booleans(),
    "num_classes": st.integers(1, 4),
    "depth": st.integers(1, 4),
    "size": st.tuples(st.integers(1, 5), st.integers(1, 5)),
    "dtype": st.just("float32"),
    "x_min": st.just(0.0),
    "x_max": st.just(1.0),
    "clip_value_min": st.just(0.0),
    "clip_value_max": st.just(1.0),
    "rate": st.just(0.5),
    "threshold": st.just(0.5),
}
REDUCING = ("all", "any", "max", "mean", "min", "prod", "std", "sum", "var", "amax", "amin", "logsumexp", "reduce_")
BOOLEAN = ("logical_", "reduce_all", "reduce_any")
INTEGER = ("one_hot",)
# TensorFlow takes these and gives back what its own shape inference cannot tell, or has them in another type only.
UNTESTED = {"tensorflow.nn.dropout", "tensorflow.math.polygamma"}


def resolve(name: str) -> Callable[..., Any] | None:
    """The function of a canonical name, if the installed version has it."""
    found: Any = MODULES[name.partition(".")[0]]
    for part in name.split(".")[1:]:
        found = getattr(found, part, None)
    return found if callable(found) and not inspect.isclass(found) else None


FUNCTIONS = sorted(
    name
    for name in RULES
    if name.partition(".")[0] in MODULES
    and not name.startswith(("keras.layers.", "keras.Input", "keras.InputLayer"))
    and resolve(name) is not None
    and name not in UNTESTED
)


def is_tensor(name: str, parameter: str) -> bool:
    """Whether a parameter takes a tensor."""
    return parameter in TENSORS and not (parameter == "b" and name.endswith("squareplus"))


def dtype_of(name: str) -> str:
    """A type of tensor that the function takes."""
    short = name.rpartition(".")[2]
    return "bool" if short.startswith(BOOLEAN) else "int32" if short.startswith(INTEGER) else "float32"


def truth(name: str, shapes: list[Any], arguments: dict[str, Any]) -> tuple[int | None, ...] | None:
    """The shape that the function gives, None when it raises."""
    function = resolve(name)
    assert function is not None
    together = any(word in name for word in ("concat", "stack", "add_n"))

    def call(*tensors: Any) -> Any:
        return function(list(tensors) if together else tensors[0], *(() if together else tensors[1:]), **arguments)

    try:
        if name.startswith("keras."):
            found = call(*(keras.KerasTensor(shape, dtype_of(name)) for shape in shapes))
            return tuple(found.shape)
        specs = [tensorflow.TensorSpec(shape, dtype_of(name)) for shape in shapes]
        if name.endswith(".where"):
            specs[0] = tensorflow.TensorSpec(shapes[0], "bool")
        result = tensorflow.function(call).get_concrete_function(*specs).structured_outputs
        return tuple(result.shape.as_list())
    except Exception:
        return None


@st.composite
def questions(draw: st.DrawFn, name: str) -> tuple[list[Any], dict[str, Any]]:
    """Shapes and arguments for a function."""
    parameters = list(inspect.signature(resolve(name)).parameters.values())  # type: ignore[arg-type]
    short = name.rpartition(".")[2]
    arguments: dict[str, Any] = {}
    for parameter in parameters:
        if is_tensor(name, parameter.name):
            continue
        if parameter.name == "axis":
            arguments["axis"] = draw(axis | st.none() if short.startswith((*REDUCING, "arg", "squeeze")) else axis)
        elif parameter.name in OPTIONS:
            arguments[parameter.name] = draw(OPTIONS[parameter.name])
    rank = 4 if short == "resize" else draw(st.integers(1, 4))
    sizes = st.sampled_from([None, 1, 2, 3, 4, 1])
    first = tuple(draw(sizes) for _ in range(rank))
    shapes = [first]
    count = sum(is_tensor(name, parameter.name) for parameter in parameters)
    if short in ("concatenate", "concat", "stack", "add_n"):
        count = draw(st.integers(2, 3))
    for _ in range(count - 1):
        other = list(first)
        if draw(st.booleans()):
            other[draw(st.integers(0, rank - 1))] = draw(sizes)
        if draw(st.integers(0, 3)) == 0:
            other = other[1:]
        if short in ("matmul", "dot") and len(other) > 1 and draw(st.booleans()):
            other[-1], other[-2] = other[-2], other[-1]
        shapes.append(tuple(other))
    return shapes, arguments


def filled(name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """The arguments with the defaults of the others."""
    parameters = inspect.signature(resolve(name)).parameters.values()  # type: ignore[arg-type]
    empty = inspect.Parameter.empty
    values = {item.name: UNKNOWN if item.default is empty else item.default for item in parameters}
    return {**{key: value for key, value in values.items() if key not in TENSORS}, **arguments}


def judged(name: str, shapes: list[Any], arguments: dict[str, Any], draw: st.DrawFn) -> Inference:
    """Compare an answer, with all facts and with one hidden."""
    true = truth(name, shapes, arguments)
    facts = filled(name, arguments)
    guess = infer(name, facts, shapes)
    told = f"{name}({arguments}) on {shapes}: {guess}, really {true}"
    if true is None:
        return guess
    assert guess.problem is None and compatible(guess.output, true), told
    hidden = [tuple(UNKNOWN if draw(st.integers(0, 3)) == 0 else size for size in shape) for shape in shapes]
    if arguments and draw(st.booleans()):
        facts = {**facts, draw(st.sampled_from(sorted(arguments))): UNKNOWN}
    less = infer(name, facts, hidden)
    assert less.problem is None and compatible(less.output, true), f"{told}; hidden {hidden} {facts}: {less}"
    return guess


@pytest.mark.parametrize("name", FUNCTIONS)
def test_functions_agree(name: str) -> None:
    complete = 0

    @settings(SETTINGS, max_examples=12 if RULES[name].__name__ in ("unary", "binary") else 40)
    @given(st.data())
    def ask(data: st.DataObject) -> None:
        nonlocal complete
        shapes, arguments = data.draw(questions(name))
        complete += fully_known(judged(name, shapes, arguments, data.draw).output)

    ask()
    assert complete, f"never a complete answer about {name}"


def test_keras_raises_where_a_problem_is_claimed() -> None:
    @settings(SETTINGS, max_examples=400)
    @given(
        st.sampled_from([name for name in FUNCTIONS if RULES[name].__name__ not in ("unary", "reduction")]), st.data()
    )
    def ask(name: str, data: st.DataObject) -> None:
        shapes, arguments = data.draw(questions(name))
        if infer(name, filled(name, arguments), shapes).problem is not None:
            assert truth(name, shapes, arguments) is None, f"{name}({arguments}) on {shapes}"

    ask()


@settings(SETTINGS, max_examples=150)
@given(
    st.sampled_from(["add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "lt", "ge"]),
    st.lists(st.sampled_from([None, 1, 2, 3]), min_size=1, max_size=3),
    st.lists(st.sampled_from([None, 1, 2, 3]), min_size=1, max_size=3),
)
def test_operators_agree(name: str, first: list[int | None], second: list[int | None]) -> None:
    guess = infer(f"operator.{name}", {}, [tuple(first), tuple(second)])
    try:
        true = getattr(operator, name)(keras.KerasTensor(first), keras.KerasTensor(second)).shape
    except Exception:
        assert not fully_known(guess.output)
        return
    assert guess.problem is None and is_known(guess.output) and guess.output == tuple(true)


def test_an_operand_that_is_a_number_is_no_input() -> None:
    assert infer("operator.mul", {}, [(None, 3)]).output == (None, 3)
    assert infer("keras.ops.multiply", {"x1": UNKNOWN, "x2": 2.0}, [(None, 3)]).output == (None, 3)
    assert not is_known(infer("keras.ops.multiply", {"x1": UNKNOWN, "x2": UNKNOWN}, [(None, 3)]).output)
