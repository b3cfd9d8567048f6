"""What the installed Keras says about a layer, in the terms of `default_lint.program.shapes`."""

from __future__ import annotations

import inspect
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

os.environ.setdefault("KERAS_BACKEND", "tensorflow")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import numpy

from default_lint.program.shapes import Inference, infer
from default_lint.program.types import Argument, Call
from default_lint.program.values import UNKNOWN, Unknown, is_known
from default_lint.text import Span

HERE = Span(0, 0)


@dataclass(frozen=True)
class Made:
    """A call to be made: a layer of Keras or a function, and the arguments that a program would write."""

    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True)
class Answer:
    """What Keras made of it: the outputs' shapes and the number of weights, or the error it raised."""

    shapes: tuple[tuple[int | None, ...], ...] = ()
    parameters: int | None = None
    tensors: tuple[Any, ...] = ()
    trained: int | None = None
    error: Exception | None = None
    layer: Any = None


def resolve(name: str) -> Any:
    """The Keras object of a canonical name."""
    found: Any = keras
    for part in name.split(".")[1:]:
        found = getattr(found, part)
    return found


@cache
def defaults(name: str) -> Mapping[str, Any]:
    """Parameters of a callable with their defaults; a required one is Unknown."""
    parameters = inspect.signature(resolve(name)).parameters.values()
    empty = inspect.Parameter.empty
    return {
        item.name: UNKNOWN if item.default is empty else item.default
        for item in parameters
        if item.kind not in (item.VAR_KEYWORD, item.VAR_POSITIONAL)
    }


def bound(made: Made) -> dict[str, Any]:
    """The arguments as `infer` takes them: defaults filled in, wrapped layers as calls."""
    return {**defaults(made.name), **{name: static(value) for name, value in made.arguments.items()}}


def static(value: Any) -> Any:
    """A value as the linter sees it."""
    if isinstance(value, Made):
        return Call(value.name, HERE, {name: Argument(name, item, HERE) for name, item in bound(value).items()})
    if isinstance(value, list):
        return [static(item) for item in value]
    return value


def real(value: Any) -> Any:
    """A value as Keras takes it."""
    if isinstance(value, Made):
        return resolve(value.name)(**{name: real(item) for name, item in value.arguments.items()})
    if isinstance(value, list):
        return [real(item) for item in value]
    return value


_APART = ("MultiHeadAttention", "GroupQueryAttention")


def ask(made: Made, inputs: Sequence[Any]) -> Answer:
    """Make the layer and apply it to symbolic tensors."""
    try:
        layer = real(made)
        result = layer(*inputs) if made.name.endswith(_APART) else layer(_argument(made, inputs))
        tensors = tuple(keras.tree.flatten(result))
        trained = sum(int(numpy.prod(weight.shape)) for weight in layer.trainable_weights)
        return Answer(tuple(tensor.shape for tensor in tensors), layer.count_params(), tensors, trained, layer=layer)
    except Exception as error:
        return Answer(error=error)


def _argument(made: Made, inputs: Sequence[Any]) -> Any:
    return list(inputs) if len(inputs) > 1 else inputs[0]


def runs(made: Made, inputs: Sequence[Any]) -> bool:
    """Whether the layer runs on zeros of these shapes (symbolic application leaves some mistakes to run time)."""
    try:
        layer = real(made)
        values = [
            numpy.zeros([3 if size is None else size for size in tensor.shape], tensor.dtype) for tensor in inputs
        ]
        layer(*values) if made.name.endswith(_APART) else layer(_argument(made, values))
    except Exception:
        return False
    return True


def predict(made: Made, inputs: Sequence[Any]) -> Inference:
    """What the linter says."""
    return infer(made.name, bound(made), [tensor.shape for tensor in inputs])


def fully_known(shape: Any) -> bool:
    """Whether rank and all axes are known."""
    return is_known(shape) and all(is_known(size) for size in shape)


def compatible(shape: Any, truth: tuple[int | None, ...]) -> bool:
    """Whether everything that `shape` claims is true."""
    if isinstance(shape, Unknown):
        return True
    return len(shape) == len(truth) and all(
        isinstance(size, Unknown) or size == true for size, true in zip(shape, truth, strict=True)
    )


def disagreement(guess: Inference, truth: Answer) -> str:
    """What is wrong with an answer about a layer that Keras accepts, or ""."""
    if guess.problem is not None:
        return f"claims a problem: {guess.problem.message}"
    if not compatible(guess.output, truth.shapes[0]):
        return f"output {guess.output}, Keras {truth.shapes}"
    if is_known(guess.parameters) and guess.parameters != truth.parameters:
        return f"{guess.parameters} weights, Keras {truth.parameters}"
    if is_known(guess.parameters) and is_known(guess.fixed) and guess.parameters - guess.fixed != truth.trained:
        return f"{guess.parameters - guess.fixed} trained weights, Keras {truth.trained}"
    if guess.outputs and len(guess.outputs) != len(truth.shapes) and all(is_known(shape) for shape in guess.outputs):
        return f"{len(guess.outputs)} outputs, Keras {len(truth.shapes)}"
    if guess.outputs and len(guess.outputs) == len(truth.shapes):
        for shape, true in zip(guess.outputs, truth.shapes, strict=True):
            if not compatible(shape, true):
                return f"outputs {guess.outputs}, Keras {truth.shapes}"
    if not guess.outputs and len(truth.shapes) > 1 and is_known(guess.output):
        return f"one output, Keras {truth.shapes}"
    return ""
