"""Shape rules of merging layers and of operators on tensors."""

from __future__ import annotations

from default_lint.program.shape_rules import (
    Case,
    Inference,
    Untold,
    broadcast_all,
    elements,
    known_rank,
    refuse,
    rule,
    same,
)
from default_lint.program.values import UNKNOWN, Dim, Shape, Unknown, is_integer

_NAMES = ("Add", "Subtract", "Multiply", "Average", "Maximum", "Minimum")


@rule(*_NAMES, *(name.lower() for name in _NAMES), several=True)
def merge(case: Case) -> Inference:
    """Elementwise on a list of tensors, without their batch axis broadcast from the last axis on."""
    if case.short.lower() == "subtract" and len(case.inputs) > 2:
        refuse("merge", f"`{case.short}` takes 2 inputs, not {len(case.inputs)}", 2, len(case.inputs))
    if len(case.inputs) < 2:
        raise Untold
    shapes = [known_rank(shape) for shape in case.inputs]
    if any(not shape for shape in shapes):
        raise Untold
    batches = {size for size in (shape[0] for shape in shapes) if is_integer(size)}
    if len(batches) > 1:
        one, other = sorted(batches)[:2]
        refuse("merge", f"batch sizes {one} and {other} do not fit", one, other, 0)
    rest: tuple[Dim, ...] = shapes[0][1:]
    for shape in shapes[1:]:
        rest = _elementwise(rest, shape[1:])
    unsure = any(isinstance(shape[0], Unknown) for shape in shapes)
    return same((batches.pop() if batches else UNKNOWN if unsure else None, *rest))


def _elementwise(first: tuple[Dim, ...], second: tuple[Dim, ...]) -> tuple[Dim, ...]:
    if len(first) < len(second):
        first, second = second, first
    if not second:
        return first
    kept = first[: -len(second)]
    axes = enumerate(zip(first[len(kept) :], second, strict=True), len(kept) + 1)
    return (*kept, *(_axis(one, other, axis) for axis, (one, other) in axes))


def _axis(one: Dim, other: Dim, axis: int) -> Dim:
    if one is None or other is None:
        return None
    if one == 1:
        return other
    if other == 1:
        return one
    if isinstance(one, Unknown) or isinstance(other, Unknown):
        return UNKNOWN
    if one != other:
        refuse("merge", f"sizes {one} and {other} of axis {axis} do not fit", one, other, axis)
    return one


@rule("Concatenate", "concatenate", several=True)
def concatenate(case: Case) -> Inference:
    """Joined along one axis; the others must agree."""
    axis = case["axis"]
    if len(case.inputs) < 2 or not is_integer(axis):
        raise Untold
    return same(joined(case.inputs, axis))


def joined(inputs: tuple[Shape, ...], axis: int) -> tuple[Dim, ...]:
    """Shape of tensors concatenated along `axis`."""
    known = [shape for shape in inputs if not isinstance(shape, Unknown)]
    for shape in known:
        if len(shape) != len(known[0]):
            refuse("merge", f"inputs of {len(known[0])} and {len(shape)} axes", len(known[0]), len(shape))
    if len(known) < len(inputs):
        raise Untold
    rank = len(known[0])
    if not -rank <= axis < rank:
        refuse("rank", f"axis {axis} does not exist in inputs of {rank} axes", axis + 1 if axis >= 0 else -axis, rank)
    axis %= rank
    for index in range(rank):
        found = {size for size in (shape[index] for shape in known) if is_integer(size)}
        if index != axis and len(found) > 1:
            one, other = sorted(found)[:2]
            refuse("merge", f"sizes {one} and {other} of axis {index} do not fit", one, other, index)
    along = [shape[axis] for shape in known]
    result = list(known[0])
    if any(size is None for size in along):
        result[axis] = None
    elif all(is_integer(size) for size in along):
        result[axis] = sum(size for size in along if is_integer(size))
    else:
        result[axis] = UNKNOWN
    return tuple(result)


@rule("Dot", "dot", several=True)
def dot(case: Case) -> Inference:
    """Sum of products along one axis of each of two inputs."""
    if len(case.inputs) != 2:
        raise Untold
    first, second = (known_rank(shape) for shape in case.inputs)
    value = case["axes"]
    axes = (value, value) if is_integer(value) else elements(value)
    if axes is None or len(axes) != 2 or not all(is_integer(axis) for axis in axes):
        raise Untold
    if not (-len(first) <= axes[0] < len(first) and -len(second) <= axes[1] < len(second)):
        raise Untold
    one, other = axes[0] % len(first), axes[1] % len(second)
    if one == 0 or other == 0:
        raise Untold
    if isinstance(first[one], Unknown) or isinstance(second[other], Unknown):
        raise Untold
    if first[one] != second[other]:
        if not (is_integer(first[one]) and is_integer(second[other])):
            raise Untold
        refuse("merge", f"axis sizes {first[one]} and {second[other]} differ", first[one], second[other], one)
    result = [*first[:one], *first[one + 1 :], *(size for axis, size in enumerate(second) if axis not in (0, other))]
    return same((*result, 1) if len(result) == 1 else tuple(result))


_OPERATORS = "add sub mul truediv floordiv mod pow eq ne lt le gt ge and_ or_ xor"


@rule(*(f"operator.{name}" for name in _OPERATORS.split()), several=True)
def operator(case: Case) -> Inference:
    """A Python operator; operands that are numbers are not among the inputs."""
    return same(broadcast_all(case.inputs)) if case.inputs else same(UNKNOWN)


@rule(*(f"operator.{name}" for name in ("neg", "pos", "abs", "invert", "not_")))
def unary_operator(case: Case) -> Inference:
    """A Python operator on one tensor."""
    return same(case.input)


@rule("operator.matmul", "keras.ops.matmul", several=True)
def matrix_product(case: Case) -> Inference:
    """Rows of the one by columns of the other."""
    if len(case.inputs) != 2:
        raise Untold
    return same(multiplied(known_rank(case.inputs[0]), known_rank(case.inputs[1])))


def multiplied(first: tuple[Dim, ...], second: tuple[Dim, ...]) -> Shape:
    """Shape of a matrix product."""
    if not first or not second:
        raise Untold
    left: tuple[Dim, ...] = (1, *first) if len(first) == 1 else first
    right: tuple[Dim, ...] = (*second, 1) if len(second) == 1 else second
    inner, other = left[-1], right[-2]
    if is_integer(inner) and is_integer(other) and inner != other:
        refuse("merge", f"inner sizes {inner} and {other} do not fit", inner, other)
    leading = broadcast_all((left[:-2], right[:-2]))
    rows = () if len(first) == 1 else (left[-2],)
    columns = () if len(second) == 1 else (right[-1],)
    return (*known_rank(leading), *rows, *columns)
