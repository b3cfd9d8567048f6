"""Arithmetic on arrays: what `x / 255`, `(x - mean) / std` or `y == 3` do to shape, type, range and scaling."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from default_lint.program.data_values import Array, Context, Number, Statistic, current, derive, overwrite
from default_lint.program.values import UNKNOWN, Shape, Unknown, Value, is_integer, is_number
from default_lint.text import Span

COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")
_NAMES = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide", "//": "floor_divide", "%": "mod", "**": "power"}
_LOGIC = ("&", "|", "^")
_CENTERING = "numpy.center"  # a statistic was subtracted
_PIXEL_SCALES = (255.0, 256.0, 127.5, 128.0, 65535.0, 65536.0)
_SMALL = 10.0  # a range within +-10 counts as small
_INTEGERS = {
    "int8": (-(2**7), 2**7 - 1),
    "int16": (-(2**15), 2**15 - 1),
    "int32": (-(2**31), 2**31 - 1),
    "int64": (-(2**63), 2**63 - 1),
    "uint8": (0, 2**8 - 1),
    "uint16": (0, 2**16 - 1),
    "uint32": (0, 2**32 - 1),
    "uint64": (0, 2**64 - 1),
}
_FLOATS = {"float16": 16, "float32": 32, "float64": 64}


def is_float(dtype: str | Unknown) -> bool:
    """True for a known floating type."""
    return isinstance(dtype, str) and dtype in _FLOATS


def is_int(dtype: str | Unknown) -> bool:
    """True for a known integer type."""
    return isinstance(dtype, str) and dtype in _INTEGERS


def fits(dtype: str | Unknown, low: Number, high: Number) -> bool:
    """True when integers from `low` to `high` fit into `dtype`."""
    limits = _INTEGERS.get(dtype) if isinstance(dtype, str) else None
    return limits is not None and limits[0] <= low and high <= limits[1]


def broadcast(left: Shape, right: Shape) -> Shape:
    """Shape of an elementwise result; Unknown when it cannot be told or does not fit."""
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return UNKNOWN
    if len(left) < len(right):
        left, right = right, left
    shape: list[Any] = list(left[: len(left) - len(right)])
    for one, other in zip(left[len(left) - len(right) :], right, strict=True):
        if is_integer(one) and is_integer(other):
            if one != other and 1 not in (one, other):
                return UNKNOWN
            shape.append(max(one, other) if 0 not in (one, other) else 0)
        elif (is_integer(one) and one > 1) or one is other:
            shape.append(one)
        elif is_integer(other) and other > 1:
            shape.append(other)
        else:
            shape.append(other if one == 1 else one if other == 1 else UNKNOWN)
    return tuple(shape)


def promote(left: str | Unknown, right: str | Unknown) -> str | Unknown:
    """Type of numpy arithmetic between two arrays, in the cases that need no table."""
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        return UNKNOWN
    if left == right:
        return left
    if left in _FLOATS and right in _FLOATS:
        return left if _FLOATS[left] > _FLOATS[right] else right
    for one, other in ((left, right), (right, left)):
        if one == "float64" and (other in _INTEGERS or other == "bool"):
            return "float64"
        if one == "float32" and other in ("bool", "int8", "uint8", "int16", "uint16"):
            return "float32"
        if one == "bool" and other in _INTEGERS:
            return other
    if left in _INTEGERS and right in _INTEGERS and left[0] == right[0]:
        return max(left, right, key=lambda name: int(name.lstrip("uint")))
    return UNKNOWN


def binary(context: Context, operator: str, left: Value, right: Value, span: Span) -> Value:
    """The result of `left operator right`; an in-place operator ("/=") also changes the left array itself."""
    left, right = current(left), current(right)
    if operator.endswith("=") and operator not in COMPARISONS:
        result = binary(context, operator[:-1], left, right, span)
        if isinstance(left, Array) and left.library == "numpy" and isinstance(result, Array):
            return overwrite(context, left, _in_place(left, result), span)
        return result
    if isinstance(left, Statistic) or isinstance(right, Statistic):
        return _with_statistic(operator, left, right, span)
    if isinstance(left, (list, tuple)) or isinstance(right, (list, tuple)):
        return _with_unknown(left if isinstance(left, Array) else right, operator, span)
    if operator in COMPARISONS or operator in _LOGIC:
        return compare(operator, left, right, span)
    if operator not in _NAMES:
        return NotImplemented
    if isinstance(left, Array) and isinstance(right, Array):
        return _arrays(operator, left, right, span)
    if isinstance(left, Array) and is_number(right):
        return with_number(left, operator, right, span)
    if isinstance(right, Array) and is_number(left):
        return _number_first(operator, left, right, span)
    return _with_unknown(left if isinstance(left, Array) else right, operator, span)


def _in_place(left: Array, result: Array) -> Array:
    """What an in-place operation leaves: shape and type stay those of the array."""
    changes: dict[str, Any] = {"shape": left.shape, "dtype": left.dtype, "rows": left.rows, "order": left.order}
    if is_int(left.dtype) and not is_int(result.dtype):
        changes.update(low=UNKNOWN, high=UNKNOWN, exact=False, scaling=UNKNOWN)
    return replace(result, **changes)


def unary(operator: str, value: Value, span: Span) -> Value:
    """The result of `-x`, `+x` or `~x`."""
    value = current(value)
    if not isinstance(value, Array):
        return NotImplemented
    if operator == "-":
        return _number_first("-", 0, value, span) if is_float(value.dtype) else _with_unknown(value, "-", span)
    if operator == "~" and value.dtype == "bool":
        return derive(value, span, "numpy.logical_not")
    return value if operator == "+" else NotImplemented


def compare(operator: str, left: Value, right: Value, span: Span) -> Value:
    """A comparison or a logical combination: zeros and ones."""
    array = left if isinstance(left, Array) else right
    other = right if array is left else left
    if not isinstance(array, Array):
        return NotImplemented
    if operator in _LOGIC and not (array.dtype == "bool" and isinstance(other, Array) and other.dtype == "bool"):
        return _with_unknown(array, operator, span)
    if isinstance(other, Array):
        shape = broadcast(array.shape, other.shape)
    else:
        shape = array.shape if is_number(other) or isinstance(other, (str, bool)) else UNKNOWN
    return derive(
        array,
        span,
        "numpy.equal" if operator == "==" else "numpy.compare",
        shape=shape,
        dtype="bool",
        low=0,
        high=1,
        exact=False,
        form="binary",
        classes=2,
        images=False,
        scaling="scaled" if array.images else UNKNOWN,
    )


def with_number(array: Array, operator: str, number: Number, span: Span) -> Array:
    """`array operator number`."""
    if array.library == "tensorflow" and array.dtype == "bool":
        return _loosened(array, operator, span)
    low, high = _bounds(array, operator, number)
    dtype = _scalar_dtype(array, operator, number)
    if operator != "/" and not _holds(dtype, number, low, high):
        low = high = UNKNOWN
    return derive(
        array,
        span,
        f"numpy.{_NAMES[operator]}",
        dtype=dtype,
        low=low,
        high=high,
        exact=array.exact and is_number(low) and is_number(high) and operator in "+-*/",
        **_labels(array, operator, number, low, high),
        scaling=_scaling(array, operator, number, low, high),
    )


def _holds(dtype: str | Unknown, number: Number, low: Number | Unknown, high: Number | Unknown) -> bool:
    """True when a result of this type takes these values, rather than wrap around."""
    if is_float(dtype) or not is_number(low) or not is_number(high):
        return True
    if isinstance(dtype, Unknown):
        return isinstance(number, float) or (low >= 0 and high <= 127)
    return fits(dtype, low, high)


def _number_first(operator: str, number: Number, array: Array, span: Span) -> Array:
    """`number operator array`."""
    if operator in "+*":
        return with_number(array, operator, number, span)
    if operator != "-":
        return _loosened(array, operator, span)
    negative = with_number(array, "*", -1, span)
    low: Number | Unknown = UNKNOWN
    high: Number | Unknown = UNKNOWN
    bounds = array.bounds
    dtype = _scalar_dtype(array, operator, number)
    if bounds is not None:
        low, high = number - bounds[1], number - bounds[0]
        if not _holds(dtype, number, low, high):
            low = high = UNKNOWN
    return replace(
        negative,
        dtype=dtype,
        low=low,
        high=high,
        exact=array.exact and is_number(low),
        scaling=array.scaling if array.scaling == "scaled" and abs(number) <= 1 else UNKNOWN,
    )


def _bounds(array: Array, operator: str, number: Number) -> tuple[Number | Unknown, Number | Unknown]:
    bounds = array.bounds
    if bounds is None:
        remainder = operator == "%" and is_int(array.dtype) and is_integer(number) and number > 0
        return (0, number - 1) if remainder else (UNKNOWN, UNKNOWN)
    compute: dict[str, Callable[[Number], Number]] = {
        "+": lambda value: value + number,
        "-": lambda value: value - number,
        "*": lambda value: value * number,
        "/": lambda value: value / number,
        "//": lambda value: value // number,
    }
    if operator in compute and (number or operator in "+-*"):
        ends = sorted((compute[operator](bounds[0]), compute[operator](bounds[1])))
        return ends[0], ends[1]
    if operator == "%" and number > 0:
        if bounds[0] >= 0 and bounds[1] < number:
            return bounds
        return 0, (number - 1 if is_integer(number) and is_int(array.dtype) else number)
    if operator == "**" and bounds[0] >= 0 and number > 0 and bounds[1] <= 1e6 and number <= 4:
        return bounds[0] ** number, bounds[1] ** number
    return UNKNOWN, UNKNOWN


def _scalar_dtype(array: Array, operator: str, number: Number) -> str | Unknown:
    dtype = array.dtype
    if isinstance(dtype, Unknown):
        return UNKNOWN
    if array.library == "tensorflow":
        if operator == "/" and is_int(dtype):
            return "float32" if dtype in ("int8", "uint8", "int16", "uint16") else "float64"
        return dtype if is_float(dtype) or is_integer(number) else UNKNOWN
    if dtype in _FLOATS:
        return dtype
    if dtype == "bool":
        return "float64" if operator == "/" or isinstance(number, float) else UNKNOWN
    if dtype in _INTEGERS:
        if operator == "/" or isinstance(number, float):
            return "float64"
        return dtype if fits(dtype, number, number) else UNKNOWN
    return UNKNOWN


def _labels(array: Array, operator: str, number: Number, low: Any, high: Any) -> dict[str, Any]:
    """What remains of the label facts."""
    form, classes = array.form, array.classes
    if form == "continuous":
        return {"form": form, "classes": UNKNOWN}
    if form in ("integer", "binary") and is_integer(number):
        if operator in "+-":
            same = number == 0
            return {"form": form if same else "integer", "classes": classes}
        if operator == "%" and is_number(high) and number > 0:
            kept = number if is_integer(classes) and number <= classes and array.exact and array.low == 0 else UNKNOWN
            return {"form": "binary" if number == 2 else "integer", "classes": kept}
        if operator == "*" and number == 1:
            return {"form": form, "classes": classes}
        if operator in ("*", "//"):
            return {"form": "integer", "classes": UNKNOWN}
    if number == (0 if operator in "+-" else 1) and operator in ("+", "-", "*", "/"):
        return {"form": form, "classes": classes}
    return {"form": UNKNOWN, "classes": UNKNOWN}


def _scaling(array: Array, operator: str, number: Number, low: Any, high: Any) -> str | Unknown:
    if (operator in "+-" and number == 0) or (operator in ("*", "/") and number == 1):
        return array.scaling
    before = array.bounds
    if is_number(low) and is_number(high):
        now = max(abs(low), abs(high))
        if now > _SMALL or operator not in ("+", "-", "*", "/"):
            return UNKNOWN
        if array.scaling == "scaled":
            return "scaled"
        return "scaled" if before is not None and max(abs(before[0]), abs(before[1])) >= 2 * now else UNKNOWN
    factor = number if operator == "/" else 1 / number if operator == "*" and number else 0
    if array.scaling == "scaled":
        gentle = abs(factor) >= 1 / _SMALL if operator in ("*", "/") else operator in "+-" and abs(number) <= _SMALL
        return "scaled" if gentle else UNKNOWN
    if any(math.isclose(factor, scale, rel_tol=1e-3) for scale in _PIXEL_SCALES):
        return "scaled"
    return UNKNOWN


def _arrays(operator: str, left: Array, right: Array, span: Span) -> Array:
    """Arithmetic between two arrays; the one with more axes tells the rows."""
    main = right if _rank(right) > _rank(left) else left
    dtype = promote(left.dtype, right.dtype)
    if "pandas" in (left.library, right.library):
        dtype = UNKNOWN
    elif "tensorflow" in (left.library, right.library):
        dtype = left.dtype if left.dtype == right.dtype else UNKNOWN
    if operator == "/":
        dtype = dtype if is_float(dtype) else "float64" if is_int(dtype) and main.library == "numpy" else UNKNOWN
    low, high = _interval(operator, left, right)
    if not is_float(dtype) and not (is_number(low) and is_number(high) and fits(dtype, low, high)):
        low = high = UNKNOWN
    return derive(
        main,
        span,
        f"numpy.{_NAMES[operator]}",
        shape=broadcast(left.shape, right.shape),
        dtype=dtype,
        low=low,
        high=high,
        exact=False,
        form="continuous" if main.form == "continuous" else UNKNOWN,
        classes=UNKNOWN,
        scaling=UNKNOWN,
        library="tensorflow" if "tensorflow" in (left.library, right.library) else main.library,
    )


def _interval(operator: str, left: Array, right: Array) -> tuple[Any, Any]:
    one, other = left.bounds, right.bounds
    if one is None or other is None:
        return UNKNOWN, UNKNOWN
    if operator == "+":
        return one[0] + other[0], one[1] + other[1]
    if operator == "-":
        return one[0] - other[1], one[1] - other[0]
    if operator == "*":
        products = [a * b for a in one for b in other]
        return min(products), max(products)
    return UNKNOWN, UNKNOWN


def _rank(array: Array) -> int:
    return -1 if isinstance(array.shape, Unknown) else len(array.shape)


def _with_unknown(array: Value, operator: str, span: Span) -> Value:
    """Arithmetic with something unknown: only the origin of the rows is kept."""
    return _loosened(array, operator, span) if isinstance(array, Array) else NotImplemented


def _loosened(array: Array, operator: str, span: Span) -> Array:
    return derive(
        array,
        span,
        f"numpy.{_NAMES.get(operator, 'operator')}",
        shape=UNKNOWN,
        dtype=UNKNOWN,
        low=UNKNOWN,
        high=UNKNOWN,
        exact=False,
        form=UNKNOWN,
        classes=UNKNOWN,
        scaling=UNKNOWN,
    )


def _with_statistic(operator: str, left: Value, right: Value, span: Span) -> Value:
    """`x - x.mean()`, `x / x.std()`, `std + 1e-7`, `high - low`."""
    if isinstance(left, Array) and isinstance(right, Statistic) and operator in "+-*/":
        return _array_and_statistic(operator, left, right, span)
    if isinstance(left, Statistic) and isinstance(right, Statistic):
        if operator == "-" and (left.name, right.name) == ("max", "min"):
            return Statistic("ptp", left.array, span, left.shape)
        return UNKNOWN
    if isinstance(left, Statistic) and is_number(right) and operator == "+" and abs(right) < 1:
        return Statistic(left.name, left.array, span, left.shape)
    if isinstance(right, Array) or isinstance(left, Array):
        return _with_unknown(left if isinstance(left, Array) else right, operator, span)
    return UNKNOWN


def _array_and_statistic(operator: str, array: Array, statistic: Statistic, span: Span) -> Array:
    shape = broadcast(array.shape, statistic.shape)
    other = statistic.array.dtype
    dtype: str | Unknown = UNKNOWN
    if array.library == "numpy" and not isinstance(array.dtype, Unknown):
        widened = statistic.name in ("mean", "std", "var") or operator == "/"
        from_double = array.dtype == "float64" and (is_float(other) or is_int(other))
        if array.dtype == other and is_float(other):
            dtype = other
        elif from_double or (widened and is_int(array.dtype) and is_int(other)):
            dtype = "float64"
    scaling: str | Unknown = UNKNOWN
    if operator == "/" and _brings_close(array, statistic.name):
        scaling = "scaled"
    elif operator in "+-":
        scaling = array.scaling if array.scaling == "scaled" else UNKNOWN
    return derive(
        array,
        span,
        _CENTERING if operator == "-" else f"numpy.{_NAMES[operator]}",
        shape=shape,
        dtype=dtype,
        low=UNKNOWN,
        high=UNKNOWN,
        exact=False,
        form="continuous" if array.form == "continuous" else UNKNOWN,
        classes=UNKNOWN,
        scaling=scaling,
    )


def _brings_close(array: Array, statistic: str) -> bool:
    """True when dividing by this statistic certainly leaves a small range."""
    if statistic in ("std", "ptp"):
        return bool(array.steps) and array.steps[-1].name == _CENTERING
    positive = is_number(array.low) and array.low >= 0
    return statistic == "norm" or (positive and statistic in ("max", "sum"))
