"""Shape rules of core, activation, normalization and regularization layers."""

from __future__ import annotations

import re

from default_lint.program.shape_rules import (
    Case,
    Count,
    Inference,
    Untold,
    adapter,
    at_least,
    defined,
    elements,
    of_rank,
    position,
    refuse,
    rule,
    same,
    told,
    total,
    weights,
    when,
)
from default_lint.program.values import UNKNOWN, Dim, Unknown, is_integer, is_known


@rule(
    "Activation",
    "ActivityRegularization",
    "AlphaDropout",
    "Dropout",
    "ELU",
    "GaussianDropout",
    "GaussianNoise",
    "Identity",
    "LeakyReLU",
    "Masking",
    "ReLU",
    "Softmax",
    "ThresholdedReLU",
)
def unchanged(case: Case) -> Inference:
    """Neither shape nor weights."""
    return same(case.input)


@rule("SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D")
def spatial_dropout(case: Case) -> Inference:
    """Unchanged, of one rank."""
    return same(of_rank(case, case.rank + 2))


@rule("Dense")
def dense(case: Case) -> Inference:
    """Last axis becomes `units`."""
    units = case.positive("units")
    shape = at_least(case, 2)
    features = defined(case, shape, -1)
    added, frozen = adapter(case, features, units)
    count = total(weights(features, units), when(case.flag("use_bias"), units), added)
    return Inference((*shape[:-1], units), count, fixed=frozen)


@rule("Embedding", "ReversibleEmbedding")
def embedding(case: Case) -> Inference:
    """One vector per index."""
    rows, columns = case.positive("input_dim"), case.positive("output_dim")
    added, frozen = adapter(case, rows, columns)
    count = total(weights(rows, columns), added)
    if case.short == "ReversibleEmbedding":
        reverse = case.flag("reverse", False)
        count = total(count, 0 if told(case.flag("tie_weights")) else weights(rows, columns))
        if told(reverse):
            return Inference((*case.known_input[:-1], rows), count)
    if isinstance(case.input, Unknown):
        return Inference(UNKNOWN, count, fixed=frozen)
    return Inference((*case.input, columns), count, fixed=frozen)


@rule("Lambda")
def function_layer(case: Case) -> Inference:
    """Known only when `output_shape` says so."""
    shape = elements(case["output_shape"])
    if shape is None:
        return Inference(UNKNOWN, 0)
    return Inference((case.known_input[0], *(_dim(size) for size in shape)), 0)


def _dim(value: object) -> Dim:
    return value if value is None or is_integer(value) else UNKNOWN


@rule("PReLU")
def parametric_relu(case: Case) -> Inference:
    """One slope per element, shared along `shared_axes`."""
    shape = case.known_input
    slopes = list(shape[1:])
    axes = case["shared_axes"]
    for axis in (axes,) if is_integer(axes) else () if axes is None else told_elements(axes):
        if not is_integer(axis) or not 1 <= axis <= len(slopes):
            raise Untold
        slopes[axis - 1] = 1
    for axis, size in enumerate(slopes):
        if size is None:
            refuse("channels", f"`PReLU` needs the size of axis {axis + 1}, which is free", axis=axis + 1)
    return Inference(shape, weights(*slopes))


def told_elements(value: object) -> tuple[object, ...]:
    """Elements of a sequence that the answer cannot do without."""
    items = elements(value)
    if items is None:
        raise Untold
    return items


def _axes(case: Case, rank: int) -> tuple[int, ...]:
    """The `axis` argument as axes counted from the start."""
    value = case["axis"]
    items = (value,) if is_integer(value) else told_elements(value)
    found: list[int] = []
    for axis in items:
        if not is_integer(axis):
            raise Untold
        found.append(position(case, axis, rank))
    return tuple(found)


@rule("BatchNormalization")
def batch_normalization(case: Case) -> Inference:
    """Scale and offset, which are trained; moving mean and variance, which are not."""
    shape = case.known_input
    axis = case["axis"]
    if not is_integer(axis):
        return Inference(shape, UNKNOWN, fixed=UNKNOWN)
    size = defined(case, shape, position(case, axis, len(shape)))
    fixed = weights(size, _times(case.flag("renorm", False), 3, 2))
    return Inference(shape, total(when(case.flag("scale"), size), when(case.flag("center"), size), fixed), fixed=fixed)


def _times(extra: bool | Unknown, more: int, base: int) -> Count:
    return total(base, when(extra, more))


@rule("LayerNormalization", "RMSNormalization")
def layer_normalization(case: Case) -> Inference:
    """One scale (and offset) per element of the normalized axes."""
    shape = case.known_input
    if not is_known(case["axis"]):
        return Inference(shape, UNKNOWN)
    axes, scale, center = _axes(case, len(shape)), case.flag("scale"), case.flag("center")
    if case.short == "RMSNormalization" or told(case.flag("rms_scaling", False)):
        scale, center = True, False
    if scale is True or center is True:
        for axis in axes:
            defined(case, shape, axis)
    size = weights(*(shape[axis] for axis in axes))
    return Inference(shape, total(when(scale, size), when(center, size)))


@rule("GroupNormalization")
def group_normalization(case: Case) -> Inference:
    """One scale and offset per channel."""
    shape, groups, axis = case.known_input, case.integer("groups"), case["axis"]
    if not is_integer(axis):
        return Inference(shape, UNKNOWN)
    axis = position(case, axis, len(shape))
    size = defined(case, shape, axis)
    if is_integer(groups) and groups < 1 and groups != -1:
        refuse("other", f"`groups={groups}` is not positive", 1, groups)
    if is_integer(size) and is_integer(groups) and groups != -1 and size % groups:
        refuse("channels", f"{size} channels do not divide into {groups} groups", groups, size, axis)
    return Inference(shape, total(when(case.flag("scale"), size), when(case.flag("center"), size)))


@rule("UnitNormalization")
def unit_normalization(case: Case) -> Inference:
    """Unchanged; the axes must exist."""
    if isinstance(case.input, Unknown):
        return same(UNKNOWN)
    if is_known(case["axis"]):
        _axes(case, len(case.input))
    return same(case.input)


_EQUATION = re.compile(
    r"(?P<left>\.\.\.)?(?P<input>[a-zA-Z]+)(?P<right>\.\.\.)?,(?P<weight>[a-zA-Z]+)"
    r"->(?P<left_out>\.\.\.)?(?P<output>[a-zA-Z]+)(?P<right_out>\.\.\.)?"
)


def _equation(case: Case) -> tuple[str, str, str, str]:
    """Letters of input, kernel and output, and the side ("left", "right", "") where `...` stands."""
    text = case.told_text("equation")
    match = _EQUATION.fullmatch(text) if text is not None else None
    if match is None or match["left"] != match["left_out"] or match["right"] != match["right_out"]:
        raise Untold
    source, kernel, target = match["input"], match["weight"], match["output"]
    once = all(len(set(letters)) == len(letters) for letters in (source, kernel, target))
    named = set(target) <= set(source + kernel) and set(kernel) <= set(source + target)
    if not once or not named or (match["left"] and match["right"]):
        raise Untold
    return source, kernel, target, "left" if match["left"] else "right" if match["right"] else ""


@rule("EinsumDense")
def einsum_dense(case: Case) -> Inference:
    """A dense layer written as an einsum equation."""
    source, kernel, target, side = _equation(case)
    shape = case.known_input
    elided = len(shape) - len(source)
    if elided < 0 or (elided and not side):
        raise Untold
    output = _einsum_output(case, shape, elided, side == "left")
    if len(output) != len(target) + elided:
        raise Untold
    shift = elided if side == "left" else 0
    sizes: dict[str, Dim] = {letter: output[index + shift] for index, letter in enumerate(target)}
    for index, letter in enumerate(source):
        size = shape[index + shift]
        if not _shared(sizes.setdefault(letter, size), size) and letter in target:
            raise Untold
    bias = case.text("bias_axes")
    letters = "".join(dict.fromkeys(bias)) if isinstance(bias, str) else ""
    if not set(letters) <= set(target) or any(sizes[letter] is None for letter in kernel + letters):
        raise Untold
    rows = UNKNOWN if case.arguments.get("lora_rank") is not None else weights(*(sizes[letter] for letter in kernel))
    if isinstance(bias, Unknown):
        return Inference(output, UNKNOWN)
    return Inference(output, total(rows, when(bias is not None, weights(*(sizes[letter] for letter in letters)))))


def _shared(declared: Dim, given: Dim) -> bool:
    """Whether an axis of `output_shape` agrees with the input (None: whatever comes)."""
    if declared is None:
        return True
    return is_integer(declared) and is_integer(given) and declared == given


def _einsum_output(case: Case, shape: tuple[Dim, ...], elided: int, left: bool) -> tuple[Dim, ...]:
    value = case["output_shape"]
    partial = (value,) if is_integer(value) else told_elements(value)
    sizes = tuple(_dim(size) for size in partial)
    if left and elided > 2:
        raise Untold  # Keras announces these axes in reverse
    if left:
        return (shape[0], *shape[1:elided], *sizes)
    return (shape[0], *sizes, *(shape[len(shape) - elided :] if elided else ()))


@rule("InputLayer", "keras.Input", "keras.layers.Input", "keras.InputLayer", several=True)
def input_layer(case: Case) -> Inference:
    """What is declared is what comes out."""
    return same(declared(case))


def declared(case: Case) -> tuple[Dim, ...] | Unknown:
    """Shape that an input layer declares."""
    if case.arguments.get("tensor") is not None or case.arguments.get("input_tensor") is not None:
        return case.input
    full = next((case.arguments[key] for key in _FULL if case.arguments.get(key) is not None), None)
    if full is not None:
        items = elements(full)
        return UNKNOWN if items is None else tuple(_dim(size) for size in items)
    partial = next((case.arguments[key] for key in _PARTIAL if case.arguments.get(key) is not None), None)
    items = elements(partial)
    if items is None:
        return UNKNOWN
    return (_dim(case.arguments.get("batch_size")), *(_dim(size) for size in items))


_FULL = ("batch_shape", "batch_input_shape")
_PARTIAL = ("shape", "input_shape")
