"""Shape rules of layers that move, cut, pad or repeat axes."""

from __future__ import annotations

from collections.abc import Sequence

from default_lint.program.shape_rules import (
    Case,
    Count,
    Inference,
    Untold,
    elements,
    of_rank,
    plus,
    refuse,
    rule,
    same,
    sizes,
    times,
    total,
    weights,
)
from default_lint.program.values import UNKNOWN, Dim, Unknown, Value, is_integer


@rule("Flatten")
def flatten(case: Case) -> Inference:
    """All axes but the batch become one."""
    if isinstance(case.input, Unknown):
        return same((UNKNOWN, UNKNOWN))
    if not case.input:
        refuse("rank", "`Flatten` takes at least 1 axis, the input has 0", 1, 0)
    return same((case.input[0], times(*case.input[1:])))


@rule("Reshape")
def reshape(case: Case) -> Inference:
    """The same elements in another shape."""
    target = elements(case["target_shape"])
    if target is None:
        raise Untold
    if isinstance(case.input, Unknown):
        return same((UNKNOWN, *(size if is_integer(size) and size >= 0 else UNKNOWN for size in target)))
    return same((case.input[0], *reshaped(case.input[1:], target)))


def reshaped(source: Sequence[Dim], target: Sequence[Value]) -> tuple[Dim, ...]:
    """`target` with its -1 worked out; Keras raises when the numbers of elements differ."""
    if any(is_integer(size) and size < -1 for size in target) or sum(size == -1 for size in target) > 1:
        refuse("reshape", f"{_written(target)} is not a shape")
    free = any(size is None for size in (*source, *target))
    rest: Dim = None if free else UNKNOWN
    result = tuple(rest if size == -1 else size if size is None or is_integer(size) else UNKNOWN for size in target)
    elements_in, given = weights(*source), weights(*(size for size in result if size is not rest))
    unsure = any(not is_integer(size) and size != -1 for size in target)
    if free or unsure or isinstance(elements_in, Unknown) or isinstance(given, Unknown):
        return result
    if not any(size == -1 for size in target):
        if given != elements_in:
            refuse("reshape", f"{elements_in} elements do not fit {_written(target)}", given, elements_in)
        return result
    if given == 0 or elements_in % given:
        refuse("reshape", f"{elements_in} elements do not divide into {_written(target)}", given, elements_in)
    return tuple(elements_in // given if size is rest else size for size in result)


def _written(target: Sequence[Value]) -> str:
    return "(" + ", ".join(str(size) for size in target) + ("," if len(target) == 1 else "") + ")"


@rule("Permute")
def permute(case: Case) -> Inference:
    """Axes in another order."""
    dims = elements(case["dims"])
    if dims is None:
        raise Untold
    if not all(is_integer(axis) for axis in dims):
        return same((UNKNOWN,) * (len(dims) + 1))
    if sorted(dims) != list(range(1, len(dims) + 1)):
        refuse("other", f"{_written(dims)} is not an order of the axes 1 to {len(dims)}")
    shape = of_rank(case, len(dims) + 1)
    return same((shape[0], *(shape[axis] for axis in dims)))


@rule("RepeatVector")
def repeat_vector(case: Case) -> Inference:
    """A new axis of `n` copies."""
    count = case.positive("n")
    shape = of_rank(case, 2)
    return same((shape[0], count, shape[1]))


def _margins(case: Case, name: str) -> tuple[tuple[Count, Count], ...]:
    """Cells before and after each spatial axis."""
    value, rank = case[name], case.rank
    if rank == 1:
        both = sizes(value, 2, name, least=0)
        return ((both[0], both[1]),)
    if is_integer(value):
        if value < 0:
            refuse("other", f"`{name}={value}` is negative", 0, value)
        return ((value, value),) * rank
    items = elements(value)
    if items is None:
        return ((UNKNOWN, UNKNOWN),) * rank
    if len(items) != rank:
        refuse("other", f"`{name}` has {len(items)} elements, not {rank}", rank, len(items))
    pairs = [sizes(item, 2, name, least=0) for item in items]
    return tuple((pair[0], pair[1]) for pair in pairs)


def _first_spatial(case: Case, named: bool) -> int:
    return 2 if named and case.channels_first() else 1


@rule("Cropping1D", "Cropping2D", "Cropping3D")
def cropping(case: Case) -> Inference:
    """Cells cut off at both ends of each spatial axis."""
    margins, start = _margins(case, "cropping"), _first_spatial(case, case.rank > 1)
    shape = list(of_rank(case, case.rank + 2))
    for axis, cut in enumerate(margins, start):
        size, removed = shape[axis], total(*cut)
        if size is None:
            continue
        if isinstance(size, Unknown) or isinstance(removed, Unknown):
            shape[axis] = UNKNOWN
            continue
        if removed >= size:
            refuse("vanishes", f"cropping {removed} leaves nothing of {size}", removed, size, axis)
        shape[axis] = size - removed
    return same(tuple(shape))


@rule("ZeroPadding1D", "ZeroPadding2D", "ZeroPadding3D")
def zero_padding(case: Case) -> Inference:
    """Cells added at both ends of each spatial axis."""
    margins, start = _margins(case, "padding"), _first_spatial(case, True)
    shape = list(of_rank(case, case.rank + 2))
    for axis, added in enumerate(margins, start):
        shape[axis] = plus(shape[axis], *added)
    return same(tuple(shape))


@rule("UpSampling1D", "UpSampling2D", "UpSampling3D")
def up_sampling(case: Case) -> Inference:
    """Each cell of the spatial axes repeated."""
    factors, start = case.sizes("size", case.rank), _first_spatial(case, case.rank > 1)
    shape = list(of_rank(case, case.rank + 2))
    for axis, factor in enumerate(factors, start):
        shape[axis] = times(shape[axis], factor)
    return same(tuple(shape))
