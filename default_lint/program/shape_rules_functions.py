"""Shape rules of functions on tensors: those of `keras.ops`, `keras.activations` and `tensorflow`.

An operand that is a plain number is not among the inputs; any other operand is, with an Unknown shape if need be.
"""

from __future__ import annotations

from default_lint.program.shape_rules import (
    Case,
    Inference,
    Refused,
    Untold,
    broadcast_all,
    elements,
    known_rank,
    refuse,
    rule,
    same,
    told,
)
from default_lint.program.shape_rules_merge import joined, multiplied
from default_lint.program.shape_rules_reshape import reshaped
from default_lint.program.values import UNKNOWN, Dim, Shape, Unknown, Value, is_integer, is_known, is_number

_UNARY = """
abs absolute arccos arccosh arcsin arcsinh arctan arctanh cast cbrt ceil celu clip conj conjugate copy cos cosh
deg2rad elu erf erfc erfinv exp exp2 expm1 exponential floor gelu hard_shrink hard_sigmoid hard_silu hard_swish
hard_tanh identity isfinite isinf isnan leaky_relu linear log log10 log1p log2 log_sigmoid log_softmax logical_not
mish nan_to_num negative ones_like rad2deg reciprocal relu relu6 round rsqrt selu sigmoid sign silu sin sinh
soft_shrink softmax softplus softsign sparse_plus sparse_sigmoid sparsemax sqrt square squareplus stop_gradient
swish tan tanh tanh_shrink trunc zeros_like acos acosh asin asinh atan atanh clip_by_value digamma dropout is_finite
is_inf is_nan l2_normalize lgamma lrn local_response_normalization rint
"""
_BINARY = """
add subtract multiply divide divide_no_nan true_divide truediv floor_divide floordiv power pow maximum minimum mod
floormod equal not_equal greater greater_equal less less_equal logical_and logical_or logical_xor arctan2 atan2
logaddexp squared_difference multiply_no_nan xdivy xlogy hypot
"""
_REDUCTIONS = """
all any amax amin max mean min prod std sum var logsumexp reduce_all reduce_any reduce_euclidean_norm
reduce_logsumexp reduce_max reduce_mean reduce_min reduce_prod reduce_std reduce_sum reduce_variance count_nonzero
"""

_MODULES = (
    "tensorflow",
    "tensorflow.math",
    "tensorflow.nn",
    "keras.ops",
    "keras.ops.nn",
    "keras.ops.numpy",
    "keras.activations",
)
_OPERANDS = ("x", "y", "x1", "x2")


def _everywhere(names: str) -> list[str]:
    """The names in each module that may have them; a name that a module lacks is never asked for."""
    return [f"{module}.{name}" for module in _MODULES for name in names.split()]


@rule(*_everywhere(_UNARY))
def unary(case: Case) -> Inference:
    """Elementwise, or along an axis that stays."""
    return same(case.input)


@rule(*_everywhere(_BINARY), several=True)
def binary(case: Case) -> Inference:
    """Elementwise on two tensors."""
    if len(case.inputs) == 2:
        return same(broadcast_all(case.inputs))
    if len(case.inputs) == 1 and any(is_number(case[name]) for name in _OPERANDS):
        return same(case.input)
    raise Untold


@rule("tensorflow.add_n", "tensorflow.math.add_n", several=True)
def sum_of_all(case: Case) -> Inference:
    """All inputs have one shape."""
    if len(case.inputs) < 2 or any(not _fully_known(shape) for shape in case.inputs):
        raise Untold
    if any(shape != case.inputs[0] for shape in case.inputs):
        raise Untold
    return same(case.inputs[0])


def _fully_known(shape: Shape) -> bool:
    return not isinstance(shape, Unknown) and all(is_known(size) for size in shape)


def _axes(value: Value, rank: int) -> tuple[int, ...]:
    """Axes counted from the start; all of them for None."""
    if value is None:
        return tuple(range(rank))
    items = (value,) if is_integer(value) else elements(value)
    if items is None:
        raise Untold
    found: list[int] = []
    for axis in items:
        if not is_integer(axis) or not -rank <= axis < rank:
            raise Untold
        found.append(axis % rank)
    return tuple(found)


def _axis(value: Value, rank: int) -> int:
    """One axis counted from the start."""
    if not is_integer(value) or not -rank <= value < rank:
        raise Untold
    return value % rank


@rule(*_everywhere(_REDUCTIONS))
def reduction(case: Case) -> Inference:
    """Axes taken away, or left with size 1."""
    shape = case.known_input
    axes = _axes(case["axis"], len(shape))
    if told(case.flag("keepdims", False if case.short == "count_nonzero" else UNKNOWN)):
        return same(tuple(1 if axis in axes else size for axis, size in enumerate(shape)))
    return same(tuple(size for axis, size in enumerate(shape) if axis not in axes))


@rule(*_everywhere("argmax argmin"))
def argument_of_extreme(case: Case) -> Inference:
    """One axis taken away; TensorFlow takes the first, Keras all, when none is named."""
    shape, axis = case.known_input, case["axis"]
    tensorflow = case.name.startswith("tensorflow.")
    if axis is None and tensorflow:
        axis = 0
    axes = _axes(axis, len(shape))
    if told(case.flag("keepdims", False if tensorflow else UNKNOWN)):
        return same(tuple(1 if index in axes else size for index, size in enumerate(shape)))
    return same(tuple(size for index, size in enumerate(shape) if index not in axes))


@rule(*_everywhere("expand_dims"))
def expand_dims(case: Case) -> Inference:
    """A new axis of size 1."""
    shape = list(case.known_input)
    shape.insert(_axis(case["axis"], len(shape) + 1), 1)
    return same(tuple(shape))


@rule(*_everywhere("squeeze"))
def squeeze(case: Case) -> Inference:
    """Axes of size 1 taken away."""
    shape, axis = case.known_input, case["axis"]
    tensorflow = case.name.startswith("tensorflow.")
    if axis is None:
        if any(isinstance(size, Unknown) or (size is None and tensorflow) for size in shape):
            raise Untold
        return same(tuple(size for size in shape if size != 1))
    axes = _axes(axis, len(shape))
    for index in axes:
        size = shape[index]
        if is_integer(size) and size != 1:
            refuse("other", f"axis {index} of size {size} cannot be squeezed", 1, size, index)
        if not is_integer(size) and not tensorflow:
            raise Untold
    return same(tuple(size for index, size in enumerate(shape) if index not in axes))


@rule("keras.ops.transpose", "keras.ops.numpy.transpose", "tensorflow.transpose")
def transpose(case: Case) -> Inference:
    """Axes in another order, or reversed."""
    shape = case.known_input
    order = case["perm"] if case.name == "tensorflow.transpose" else case["axes"]
    if order is None:
        return same(tuple(reversed(shape)))
    items = elements(order)
    if items is None or not all(is_integer(axis) for axis in items) or len(items) != len(shape):
        raise Untold
    axes = _axes(items, len(shape))
    if len(set(axes)) != len(axes):
        raise Untold
    return same(tuple(shape[axis] for axis in axes))


@rule("keras.ops.swapaxes", "keras.ops.numpy.swapaxes")
def swapaxes(case: Case) -> Inference:
    """Two axes exchanged."""
    shape = list(case.known_input)
    one, other = _axis(case["axis1"], len(shape)), _axis(case["axis2"], len(shape))
    shape[one], shape[other] = shape[other], shape[one]
    return same(tuple(shape))


@rule("keras.ops.moveaxis", "keras.ops.numpy.moveaxis")
def moveaxis(case: Case) -> Inference:
    """One axis moved."""
    shape = list(case.known_input)
    source, destination = _axis(case["source"], len(shape)), _axis(case["destination"], len(shape))
    shape.insert(destination, shape.pop(source))
    return same(tuple(shape))


@rule("keras.ops.reshape", "keras.ops.numpy.reshape", "tensorflow.reshape")
def reshape(case: Case) -> Inference:
    """The same elements in another shape, batch axis included."""
    target = elements(case["shape"] if case.name == "tensorflow.reshape" else case["newshape"])
    if target is None:
        raise Untold
    if any(size is None for size in target):
        raise Untold
    if case.name == "tensorflow.reshape" and sum(size == -1 for size in target) > 1:
        raise Untold  # noticed at run time only
    if isinstance(case.input, Unknown):
        return same(tuple(size if is_integer(size) and size >= 0 else UNKNOWN for size in target))
    return same(reshaped(case.input, target))


@rule("keras.ops.ravel", "keras.ops.numpy.ravel")
def ravel(case: Case) -> Inference:
    """One axis."""
    return same(reshaped(case.known_input, (-1,)))


@rule(*_everywhere("concatenate concat"), several=True)
def concatenation(case: Case) -> Inference:
    """Joined along one axis."""
    axis = case["axis"]
    if not is_integer(axis) or len(case.inputs) < 2:
        raise Untold
    result = joined(case.inputs, axis)
    return same(_merged(case.inputs, result, axis % len(result)))


def _merged(inputs: tuple[Shape, ...], first: tuple[Dim, ...], axis: int) -> tuple[Dim, ...]:
    """Free axes that another input fixes: TensorFlow fills them in, Keras does not, so we cannot tell."""
    shapes = [known_rank(shape) for shape in inputs]
    result = list(first)
    for index, size in enumerate(first):
        if index != axis and size is None and any(shape[index] is not None for shape in shapes):
            result[index] = UNKNOWN
    return tuple(result)


@rule(*_everywhere("stack"), several=True)
def stack(case: Case) -> Inference:
    """A new axis, as long as there are inputs."""
    shapes = [known_rank(shape) for shape in case.inputs]
    if len(shapes) < 2 or any(len(shape) != len(shapes[0]) for shape in shapes):
        raise Untold
    axis = _axis(case["axis"], len(shapes[0]) + 1)
    result: list[Dim] = []
    for index, sizes in enumerate(zip(*shapes, strict=True)):
        numbers = {size for size in sizes if is_integer(size)}
        if len(numbers) > 1:
            one, other = sorted(numbers)[:2]
            refuse("merge", f"sizes {one} and {other} of axis {index} do not fit", one, other, index)
        alike = all(size is None for size in sizes) or all(is_integer(size) for size in sizes)
        result.append(sizes[0] if alike else UNKNOWN)
    result.insert(axis, len(shapes))
    return same(tuple(result))


@rule("tensorflow.matmul", "tensorflow.linalg.matmul", several=True)
def matrix_product(case: Case) -> Inference:
    """Rows of the one by columns of the other, either transposed on request."""
    if len(case.inputs) != 2:
        raise Untold
    first, second = (list(known_rank(shape)) for shape in case.inputs)
    if len(first) < 2 or len(second) < 2:
        raise Untold
    for shape, names in ((first, ("transpose_a", "adjoint_a")), (second, ("transpose_b", "adjoint_b"))):
        if any(told(case.flag(name)) for name in names):
            shape[-1], shape[-2] = shape[-2], shape[-1]
    return same(multiplied(tuple(first), tuple(second)))


@rule("keras.ops.dot", several=True)
def dot(case: Case) -> Inference:
    """A matrix product of tensors of two axes."""
    if len(case.inputs) != 2 or any(len(known_rank(shape)) != 2 for shape in case.inputs):
        raise Untold
    return same(multiplied(known_rank(case.inputs[0]), known_rank(case.inputs[1])))


@rule(*_everywhere("where"), several=True)
def where(case: Case) -> Inference:
    """Condition and both alternatives broadcast."""
    if len(case.inputs) == 3 or (
        len(case.inputs) in (1, 2) and len(case.inputs) + sum(is_number(case[name]) for name in _OPERANDS) == 3
    ):
        try:
            return same(broadcast_all(case.inputs))
        except Refused:
            raise Untold from None
    raise Untold


@rule("keras.ops.one_hot", "keras.ops.nn.one_hot", "tensorflow.one_hot")
def one_hot(case: Case) -> Inference:
    """A new axis, as long as there are classes."""
    tensorflow = case.name.startswith("tensorflow.")
    shape = list(case.known_input)
    axis = case["axis"]
    if axis is None and tensorflow:
        axis = -1
    shape.insert(_axis(axis, len(shape) + 1), case.integer("depth" if tensorflow else "num_classes"))
    return same(tuple(shape))


@rule("keras.ops.image.resize", "tensorflow.image.resize")
def resize(case: Case) -> Inference:
    """Height and width replaced."""
    shape = case.known_input
    size = elements(case["size"])
    if len(shape) != 4 or size is None or len(size) != 2 or told(case.text("data_format", None)) == "channels_first":
        raise Untold
    height, width = (item if is_integer(item) else UNKNOWN for item in size)
    return same((shape[0], height, width, shape[3]))
