"""numpy: constructors, random numbers, and the functions and methods that keep or change what is known of an array."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from default_lint.program import data_arithmetic as arithmetic
from default_lint.program import data_shapes as shapes
from default_lint.program.data_values import (
    Array,
    Bunch,
    Context,
    Fact,
    Frame,
    RandomState,
    Statistic,
    Token,
    argument,
    bound,
    current,
    derive,
    overwrite,
    positionals,
)
from default_lint.program.types import Call
from default_lint.program.values import LOOPED, UNKNOWN, Reference, Rest, Shape, Unknown, Value, is_integer, is_number
from default_lint.text import Span

Handler = Callable[[Context, Call], Value]
_LITERAL_LIMIT = 20_000


# Constructors


def _filled(context: Context, call: Call) -> Value:
    kind = call.short.removesuffix("_like")
    fill = {"zeros": 0, "ones": 1}.get(kind, UNKNOWN)
    position = 1
    if kind == "full":
        fill, position = argument(call, "fill_value", 1), 2
    number = fill if is_number(fill) else UNKNOWN
    like: Array | None = None
    dtype: str | Unknown = "float64"
    if call.short.endswith("_like"):
        model = current(argument(call, "a", 0))
        if not isinstance(model, Array):
            return NotImplemented
        like, shape, dtype = model, model.shape, model.dtype
    else:
        shape = shapes.shape_of(argument(call, "shape", 0))
    given = argument(call, "dtype", position, None)
    if given is not None:
        dtype = shapes.dtype_of(given)
    elif kind == "full" and like is None:
        dtype = "float64" if isinstance(fill, float) else "int64" if is_integer(fill) else UNKNOWN
    if is_number(number) and isinstance(dtype, str) and arithmetic.is_int(dtype) and not isinstance(number, int):
        number = UNKNOWN
    if dtype == "bool":
        number = UNKNOWN
    made = Array(span=call.span, source="numpy", shape=shape, dtype=dtype, low=number, high=number, scaling="raw")
    if like is not None:
        made = replace(made, rows=like.rows, order=like.order, role=like.role, split=like.split)
    return replace(made, exact=is_number(number))


def _arange(context: Context, call: Call) -> Value:
    ends = [*positionals(call, "bounds"), None, None, None]
    start, stop, step = (
        argument(call, name, None, ends[place]) for place, name in enumerate(("start", "stop", "step"))
    )
    if stop is None:
        start, stop = 0, start
    step = 1 if step is None else step
    given = argument(call, "dtype", 3, None)
    whole = all(is_integer(end) for end in (start, stop, step))
    dtype = ("int64" if whole else UNKNOWN) if given is None else shapes.dtype_of(given)
    made = Array(span=call.span, source="numpy", shape=(UNKNOWN,), dtype=dtype, scaling="raw", distinct=step == 1)
    if not whole or step == 0:
        return made
    numbers = range(start, stop, step)
    made = replace(made, shape=(len(numbers),))
    if not numbers or isinstance(dtype, Unknown):
        return made
    return replace(made, low=min(numbers[0], numbers[-1]), high=max(numbers[0], numbers[-1]), exact=True)


def _linspace(context: Context, call: Call) -> Value:
    start, stop, count = argument(call, "start", 0), argument(call, "stop", 1), argument(call, "num", 2, 50)
    if argument(call, "retstep", 4, False) is not False:
        return UNKNOWN
    known = is_number(start) and is_number(stop)
    given = argument(call, "dtype", 5, None)
    dtype = "float64" if given is None else shapes.dtype_of(given)
    if not known:
        return Array(span=call.span, source="numpy", dtype=dtype, scaling="raw")
    return Array(
        span=call.span,
        source="numpy",
        shape=(count if is_integer(count) else UNKNOWN,),
        dtype=dtype,
        low=min(start, stop) if dtype == "float64" else UNKNOWN,
        high=max(start, stop) if dtype == "float64" else UNKNOWN,
        form="continuous" if dtype == "float64" else UNKNOWN,
        scaling="raw",
    )


def _eye(context: Context, call: Call) -> Value:
    size = argument(call, "N" if call.short == "eye" else "n", 0)
    columns = argument(call, "M", 1, None) if call.short == "eye" else None
    offset = argument(call, "k", 2, 0) if call.short == "eye" else 0
    plain = columns is None and is_integer(offset) and offset == 0
    side = size if is_integer(size) else UNKNOWN
    given = argument(call, "dtype", 3 if call.short == "eye" else 1, None)
    return Array(
        span=call.span,
        source="numpy.eye" if plain else "numpy",
        shape=(side, side) if plain else UNKNOWN,
        dtype="float64" if given is None else shapes.dtype_of(given),
        low=0,
        high=1,
        classes=side if plain else UNKNOWN,
        form="one-hot" if plain else UNKNOWN,
        scaling="raw",
    )


def _array(context: Context, call: Call) -> Value:
    first = "object" if call.short == "array" else "a"
    value = argument(call, first, 0)
    given = argument(call, "dtype", 1, None)
    made = from_value(value, call.span, copy=call.short in ("array", "copy"))
    if not isinstance(made, Array):
        return made
    least = argument(call, "ndmin", None, 0)
    if not (is_integer(least) and least == 0):
        made = replace(made, shape=UNKNOWN)
    if given is None:
        return made
    return replace(shapes.astype(made, shapes.dtype_of(given), call.span), steps=made.steps)


def from_value(value: Value, span: Span, copy: bool = True) -> Value:
    """`np.array(value)`."""
    value = current(value)
    if isinstance(value, Array):
        if isinstance(value, Frame) or value.library == "pandas":
            return shapes.as_array(value, span, "numpy.array", "numpy")
        if copy or value.library != "numpy":
            return derive(value, span, "numpy.array", library="numpy", distinct=value.distinct)
        return value
    if isinstance(value, range):
        value = list(value) if len(value) <= _LITERAL_LIMIT else UNKNOWN
    if is_number(value) or isinstance(value, bool):
        return _literal(value, (), [value], span)
    if not isinstance(value, (list, tuple)):
        return Array(span=span, source="") if isinstance(value, Unknown) else UNKNOWN
    if value and all(isinstance(item, Array) for item in value):
        stacked = shapes.stack(value, 0, span)
        return replace(stacked, steps=()) if isinstance(stacked, Array) else Array(span=span)
    flat = _flat(value)
    if flat is None:
        return Array(span=span, shape=(UNKNOWN,) if _is_grown(value) else UNKNOWN)
    return _literal(value, *flat, span)


def _is_grown(value: Sequence[Value]) -> bool:
    """True for a list that loops have filled with single numbers."""
    numbers = [item for item in value if not isinstance(item, Rest)]
    looped = all(item.reason == LOOPED for item in value if isinstance(item, Rest))
    return looped and bool(numbers) and all(is_number(item) for item in numbers)


def _flat(value: Value) -> tuple[tuple[int, ...], list[Any]] | None:
    """Shape and numbers of a nested list; None when it is ragged or not fully known."""
    if is_number(value) or isinstance(value, bool):
        return (), [value]
    if not isinstance(value, (list, tuple)) or any(isinstance(item, Rest) for item in value):
        return None
    if len(value) > _LITERAL_LIMIT:
        return None
    inner = [_flat(item) for item in value]
    numbers: list[Any] = []
    shape: tuple[int, ...] | None = None
    for item in inner:
        if item is None or (shape is not None and item[0] != shape):
            return None
        shape = item[0]
        numbers.extend(item[1])
    return (len(value), *(shape or ())), numbers


def _literal(value: Value, shape: tuple[int, ...], numbers: list[Any], span: Span) -> Value:
    made = Array(span=span, source="numpy", shape=shape, dtype="float64", scaling="raw")
    if not numbers:
        return made
    kinds = {type(number) for number in numbers}
    if kinds == {bool}:
        dtype: str | Unknown = "bool"
    elif kinds <= {int}:
        dtype = "int64" if all(arithmetic.fits("int64", number, number) for number in numbers) else UNKNOWN
    else:
        dtype = "float64" if float in kinds else "int64"
    if any(isinstance(number, float) and not math.isfinite(number) for number in numbers):
        return replace(made, dtype=dtype)
    distinct = len(shape) == 1 and len(set(numbers)) == len(numbers)
    made = replace(made, dtype=dtype, low=min(numbers), high=max(numbers), exact=True, distinct=distinct)
    one_hot = len(shape) == 2 and shape[1] >= 2 and all(sorted(row) == [0] * (shape[1] - 1) + [1] for row in value)
    if one_hot:
        return replace(made, form="one-hot", classes=shape[1])
    if set(numbers) == {0, 1} and (len(shape) == 1 or shape[-1] == 1):
        return replace(made, form="binary", classes=2)
    if any(number != int(number) for number in numbers):
        return replace(made, form="continuous")
    return made


def _loaded(context: Context, call: Call) -> Value:
    """`np.loadtxt` and `np.genfromtxt`: numbers from a file, untouched."""
    if argument(call, "unpack", None, False) not in (False, None):
        return UNKNOWN
    return from_file(context, call, argument(call, "fname", 0), Array(span=call.span, source=call.name, scaling="raw"))


def _load(context: Context, call: Call) -> Value:
    path = argument(call, "file", 0)
    if isinstance(path, str) and path.endswith(".npy"):
        return from_file(context, call, path, Array(span=call.span, source="numpy.load", scaling="raw"))
    if isinstance(path, str) and path.endswith(".npz"):
        return Bunch("numpy.load", {}, call.span, open=True)
    return UNKNOWN


def member(context: Context, bunch: Bunch, name: str) -> Value:
    """`archive["x_train"]`: the same array each time."""
    if bunch.open and name not in bunch.parts:
        array = Array(span=bunch.span, source=bunch.source, scaling="raw")
        bunch.parts[name] = from_file(context, None, f"{name}.npy", array)
    return bunch.parts.get(name, UNKNOWN)


def from_file(context: Context, call: Call | None, path: Value, array: Array) -> Array:
    """What a file holds. Its name tells that it is test data only when training data come from another file."""
    split = split_of(path)
    loads = [fact for fact in context.facts if getattr(fact, "kind", "") == "load"]
    if split != "train" and not any(output.split == "train" for fact in loads for output in fact.outputs):
        split = ""
    array = replace(array, split=split)
    context.facts.append(Fact("load", array.span, call=call, outputs=(array,)))
    return array


def split_of(path: Value) -> str:
    """The split that a file or directory name tells: "data/test.csv" is test data."""
    if not isinstance(path, str):
        return ""
    name = path.replace("\\", "/").rstrip("/").rpartition("/")[2].rpartition(".")[0] or path.rstrip("/\\")
    words = name.replace("\\", "/").rpartition("/")[2].lower().replace("-", "_").replace(".", "_").split("_")
    kinds = {"train": "train", "training": "train", "test": "test", "testing": "test"}
    kinds.update(dict.fromkeys(("val", "valid", "validation", "dev"), "validation"))
    found = {kinds[word] for word in words if word in kinds}
    return found.pop() if len(found) == 1 else ""


# Random numbers

_CONTINUOUS = {
    "rand": (0.0, 1.0),
    "random": (0.0, 1.0),
    "random_sample": (0.0, 1.0),
    "ranf": (0.0, 1.0),
    "sample": (0.0, 1.0),
    "uniform": None,
    "randn": None,
    "normal": None,
    "standard_normal": None,
    "exponential": None,
    "beta": (0.0, 1.0),
    "gamma": None,
    "lognormal": None,
    "laplace": None,
}
_SIZES = {
    "random": 0,
    "random_sample": 0,
    "ranf": 0,
    "sample": 0,
    "standard_normal": 0,
    "uniform": 2,
    "normal": 2,
    "exponential": 1,
    "beta": 2,
    "gamma": 2,
    "lognormal": 2,
    "laplace": 2,
    "randint": 2,
    "integers": 2,
    "random_integers": 2,
    "binomial": 2,
    "poisson": 1,
    "choice": 1,
}


def random_call(context: Context, call: Call, name: str, state: RandomState | None = None) -> Value:
    """`np.random.NAME(...)`, or the method of a generator object."""
    if name == "seed":
        context.facts.append(Fact("seed", call.span, call.callee, call=call, seed=_seed(call), library="numpy"))
        return None
    if name in ("default_rng", "RandomState", "Generator"):
        return RandomState("generator" if name == "default_rng" else "state", _seed(call))
    if name == "get_state":
        return UNKNOWN
    if name == "set_state":
        context.facts.append(Fact("seed", call.span, call.callee, call=call, seed=UNKNOWN, library="numpy"))
        return None
    if name in ("shuffle", "permutation"):
        token = _order_token(context, call, state)
        return _shuffle(context, call, token) if name == "shuffle" else _permutation(context, call, token)
    if name not in _CONTINUOUS and name not in _SIZES:
        return UNKNOWN
    if state is None:
        context.facts.append(Fact("draw", call.span, call.callee, call=call, library="numpy"))
    else:
        state.draws += 1
    return _draw(call, name)


def _seed(call: Call) -> Value:
    return argument(call, "seed", 0, None)


def _draw(call: Call, name: str) -> Value:
    if name in ("rand", "randn"):
        sizes = positionals(call, "sizes") or positionals(call, "args")
        shape: Shape = tuple(size if is_integer(size) else UNKNOWN for size in sizes)
        if call.spread:
            shape = UNKNOWN
        elif not sizes:
            return UNKNOWN
    else:
        size = argument(call, "size", _SIZES[name], None)
        if size is None:
            return UNKNOWN
        shape = shapes.shape_of(size)
    made = Array(span=call.span, source=f"numpy.random.{name}", shape=shape, scaling="raw")
    if name in _CONTINUOUS:
        return _continuous(call, name, made)
    if name in ("randint", "integers", "random_integers"):
        return _integers(call, name, made)
    if name == "binomial":
        trials = argument(call, "n", 0)
        if is_integer(trials) and trials >= 1:
            form = "binary" if trials == 1 else "integer"
            return replace(made, dtype="int64", low=0, high=trials, classes=trials + 1, form=form)
        return replace(made, dtype="int64")
    if name == "poisson":
        return replace(made, dtype="int64", form="integer")
    return _choice(call, made)


def _continuous(call: Call, name: str, made: Array) -> Array:
    bounds = _CONTINUOUS[name]
    if name == "uniform":
        low, high = argument(call, "low", 0, 0.0), argument(call, "high", 1, 1.0)
        bounds = (min(low, high), max(low, high)) if is_number(low) and is_number(high) else None
        if isinstance(low, Array) or isinstance(high, Array):
            made = replace(made, shape=UNKNOWN)
    dtype: str | Unknown = "float64"
    given = argument(call, "dtype", None, None)
    if given is not None and not isinstance(given, Unknown):
        dtype = shapes.dtype_of(given)
    elif call.given("dtype") is not None:
        dtype = UNKNOWN
    made = replace(made, dtype=dtype, form="continuous")
    return made if bounds is None else replace(made, low=bounds[0], high=bounds[1])


def _integers(call: Call, name: str, made: Array) -> Array:
    low, high = argument(call, "low", 0), argument(call, "high", 1, None)
    dtype: str | Unknown = "int64"
    given = call.given("dtype") or bound(call, "dtype", 3)
    if given is not None and getattr(given, "given", True):
        dtype = shapes.dtype_of(given.value)
    made = replace(made, dtype=dtype, form="integer")
    if high is None:
        low, high = (0, low) if name != "random_integers" else (1, low)
    if not is_integer(low) or not is_integer(high):
        return made
    closed = argument(call, "endpoint", None, False) if name == "integers" else name == "random_integers"
    if not isinstance(closed, bool):
        return made
    top = high if closed else high - 1
    if top < low:
        return made
    classes = top + 1 if low == 0 else UNKNOWN
    form = "binary" if (low, top) == (0, 1) else "integer"
    if dtype == "bool":
        return replace(made, low=0, high=1, form="binary", classes=2)
    return replace(made, low=low, high=top, classes=classes, form=form)


def _choice(call: Call, made: Array) -> Array:
    """`np.random.choice(a, size)`: values of `a`."""
    values = current(argument(call, "a", 0))
    unique = argument(call, "replace", 2, True) is False
    if is_integer(values) and values > 0:
        return replace(made, dtype="int64", low=0, high=values - 1, distinct=unique, order=UNKNOWN)
    array = from_value(values, call.span) if isinstance(values, (list, tuple, range)) else values
    if not isinstance(array, Array) or array.rank != 1:
        return Array(span=call.span, source=made.source)
    facts = {name: getattr(array, name) for name in ("dtype", "low", "high", "classes", "form")}
    return replace(made, **facts, order=UNKNOWN)


def _order_token(context: Context, call: Call, state: RandomState | None) -> Any:
    """What tells two shuffles apart: equal for the same seed at the same draw; Unknown when that cannot be told."""
    if state is not None:
        state.draws += 1
        if isinstance(state.seed, Unknown):
            return UNKNOWN
        return ("shuffle", state.kind, state.seed, state.draws) if is_integer(state.seed) else Token()
    draws = 0
    for fact in reversed(context.facts):
        kind = getattr(fact, "kind", "")
        if getattr(fact, "library", "") != "numpy":
            continue
        if kind == "seed":
            seed = fact.seed
            if isinstance(seed, Unknown):
                return UNKNOWN
            return ("shuffle", "state", seed, draws) if is_integer(seed) else Token()
        if kind in ("draw", "shuffle"):
            draws += 1
    return Token()


def _shuffle(context: Context, call: Call, token: Any) -> Value:
    array = current(argument(call, "x", 0))
    axis = argument(call, "axis", 1, 0)
    at = call.where("x") if call.given("x") else call.where("0")
    outputs: tuple[Value, ...] = ()
    if isinstance(array, Array):
        order = reordered(array.order, token)
        changed = replace(array, order=order if is_integer(axis) and axis == 0 else UNKNOWN)
        outputs = (overwrite(context, array, changed, call.span),)
    inputs = (array,) if isinstance(array, Array) else ()
    fact = Fact("shuffle", call.span, call.callee, at, call, inputs, outputs, seed=token, library="numpy")
    context.facts.append(fact)
    return None


def reordered(order: Any, token: Any) -> Any:
    """An order with one more reordering; Unknown when either is."""
    if isinstance(order, Unknown) or isinstance(token, Unknown):
        return UNKNOWN
    return (*order, token)


def _permutation(context: Context, call: Call, token: Any) -> Value:
    value = current(argument(call, "x", 0))
    if isinstance(value, Array):
        made = derive(value, call.span, "numpy.random.permutation", order=reordered(value.order, token))
        made = replace(made, distinct=value.distinct)
        inputs: tuple[Value, ...] = (value,)
    else:
        size = value if is_integer(value) else UNKNOWN
        if isinstance(value, (list, tuple, range)):
            return UNKNOWN
        made = Array(
            span=call.span,
            source="numpy.random.permutation",
            shape=(size,) if is_integer(value) else UNKNOWN,
            dtype="int64" if is_integer(value) else UNKNOWN,
            low=0 if is_integer(value) else UNKNOWN,
            high=size - 1 if is_integer(size) else UNKNOWN,
            exact=is_integer(value),
            order=reordered((), token),
            distinct=is_integer(value),
        )
        inputs = ()
    context.facts.append(
        Fact("draw", call.span, call.callee, call=call, inputs=inputs, outputs=(made,), seed=token, library="numpy")
    )
    return made


# Functions of arrays


def _first(call: Call, *names: str) -> Value:
    for name in names:
        found = bound(call, name)
        if found is not None:
            return current(found.value)
    first = next((item for item in call.arguments.values() if item.given and item.keyword is None), None)
    return UNKNOWN if first is None else current(first.value)


def _subject(call: Call) -> Array | None:
    """The array that a one-array function is applied to (a nested list counts as one)."""
    value = _first(call, "a", "x", "m", "arr", "ary", "data", "input", "image", "images", "tensor", "params")
    if isinstance(value, (list, tuple)):
        value = from_value(value, call.span)
    return value if isinstance(value, Array) else None


def _elementwise(low: Any, high: Any, scaled: bool) -> Handler:
    """A function of each number whose values lie between `low` and `high`."""

    def apply(context: Context, call: Call) -> Value:
        array = _subject(call)
        if array is None:
            return NotImplemented
        return derive(
            array,
            call.span,
            call.name,
            dtype=array.dtype if arithmetic.is_float(array.dtype) else UNKNOWN,
            low=low,
            high=high,
            exact=False,
            form="continuous" if array.form == "continuous" else UNKNOWN,
            classes=UNKNOWN,
            scaling="scaled" if scaled else UNKNOWN,
        )

    return apply


def _clip(context: Context, call: Call) -> Value:
    array = _subject(call)
    low, high = argument(call, "a_min", 1), argument(call, "a_max", 2)
    if not is_number(low):
        low = argument(call, "min", 1)
    if not is_number(high):
        high = argument(call, "max", 2)
    return NotImplemented if array is None else clip(array, low, high, call.span)


def clip(array: Array, low: Value, high: Value, span: Span) -> Array:
    """Values cut off at both ends."""
    bounds = array.bounds
    same = bounds is not None and is_number(low) and is_number(high) and low <= bounds[0] and bounds[1] <= high
    if same:
        return derive(array, span, "numpy.clip", dtype=array.dtype if arithmetic.is_float(array.dtype) else UNKNOWN)
    return derive(
        array,
        span,
        "numpy.clip",
        dtype=array.dtype if arithmetic.is_float(array.dtype) else UNKNOWN,
        low=low if is_number(low) else UNKNOWN,
        high=high if is_number(high) else UNKNOWN,
        exact=False,
        form="continuous" if array.form == "continuous" else UNKNOWN,
        classes=UNKNOWN,
        scaling="scaled" if _is_small(low, high) and array.scaling != "raw" else UNKNOWN,
    )


def _is_small(low: Value, high: Value) -> bool:
    return is_number(low) and is_number(high) and max(abs(low), abs(high)) <= 10


def _round(context: Context, call: Call) -> Value:
    array = _subject(call)
    if array is None:
        return NotImplemented
    whole = array.bounds is not None and all(end == int(end) for end in array.bounds)
    changes: dict[str, Any] = {} if whole else {"low": UNKNOWN, "high": UNKNOWN, "exact": False}
    form = array.form if array.form != "continuous" else UNKNOWN
    dtype = UNKNOWN if array.dtype == "bool" else array.dtype
    return derive(array, call.span, call.name, form=form, dtype=dtype, **changes)


def _where(context: Context, call: Call) -> Value:
    condition = _first(call, "condition")
    yes, no = argument(call, "x", 1, None), argument(call, "y", 2, None)
    if not isinstance(condition, Array):
        return NotImplemented
    if yes is None and no is None:
        found = Array(span=call.span, source="numpy.where", shape=(UNKNOWN,), dtype="int64", distinct=True)
        found = replace(found, order=UNKNOWN)
        return (found,) if condition.rank == 1 else UNKNOWN
    if not is_number(yes) or not is_number(no):
        return UNKNOWN
    pair = sorted((yes, no))
    binary = pair == [0, 1]
    whole = is_integer(yes) and is_integer(no)
    return derive(
        condition,
        call.span,
        "numpy.where",
        dtype="int64" if whole else "float64",
        low=pair[0],
        high=pair[1],
        exact=False,
        form="binary" if binary else "integer" if whole else UNKNOWN,
        classes=2 if binary else UNKNOWN,
        images=False,
        scaling=UNKNOWN,
    )


def reduce(array: Array, name: str, axis: Value, keepdims: Value, span: Span) -> Value:
    """`np.NAME(array, axis)`: a number, or an array with fewer axes."""
    name = {"amax": "max", "amin": "min", "nanmax": "max", "nanmin": "min", "average": "mean"}.get(name, name)
    if axis is None:
        if name in ("max", "min") and array.exact and array.bounds is not None and array.dtype != "bool":
            value = array.bounds[1] if name == "max" else array.bounds[0]
            return int(value) if arithmetic.is_int(array.dtype) else value
        return Statistic(name, array, span)
    rank = array.rank
    if isinstance(rank, Unknown):
        return Statistic(name, array, span, UNKNOWN)
    axes = axis if isinstance(axis, (tuple, list)) else (axis,)
    places = [shapes.axis_of(item, rank) for item in axes]
    if None in places or isinstance(array.shape, Unknown) or not isinstance(keepdims, bool):
        return Statistic(name, array, span, UNKNOWN)
    shape = tuple(
        1 if number in places else size for number, size in enumerate(array.shape) if keepdims or number not in places
    )
    if 0 in places:
        return Statistic(name, array, span, shape)
    bounded = name in ("max", "min", "mean", "median")
    return derive(
        array,
        span,
        f"numpy.{name}",
        shape=shape,
        dtype=array.dtype if name in ("max", "min") or arithmetic.is_float(array.dtype) else UNKNOWN,
        low=array.low if bounded else UNKNOWN,
        high=array.high if bounded else UNKNOWN,
        exact=False,
        form="continuous" if array.form == "continuous" else UNKNOWN,
        classes=UNKNOWN,
        scaling=UNKNOWN,
        library=array.library,
    )


def _reduction(context: Context, call: Call) -> Value:
    array = _subject(call)
    if array is None:
        return NotImplemented
    position = 2 if call.short == "percentile" or call.short == "quantile" else 1
    axis, keepdims = argument(call, "axis", position, None), argument(call, "keepdims", None, False)
    return reduce(array, call.short, axis, keepdims, call.span)


def argmax(array: Array, axis: Value, span: Span) -> Value:
    """Index of the largest along an axis: one-hot labels become integers."""
    rank = array.rank
    if axis is None or isinstance(rank, Unknown) or isinstance(array.shape, Unknown):
        last = is_integer(axis) and axis in (-1, 1)
        if last and array.form == "one-hot":
            return _indices(array, UNKNOWN, array.classes, span)
        return UNKNOWN
    place = shapes.axis_of(axis, rank)
    if place is None or place == 0:
        return UNKNOWN
    shape = tuple(size for number, size in enumerate(array.shape) if number != place)
    hot = array.form == "one-hot" and place == rank - 1
    return _indices(array, shape, array.classes if hot else UNKNOWN, span, array.shape[place])


def _indices(array: Array, shape: Shape, classes: Any, span: Span, count: Any = UNKNOWN) -> Array:
    known = count if is_integer(count) else classes
    return derive(
        array,
        span,
        "numpy.argmax",
        shape=shape,
        dtype="int64",
        low=0,
        high=known - 1 if is_integer(known) else UNKNOWN,
        exact=False,
        form="integer",
        classes=classes,
        images=False,
        scaling=UNKNOWN,
        role="y" if array.form == "one-hot" else array.role,
    )


def _argmax(context: Context, call: Call) -> Value:
    array = _subject(call)
    return NotImplemented if array is None else argmax(array, argument(call, "axis", 1, None), call.span)


def _unique(context: Context, call: Call) -> Value:
    array = _subject(call)
    if array is None:
        return NotImplemented
    extras = ("return_index", "return_inverse", "return_counts", "axis")
    if any(argument(call, name, None, False) not in (False, None) for name in extras) or len(positionals(call)) > 1:
        return UNKNOWN
    size = array.classes if array.exact and array.form in ("integer", "binary") else UNKNOWN
    return Array(
        span=call.span,
        source="numpy.unique",
        shape=(size,),
        dtype=array.dtype,
        low=array.low,
        high=array.high,
        exact=array.exact,
        distinct=True,
        order=UNKNOWN,
    )


def _reshape(context: Context, call: Call) -> Value:
    array = _subject(call)
    if array is None:
        return NotImplemented
    sizes = argument(call, "shape", 1)
    if isinstance(sizes, Unknown):
        sizes = argument(call, "newshape", 1)
    if argument(call, "order", 2, "C") != "C":
        sizes = UNKNOWN
    return shapes.reshape(array, sizes, call.span)


def _axis_function(function: Callable[[Array, Value, Span], Array], name: str, default: Value) -> Handler:
    def apply(context: Context, call: Call) -> Value:
        array = _subject(call)
        if array is None:
            return NotImplemented
        return function(array, argument(call, name, 1, default), call.span)

    return apply


def _astype(context: Context, call: Call) -> Value:
    array = _subject(call)
    if array is None:
        return NotImplemented
    return shapes.astype(array, shapes.dtype_of(argument(call, "dtype", 1)), call.span)


def _ravel(context: Context, call: Call) -> Value:
    array = _subject(call)
    return NotImplemented if array is None else shapes.flatten(array, call.span)


def _concatenate(context: Context, call: Call) -> Value:
    arrays = _first(call, "arrays", "tup", "values", "a1")
    if call.short == "append":
        arrays = [_first(call, "arr"), argument(call, "values", 1)]
        if argument(call, "axis", 2, None) is None:
            flat = [current(item) for item in arrays]
            if any(not isinstance(item, Array) or item.rank != 1 for item in flat):
                return UNKNOWN
    if not isinstance(arrays, (list, tuple)) or any(isinstance(item, Rest) for item in arrays):
        return UNKNOWN
    axis: Value = 0
    if call.short in ("concatenate", "concat"):
        axis = argument(call, "axis", 1, 0)
    if call.short == "append":
        axis = argument(call, "axis", 2, None) or 0
    ranks = [current(item).rank if isinstance(item, Array) else UNKNOWN for item in arrays]
    if call.short in ("vstack", "hstack", "row_stack"):
        if not all(is_integer(rank) and rank >= 2 for rank in ranks):
            if call.short == "hstack" and all(rank == 1 for rank in ranks):
                return shapes.concatenate(arrays, 0, call.span)
            return Array(span=call.span)
        axis = 1 if call.short == "hstack" else 0
    return shapes.concatenate(arrays, axis, call.span)


def _stack(context: Context, call: Call) -> Value:
    arrays = _first(call, "arrays", "values", "tensors")
    if not isinstance(arrays, (list, tuple)) or not arrays or any(isinstance(item, Rest) for item in arrays):
        return Array(span=call.span)
    return shapes.stack(arrays, argument(call, "axis", 1, 0), call.span)


def _operator(symbol: str) -> Handler:
    def apply(context: Context, call: Call) -> Value:
        left, right = _first(call, "x1", "x"), argument(call, "x2", 1)
        if isinstance(right, Unknown):
            right = argument(call, "y", 1)
        if not isinstance(left, (Array, Statistic)) and not isinstance(current(right), (Array, Statistic)):
            return NotImplemented
        out = argument(call, "out", None, None)
        result = arithmetic.binary(context, symbol, left, current(right), call.span)
        if isinstance(out, Array) and isinstance(result, Array):
            return overwrite(context, current(out), replace(result, dtype=out.dtype), call.span)
        return result

    return apply


def _opaque_rows(context: Context, call: Call) -> Value:
    """Functions that select or reorder rows in a way that is not followed."""
    array = _subject(call)
    if array is None:
        return NotImplemented
    return derive(
        array,
        call.span,
        call.name,
        shape=UNKNOWN,
        low=array.low,
        high=array.high,
        exact=False,
        form=array.form if array.form != "one-hot" else UNKNOWN,
        classes=UNKNOWN,
        rows=array.rows.select("some", object()),
        order=UNKNOWN,
    )


def _repeat(context: Context, call: Call) -> Value:
    array = _subject(call)
    if array is None:
        return NotImplemented
    times, axis = argument(call, "repeats", 1), argument(call, "axis", 2, None)
    shape: Shape = UNKNOWN
    rows, order = array.rows.select("some", object()), UNKNOWN
    place = shapes.axis_of(axis, array.rank) if is_integer(array.rank) else None
    if place is not None and not isinstance(array.shape, Unknown):
        size = array.shape[place]
        longer = size * times if is_integer(size) and is_integer(times) else UNKNOWN
        shape = tuple(longer if number == place else old for number, old in enumerate(array.shape))
        if place > 0:
            return derive(array, call.span, call.name, shape=shape, form=UNKNOWN, classes=UNKNOWN)
    return derive(array, call.span, call.name, shape=shape, form=UNKNOWN, classes=UNKNOWN, rows=rows, order=order)


def _norm(context: Context, call: Call) -> Value:
    array = _subject(call)
    if array is None:
        return NotImplemented
    return Statistic("norm", array, call.span, () if argument(call, "axis", 2, None) is None else UNKNOWN)


def _length(context: Context, call: Call) -> Value:
    array = _subject(call)
    if array is None:
        return NotImplemented
    if call.short == "shape":
        return array.shape
    return array.rank


_REDUCTIONS = ("mean", "std", "var", "max", "min", "amax", "amin", "nanmax", "nanmin", "sum", "median", "ptp", "prod")
_FUNCTIONS: dict[str, Handler] = {
    **dict.fromkeys(("zeros", "ones", "empty", "full", "zeros_like", "ones_like", "full_like", "empty_like"), _filled),
    **dict.fromkeys(("array", "asarray", "asanyarray", "ascontiguousarray", "copy", "asfarray"), _array),
    **dict.fromkeys(("eye", "identity"), _eye),
    **dict.fromkeys(("loadtxt", "genfromtxt"), _loaded),
    **dict.fromkeys(_REDUCTIONS, _reduction),
    **dict.fromkeys(("concatenate", "concat", "vstack", "row_stack", "hstack", "append"), _concatenate),
    **dict.fromkeys(("delete", "roll", "sort", "flip", "flipud"), _opaque_rows),
    **dict.fromkeys(("ravel",), _ravel),
    **dict.fromkeys(("round", "around", "rint", "round_"), _round),
    **dict.fromkeys(("shape", "ndim"), _length),
    "arange": _arange,
    "linspace": _linspace,
    "load": _load,
    "reshape": _reshape,
    "expand_dims": _axis_function(shapes.expand_dims, "axis", UNKNOWN),
    "squeeze": _axis_function(shapes.squeeze, "axis", None),
    "transpose": _axis_function(shapes.transpose, "axes", None),
    "astype": _astype,
    "clip": _clip,
    "where": _where,
    "argmax": _argmax,
    "unique": _unique,
    "stack": _stack,
    "repeat": _repeat,
    "linalg.norm": _norm,
    "add": _operator("+"),
    "subtract": _operator("-"),
    "multiply": _operator("*"),
    "divide": _operator("/"),
    "true_divide": _operator("/"),
    "mod": _operator("%"),
    "power": _operator("**"),
    "equal": _operator("=="),
    "not_equal": _operator("!="),
    "greater": _operator(">"),
    "greater_equal": _operator(">="),
    "less": _operator("<"),
    "less_equal": _operator("<="),
    "sin": _elementwise(-1.0, 1.0, True),
    "cos": _elementwise(-1.0, 1.0, True),
    "tanh": _elementwise(-1.0, 1.0, True),
    **dict.fromkeys(
        ("exp", "log", "log1p", "log10", "log2", "sqrt", "square", "abs", "absolute", "tan", "sign"),
        _elementwise(UNKNOWN, UNKNOWN, False),
    ),
}


def call(context: Context, call: Call) -> Value:
    """A numpy function; NotImplemented when it is not known here."""
    name = call.name.removeprefix("numpy.")
    if name.startswith("random."):
        parts = name.split(".")
        return random_call(context, call, parts[-1]) if len(parts) == 2 else NotImplemented
    handler = _FUNCTIONS.get(name)
    return NotImplemented if handler is None else handler(context, call)


# Methods and attributes of arrays


def method(context: Context, array: Array, name: str, call: Call) -> Value:
    """`array.name(...)`."""
    if name == "astype":
        return shapes.astype(array, shapes.dtype_of(argument(call, "dtype", 0)), call.span)
    if name == "reshape":
        sizes = positionals(call, "shape")
        if len(sizes) == 1 and isinstance(sizes[0], (tuple, list)):
            sizes = list(sizes[0])
        named = bound(call, "shape")
        if not sizes and named is not None:
            sizes = list(named.value) if isinstance(named.value, (list, tuple)) else [named.value]
        return shapes.reshape(array, sizes if sizes and not call.spread else UNKNOWN, call.span)
    if name in ("flatten", "ravel"):
        return shapes.flatten(array, call.span)
    if name == "squeeze":
        return shapes.squeeze(array, argument(call, "axis", 0, None), call.span)
    if name == "transpose":
        axes: Value = positionals(call, "axes")
        axes = axes[0] if len(axes) == 1 and isinstance(axes[0], (tuple, list)) else axes or None
        return shapes.transpose(array, axes, call.span)
    if name in ("copy", "numpy", "to_numpy", "toarray"):
        library = array.library if name == "copy" else "numpy"
        return _copied(array, library, call.span, name)
    if name == "clip":
        return clip(array, argument(call, "min", 0), argument(call, "max", 1), call.span)
    if name in _REDUCTIONS:
        if array.library == "pandas":
            return Statistic(name, array, call.span, UNKNOWN if isinstance(array, Frame) else ())
        return reduce(array, name, argument(call, "axis", 0, None), argument(call, "keepdims", None, False), call.span)
    if name == "argmax":
        return argmax(array, argument(call, "axis", 0, None), call.span)
    if name == "item" and array.exact and array.bounds is not None and array.low == array.high:
        return array.low
    if name == "fill":
        return _opaque_write(context, array, call)
    return UNKNOWN


def _copied(array: Array, library: str, span: Span, name: str) -> Array:
    distinct = array.distinct
    if library == array.library:
        return derive(array, span, f"numpy.{name}", distinct=distinct)
    return shapes.as_array(array, span, f"numpy.{name}", library, distinct=distinct)


def _opaque_write(context: Context, array: Array, call: Call) -> None:
    shapes.assign(context, array, None, UNKNOWN, call.span)


def attribute(context: Context, array: Array, name: str, span: Span) -> Value:
    """`array.name`."""
    if name == "shape":
        return array.shape
    if name == "ndim":
        return array.rank
    if name == "dtype":
        return Reference(f"numpy.{array.dtype}") if isinstance(array.dtype, str) else UNKNOWN
    if name == "size":
        sizes: Sequence[Any] = () if isinstance(array.shape, Unknown) else array.shape
        known = not isinstance(array.shape, Unknown) and all(is_integer(size) for size in sizes)
        return math.prod(sizes) if known else UNKNOWN
    if name == "T":
        return shapes.transpose(array, None, span)
    if name == "values" and array.library == "pandas":
        return shapes.as_array(array, span, "pandas.values", "numpy")
    return UNKNOWN
